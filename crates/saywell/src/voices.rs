//! Which voice each provider uses for the voice that a caller asked for.

use std::collections::BTreeMap;

use saywell_audio::loudness::Level;

use crate::provider::{About, Provider, Voice};

/// OpenAI's voice names and the gender a listener expects of each, so that applications written for OpenAI work
/// with every provider. Genders as heard in OpenAI's samples; OpenAI itself names none.
pub const OPENAI_VOICES: [(&str, &str); 13] = [
    ("alloy", "female"),
    ("ash", "male"),
    ("ballad", "male"),
    ("cedar", "male"),
    ("coral", "female"),
    ("echo", "male"),
    ("fable", "male"),
    ("marin", "female"),
    ("nova", "female"),
    ("onyx", "male"),
    ("sage", "female"),
    ("shimmer", "female"),
    ("verse", "male"),
];

/// Names that mean a voice of another name.
#[derive(Debug, Clone, Default)]
pub struct VoiceMap {
    names: BTreeMap<String, String>,
    default: String,
}

/// Who would speak with each provider of a chain, by provider name.
pub type Cast = BTreeMap<String, Speaker>;

/// A provider with the model and the voice it is to use.
#[derive(Debug, Clone, PartialEq)]
pub struct Speaker {
    /// The provider.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// Its voice.
    pub voice: String,
    /// What changes when that voice would sound different, see [`About::voice_version`].
    pub voice_version: String,
    /// What else of that provider's settings changes its sound, see [`About::options`].
    pub options: String,
    /// How to bring that voice to the one loudness.
    pub level: Level,
}

impl Speaker {
    fn new(link: &dyn Provider, voice: &str) -> Self {
        let About { name, model, voice_version, options, level, .. } = link.about();
        Self {
            provider: name.to_string(),
            model: model.clone(),
            voice: voice.to_owned(),
            voice_version: voice_version.clone(),
            options: options.clone(),
            level: *level,
        }
    }
}

impl VoiceMap {
    /// The operator's names, and the voice for requests that name none.
    #[must_use]
    pub fn new(names: BTreeMap<String, String>, default: String) -> Self {
        Self { names, default }
    }

    /// The voice of each provider that comes nearest to the wished one. `None` when the name is unknown to all of
    /// them: no provider's voice, no name in the map, none of OpenAI's.
    pub async fn cast(&self, wished: Option<&str>, links: &[std::sync::Arc<dyn Provider>]) -> Option<Cast> {
        let wished = wished.unwrap_or(&self.default);
        let mut known = self.names.contains_key(wished) || openai_gender(wished).is_some();
        let mut cast = Cast::new();
        for link in links {
            // A provider whose list cannot be had now is asked for the name as it is, and says itself if it has it.
            let Ok(voices) = link.voices().await else {
                known = true;
                cast.insert(link.name().to_owned(), Speaker::new(link.as_ref(), wished));
                continue;
            };
            known |= voices.iter().any(|voice| voice.id == wished);
            if let Some(voice) = self.nearest(wished, &voices) {
                cast.insert(link.name().to_owned(), Speaker::new(link.as_ref(), &voice.id));
            }
        }
        known.then_some(cast)
    }

    /// The voice itself; else the one its name is mapped to; else the default; else one of the same gender; else
    /// the first.
    fn nearest<'a>(&self, wished: &str, voices: &'a [Voice]) -> Option<&'a Voice> {
        let by_id = |id: &str| voices.iter().find(|voice| voice.id == id);
        let mapped = self.names.get(wished).and_then(|name| by_id(name));
        let alike = || {
            let gender = openai_gender(wished)?;
            voices.iter().find(|voice| voice.gender.as_deref() == Some(gender))
        };
        by_id(wished).or(mapped).or_else(alike).or_else(|| by_id(&self.default)).or(voices.first())
    }
}

fn openai_gender(name: &str) -> Option<&'static str> {
    OPENAI_VOICES.iter().find(|(voice, _)| *voice == name).map(|(_, gender)| *gender)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::providers::fake::Fake;

    fn links() -> Vec<Arc<dyn Provider>> {
        vec![Arc::new(Fake::named("sound"))]
    }

    #[tokio::test]
    async fn openai_names_and_mapped_names_find_a_voice() {
        let map = VoiceMap::new([("narrator".to_owned(), "tone".to_owned())].into(), "tone".into());
        for name in [Some("alloy"), Some("narrator"), Some("tone"), None] {
            assert_eq!(map.cast(name, &links()).await.unwrap()["sound"].voice, "tone", "{name:?}");
        }
    }

    #[tokio::test]
    async fn an_unknown_name_is_nobodys_voice() {
        let map = VoiceMap::new(BTreeMap::new(), "tone".into());
        assert_eq!(map.cast(Some("Tone"), &links()).await, None);
        assert_eq!(map.cast(Some(""), &links()).await, None);
    }
}
