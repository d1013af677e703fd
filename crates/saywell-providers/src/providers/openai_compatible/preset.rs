//! What is known of each server.

use serde::Deserialize;

use crate::provider::Voice;

/// The servers that are known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Name {
    /// Any other: nothing is taken for granted.
    #[default]
    Other,
    Kokoro,
    Speaches,
    #[serde(rename = "localai")]
    LocalAi,
    #[serde(rename = "openedai")]
    OpenedAi,
    EdgeTts,
    #[serde(rename = "assemblyai")]
    AssemblyAi,
}

/// How to ask for sound. Raw sound begins soonest; WAV says its own rate; MP3 is for servers that have neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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
#[derive(Debug)]
pub(super) struct Preset {
    /// Where it is, for one that is hosted.
    pub(super) base_url: Option<&'static str>,
    /// Whether its calls cost money.
    pub(super) paid: bool,
    /// Its model, where it has one that is always there.
    pub(super) model: Option<&'static str>,
    /// How to ask for sound.
    pub(super) format: Format,
    /// Samples a second of raw sound that comes without its rate.
    pub(super) rate: Option<u32>,
    /// Where it lists its voices, if it does.
    pub(super) voices_path: Option<&'static str>,
    /// The voices of one that lists none: OpenAI's names, or whichever a model has when no voice is named.
    pub(super) otherwise: Unlisted,
    /// What a voice's name tells.
    pub(super) named: fn(&mut Voice),
    /// The field that takes a language.
    pub(super) language_field: Option<&'static str>,
    /// Whether it takes instructions.
    pub(super) instructions: bool,
    /// Fields for every request.
    pub(super) extra: &'static [(&'static str, i64)],
    /// Utterances at a time.
    pub(super) parallel: usize,
    /// Characters of one call.
    pub(super) longest: usize,
}

/// The voices of a server that lists none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unlisted {
    /// It knows OpenAI's names.
    OpenAiNames,
    /// Its model has a voice that needs no name.
    NoName,
}

const OTHER: Preset = Preset {
    base_url: None,
    paid: false,
    model: Some("tts-1"),
    format: Format::Wav,
    rate: None,
    voices_path: Some("/audio/voices"),
    otherwise: Unlisted::OpenAiNames,
    named: |_| {},
    language_field: None,
    instructions: false,
    extra: &[],
    parallel: 1,
    longest: 4096,
};

/// Kokoro-FastAPI splits long text itself, and streams sentence by sentence.
const KOKORO: Preset = Preset {
    model: Some("kokoro"),
    format: Format::Pcm,
    rate: Some(24_000),
    named: kokoro_voice,
    parallel: 2,
    ..OTHER
};

/// speaches loads models by their names on a hub, and resamples when it is asked to.
const SPEACHES: Preset = Preset {
    model: None,
    format: Format::Pcm,
    rate: Some(24_000),
    extra: &[("sample_rate", 24_000)],
    parallel: 2,
    ..OTHER
};

/// `LocalAI`'s models are called as its operator calls them, and have one voice each unless they say otherwise.
const LOCAL_AI: Preset = Preset {
    model: None,
    voices_path: None,
    otherwise: Unlisted::NoName,
    language_field: Some("language"),
    ..OTHER
};

/// openedai-speech states the rate of raw sound, which differs between its models.
const OPENED_AI: Preset = Preset { format: Format::Pcm, voices_path: None, ..OTHER };

/// openai-edge-tts makes anything but MP3 only where `FFmpeg` is installed beside it.
const EDGE_TTS: Preset = Preset { format: Format::Mp3, parallel: 2, ..OTHER };

const ASSEMBLY_AI: Preset = Preset {
    base_url: Some("https://tts.us.assemblyai.com/v1/openai"),
    paid: true,
    model: Some("assemblyai-tts-en"),
    voices_path: None,
    parallel: 2,
    ..OTHER
};

impl Name {
    pub(super) fn preset(self) -> &'static Preset {
        match self {
            Self::Other => &OTHER,
            Self::Kokoro => &KOKORO,
            Self::Speaches => &SPEACHES,
            Self::LocalAi => &LOCAL_AI,
            Self::OpenedAi => &OPENED_AI,
            Self::EdgeTts => &EDGE_TTS,
            Self::AssemblyAi => &ASSEMBLY_AI,
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
