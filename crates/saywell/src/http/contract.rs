//! What every call of `/openapi.json` has in common: the shape of its errors, and words for what has none.

use axum::http::StatusCode;
use saywell_audio::Format;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response};
use utoipa::{PartialSchema, ToSchema};

use crate::error_code::ErrorCode;

/// An error, a superset of OpenAI's.
#[derive(Serialize, ToSchema)]
pub struct ErrorAnswer {
    /// What went wrong.
    error: ErrorBody,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    /// For programs.
    code: ErrorCode,
    /// For people.
    message: String,
    /// OpenAI's word for the kind of error: `invalid_request_error` or `server_error`.
    r#type: String,
    /// The field, header or path at fault.
    param: Option<String>,
    /// The request's name, as in the header `X-Request-Id` and in the log.
    request_id: String,
    /// When to come back, as in the header `Retry-After`.
    #[schema(required = false)]
    retry_after_seconds: Option<f64>,
    /// More, for programs.
    #[schema(required = false, value_type = Option<Object>)]
    details: Option<()>,
}

/// Sound, as it is.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only the contract has it")]
pub struct SoundFile(Vec<u8>);

/// Gives every error its schema, and every answer a description.
pub(super) fn complete(contract: &mut OpenApi) {
    let schemas = &mut contract.components.get_or_insert_default().schemas;
    let named = [
        (ErrorAnswer::name(), ErrorAnswer::schema()),
        (ErrorBody::name(), ErrorBody::schema()),
        (<ErrorCode as ToSchema>::name(), ErrorCode::schema()),
    ];
    for (name, schema) in named {
        schemas.insert(name.into_owned(), schema);
    }
    for path in contract.paths.paths.values_mut() {
        let calls = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for call in calls.into_iter().flatten() {
            // Handlers of different parts may have one name, operations may not.
            let part = call
                .tags
                .iter()
                .flatten()
                .find(|tag| ["openai", "elevenlabs", "azure", "admin"].contains(&tag.as_str()))
                .cloned();
            if let (Some(id), Some(part)) = (&mut call.operation_id, part) {
                *id = format!("{part}_{id}");
            }
            for (status, response) in &mut call.responses.responses {
                let RefOr::T(response) = response else { continue };
                complete_response(status, response);
            }
        }
    }
}

fn complete_response(status: &str, response: &mut Response) {
    let status = status.parse().ok().and_then(|status: u16| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or_default();
    if response.description.is_empty() {
        // An error that a call says nothing else of may be any of its status.
        let codes = ErrorCode::ALL.iter().filter(|code| code.status() == status);
        let codes: Vec<_> = codes.map(|code| format!("`{}`", code.name())).collect();
        let reason = status.canonical_reason().unwrap_or("The answer");
        response.description = if codes.is_empty() { reason.to_owned() } else { codes.join(", ") };
    }
    // What answers in one format answers in any.
    if let Some(sound) = response.content.get(Format::Mp3.content_type()).cloned() {
        for format in Format::ALL {
            let kind = format.content_type().split(';').next().unwrap_or_default();
            response.content.entry(kind.to_owned()).or_insert_with(|| sound.clone());
        }
    }
    if status.is_client_error() || status.is_server_error() {
        let schema = Ref::from_schema_name(ErrorAnswer::name());
        let json = ContentBuilder::new().schema(Some(schema)).build();
        response.content.insert("application/json".to_owned(), RefOr::T(json));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }

    /// utoipa names a schema by its type, and of two of one name the last wins: calls would be described by others' bodies.
    #[test]
    fn no_two_schemas_have_one_name() {
        let mut files = Vec::new();
        sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, text) in &files {
            for derived in text
                .split("#[derive(")
                .skip(1)
                .filter(|rest| rest.split(']').next().is_some_and(|list| list.contains("ToSchema")))
            {
                let head = derived.split('{').next().unwrap().split(';').next().unwrap();
                let renamed =
                    head.split("schema(as = ").nth(1).map(|rest| rest.split([')', ',']).next().unwrap());
                let named = |word| head.split(word).nth(1);
                let name =
                    renamed.or_else(|| named("struct ")).or_else(|| named("enum ")).unwrap_or_default();
                let name = name.trim().split(['(', '<', ' ']).next().unwrap().to_owned();
                places.entry(name).or_default().push(path.clone());
            }
        }
        assert!(places.len() > 20, "the sources are read: {places:?}");
        let twice: Vec<_> = places.into_iter().filter(|(_, places)| places.len() > 1).collect();
        assert!(twice.is_empty(), "give one of them `#[schema(as = …)]`: {twice:#?}");
    }
}
