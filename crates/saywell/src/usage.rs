//! Usage: what was spoken, and how it went, as metrics and log lines. Texts are in neither.

use std::time::Duration;

use metrics::{counter, histogram};
use tracing::info;

use crate::flight::Failure;
use crate::identity::Caller;
use crate::speak::{Speech, SpeechRequest};

/// A request for speech was answered.
pub fn asked(caller: &Caller, request: &SpeechRequest, speech: &Speech) {
    counter!("saywell_requests_total", "cache" => speech.outcome.name(), "format" => speech.format.name())
        .increment(1);
    info!(
        key = %speech.key.short(),
        message = request.message_id,
        room = caller.room,
        cache = speech.outcome.name(),
        provider = speech.speaker.provider,
        voice = speech.speaker.voice,
        characters = speech.characters,
        "asked"
    );
}

/// A flight ended.
pub fn landed(outcome: &Result<(), Failure>) {
    let outcome = match outcome {
        Ok(()) => "spoken",
        Err(Failure::Cancelled) => "cancelled",
        Err(Failure::Exhausted(_)) => "exhausted",
        Err(Failure::Unspeakable) => "unspeakable",
        Err(Failure::Internal(_)) => "failed",
    };
    counter!("saywell_flights_total", "outcome" => outcome).increment(1);
}

/// A provider spoke an utterance.
pub fn spoken(provider: &str, characters: usize, seconds: f64, took: Duration) {
    let provider = provider.to_owned();
    counter!("saywell_utterances_total", "provider" => provider.clone()).increment(1);
    counter!("saywell_characters_total", "provider" => provider.clone()).increment(characters as u64);
    histogram!("saywell_utterance_seconds", "provider" => provider.clone()).record(took.as_secs_f64());
    histogram!("saywell_speech_seconds", "provider" => provider).record(seconds);
}

/// A listener got the first sound of something that was not there before.
pub fn first_sound(took: Duration) {
    histogram!("saywell_first_sound_seconds").record(took.as_secs_f64());
}
