//! Which provider a model stands for, for clients of contracts that ask for a model where ours asks for a provider.

use super::error::{ApiError, brief};
use super::fields::name;
use crate::app::App;
use crate::models::{OPENAI_MODELS, WhomToAsk};
use crate::name::Name;
use crate::request::SpeechRequest;

/// Asks for whom a model name stands for.
///
/// # Errors
/// `invalid_request` with the field that has it, where the operator refuses that name.
pub(super) fn choose(
    app: &App,
    request: &mut SpeechRequest,
    model: &Name,
    field: &'static str,
) -> Result<(), ApiError> {
    let chain = app.speak.steered_chain();
    match app.settings.model_map.asked(model, chain.providers().iter().map(|link| link.name())) {
        WhomToAsk::Chain => {}
        WhomToAsk::Unknown => {
            let note = format!("there is no model `{model}` here: the voices of this server speak");
            request.notes.push(SpeechRequest::note(note));
        }
        WhomToAsk::Provider(provider) => request.provider = name(field, Some(&provider))?,
        WhomToAsk::Nobody => {
            let message = format!("There is no model `{}`; GET /v1/models lists them.", brief(model));
            return Err(ApiError::invalid(field, message));
        }
    }
    Ok(())
}

/// OpenAI's names, the operator's, and each provider's.
pub(super) fn model_names(app: &App) -> Vec<String> {
    let chain = app.speak.steered_chain();
    let providers = chain.providers().iter().map(|link| link.name());
    let mut names: Vec<String> = Vec::new();
    for name in OPENAI_MODELS.into_iter().chain(app.settings.model_map.names()).chain(providers) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}
