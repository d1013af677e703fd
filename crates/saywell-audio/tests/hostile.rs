//! Parsers meet bytes that nobody meant for them.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use saywell_audio::{Captions, Codec, Frames, Source, encode, encode_with_head, read_wav};

/// A small generator with a fixed seed, so that a failure can be seen again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.next() % most).map(|_| self.next() as u8).collect()
    }

    /// A few bytes of a valid file replaced, so that damage reaches behind the first check.
    fn damaged(&mut self, valid: &[u8]) -> Vec<u8> {
        let mut bytes = valid.to_vec();
        for _ in 0..=self.next() % 4 {
            let place = self.next() as usize % bytes.len();
            if let Some(byte) = bytes.get_mut(place) {
                *byte = if self.next().is_multiple_of(3) { 0xff } else { self.next() as u8 };
            }
        }
        bytes.truncate(bytes.len() - (self.next() as usize % 8).min(bytes.len()));
        bytes
    }
}

#[test]
fn stored_clips_of_every_length_read_back() {
    let mut random = Random(1);
    for codec in Codec::ALL {
        for _ in 0..20 {
            let samples: Vec<f32> =
                (0..random.next() % 3000).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
            let clip = encode(codec, &samples).unwrap();
            assert!(clip.samples() >= samples.len() as u64);
            assert_eq!(Frames::from_bytes(&clip.to_bytes()).unwrap(), clip);
        }
    }
}

#[test]
fn no_bytes_make_a_clip_but_a_clip_s_own() {
    let mut random = Random(2);
    let clip = encode(Codec::Opus, &[0.1; 2000]).unwrap().to_bytes();
    for _ in 0..20_000 {
        let damaged = random.damaged(&clip);
        assert!(Frames::from_bytes(&damaged).is_err() || damaged == clip);
        assert!(Frames::from_bytes(&random.bytes(64)).is_err());
    }
}

#[test]
fn no_bytes_upset_the_wave_reader() {
    let mut random = Random(3);
    let clips = [encode(Codec::Pcm, &[0.1; 40]).unwrap()];
    let wav = saywell_audio::whole(saywell_audio::Format::Wav, &clips).unwrap();
    for _ in 0..20_000 {
        if let Ok((rate, samples)) = read_wav(&random.damaged(&wav)) {
            assert!(rate > 0 && samples.iter().all(|sample| sample.is_finite()));
        }
    }
}

#[test]
fn samples_that_are_no_sound_still_encode() {
    let wild = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e-40, 2.0, 0.0].repeat(300);
    for codec in Codec::ALL {
        assert!(encode(codec, &wild).unwrap().samples() >= 2100, "{codec}");
        assert_eq!(encode(codec, &[]).unwrap().samples(), 0, "{codec}");
        assert!(encode(codec, &[0.5]).unwrap().samples() >= 1, "{codec}");
    }
}

#[test]
fn equal_samples_make_equal_bytes() {
    let samples: Vec<f32> =
        (0..24_000).map(|n| (n as f32 * 0.03).sin() * (n as f32 * 0.0007).sin()).collect();
    for codec in Codec::ALL {
        assert_eq!(encode(codec, &samples), encode(codec, &samples), "{codec}");
    }
}

#[test]
fn the_head_is_the_beginning_of_the_whole() {
    let samples: Vec<f32> =
        (0..60_000).map(|n| (n as f32 * 0.03).sin() * (n as f32 * 0.0007).sin()).collect();
    for codec in [Codec::Mp3, Codec::Opus] {
        for count in [0, 1, 13, 40, 10_000] {
            let mut head = None;
            let whole =
                encode_with_head(codec, Source::whole(samples.clone()), count, |frames| head = Some(frames))
                    .unwrap();
            assert_eq!(whole, encode(codec, &samples).unwrap(), "{codec}");
            assert_eq!(head, (count < whole.count()).then(|| whole.split_at(count).0), "{codec} {count}");
        }
    }
    // Whatever part of it is at hand before the rest.
    for codec in Codec::ALL {
        let whole = encode(codec, &samples).unwrap();
        for at_hand in [0, 1, 500, 7_200, 20_000, samples.len()] {
            let mut head = None;
            let source = Source::begun(samples[..at_hand].to_vec(), || samples.clone());
            let frames = encode_with_head(codec, source, 13, |frames| head = Some(frames)).unwrap();
            assert_eq!(frames, whole, "{codec} {at_hand}");
            assert!(head.is_none_or(|head| head == whole.split_at(13).0), "{codec} {at_hand}");
        }
        if codec != Codec::Flac {
            let (mut handed_on, handed_before) = (false, std::cell::Cell::new(true));
            let head = samples[..Source::head_samples(codec, 13)].to_vec();
            let source = Source::begun(head, || {
                handed_before.set(false);
                samples.clone()
            });
            encode_with_head(codec, source, 13, |_| handed_on = handed_before.get()).unwrap();
            assert!(handed_on, "{codec}: the head waited for the rest");
        }
    }
    for codec in Codec::ALL {
        let whole = encode(codec, &samples).unwrap();
        for count in [0, 7, whole.count(), usize::MAX] {
            let (front, back) = whole.split_at(count);
            assert_eq!(front.samples() + back.samples(), whole.samples(), "{codec}");
            assert_eq!([front.data(), back.data()].concat(), whole.data(), "{codec}");
        }
    }
}

#[test]
fn captions_of_any_times_stay_captions() {
    let json = r#"{"duration_seconds":1e300,"words":[{"text":"a","start":-1e300,"end":1e300,"source":[9,1],"exact":false}],
        "utterances":[{"text":"a","start":1e300,"end":-5,"source":[0,1],"provider":"","voice":""}]}"#;
    let captions: Captions = serde_json::from_str(json).unwrap();
    assert!(captions.to_vtt().starts_with("WEBVTT\n"));
    assert!(captions.to_srt().starts_with("1\n"));
}
