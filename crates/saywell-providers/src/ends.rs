//! What ends, and when: a table of models and voices whose services announced their last day.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use crate::price::fits;
use crate::provider::ProviderFacts;

/// The table that ships.
const SHIPPED: &str = include_str!("ends.toml");

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    /// Providers of this kind.
    kind: String,
    /// The model; `*` stands for anything.
    #[serde(default = "anything")]
    model: String,
    /// The voices; none: any.
    #[serde(default)]
    voice: Vec<String>,
    /// The day on which it is no more.
    #[serde(deserialize_with = "day")]
    day: NaiveDate,
    /// What to choose in its place.
    instead: String,
    /// Where it was read, for people.
    source: String,
}

fn anything() -> String {
    "*".to_owned()
}

fn day<'de, D: Deserializer<'de>>(written: D) -> Result<NaiveDate, D::Error> {
    String::deserialize(written)?.parse().map_err(serde::de::Error::custom)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    ends: Vec<End>,
}

/// Every end that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends(Vec<End>);

impl Default for Ends {
    /// The shipped table.
    fn default() -> Self {
        // A test reads it, so that it cannot be broken here.
        Self(toml::from_str::<Table>(SHIPPED).map(|table| table.ends).unwrap_or_default())
    }
}

impl Ends {
    /// What ends first of a provider that speaks with this model and voice.
    #[must_use]
    pub fn find(&self, about: &ProviderFacts, model: &str, voice: &str) -> Option<Ending> {
        if about.elsewhere {
            return None;
        }
        let ending = self.0.iter().filter(|end| {
            let of_voice = end.voice.is_empty() || end.voice.iter().any(|ending| ending == voice);
            end.kind == about.kind && fits(&end.model, model) && of_voice
        });
        let end = ending.min_by_key(|end| end.day)?;
        let of = match (end.voice.is_empty(), end.model.as_str()) {
            (false, _) => format!("the voice `{voice}`"),
            (true, "*") => "every model of its service".to_owned(),
            (true, _) => format!("the model `{model}`"),
        };
        let (instead, source) = (end.instead.clone(), end.source.clone());
        Some(Ending { provider: about.name.to_string(), of, day: end.day, instead, source })
    }

    /// The kinds of providers that it tells of.
    #[cfg(test)]
    pub(crate) fn kinds(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|end| end.kind.as_str())
    }
}

/// What ends, of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The provider's name.
    pub provider: String,
    /// What ends, in words.
    pub of: String,
    /// The day on which it is no more.
    pub day: NaiveDate,
    /// What to choose in its place.
    pub instead: String,
    /// Where it was read.
    pub source: String,
}

impl Ending {
    /// The beginning of its day, in UTC.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        let seconds = self.day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap_or_default())
    }

    /// All of it in a sentence, to follow the provider's name and a colon.
    #[must_use]
    pub fn in_words(&self, now: SystemTime) -> String {
        let Self { of, day, instead, source, .. } = self;
        let verb = if now < self.time() { "ends" } else { "ended" };
        format!("{of} {verb} on {day}; choose {instead} ({source})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: &'static str, model: &str, voice: &str) -> Option<String> {
        Ends::default()
            .find(&ProviderFacts::new(kind, kind, model), model, voice)
            .map(|end| end.day.to_string())
    }

    #[test]
    fn the_shipped_table_can_be_read_and_says_where_it_was_read() {
        let table: Table = toml::from_str(SHIPPED).unwrap();
        assert!(table.ends.len() > 10);
        for end in &table.ends {
            assert!(!end.source.is_empty() && !end.instead.is_empty(), "{end:?}");
        }
    }

    #[test]
    fn what_ends_is_found_and_what_stays_is_not() {
        for (kind, model, voice, day) in [
            ("openai", "tts-1", "nova", Some("2027-01-06")),
            ("openai_realtime", "gpt-realtime-2.1-mini", "marin", None),
            ("elevenlabs", "eleven_flash_v2_5", "21m00Tcm4TlvDq8ikWAM", Some("2026-12-31")),
            ("elevenlabs", "eleven_turbo_v2", "21m00Tcm4TlvDq8ikWAM", Some("2026-07-09")),
            ("elevenlabs", "eleven_flash_v2_5", "a-voice-of-ones-own", None),
            ("mistral", "voxtral-mini-tts-3-0", "gb_jane_neutral", None),
            ("mistral", "voxtral-mini-tts-2603", "gb_jane_neutral", Some("2027-04-30")),
            ("gemini", "gemini-3.8-flash-tts", "Kore", None),
            ("gemini", "gemini-2.5-pro-preview-tts", "Kore", Some("2026-11-17")),
            ("cartesia", "sonic-3.5", "x", None),
            ("cartesia", "sonic", "x", Some("2026-06-01")),
            ("groq", "canopylabs/orpheus-v1-english", "troy", None),
            ("openrouter", "mistralai/voxtral-mini-tts-3-0", "x", None),
        ] {
            assert_eq!(found(kind, model, voice).as_deref(), day, "{kind} {model} {voice}");
        }
    }

    #[test]
    fn an_end_is_told_before_and_after_it_came_and_not_of_what_is_elsewhere() {
        let about = ProviderFacts::new("openai", "reader", "tts-1");
        let end = Ends::default().find(&about, "tts-1", "nova").unwrap();
        assert_eq!(end.provider, "reader");
        let before = end.in_words(UNIX_EPOCH);
        assert!(
            before.starts_with("every model of its service ends on 2027-01-06; choose openai_realtime"),
            "{before}"
        );
        let after = end.in_words(end.time());
        assert!(after.contains(" ended on 2027-01-06"), "{after}");
        let elsewhere = ProviderFacts { elsewhere: true, ..about };
        assert_eq!(Ends::default().find(&elsewhere, "tts-1", "nova"), None);
    }
}
