//! The voice as its users see it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, LazyLock};

use saywell_voice::dsp::SAMPLE_RATE;
use saywell_voice::{Job, Line, MARGIN_AFTER, MARGIN_BEFORE, Pool, Speech, Turn, Urgency, Voice, VoiceError};

static VOICE: LazyLock<Arc<Voice>> = LazyLock::new(|| Arc::new(Voice::heart().unwrap()));

const LONG: &str = "The committee met on Tuesday to review the plans for the new water system, which had been \
    delayed twice because of storms, and after a long discussion about money, safety, and the needs of the \
    villages along the coast, the members agreed that work should begin in the spring, provided that the \
    engineers could show that the old pipes, some of which were laid more than eighty years ago, would hold \
    until the last section was connected, tested, and opened to the public.";

fn speak(text: &str, speed: f32) -> Speech {
    VOICE.speak(Line { speed, ..text.into() }).unwrap()
}

fn words<'a>(text: &'a str, speech: &Speech) -> Vec<&'a str> {
    speech.words.iter().map(|word| &text[word.text.clone()]).collect()
}

/// Root mean square of the samples between two times.
fn level(speech: &Speech, from: f64, to: f64) -> f32 {
    let at = |seconds: f64| ((seconds * f64::from(SAMPLE_RATE)) as usize).min(speech.samples.len());
    let samples = &speech.samples[at(from)..at(to)];
    (samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32).sqrt()
}

#[test]
fn every_word_has_its_time() {
    for text in ["Hello there, how are you?", "It cost $42, they said: too much.", LONG] {
        let speech = speak(text, 1.0);
        assert!(speech.words.iter().all(|word| word.start < word.end && word.end <= speech.seconds()));
        assert!(speech.words.windows(2).all(|pair| pair[0].end <= pair[1].start + 1e-9));
        for (word, time) in words(text, &speech).iter().zip(&speech.words) {
            let level = level(&speech, time.start, time.end);
            assert!(level > 0.005, "“{word}” is silent: {level} from {} to {}", time.start, time.end);
        }
    }
    assert_eq!(words("Hello there, you.", &speak("Hello there, you.", 1.0)), ["Hello", "there", "you"]);
}

#[test]
fn a_long_text_loses_no_word_and_has_no_click() {
    let speech = speak(LONG, 1.0);
    let expected: Vec<_> =
        LONG.split_whitespace().map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation())).collect();
    assert_eq!(words(LONG, &speech), expected);
    // The parts are apart by a pause of silence, and each begins and ends next to zero.
    let joins: Vec<_> = speech.samples.chunk_by(|a, b| (*a == 0.0) == (*b == 0.0)).collect();
    let joins: Vec<_> = joins.windows(3).filter(|run| run[1][0] == 0.0 && run[1].len() > 2000).collect();
    assert!(!joins.is_empty());
    for join in joins {
        let edges = [join[0][join[0].len() - 1], join[2][0]];
        assert!(edges.iter().all(|sample| sample.abs() < 1e-4), "{edges:?}");
    }
    let pause = speech.words.windows(2).map(|pair| pair[1].start - pair[0].end).fold(0.0, f64::max);
    assert!(pause < 0.6, "{pause}");
}

#[test]
fn silence_at_the_ends_is_cut_to_the_margins() {
    for text in ["Hello there.", "Yes", "House and hat?"] {
        let speech = speak(text, 1.0);
        assert!(level(&speech, 0.0, MARGIN_BEFORE / 2.0) < 0.002);
        assert!(level(&speech, MARGIN_BEFORE, MARGIN_BEFORE + 0.01) > 0.001);
        assert!(level(&speech, speech.seconds() - MARGIN_AFTER / 2.0, speech.seconds()) < 0.002);
        assert!(speech.samples[0].abs() < 1e-4 && speech.samples[speech.samples.len() - 1].abs() < 1e-4);
        assert!(speech.samples.iter().all(|sample| sample.abs() <= 1.0));
    }
}

#[test]
fn the_same_text_sounds_the_same_on_any_thread() {
    let here = speak("The same again.", 1.0);
    let there = std::thread::spawn(|| speak("The same again.", 1.0)).join().unwrap();
    assert_eq!(here, there);
    assert_ne!(here.samples, speak("The same again!", 1.0).samples);
}

#[test]
fn speed_is_kept_and_checked() {
    let seconds = |speed| speak("A sentence of some length to measure.", speed).seconds();
    let (slow, normal, fast) = (seconds(0.5), seconds(1.0), seconds(2.0));
    assert!((1.6..2.4).contains(&(slow / normal)), "{slow} {normal}");
    assert!((1.6..2.4).contains(&(normal / fast)), "{normal} {fast}");
    for speed in [0.49, 2.01, f32::NAN, -1.0] {
        assert!(matches!(VOICE.speak(Line { speed, .."No.".into() }), Err(VoiceError::Speed(_))), "{speed}");
    }
}

/// From the first sound to the last: the silence around it is the pause's, which is the caller's to choose. What is
/// predicted is exact to half a step (`what_is_rounded_away_is_made_up_for`); how soon a sound is heard and dies away is known on average.
#[test]
fn speed_is_what_was_asked() {
    const TEXTS: [&str; 4] = [
        "The harbour was quiet this morning, and only two of the boats had come back.",
        "Measure the flour twice, then add the water slowly while you stir.",
        "She said that the library closes early on the last Friday of the month.",
        "Nobody had expected the second experiment to work better than the first.",
    ];
    let seconds = |speed| -> f64 {
        TEXTS.iter().map(|text| speak(text, speed).seconds() - MARGIN_BEFORE - MARGIN_AFTER).sum()
    };
    let own = seconds(1.0);
    let got = [0.5, 0.8, 0.9, 1.1, 1.25, 1.5, 2.0].map(|speed| (f64::from(speed), own / seconds(speed)));
    println!("asked and got: {got:.4?}");
    assert!(got.iter().all(|(asked, got)| (got / asked - 1.0).abs() < 0.01), "{got:?}");
}

#[test]
fn nothing_to_say_is_no_sound() {
    for text in ["", " ", "…", "\u{200b}", "日本"] {
        let speech = speak(text, 1.0);
        assert!(speech.words.is_empty() && speech.seconds() < 1.0, "{text:?}");
    }
    assert_eq!(speak("", 1.0), Speech::default());
}

#[test]
fn the_pool_speaks_and_stops() {
    let pool = Pool::new(Arc::clone(&VOICE), NonZero::new(2).unwrap(), 8);
    let (send, results) = channel();
    let submit = |text: &str, cancelled| {
        let send = send.clone();
        let cancelled = Arc::new(AtomicBool::new(cancelled));
        let (marks, turn) = (Arc::default(), Turn { urgency: Urgency::First, caller: 1 });
        let job =
            Job { voice: String::new(), text: text.into(), marks, speed: 1.0, within: None, turn, cancelled };
        pool.submit(job, || (), move |result| send.send(result).unwrap()).unwrap();
    };
    submit("From the pool.", false);
    assert_eq!(results.recv().unwrap().unwrap(), speak("From the pool.", 1.0));
    submit("Nobody listens.", true);
    assert!(matches!(results.recv().unwrap(), Err(VoiceError::Cancelled)));
}

#[test]
fn gives_up_between_stages_when_not_wanted() {
    let questions = AtomicBool::new(true);
    // Wanted when first asked, not any more when asked again.
    let result = VOICE.speak_while("Hello there.", &|| questions.swap(false, Ordering::Relaxed));
    assert!(matches!(result, Err(VoiceError::Cancelled)));
}

#[test]
fn names_itself() {
    assert_eq!(VOICE.name(), "heart");
    let (revision, hash) = VOICE.version().split_once('-').unwrap();
    assert!(revision.parse::<u32>().is_ok() && hash.len() == 16);
}
