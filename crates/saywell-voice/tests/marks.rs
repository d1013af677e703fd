//! What the voice makes of marks and of parts of a sentence, measured in its samples.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use saywell_text::{Emphasis, How, Mark, Prosody, Utterance};
use saywell_voice::dsp::SAMPLE_RATE;
use saywell_voice::{Line, MARGIN_AFTER, MARGIN_BEFORE, Speech, SpokenWord, Voice};

static VOICE: LazyLock<Voice> = LazyLock::new(|| Voice::heart().unwrap());

const SENTENCE: &str = "We will renew the agreement on Monday morning, and nobody knows the reason.";

fn speak(text: &str, marks: &[Mark]) -> Speech {
    VOICE.speak(Line { marks, ..text.into() }).unwrap()
}

fn mark(text: &str, part: &str, how: How) -> Mark {
    let start = text.find(part).unwrap();
    Mark { text: start..start + part.len(), how }
}

fn prosody(text: &str, part: &str, set: impl Fn(&mut Prosody)) -> Mark {
    let mut prosody = Prosody::default();
    set(&mut prosody);
    mark(text, part, How::Prosody(prosody))
}

fn silence(text: &str, before: &str, milliseconds: u64) -> Mark {
    let at = text.find(before).unwrap();
    Mark { text: at..at, how: How::Break(Duration::from_millis(milliseconds)) }
}

/// The time of the word written so.
fn time(text: &str, speech: &Speech, word: &str) -> Range<f64> {
    let found = speech.words.iter().find(|spoken| &text[spoken.text.clone()] == word);
    assert!(found.is_some(), "“{word}” is not said");
    found.map(|found| found.start..found.end).unwrap()
}

fn samples(speech: &Speech, time: Range<f64>) -> &[f32] {
    let at = |seconds: f64| ((seconds * f64::from(SAMPLE_RATE)) as usize).min(speech.samples.len());
    &speech.samples[at(time.start)..at(time.end)]
}

/// In decibels of full scale.
fn level(samples: &[f32]) -> f64 {
    let square = samples.iter().map(|x| f64::from(x * x)).sum::<f64>() / samples.len() as f64;
    10.0 * square.max(1e-12).log10()
}

/// Seconds of the longest silence, from sound to sound, around the border before the word with this index.
fn silence_before(speech: &Speech, word: usize) -> f64 {
    const BLOCK: usize = SAMPLE_RATE as usize / 1000;
    let is_loud = |block: &[f32]| level(block) > -54.0;
    let (before, after) = (&speech.words[word - 1], &speech.words[word]);
    let middle = |word: &SpokenWord| (500.0 * (word.start + word.end)) as usize;
    let between = middle(before) * BLOCK..middle(after) * BLOCK;
    let blocks: Vec<bool> = speech.samples[between].chunks(BLOCK).map(is_loud).collect();
    let silences = blocks.chunk_by(|a, b| a == b).filter(|run| !run[0]);
    silences.map(<[bool]>::len).max().unwrap_or(0) as f64 / 1000.0
}

/// The pitch of every voiced 10 ms in Hz, by normalized autocorrelation between `lowest` and `highest`.
fn pitches(samples: &[f32], lowest: f64, highest: f64) -> Vec<Option<f64>> {
    let rate = f64::from(SAMPLE_RATE);
    let (shortest, longest) = ((rate / highest) as usize, (rate / lowest) as usize);
    let window = 2 * longest;
    let starts = (0..samples.len().saturating_sub(window + longest)).step_by(240);
    let pitch = |start: usize| {
        let here = &samples[start..start + window];
        let likeness = |lag: usize| {
            let there = &samples[start + lag..start + lag + window];
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            dot(here, there) / (dot(here, here) * dot(there, there)).sqrt().max(1e-9)
        };
        let all: Vec<f64> = (shortest..=longest).map(likeness).collect();
        let most = all.iter().copied().fold(0.0, f64::max);
        // The first peak that is nearly the highest: later ones are its multiples.
        let peak = (1..all.len() - 1)
            .find(|i| all[*i] > 0.95 * most && all[*i] >= all[i - 1] && all[*i] >= all[i + 1])?;
        let (a, b, c) = (all[peak - 1], all[peak], all[peak + 1]);
        let finer = 0.5 * (a - c) / (a - 2.0 * b + c).min(-1e-9);
        (b > 0.85 && level(here) > -40.0).then(|| rate / ((shortest + peak) as f64 + finer))
    };
    starts.map(pitch).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    assert!(values.len() > 2, "{values:?}");
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The pitch in cents of one Hz, over the voiced frames.
fn cents(samples: &[f32], lowest: f64, highest: f64) -> f64 {
    median(pitches(samples, lowest, highest).into_iter().flatten().map(|hz| 1200.0 * hz.log2()).collect())
}

#[test]
fn silences_are_exact() {
    for before in ["the agreement", "on Monday", "and nobody", "knows"] {
        for milliseconds in [0, 10, 50, 100, 250, 1000, 3000] {
            let mark = silence(SENTENCE, before, milliseconds);
            let speech = speak(SENTENCE, std::slice::from_ref(&mark));
            let word = speech.words.iter().position(|word| word.text.start == mark.text.start).unwrap();
            let (wanted, found) = (milliseconds as f64 / 1000.0, silence_before(&speech, word));
            println!("{before:14} {milliseconds:5} ms: {:.0} ms", 1000.0 * found);
            assert!((found - wanted).abs() <= 0.01, "before “{before}”: {found} s for {wanted} s");
        }
    }
}

#[test]
fn silences_at_the_ends_take_in_the_margins() {
    let text = "Hello there.";
    let plain = speak(text, &[]);
    let at =
        |at: usize, milliseconds| Mark { text: at..at, how: How::Break(Duration::from_millis(milliseconds)) };
    for milliseconds in [30, 300, 2000] {
        let speech = speak(text, &[at(0, milliseconds), at(12, milliseconds)]);
        let wanted = milliseconds as f64 / 1000.0;
        let before = speech.words[0].start - plain.words[0].start;
        assert!((before + MARGIN_BEFORE - wanted).abs() < 1e-6, "{before}");
        // What comes next brings its own margin before it.
        let behind = speech.seconds() - plain.seconds() - before;
        assert!((behind + MARGIN_BEFORE + MARGIN_AFTER - wanted).abs() < 1e-6, "{behind}");
    }
    assert!((speak("", &[at(0, 300)]).seconds() + MARGIN_BEFORE - 0.3).abs() < 1e-9);
}

#[test]
fn a_silence_may_fall_between_the_parts_of_a_long_text() {
    let text = "one two three four five six seven eight nine ten ".repeat(12);
    let marks: Vec<_> = (1..text.len())
        .filter(|at| text[*at..].starts_with("one"))
        .map(|at| Mark { text: at..at, how: How::Break(Duration::from_millis(400)) })
        .collect();
    let speech = speak(&text, &marks);
    for mark in &marks {
        let word = speech.words.iter().position(|word| word.text.start == mark.text.start).unwrap();
        let found = silence_before(&speech, word);
        assert!((found - 0.4).abs() <= 0.01, "{found}");
    }
    assert_eq!(speech.words.len(), 120);
}

#[test]
fn rate_leaves_the_pitch() {
    let part = "renew the agreement on Monday morning";
    let length =
        |speech: &Speech| time(SENTENCE, speech, "morning").end - time(SENTENCE, speech, "renew").start;
    let plain = speak(SENTENCE, &[]);
    let marked = |speech: &Speech| {
        let part = time(SENTENCE, speech, "renew").start..time(SENTENCE, speech, "morning").end;
        cents(samples(speech, part), 140.0, 350.0)
    };
    for percent in [20, 50, 80, 125, 200, 300] {
        let speech = speak(SENTENCE, &[prosody(SENTENCE, part, |prosody| prosody.rate_percent = percent)]);
        let rate = length(&plain) / length(&speech);
        let bent = marked(&speech) - marked(&plain);
        println!("{percent} %: {:.0} %, pitch {bent:+.0} cents", 100.0 * rate);
        // No sound is shorter than a step of 25 ms: three times as fast is more than some of them can be.
        let least = if percent == 300 { 2.5 } else { 0.95 * f64::from(percent) / 100.0 };
        assert!((least..1.05 * f64::from(percent) / 100.0).contains(&rate), "{rate} for {percent} %");
        // Of fast speech few frames are steady enough to measure.
        assert!(bent.abs() < if percent > 150 { 300.0 } else { 50.0 }, "{bent}");
        let after = time(SENTENCE, &speech, "knows");
        let before = time(SENTENCE, &plain, "knows");
        let ratio = (after.end - after.start) / (before.end - before.start);
        assert!((0.8..1.25).contains(&ratio), "what is not marked keeps its pace: {ratio}");
    }
}

#[test]
fn pitch_moves_as_asked() {
    let plain = speak(SENTENCE, &[]);
    for asked in [-2400i16, -1200, -700, -300, -100, 100, 300, 700, 1200, 2400] {
        let all = [prosody(SENTENCE, SENTENCE, |prosody| prosody.pitch_cents = asked)];
        let speech = speak(SENTENCE, &all);
        assert!((speech.seconds() - plain.seconds()).abs() < 0.1, "the pace stays");
        assert_eq!(speech.words[0].start.to_bits(), plain.words[0].start.to_bits(), "frames go together");
        let shift = (f64::from(asked) / 1200.0).exp2();
        let own = pitches(&plain.samples, 130.0, 320.0);
        let bent = pitches(&speech.samples, (130.0 * shift).max(55.0), (320.0 * shift).min(950.0));
        let off = own.iter().zip(&bent).filter_map(|(own, bent)| {
            let wanted = (own.as_ref()? * shift).clamp(60.0, 900.0);
            Some(1200.0 * (bent.as_ref()? / wanted).log2())
        });
        let off = median(off.collect());
        println!("{asked} cents: {off:+.1} off");
        assert!(off.abs() < 20.0, "{asked} cents: {off:+.1} off");
    }
}

#[test]
fn volume_is_exact() {
    let plain = speak(SENTENCE, &[]);
    let inside = |speech: &Speech, word: &str| {
        let time = time(SENTENCE, speech, word);
        let aside = 0.25 * (time.end - time.start);
        level(samples(speech, time.start + aside..time.end - aside))
    };
    for tenths in [-600, -200, -60, -10, 10, 60, 100] {
        let marks =
            [prosody(SENTENCE, "agreement on Monday", |prosody| prosody.volume_decibels_tenths = tenths)];
        let speech = speak(SENTENCE, &marks);
        for (word, wanted) in [("renew", 0), ("agreement", tenths), ("Monday", tenths), ("nobody", 0)] {
            let gained = inside(&speech, word) - inside(&plain, word);
            println!("{word} {wanted}: {gained:.2} dB");
            assert!((gained - f64::from(wanted) / 10.0).abs() < 0.5, "{word}: {gained:.2} for {wanted}");
        }
        assert!(speech.samples.iter().all(|sample| sample.abs() <= 1.0));
    }
    let silent = |prosody: &mut Prosody| prosody.volume_decibels_tenths = Prosody::SILENT;
    let speech = speak(SENTENCE, &[prosody(SENTENCE, "agreement", silent)]);
    assert_eq!(speech.words, plain.words, "as long as it was");
    assert!(inside(&speech, "agreement") < -110.0);
    let all = speak(SENTENCE, &[prosody(SENTENCE, SENTENCE, silent)]);
    assert_eq!(all.samples.len(), plain.samples.len());
    assert!(level(&all.samples) < -110.0);
}

#[test]
fn emphasis_is_longer_louder_and_higher() {
    let text = "You should never delete the original file.";
    let plain = speak(text, &[]);
    let measure = |speech: &Speech, word: &str| {
        let time = time(text, speech, word);
        let word = samples(speech, time.clone());
        [time.end - time.start, level(word), cents(word, 100.0, 400.0)]
    };
    for word in ["never", "original"] {
        let own = measure(&plain, word);
        let said = |emphasis| measure(&speak(text, &[mark(text, word, How::Emphasis(emphasis))]), word);
        let [strong, moderate, reduced] = [Emphasis::Strong, Emphasis::Moderate, Emphasis::Reduced].map(said);
        println!("{word}: {own:?}, {strong:?}, {moderate:?}, {reduced:?}");
        for i in 0..3 {
            assert!(strong[i] > moderate[i] && moderate[i] > own[i] && own[i] > reduced[i], "{word}: {i}");
        }
        assert!(strong[0] > 1.15 * own[0] && strong[1] > own[1] + 2.0 && strong[2] > own[2] + 100.0);
    }
}

#[test]
fn aliases_and_phonemes_are_said_for_what_is_written() {
    let text = "Ask the W3C about Huang & Co., please.";
    let marks = [
        mark(text, "W3C", How::Alias("World Wide Web Consortium".into())),
        mark(text, "Huang & Co.", How::Phonemes("hwɑːŋ ən ˈkʌmpəni ǃ".into())),
    ];
    let speech = speak(text, &marks);
    let words: Vec<_> = speech.words.iter().map(|word| &text[word.text.clone()]).collect();
    let expected = ["Ask", "the", "W3C", "W3C", "W3C", "W3C", "about", "Huang & Co.", "Huang & Co."];
    assert_eq!(words, [&expected[..], &["Huang & Co.", "please"]].concat());
    assert!(speech.words.iter().all(|word| word.start < word.end));
    assert_eq!(saywell_voice::g2p::unknown_symbols("hwɑːŋ ən ˈkʌmpəni ǃ7ǃ"), "ǃ7");
    let said = "Ask the World Wide Web Consortium about Huang and company, please.";
    assert!((speech.seconds() - speak(said, &[]).seconds()).abs() < 0.4);
}

#[test]
fn the_same_line_sounds_the_same_and_marks_that_ask_for_nothing_change_nothing() {
    let marks = [
        prosody(SENTENCE, "the agreement", |prosody| prosody.rate_percent = 70),
        silence(SENTENCE, "on Monday", 300),
    ];
    assert_eq!(speak(SENTENCE, &marks), speak(SENTENCE, &marks));
    let nothing = [prosody(SENTENCE, SENTENCE, |_| ())];
    assert_eq!(speak(SENTENCE, &nothing), speak(SENTENCE, &[]));
}

#[test]
fn any_marks_have_an_answer() {
    let text = "Dr. Li paid $4.2 billion, e.g. to ß\u{301}x — 日本 😀 (it's 5 km) … really? \u{100000}Yes!";
    let bounds: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..60 {
        let mut marks = Vec::new();
        for _ in 0..random(9) {
            let (a, b) = (bounds[random(bounds.len())], bounds[random(bounds.len())]);
            let text = a.min(b)..a.max(b);
            let prosody = Prosody {
                rate_percent: random(400) as u16,
                pitch_cents: [-4500, -2400, -90, 0, 800, 4500][random(6)],
                volume_decibels_tenths: [Prosody::SILENT, -700, 0, 90, 400][random(5)],
            };
            let how = match random(6) {
                0 => How::Phonemes(["həˈloʊ", "", "ˈ", "7ǃ", "ə, ɹ̩ n̩", "t͡"][random(6)].into()),
                1 => How::Alias(["", " ", "two words", "\u{100000}", "5 km."][random(5)].into()),
                2 => How::Emphasis([Emphasis::Strong, Emphasis::Moderate, Emphasis::Reduced][random(3)]),
                3 => How::Bookmark("here".into()),
                4 => How::Break(Duration::from_millis(random(400) as u64)),
                _ => How::Prosody(prosody),
            };
            let text = if matches!(how, How::Break(_)) { a..a } else { text };
            marks.push(Mark { text, how });
        }
        marks.sort_by_key(|mark| (mark.text.start, std::cmp::Reverse(mark.text.end)));
        let speech = speak(text, &marks);
        let is_said = |word: &SpokenWord| text.get(word.text.clone()).is_some_and(|said| !said.is_empty());
        assert!(speech.words.iter().all(is_said), "{marks:?}");
        assert!(
            speech.words.iter().all(|word| word.start <= word.end && word.end <= speech.seconds() + 1e-9)
        );
        assert!(speech.words.windows(2).all(|pair| pair[0].text.start <= pair[1].text.start), "{marks:?}");
        assert!(speech.samples.iter().all(|sample| sample.abs() <= 1.0), "{marks:?}");
    }
}

/// First sentences that are longer than they should be, as assistants write them.
const CUT: [&str; 20] = [
    "The most important thing to understand about distributed systems, whatever their size, is that any part of them may \
     fail at any time.",
    "Let us look at what happened yesterday afternoon, when the deployment of the new version took all three of the \
     regions down.",
    "Photosynthesis is the process by which green plants, algae and certain bacteria turn the light of the sun into \
     chemical energy.",
    "If you run the gateway on a machine that has no access to the internet, you have to copy the pack of voices there \
     yourself.",
    "When the first engineers looked at the bridge after the storm, they found that two of its cables had been torn apart.",
    "There are three ways to make this query faster: add an index, cache what it gives, or ask for less in the first place.",
    "The main idea that people tend to overlook about memory is simple: it needs a great deal of sleep to work as it should.",
    "I had a look at the function you sent me, and it seems that the loop never ends because the counter is never changed.",
    "Yes, you can grow tomatoes on a balcony that faces east, as long as they get at least six hours of sunlight every day.",
    "To understand how this works, we first have to look at the way in which memory is laid out by the compiler.",
    "Although the two approaches look alike at first sight, they differ in how much they keep in memory while they run.",
    "The Roman Empire did not fall in a single day; it came apart slowly over more than two hundred years of trouble.",
    "In the southern part of the country, where the summers are long and dry, farmers have begun to plant other crops.",
    "The short answer is that it depends on your budget, but most people are quite happy with the smaller of the two models.",
    "Your results are within the normal range, although the last value is a little higher than it was in the spring.",
    "For most people who are new to the language, the hardest part is not the grammar but the sheer number of words.",
    "This error means that the server closed the connection, which usually happens when a request takes longer than a minute.",
    "Before you change anything in the settings, make a copy of the whole folder so that you can go back to it later.",
    "Once the water has come to a boil, turn the heat down and let the rice cook under a lid for another twelve minutes.",
    "She was one of the first to see that the two problems were the same, and she spent ten years to prove it to the others.",
];

/// A part of a sentence as it is spoken within the whole.
fn speak_part(part: &Utterance) -> Speech {
    VOICE.speak(Line { within: part.within.as_ref(), ..part.text.as_str().into() }).unwrap()
}

/// At the joints of first sentences that are cut, pitch and silence are those of the sentence in one piece. What follows the first part
/// is known to it only as far as the text is read before the cut.
#[test]
fn a_cut_is_not_heard() {
    let (mut joints, mut worst) = (0, [0.0f64; 2]);
    let mut faults = Vec::new();
    for text in CUT {
        let parts = saywell_text::script(text, &saywell_text::Options::default()).utterances;
        let whole = speak(text, &[]);
        let (mut word, mut samples_of_all, mut words) = (0, Vec::new(), Vec::new());
        let mut borders = Vec::new();
        for part in &parts {
            let speech = speak_part(part);
            let start = samples_of_all.len() as f64 / f64::from(SAMPLE_RATE);
            words.extend(speech.words.iter().map(|word| SpokenWord {
                text: word.text.clone(),
                start: word.start + start,
                end: word.end + start,
            }));
            samples_of_all.extend_from_slice(&speech.samples);
            word += speech.words.len();
            borders.push(word);
        }
        let cut = Speech { samples: samples_of_all, words };
        assert_eq!(cut.words.len(), whole.words.len(), "{text}");
        for border in &borders[..borders.len() - 1] {
            // The last 150 ms of the word before and the first of that after.
            let around = |speech: &Speech| {
                let (before, after) = (&speech.words[border - 1], &speech.words[*border]);
                let pitch = |time: Range<f64>| {
                    let voiced: Vec<f64> =
                        pitches(samples(speech, time), 80.0, 420.0).into_iter().flatten().collect();
                    (voiced.len() > 2).then(|| 1200.0 * median(voiced).log2())
                };
                let ends = [
                    pitch((before.end - 0.2).max(0.0)..before.end + 0.03),
                    pitch((after.start - 0.03).max(0.0)..after.start + 0.2),
                ];
                (ends, silence_before(speech, *border))
            };
            let ((ends, silence), (wanted, natural)) = (around(&cut), around(&whole));
            let off = ends.iter().zip(&wanted).filter_map(|(a, b)| Some((a.as_ref()? - b.as_ref()?).abs()));
            let off = off.fold(0.0, f64::max);
            let more = silence - natural;
            println!(
                "{:.0} cents, {:.0} ms for {:.0} ms: {}",
                off,
                1000.0 * silence,
                1000.0 * natural,
                &text[..40]
            );
            joints += 1;
            worst = [worst[0].max(off), worst[1].max(more.abs())];
            if off > 100.0 || more.abs() > 0.06 {
                faults.push(format!("{off:.0} cents, {silence:.3} s for {natural:.3} s: {text}"));
            }
        }
    }
    println!("{joints} joints; at worst {:.0} cents and {:.0} ms off", worst[0], 1000.0 * worst[1]);
    assert!(joints >= 15 && faults.is_empty(), "{faults:#?}");
}

/// Captions' words are timed by the network's own durations. Where silence tells when a word begins to sound, that is when it starts.
#[test]
fn words_start_with_their_sound() {
    const BLOCK: usize = SAMPLE_RATE as usize / 1000;
    let mut off = Vec::new();
    for text in CUT {
        let speech = speak(text, &[]);
        for index in (1..speech.words.len()).filter(|index| silence_before(&speech, *index) >= 0.08) {
            let (from, start) = (speech.words[index - 1].end, speech.words[index].start);
            let blocks: Vec<bool> = samples(&speech, from..start + 0.15)
                .chunks(BLOCK)
                .map(|block| level(block) > -54.0)
                .collect();
            // Sound begins at the end of the last silence that is longer than that within a consonant.
            let mut at = 0;
            let mut sounds = None;
            for run in blocks.chunk_by(|a, b| a == b) {
                at += run.len();
                if !run[0] && run.len() >= 60 {
                    sounds = Some(from + at as f64 / 1000.0);
                }
            }
            off.extend(sounds.map(|sounds| start - sounds));
        }
    }
    let mean = off.iter().sum::<f64>() / off.len() as f64;
    println!("{} words: {:+.1} ms on average", off.len(), 1000.0 * mean);
    assert!(off.len() >= 20 && mean.abs() < 0.03, "{off:.3?}");
}
