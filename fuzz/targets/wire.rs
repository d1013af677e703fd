//! What a provider's service sends is read or refused, whatever it holds, and the same however it is cut into pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reqwest::StatusCode;
use saywell_providers::provider::{Part, ProviderError};
use saywell_providers::providers::wire::{
    Base64Reader, Coding, EventReader, LineReader, ServiceFailure, SoundReader,
};

fuzz_target!(|data: &[u8]| {
    let Some((&first, data)) = data.split_first() else { return };
    let size = usize::from(first).max(1);
    for limit in [8, 1 << 20] {
        assert_eq!(lines(data, size, limit), lines(data, usize::MAX, limit));
        assert_eq!(events(data, size, limit), events(data, usize::MAX, limit));
    }
    for coding in [Coding::Pcm { rate: 24_000 }, Coding::Float { rate: 24_000 }, Coding::Wav] {
        let samples = |size| sound(data, size, coding).map(|samples| samples.len());
        assert_eq!(samples(size), samples(usize::MAX));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let mut reader = Base64Reader::default();
        let _ = reader.push(text).and_then(|_| reader.finish());
    }
    let failure = ServiceFailure::of_message(StatusCode::BAD_REQUEST, data);
    assert!(failure.message.chars().count() <= 201);
});

fn lines(data: &[u8], size: usize, limit: usize) -> Option<Vec<String>> {
    let mut reader = LineReader::new(limit);
    let mut lines = Vec::new();
    for piece in data.chunks(size) {
        lines.extend(reader.push(piece).ok()?);
    }
    lines.extend(reader.finish());
    Some(lines)
}

fn events(data: &[u8], size: usize, limit: usize) -> Option<Vec<saywell_providers::providers::wire::Event>> {
    let mut reader = EventReader::new(limit);
    let mut events = Vec::new();
    for piece in data.chunks(size) {
        events.extend(reader.push(piece).ok()?);
    }
    Some(events)
}

fn sound(data: &[u8], size: usize, coding: Coding) -> Result<Vec<f32>, ProviderError> {
    let mut reader = SoundReader::new(coding);
    let mut samples = Vec::new();
    let mut add = |part: Option<Part>| {
        if let Some(Part::Sound { samples: more, .. }) = part {
            samples.extend(more);
        }
    };
    for piece in data.chunks(size) {
        add(reader.push(piece)?);
    }
    add(reader.finish()?);
    Ok(samples)
}
