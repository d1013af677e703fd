//! What is to be spoken, and by whom.

use saywell_audio::Format;
use saywell_text::{Script, Utterance};

use crate::cache::{Key, KeyFields, Kind};
use crate::chain::Chain;
use crate::voices::{Cast, Speaker};

/// What is to be spoken, and by whom.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) script: Script,
    pub(super) chain: Chain,
    pub(super) cast: Cast,
    /// Who is asked first, and whom the key names.
    pub(super) speaker: Speaker,
    pub(super) parallel: usize,
    pub(super) speed: f32,
    pub(super) format: Format,
    pub(super) language: Option<String>,
    pub(super) prefetch: bool,
}

impl Plan {
    /// The rendition's key. Its text is the script and the reply that it was made of, since a rendition's captions
    /// point into the reply.
    pub(super) fn key(&self, reply: &str) -> Key {
        let script = serde_json::to_string(&self.script.utterances).unwrap_or_default();
        let text = format!("{script}\n{reply}");
        let fields = self.fields(Kind::Rendition, &self.speaker);
        KeyFields { prepared_text: &text, format: self.format.name(), ..fields }.key()
    }

    /// The pause after an utterance, from sound to sound, seconds; none after the last.
    pub(super) fn pause(&self, number: usize) -> f64 {
        let utterances = &self.script.utterances;
        let pause = utterances.get(number).filter(|_| number + 1 < utterances.len());
        pause.map_or(0.0, |utterance| utterance.pause.seconds() / f64::from(self.speed))
    }

    /// The key of an utterance in one speaker's voice, wherever it stands: its text, how it is said, and the pause
    /// after it.
    pub(super) fn clip_key(&self, utterance: &Utterance, pause: f64, speaker: &Speaker) -> Key {
        let Utterance { text, marks, .. } = utterance;
        let marks = serde_json::to_string(marks).unwrap_or_default();
        let text = format!("{pause} {marks} {text}");
        let fields = self.fields(Kind::Clip, speaker);
        KeyFields { prepared_text: &text, format: self.format.codec().name(), ..fields }.key()
    }

    fn fields<'a>(&'a self, kind: Kind, speaker: &'a Speaker) -> KeyFields<'a> {
        KeyFields {
            kind,
            prepared_text: "",
            provider: &speaker.provider,
            model: &speaker.model,
            voice: &speaker.voice,
            speed: f64::from(self.speed),
            format: "",
            language: self.language.as_deref().unwrap_or_default(),
            pronunciation_version: "",
            provider_options: &speaker.options,
            voice_version: &speaker.voice_version,
        }
    }
}
