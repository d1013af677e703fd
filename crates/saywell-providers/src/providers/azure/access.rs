//! Who asks Azure: a key, a token that the key is exchanged for, or an application of Microsoft Entra.

use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use serde::Deserialize;

use crate::provider::ProviderError;
use crate::providers::Opening;
use crate::providers::wire::{self, BaseUrl, Http, Kept};
use saywell_base::secret::Secret;

/// How long a token is used. It is good for ten minutes (one of Entra for an hour), and the service advises to use it
/// for nine.
const TOKEN_KEPT: Duration = Duration::from_mins(9);
/// The longest token.
const MAX_TOKEN: usize = 64 << 10;
/// What a token of Entra is for.
const SCOPE: &str = "https://cognitiveservices.azure.com/.default";

/// An application of Microsoft Entra with the role *Cognitive Services Speech User*.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Application {
    /// The directory that it is registered in.
    tenant_id: String,
    /// Its name there.
    client_id: String,
    /// Its password.
    client_secret: Secret,
    /// The Speech resource: `/subscriptions/…/accounts/NAME`.
    resource_id: String,
    /// Where it logs in, `https://login.microsoftonline.com` if not set.
    login_url: Option<BaseUrl>,
}

/// Who asks.
#[derive(Debug)]
pub(super) enum Identity {
    Key(Secret),
    Token { key: Secret, url: String },
    Application(Application),
}

/// Says with every call who asks.
#[derive(Debug)]
pub(super) struct Access {
    identity: Identity,
    http: Http,
    token: Kept<Secret>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
}

impl Access {
    pub(super) fn new(identity: Identity, opening: &Opening<'_>) -> Self {
        Self { identity, http: Http::new(opening), token: Kept::new(TOKEN_KEPT, opening.clock) }
    }

    /// The request with the header that says who asks.
    ///
    /// # Errors
    /// Why there is no token.
    pub(super) async fn sign(&self, request: RequestBuilder) -> Result<RequestBuilder, ProviderError> {
        let (name, value) = match &self.identity {
            Identity::Key(key) => (KEY, key.reveal().to_owned()),
            Identity::Token { key, url } => {
                let token = self.token.get(self.issue(key, url)).await?;
                (AUTHORIZATION, format!("Bearer {}", token.reveal()))
            }
            Identity::Application(application) => {
                let token = self.token.get(self.log_in(application)).await?;
                (AUTHORIZATION, format!("Bearer aad#{}#{}", application.resource_id, token.reveal()))
            }
        };
        Ok(request.header(name, sensitive(&value)?))
    }

    /// Forgets the token that a call was refused with; whether another may fare better.
    pub(super) fn renew(&self) -> bool {
        self.token.forget();
        !matches!(self.identity, Identity::Key(_))
    }

    /// Exchanges the key for a token.
    async fn issue(&self, key: &Secret, url: &str) -> Result<Secret, ProviderError> {
        let request = self.http.post(url).header(KEY, sensitive(key.reveal())?).body("");
        let answer = wire::whole(self.http.send(request, |_| None).await?, MAX_TOKEN).await?;
        let token = String::from_utf8(answer)
            .map_err(|_| ProviderError::Unavailable("gave a token that is no text".into()))?;
        Ok(Secret::new(token.trim()))
    }

    /// Logs in at Entra.
    async fn log_in(&self, application: &Application) -> Result<Secret, ProviderError> {
        let Application { tenant_id, client_id, client_secret, login_url, .. } = application;
        let path = format!("/{tenant_id}/oauth2/v2.0/token");
        let url = match login_url {
            Some(url) => url.join(&path),
            None => BaseUrl::known("https://login.microsoftonline.com").join(&path),
        };
        let request = self.http.post(url).form(&[
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret.reveal()),
            ("scope", SCOPE),
        ]);
        // What is wrong with a login is for an operator to change, whatever its status.
        let granted: Granted =
            self.http
                .json(request, |failure| {
                    failure.status.is_client_error().then(|| {
                        ProviderError::Misconfigured(format!("Microsoft Entra {}", failure.in_words()))
                    })
                })
                .await?;
        Ok(granted.access_token)
    }
}

const KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

fn sensitive(value: &str) -> Result<HeaderValue, ProviderError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        ProviderError::Misconfigured("has a key or a token with characters that no header may have".into())
    })?;
    value.set_sensitive(true);
    Ok(value)
}
