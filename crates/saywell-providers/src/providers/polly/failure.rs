//! What Polly's failures mean: by its codes, as its statuses say little.

use aws_sdk_polly::config::http::HttpResponse;
use aws_sdk_polly::error::{ProvideErrorMetadata, SdkError};
use reqwest::StatusCode;

use crate::provider::ProviderError;
use crate::providers::wire::{Meaning, ServiceFailure};
use saywell_base::causes::causes;

/// Its own codes.
pub(super) const MEANING: Meaning = |failure| {
    let told = failure.in_words();
    // It may come with a namespace before it and an address after it.
    let code = failure.code.split(':').next().and_then(|code| code.split('#').next_back());
    match code.unwrap_or_default() {
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" => {
            Some(ProviderError::Throttled { retry_after: failure.retry_after })
        }
        "TextLengthExceededException"
        | "InvalidSsmlException"
        | "LanguageNotSupportedException"
        | "EngineNotSupportedException"
        | "ValidationException" => Some(ProviderError::Rejected(told)),
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignatureException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "UnrecognizedClientException" => {
            Some(ProviderError::Misconfigured(format!("refuses the key: {told}")))
        }
        "LexiconNotFoundException" | "OptInRequired" | "ServiceQuotaExceededException" => {
            Some(ProviderError::Misconfigured(told))
        }
        "ServiceFailureException" | "ServiceUnavailableException" | "InternalFailure" => {
            Some(ProviderError::Unavailable(told))
        }
        _ => None,
    }
};

/// What became of a call.
pub(super) fn from_sdk<E>(error: &SdkError<E, HttpResponse>) -> ProviderError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let raw = service.raw();
            let status = StatusCode::from_u16(raw.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
            let body = raw.body().bytes().unwrap_or_default();
            let mut failure = ServiceFailure::of_message(status, body);
            if let Some(code) = service.err().code() {
                code.clone_into(&mut failure.code);
            }
            failure.to_error(MEANING)
        }
        SdkError::DispatchFailure(failure) => {
            let error = failure.as_connector_error();
            let told = error.map(|error| causes(error)).unwrap_or_default();
            if error.is_some_and(|error| error.is_io() || error.is_timeout()) {
                ProviderError::Unavailable(bounded(&format!("cannot be reached: {told}")))
            } else if told.contains("credential") || told.contains("identity") {
                ProviderError::Misconfigured(bounded(&format!("has no credentials: {told}")))
            } else {
                ProviderError::Unavailable(bounded(&format!("cannot be reached: {told}")))
            }
        }
        SdkError::ConstructionFailure(_) => {
            ProviderError::Misconfigured(bounded(&format!("cannot be asked: {}", causes(error))))
        }
        SdkError::ResponseError(_) => ProviderError::Unavailable(bounded(&format!(
            "gave an answer that is not understood: {}",
            causes(error)
        ))),
        error => ProviderError::Unavailable(bounded(&causes(error))),
    }
}

/// On one line, and of bounded length.
fn bounded(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
