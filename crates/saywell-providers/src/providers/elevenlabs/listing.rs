//! The voices and models of an account.

use std::sync::Arc;

use serde::Deserialize;

use super::{ElevenLabs, meaning};
use crate::provider::{Provider, ProviderError, Voice};

/// The most pages of voices that are read, a hundred voices each.
const MAX_PAGES: usize = 50;

/// What an account has.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) voices: Arc<[Voice]>,
    models: Vec<Model>,
}

/// A model, as the service lists it.
#[derive(Debug, Deserialize)]
pub(super) struct Model {
    #[serde(rename = "model_id")]
    id: String,
    can_do_text_to_speech: Option<bool>,
    maximum_text_length_per_request: Option<usize>,
    #[serde(default)]
    languages: Vec<ModelLanguage>,
}

#[derive(Debug, Deserialize)]
struct ModelLanguage {
    language_id: String,
}

#[derive(Deserialize)]
struct Page {
    voices: Vec<Listed>,
    #[serde(default)]
    has_more: bool,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    voice_id: String,
    name: Option<String>,
    #[serde(default)]
    labels: Labels,
    verified_languages: Option<Vec<Verified>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    gender: Option<String>,
    language: Option<String>,
}

#[derive(Deserialize)]
struct Verified {
    language: String,
    locale: Option<String>,
}

impl Listing {
    /// Asks for the voices, page by page, and the models.
    pub(super) async fn ask(of: &ElevenLabs) -> Result<Arc<Self>, ProviderError> {
        let models: Vec<Model> = of.http.json(of.get("/v1/models"), meaning).await?;
        let languages = models.iter().find(|model| model.id == of.about.model);
        let languages: Vec<&str> = languages
            .into_iter()
            .flat_map(|model| &model.languages)
            .map(|language| language.language_id.as_str())
            .collect();
        let mut voices = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut request = of.get("/v2/voices").query(&[("page_size", "100")]);
            if let Some(token) = &token {
                request = request.query(&[("next_page_token", token)]);
            }
            let page: Page = of.http.json(request, meaning).await?;
            voices.extend(page.voices.into_iter().map(|voice| voice.into_voice(of.name(), &languages)));
            token = page.next_page_token.filter(|_| page.has_more);
            if token.is_none() {
                break;
            }
        }
        Ok(Arc::new(Self { voices: voices.into(), models }))
    }

    pub(super) fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }
}

impl Model {
    /// Whether it says this text.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn admit(&self, text: &str) -> Result<(), ProviderError> {
        if self.can_do_text_to_speech == Some(false) {
            return Err(ProviderError::Misconfigured(format!(
                "has a model `{}` that does not speak",
                self.id
            )));
        }
        match self.maximum_text_length_per_request {
            Some(most) if text.chars().count() > most => {
                Err(ProviderError::Rejected(format!("takes at most {most} characters at a time")))
            }
            _ => Ok(()),
        }
    }

    /// Whether a language may be named. The multilingual model finds it out by itself, and takes none.
    pub(super) fn takes_language(&self, language: &str) -> bool {
        self.id != "eleven_multilingual_v2"
            && self.languages.iter().any(|known| known.language_id.eq_ignore_ascii_case(language))
    }
}

impl Listed {
    /// Its own language first, then those that it was tried in, then those of the model.
    fn into_voice(self, provider: &str, model: &[&str]) -> Voice {
        let verified = self.verified_languages.unwrap_or_default();
        let tried = verified.into_iter().map(|verified| verified.locale.unwrap_or(verified.language));
        let all =
            self.labels.language.into_iter().chain(tried).chain(model.iter().map(|tag| (*tag).to_owned()));
        let mut languages: Vec<String> = Vec::new();
        for language in all {
            if language.len() >= 2 && !languages.contains(&language) {
                languages.push(language);
            }
        }
        // A label says only the language; where a locale of it was tried, that is more exact.
        if let Some(own) = languages.first().cloned()
            && let Some(exact) = languages.iter().position(|tag| tag.starts_with(&format!("{own}-")))
        {
            languages.swap(0, exact);
        }
        let mut languages = languages.into_iter();
        let language = languages.next().unwrap_or_else(|| "en".to_owned());
        Voice {
            name: self.name.filter(|name| !name.is_empty()).unwrap_or_else(|| self.voice_id.clone()),
            other_languages: languages.collect(),
            gender: self
                .labels
                .gender
                .filter(|gender| ["female", "male", "neutral"].contains(&gender.as_str())),
            ..Voice::new(provider, &self.voice_id, &language)
        }
    }
}

/// The most characters of one call's text, as far as it is known without asking. The shortest limit there is, for models
/// that are not known here.
pub(super) fn longest(model: &str) -> usize {
    match model {
        "eleven_flash_v2_5" | "eleven_turbo_v2_5" => 40_000,
        "eleven_flash_v2" | "eleven_turbo_v2" => 30_000,
        "eleven_multilingual_v2" | "eleven_v4" | "eleven_v4_turbo" => 10_000,
        _ => 3_000,
    }
}
