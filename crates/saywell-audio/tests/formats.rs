//! Every format, as ffmpeg and ffprobe see it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

use saywell_audio::{Format, Frames, encode, from_s16le, to_s16le, whole};
use support::{bursts, centre_of_energy, decode, file, largest_step, rms, run, stream, voice};

/// Three clips of odd lengths, each with bursts near both ends and a pause of silence, and where the bursts belong.
fn clips(format: Format) -> (Vec<Frames>, Vec<f64>, f64) {
    let mut start = 0.0;
    let mut clips = Vec::new();
    let mut planned = Vec::new();
    for (seconds, centres) in [(1.2345, &[0.065, 1.1][..]), (0.4, &[0.065, 0.3]), (2.01, &[0.07, 1.0, 1.9])] {
        let clip = encode(format.codec(), &bursts(seconds, centres)).unwrap();
        planned.extend(centres.iter().map(|centre| start + centre));
        start += clip.seconds();
        clips.push(clip);
    }
    (clips, planned, start)
}

/// Seconds a burst may be heard away from its place.
const TOLERANCE: f64 = 0.0006;

#[test]
fn joined_clips_last_and_sound_exactly_as_planned() {
    for format in Format::ALL {
        let (clips, planned, seconds) = clips(format);
        let decoded = decode("joined", format, &stream(format, &clips));
        let lasts = decoded.len() as f64 / support::RATE;
        // ffmpeg 5 plays the whole of the last MP4 packet, of which the file counts 6.5 of 20 ms.
        let tolerance = if format == Format::Mp4 { 0.0136 } else { 0.0005 };
        assert!((lasts - seconds).abs() < tolerance, "{format} lasts {lasts:.4} s instead of {seconds:.4} s");
        for centre in planned {
            let found = centre_of_energy(&decoded, centre);
            assert!((found - centre).abs() < TOLERANCE, "{format}: burst at {found:.4} s, not {centre:.4} s");
        }
    }
}

#[test]
fn the_time_after_each_pause_is_not_filled_with_anything() {
    for format in Format::ALL {
        let (clips, planned, _) = clips(format);
        let decoded = decode("quiet", format, &stream(format, &clips));
        for (index, sample) in decoded.iter().enumerate() {
            let t = index as f64 / support::RATE;
            if planned.iter().all(|centre| (t - centre).abs() > 0.05) {
                assert!(sample.abs() < 0.003, "{format}: {sample} at {t:.4} s, where silence was planned");
            }
        }
    }
}

/// Each clip sounds from its first sample to its last, which is the worst case.
#[test]
fn joins_do_not_click_and_lose_nothing() {
    let clip = voice(1.0);
    for format in Format::ALL {
        let frames = encode(format.codec(), &clip).unwrap();
        let decoded =
            decode("joins", format, &stream(format, &[frames.clone(), frames.clone(), frames.clone()]));
        let original = largest_step(&[clip.as_slice(), &[0.0; 10], clip.as_slice()].concat());
        let step = largest_step(&decoded);
        assert!(step < 1.3 * original, "{format}: a step of {step} where the clip itself has {original}");
        // Each 50 ms of each repetition keeps its level within 4 dB, troughs between syllables included, the very edges of the clip apart.
        let length = frames.samples() as usize;
        let late = lateness(format);
        for repetition in 0..3 {
            for part in 1..19 {
                let at = part * 1200;
                let ratio =
                    rms(&decoded[repetition * length + late + at..][..1200]) / rms(&clip[at..][..1200]);
                let decibels = 20.0 * ratio.log10();
                assert!(
                    decibels.abs() < 4.0,
                    "{format}: {decibels:.1} dB in part {part} of repetition {repetition}"
                );
            }
        }
    }
}

/// Samples by which a clip that sounds from its first sample on is heard later than it begins.
fn lateness(format: Format) -> usize {
    if format == Format::Mp3 { 624 } else { 0 }
}

#[test]
fn the_first_and_the_last_milliseconds_of_a_clip_are_there() {
    let clip = voice(1.0);
    for format in Format::ALL {
        let frames = encode(format.codec(), &clip).unwrap();
        let decoded = decode("edges", format, &stream(format, &[frames.clone(), frames.clone()]));
        let length = frames.samples() as usize;
        for start in [lateness(format), length + lateness(format)] {
            let first = 20.0 * (rms(&decoded[start..][..240]) / rms(&clip[..240])).log10();
            let last = 20.0 * (rms(&decoded[start + 23_760..][..240]) / rms(&clip[23_760..])).log10();
            assert!((-2.5..3.0).contains(&first), "{format}: first 10 ms at {first:.1} dB");
            assert!((-2.5..3.0).contains(&last), "{format}: last 10 ms at {last:.1} dB");
        }
    }
}

#[test]
fn what_is_lossless_comes_back_bit_by_bit() {
    let mut sound = voice(1.3);
    sound.extend([1.0, -1.0, 1.0, -1.0, 0.0, 0.0]);
    sound.extend((0_u32..5000).map(|n| n.wrapping_mul(2_654_435_761).cast_signed() as f32 / 2_147_483_648.0)); // noise
    sound.extend([0.25; 2000]);
    let rounded = from_s16le(&to_s16le(&sound));
    for format in [Format::Flac, Format::Wav, Format::Pcm] {
        let clips = [encode(format.codec(), &sound).unwrap(), encode(format.codec(), &sound).unwrap()];
        let decoded = decode("lossless", format, &stream(format, &clips));
        let length = clips[0].samples() as usize;
        for start in [0, length] {
            let differs = decoded[start..]
                .iter()
                .zip(&rounded)
                .position(|(got, wanted)| got.to_bits() != wanted.to_bits());
            assert_eq!(differs, None, "{format}, clip at {start}");
        }
    }
}

#[test]
fn what_is_lossy_stays_close() {
    let sound = voice(2.0);
    for (format, least) in [(Format::Mp3, 18.0), (Format::Opus, 10.0)] {
        let decoded = decode("close", format, &stream(format, &[encode(format.codec(), &sound).unwrap()]));
        let inner = 2400..45_600;
        let late = lateness(format);
        let error: Vec<f32> = inner.clone().map(|n| decoded[n + late] - sound[n]).collect();
        let decibels = 20.0 * (rms(&sound[inner]) / rms(&error)).log10();
        assert!(decibels > least, "{format}: signal to noise {decibels:.1} dB");
    }
}

#[test]
fn ffprobe_sees_codec_rate_channels_and_length() {
    for (format, codec, rate) in [
        (Format::Mp3, "mp3", "24000"),
        (Format::Opus, "opus", "48000"),
        (Format::Webm, "opus", "48000"),
        (Format::Mp4, "opus", "48000"),
        (Format::Flac, "flac", "24000"),
        (Format::Wav, "pcm_s16le", "24000"),
    ] {
        let (clips, _, seconds) = clips(format);
        let path = file(&format!("probe.{format}"), &whole(format, &clips).unwrap());
        let entries = "stream=codec_name,sample_rate,channels";
        let show = ["-show_entries", entries, "-show_entries", "format=duration", "-of", "default=nw=1"];
        let output = run("ffprobe", &[&show[..], &[path.to_str().unwrap()]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        for wanted in [format!("codec_name={codec}"), format!("sample_rate={rate}"), "channels=1".into()] {
            assert!(text.lines().any(|line| line == wanted), "{format}: no {wanted} in {text}");
        }
        let duration = text.lines().find_map(|line| line.strip_prefix("duration=")).unwrap();
        // A WebM stream has no duration until it is read through.
        if format != Format::Webm {
            let duration: f64 = duration.parse().unwrap();
            assert!(
                (duration - seconds).abs() < 0.03,
                "{format}: ffprobe says {duration} s, not {seconds} s"
            );
        }
    }
}

#[test]
fn a_stream_is_the_whole_file_where_the_header_states_no_length() {
    for format in Format::ALL.into_iter().filter(|format| !format.states_length()) {
        let (clips, ..) = clips(format);
        assert_eq!(stream(format, &clips), whole(format, &clips).unwrap(), "{format}");
    }
}

#[test]
fn a_stream_without_clips_is_still_a_file() {
    for format in Format::ALL {
        let bytes = whole(format, &[]).unwrap();
        assert_eq!(bytes.is_empty(), matches!(format, Format::Mp3 | Format::Pcm), "{format}");
    }
}

#[test]
fn a_minute_in_one_clip_keeps_its_place() {
    let sound = bursts(65.0, &[1.0, 31.0, 64.0]);
    for format in Format::ALL {
        let decoded = decode("minute", format, &stream(format, &[encode(format.codec(), &sound).unwrap()]));
        for centre in [1.0, 31.0, 64.0] {
            let found = centre_of_energy(&decoded, centre);
            assert!((found - centre).abs() < TOLERANCE, "{format}: burst at {found:.4} s, not {centre:.4} s");
        }
    }
}

/// The silence that is missing in front of an MP3 clip is taken from the pause behind it.
#[test]
fn an_early_onset_costs_no_frame_where_there_is_a_pause() {
    let early = bursts(1.2, &[0.045]);
    let frames = encode(Format::Mp3.codec(), &early).unwrap();
    assert_eq!(frames.samples(), 28_800);
    let decoded = decode("early", Format::Mp3, &stream(Format::Mp3, &[frames.clone(), frames]));
    for centre in [0.045, 1.245] {
        let late = centre_of_energy(&decoded, centre) - centre;
        assert!((-0.0005..0.01).contains(&late), "late by {late:.4} s");
    }
}
