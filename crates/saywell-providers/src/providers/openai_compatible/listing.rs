//! The voices of a server, in whichever shape it lists them.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::preset::{Offered, Unlisted};
use super::{Compatible, meaning};
use crate::price;
use crate::provider::{Provider, ProviderError, Voice};
use crate::providers::openai::openai_voices;

/// The voice of a model that needs no name; requests for it name none.
pub(super) const NO_NAME: &str = "default";

/// A voice in the settings: its name, or all that is known of it.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub(super) enum Named {
    Id(String),
    Known(Known),
}

/// A voice in the settings.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    id: String,
    name: Option<String>,
    language: Option<String>,
    gender: Option<String>,
}

/// The voices on offer: those of the settings, or else those that the server lists, or else those that servers of its
/// sort have.
pub(super) async fn ask(of: &Compatible) -> Result<Arc<[Voice]>, ProviderError> {
    let named = |voices: &[Named]| -> Vec<Voice> { voices.iter().map(|voice| of.named(voice)).collect() };
    let mut voices = match (&of.options.voices, of.preset.voices_path.as_str()) {
        (Some(voices), _) => named(voices),
        (None, "") => of.unlisted(),
        (None, path) => {
            let listed = named(&of.listed(path).await?);
            if listed.is_empty() { of.unlisted() } else { listed }
        }
    };
    voices.extend(named(&of.options.more_voices));
    // One that the settings ask for is there, listed or not.
    if let Some(voice) = &of.options.voice
        && !voices.iter().any(|known| known.id == *voice)
    {
        voices.push(of.named(&Named::Id(voice.clone())));
    }
    Ok(voices.into())
}

impl Compatible {
    /// What the server lists; nothing where it has no list.
    async fn listed(&self, path: &str) -> Result<Vec<Named>, ProviderError> {
        let request = self.http.get(self.url.join(path)).headers(self.headers.clone());
        match self.http.find(request, meaning).await? {
            Some(answer) => Ok(read(&answer, &self.about.model)),
            None => Ok(Vec::new()),
        }
    }

    fn unlisted(&self) -> Vec<Voice> {
        let offered = self.preset.voices.iter().filter(|voice| price::fits(&voice.model, &self.about.model));
        let offered: Vec<Voice> = offered.map(|voice| self.named(&Named::Known(voice.into()))).collect();
        match self.preset.otherwise {
            _ if !offered.is_empty() => offered,
            Unlisted::OpenAiNames => openai_voices(self.name(), |_| true).collect(),
            Unlisted::NoName => vec![self.named(&Named::Id(NO_NAME.to_owned()))],
        }
    }

    /// A voice with what its name, its server or the settings tell of it.
    fn named(&self, voice: &Named) -> Voice {
        let (id, known) = match voice {
            Named::Id(id) => (id, None),
            Named::Known(known) => (&known.id, Some(known)),
        };
        let mut voice = match &self.options.language {
            Some(language) => Voice::new(self.name(), id, language),
            None => Voice { other_languages: vec!["*".to_owned()], ..Voice::new(self.name(), id, "en") },
        };
        self.preset.names.tell(&mut voice);
        let Some(Known { name, language, gender, .. }) = known else { return voice };
        if let Some(language) = language {
            voice.language.clone_from(language);
            voice.other_languages.clear();
        }
        if let Some(name) = name {
            voice.name.clone_from(name);
        }
        if gender.is_some() {
            voice.gender.clone_from(gender);
        }
        voice
    }
}

impl From<&Offered> for Known {
    fn from(offered: &Offered) -> Self {
        let Offered { id, language, gender, .. } = offered;
        Self { id: id.clone(), name: None, language: language.clone(), gender: gender.clone() }
    }
}

/// Reads a list of voices: `{"voices": […]}`, `{"data": […]}` or the list alone, of names or of objects; or of models,
/// of which this one's voices count; those are asked for by their names.
fn read(answer: &Value, model: &str) -> Vec<Named> {
    let list = [&answer["voices"], &answer["data"], answer].into_iter().find_map(Value::as_array);
    let mut voices = Vec::new();
    for item in list.into_iter().flatten() {
        let of_model = ["voices", "supported_voices"].iter().find_map(|field| item.get(field));
        match of_model {
            None => voices.extend(read_voice(item)),
            Some(of_model) if item["model"] == model || item["id"] == model => {
                let named = |voice: &Value| voice["name"].as_str().map(|name| Named::Id(name.to_owned()));
                let listed = of_model.as_array().into_iter().flatten();
                voices.extend(listed.filter_map(|voice| named(voice).or_else(|| read_voice(voice))));
            }
            Some(_) => {}
        }
    }
    voices
}

fn read_voice(voice: &Value) -> Option<Named> {
    if let Some(id) = voice.as_str().filter(|id| !id.is_empty()) {
        return Some(Named::Id(id.to_owned()));
    }
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| voice[*name].as_str());
        found.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let id = text(&["id", "voice_id", "ShortName", "name"])?;
    let language = text(&["language", "locale", "Locale", "lang"]).map(|tag| tag.replace('_', "-"));
    let gender = text(&["gender", "Gender"]).map(|gender| gender.to_ascii_lowercase());
    Some(Named::Known(Known {
        name: text(&["name", "display_name"]),
        // A language has two letters at least, and is no sentence.
        language: language.filter(|tag| (2..=35).contains(&tag.len()) && !tag.contains(' ')),
        gender: gender.filter(|gender| ["female", "male", "neutral"].contains(&gender.as_str())),
        id,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_shape_of_list_is_read() {
        let voice = |list: Value| {
            let voices = read(&list, "a-model");
            assert_eq!(voices.len(), 1, "{list}");
            match &voices[0] {
                Named::Id(id) => (id.clone(), None, None),
                Named::Known(known) => (known.id.clone(), known.language.clone(), known.gender.clone()),
            }
        };
        let some = |text: &str| Some(text.to_owned());
        for (list, expected) in [
            (json!({"voices": ["af_heart"]}), ("af_heart".to_owned(), None, None)),
            (json!(["af_heart"]), ("af_heart".to_owned(), None, None)),
            (
                json!({"voices": [{"id": "af_heart", "name": "af_heart"}]}),
                ("af_heart".to_owned(), None, None),
            ),
            (
                json!({"object": "list", "voices": [{"name": "Heart", "id": "h", "language": "en-us", "gender": "Female"}]}),
                ("h".to_owned(), some("en-us"), some("female")),
            ),
            (
                json!({"data": [{"name": "en-US-AvaNeural", "gender": "Robot"}]}),
                ("en-US-AvaNeural".to_owned(), None, None),
            ),
            (
                json!({"voices": [{"name": "de-DE-KatjaNeural", "locale": "de_DE"}, {}, 7]}),
                ("de-DE-KatjaNeural".to_owned(), some("de-DE"), None),
            ),
        ] {
            assert_eq!(voice(list), expected);
        }
        assert!(read(&json!({"voices": {}}), "").is_empty());
        assert!(read(&json!("none"), "").is_empty());
    }

    #[test]
    fn of_a_list_of_models_ones_own_counts() {
        for list in [
            json!({"data": [{"model": "b", "voices": [{"id": "1", "name": "x"}]}, {"model": "a", "voices": [{"id": "2", "name": "y"}]}]}),
            json!({"data": [{"id": "b", "supported_voices": ["x"]}, {"id": "a", "supported_voices": ["y"]}]}),
        ] {
            let voices = read(&list, "a");
            assert_eq!(voices.len(), 1, "{list}");
            assert!(matches!(&voices[0], Named::Id(id) if id == "y"), "{voices:?}");
        }
        assert!(read(&json!({"data": [{"id": "a", "supported_voices": null}]}), "a").is_empty());
    }
}
