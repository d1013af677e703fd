//! What is known of each server: `presets.toml`, one table each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::provider::Voice;
use crate::providers::wire::BaseUrl;

/// The table that ships.
static PRESETS: LazyLock<BTreeMap<String, Preset>> =
    // A test reads it, so that it cannot be broken here.
    LazyLock::new(|| toml::from_str(include_str!("presets.toml")).unwrap_or_default());

/// Any server that is not known.
static OTHER: LazyLock<Preset> = LazyLock::new(Preset::default);

/// What Kokoro-FastAPI was called before a voice inside had the name.
const FORMERLY: (&str, &str) = ("kokoro", "kokoro_fastapi");

/// A server that is known, as settings choose it by its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    /// What it is called; `None` for any other.
    pub(super) name: Option<&'static str>,
    pub(super) preset: &'static Preset,
}

impl Chosen {
    /// The server of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = if name == FORMERLY.0 { FORMERLY.1 } else { name };
        let (name, preset) = PRESETS.get_key_value(name)?;
        Some(Self { name: Some(name), preset })
    }

    /// A server of which nothing is known.
    pub(super) fn other() -> Self {
        Self { name: None, preset: &OTHER }
    }

    /// Every server that is known.
    #[cfg(test)]
    pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static Preset)> {
        PRESETS.iter().map(|(name, preset)| (name.as_str(), preset))
    }
}

impl<'de> Deserialize<'de> for Chosen {
    fn deserialize<D: Deserializer<'de>>(name: D) -> Result<Self, D::Error> {
        let name = String::deserialize(name)?;
        if name == "other" {
            return Ok(Self::other());
        }
        Self::named(&name).ok_or_else(|| {
            let known: Vec<&str> = PRESETS.keys().map(String::as_str).collect();
            D::Error::custom(format!("there is no preset `{name}`; choose one of: {}", known.join(", ")))
        })
    }
}

/// How to ask for sound. Raw sound begins soonest; WAV says its own rate; MP3 is for servers that have neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    Pcm,
    Wav,
    Mp3,
}

impl Format {
    /// As the servers call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pcm => "pcm",
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
        }
    }
}

/// What is known of a server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Preset {
    /// Where it is: of one that is hosted, or its usual port on this machine.
    pub(super) base_url: Option<BaseUrl>,
    /// The environment variable that its key is usually in.
    pub(super) key: Option<String>,
    /// Whether its calls cost money; such a server wants a key.
    pub(super) paid: bool,
    /// Its model, where it has one that is always there; empty where it has not.
    pub(super) model: Option<String>,
    /// How to ask for sound.
    pub(super) format: Format,
    /// Samples a second of raw sound that comes without its rate.
    pub(super) rate: Option<u32>,
    /// The voices that its models have.
    pub(super) voices: Vec<Offered>,
    /// Where it lists its voices; empty where it does not.
    pub(super) voices_path: String,
    /// The voices of one that names none.
    pub(super) otherwise: Unlisted,
    /// What a voice's name tells.
    pub(super) names: Names,
    /// The field that takes a language.
    pub(super) language_field: Option<String>,
    /// Whether it takes instructions.
    pub(super) instructions: bool,
    /// The slowest and the fastest that its voices speak.
    pub(super) speeds: [f32; 2],
    /// Fields for every request.
    pub(super) extra: serde_json::Map<String, Value>,
    /// Utterances at a time.
    pub(super) parallel: usize,
    /// Characters of one call.
    pub(super) longest: usize,
    /// Where all of this was read, and when.
    pub(super) source: String,
}

impl Default for Preset {
    /// Nothing is taken for granted.
    fn default() -> Self {
        Self {
            base_url: None,
            key: None,
            paid: false,
            model: Some("tts-1".to_owned()),
            format: Format::Wav,
            rate: None,
            voices: Vec::new(),
            voices_path: "/audio/voices".to_owned(),
            otherwise: Unlisted::OpenAiNames,
            names: Names::Plain,
            language_field: None,
            instructions: false,
            speeds: [0.5, 2.0],
            extra: serde_json::Map::new(),
            parallel: 1,
            longest: 4096,
            source: String::new(),
        }
    }
}

/// A voice that a hosted model has.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Offered {
    pub(super) id: String,
    pub(super) language: Option<String>,
    pub(super) gender: Option<String>,
    /// The models that have it; `*` stands for anything.
    #[serde(default = "any")]
    pub(super) model: String,
}

fn any() -> String {
    "*".to_owned()
}

/// The voices of a server that names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unlisted {
    /// It knows OpenAI's names.
    OpenAiNames,
    /// Its model has a voice that needs no name.
    NoName,
}

/// What the names of a server's voices tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Names {
    /// Nothing.
    Plain,
    /// A language and a gender, as in `af_heart`.
    Kokoro,
}

impl Names {
    /// Adds to a voice what its name tells.
    pub(super) fn tell(self, voice: &mut Voice) {
        match self {
            Self::Plain => {}
            Self::Kokoro => kokoro_voice(voice),
        }
    }
}

/// Kokoro's names begin with a language and a gender, as in `af_heart`.
fn kokoro_voice(voice: &mut Voice) {
    let mut letters = voice.id.chars();
    let language = match letters.next() {
        Some('a') => "en-US",
        Some('b') => "en-GB",
        Some('e') => "es",
        Some('f') => "fr",
        Some('h') => "hi",
        Some('i') => "it",
        Some('j') => "ja",
        Some('p') => "pt-BR",
        Some('z') => "zh",
        _ => return,
    };
    let gender = match letters.next() {
        Some('f') => "female",
        Some('m') => "male",
        _ => return,
    };
    if letters.next() == Some('_') {
        language.clone_into(&mut voice.language);
        voice.other_languages.clear();
        voice.gender = Some(gender.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_can_be_read_and_says_where_it_was_read() {
        let table: BTreeMap<String, Preset> = toml::from_str(include_str!("presets.toml")).unwrap();
        for (name, preset) in &table {
            assert!(preset.base_url.is_some() && !preset.source.is_empty(), "{name}");
            // Who takes money wants a key, and has a model that speaks without being chosen.
            assert!(
                !preset.paid
                    || (preset.key.is_some() && preset.model.as_ref().is_some_and(|model| !model.is_empty())),
                "{name}"
            );
            assert!(preset.speeds[0] <= 1.0 && preset.speeds[1] >= 1.0, "{name}");
            assert!(preset.parallel >= 1 && preset.longest >= 200, "{name}");
        }
        assert_eq!(Chosen::named("kokoro").unwrap().name, Some("kokoro_fastapi"));
    }

    #[test]
    fn kokoros_names_are_read() {
        for (id, language, gender) in [
            ("af_heart", "en-US", Some("female")),
            ("bm_george", "en-GB", Some("male")),
            ("zf_xiaobei", "zh", Some("female")),
            ("alloy", "en", None),
            ("af_bella(2)+af_sky", "en-US", Some("female")),
        ] {
            let mut voice = Voice::new("kokoro", id, "en");
            kokoro_voice(&mut voice);
            assert_eq!((voice.language.as_str(), voice.gender.as_deref()), (language, gender), "{id}");
        }
    }
}
