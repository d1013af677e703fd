//! The key under which sound is stored: a hash of everything that changes it.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Starts every hashed text; a change of the fields or of their order needs a new one.
const VERSION: &[u8] = b"saywell key 1";

/// What is stored under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// A whole reply, in the very bytes that a listener gets.
    Rendition,
    /// One utterance.
    Clip,
}

impl KeyKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rendition, Self::Clip];

    /// `rendition` or `clip`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rendition => "rendition",
            Self::Clip => "clip",
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no [`KeyKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kind is rendition or clip")]
pub struct KindError;

impl FromStr for KeyKind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(KindError)
    }
}

/// Names one rendition or clip: SHA-256 over the length-prefixed [`KeyFields`].
///
/// Written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// The key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The first 12 digits: enough to find a key again in log lines.
    #[must_use]
    pub fn short(&self) -> String {
        hex::encode(&self.0[..6])
    }

    /// Where a rendition is kept that is not what this key says, since another provider helped out: it is what links to
    /// this key open while they live, and nothing else. The halves change places, so that SQL can find it as well.
    #[must_use]
    pub fn as_heard(&self) -> Self {
        let mut bytes = self.0;
        bytes.rotate_left(16);
        Self(bytes)
    }

    /// The 32 bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// The text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 64 lower-case hexadecimal digits")]
pub struct KeyError;

impl serde::Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Key {
    type Err = KeyError;

    /// Accepts exactly what [`Display`](fmt::Display) writes, so that one key has one spelling.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(KeyError);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| KeyError)?;
        Ok(Self(bytes))
    }
}

/// Everything that changes the sound. Nothing is folded or approximated: a change of any field,
/// even of case or white space, is another key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyFields<'a> {
    /// What is stored under the key.
    pub kind: KeyKind,
    /// The text as it is given to the voice; for a rendition, the whole script's.
    pub prepared_text: &'a str,
    /// The provider's name, `local`.
    pub provider: &'a str,
    /// The provider's model, empty where it has but one.
    pub model: &'a str,
    /// The voice's name at the provider.
    pub voice: &'a str,
    /// How fast, 1.0 as the voice was trained; its exact bits count.
    pub speed: f64,
    /// The format of a rendition, the codec of a clip.
    pub format: &'a str,
    /// The language, empty when left to the voice.
    pub language: &'a str,
    /// The version of the pronunciations in force, empty when there are none.
    pub pronunciation_version: &'a str,
    /// What else is asked of the provider, in one canonical spelling.
    pub provider_options: &'a str,
    /// The version of the voice's file, empty for a voice somewhere else.
    pub voice_version: &'a str,
}

impl KeyFields<'_> {
    /// The key of these fields.
    #[must_use]
    pub fn key(&self) -> Key {
        // Taken apart by name, so that a new field cannot be forgotten here.
        let Self {
            kind,
            prepared_text,
            provider,
            model,
            voice,
            speed,
            format,
            language,
            pronunciation_version,
            provider_options,
            voice_version,
        } = *self;
        let speed = speed.to_bits().to_le_bytes();
        let fields: [&[u8]; 12] = [
            VERSION,
            kind.name().as_bytes(),
            prepared_text.as_bytes(),
            provider.as_bytes(),
            model.as_bytes(),
            voice.as_bytes(),
            &speed,
            format.as_bytes(),
            language.as_bytes(),
            pronunciation_version.as_bytes(),
            provider_options.as_bytes(),
            voice_version.as_bytes(),
        ];
        let mut hash = Sha256::new();
        for field in fields {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field);
        }
        Key(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const BASE: KeyFields<'_> = KeyFields {
        kind: KeyKind::Rendition,
        prepared_text: "Hello there.",
        provider: "local",
        model: "hibari",
        voice: "heart",
        speed: 1.0,
        format: "mp3",
        language: "en",
        pronunciation_version: "p1",
        provider_options: "{}",
        voice_version: "v1",
    };

    #[test]
    fn every_field_changes_the_key() {
        let variants = [
            BASE,
            KeyFields { kind: KeyKind::Clip, ..BASE },
            KeyFields { prepared_text: "hello there.", ..BASE },
            KeyFields { prepared_text: "Hello there. ", ..BASE },
            KeyFields { provider: "openai", ..BASE },
            KeyFields { model: "hibari-2", ..BASE },
            KeyFields { voice: "Heart", ..BASE },
            KeyFields { speed: 1.0 + f64::EPSILON, ..BASE },
            KeyFields { format: "opus", ..BASE },
            KeyFields { language: "en-US", ..BASE },
            KeyFields { pronunciation_version: "p2", ..BASE },
            KeyFields { provider_options: "{\"a\":1}", ..BASE },
            KeyFields { voice_version: "v2", ..BASE },
        ];
        let keys: HashSet<Key> = variants.iter().map(KeyFields::key).collect();
        assert_eq!(keys.len(), variants.len());
        assert_eq!(BASE.key(), BASE.clone().key(), "the same fields, the same key");
    }

    #[test]
    fn text_moved_between_fields_changes_the_key() {
        // The same 24 characters, cut in three fields at every pair of places.
        let text = "aaaaaaaaaaaaaaaaaaaaaaaa";
        let mut keys = HashSet::new();
        let mut cuts = 0;
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let fields = KeyFields {
                    prepared_text: &text[..first],
                    provider: &text[first..second],
                    model: &text[second..],
                    ..BASE
                };
                keys.insert(fields.key());
                cuts += 1;
            }
        }
        assert_eq!(keys.len(), cuts);
    }

    #[test]
    fn the_key_is_stable_across_versions_of_the_program() {
        // Computed apart from this code, with Python's hashlib over the documented layout.
        assert_eq!(
            BASE.key().to_string(),
            "e6f5a3c530023b1f11b1d8440535e7381d566a2feb2a9b5095b2d62b7c313071"
        );
    }

    #[test]
    fn text_round_trips_and_has_one_spelling() {
        let key = BASE.key();
        let text = key.to_string();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse(), Ok(key));
        let wrong = [
            String::new(),
            text[..63].to_owned(),
            format!("{text}0"),
            text.replacen(|c: char| c.is_ascii_digit(), "g", 1),
            text.to_uppercase(),
            format!(" {}", &text[1..]),
            "é".repeat(32),
            "../../../../../../../../../../../../../../../../../etc/passwd....".to_owned(),
        ];
        for wrong in wrong {
            assert_eq!(wrong.parse::<Key>(), Err(KeyError), "{wrong:?}");
        }
    }
}
