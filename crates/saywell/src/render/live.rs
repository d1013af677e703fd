//! A clip that is made while its provider is still speaking.

use saywell_audio::loudness::{Level, Leveller, Meter};
use saywell_audio::{AudioError, Codec, Encoder, Frames, Resampler, SAMPLE_RATE};

use super::levels::Levels;
use super::{Clip, ClipNotes, MARGINS, Master, estimate_words, pause_samples, together};
use crate::provider::WordTiming;
use crate::voices::Speaker;

/// Samples for which one step of a changing gain holds: 10 ms.
const STEP: usize = SAMPLE_RATE as usize / 100;
/// The most that the gain changes in a step, dB: too slow to be heard as a change.
const SLOPE: f64 = 0.1;
/// Sound after which the gain of a voice that nobody knew stays as it is, seconds.
const SETTLED: f64 = 2.0;

/// Makes a clip as the sound of its provider comes: one rate, one loudness, whole frames. What is handed on and what is
/// kept of it are the same frames.
#[derive(Debug)]
pub struct Maker {
    codec: Codec,
    speaker: Speaker,
    levels: Levels,
    resampler: Option<(u32, Resampler)>,
    meter: Meter,
    leveller: Leveller,
    /// The gain at present; `None` before anything was heard of a voice that nobody knows.
    gain: Option<f64>,
    /// Whether the gain is this voice's own, and stays.
    known: bool,
    encoder: Encoder,
    frames: Frames,
    /// The samples that were encoded, without the pause.
    levelled: Vec<f32>,
    spoken: usize,
}

/// What is the matter with the sound that a provider gives.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// It changed its rate.
    #[error("changed its sample rate midway")]
    Rate,
    /// It cannot be encoded.
    #[error(transparent)]
    Audio(#[from] AudioError),
}

impl Maker {
    /// Begins a clip.
    ///
    /// # Errors
    /// [`AudioError::Encoder`] when there is no encoder.
    pub fn new(codec: Codec, speaker: &Speaker, levels: &Levels) -> Result<Self, AudioError> {
        let gain = match speaker.level {
            Level::Fixed(decibels) if decibels.is_finite() => Some(decibels),
            Level::Fixed(_) => Some(0.0),
            Level::Measured => levels.gain(speaker),
        };
        Ok(Self {
            codec,
            speaker: speaker.clone(),
            levels: levels.clone(),
            resampler: None,
            meter: Meter::default(),
            leveller: Leveller::default(),
            gain,
            known: gain.is_some(),
            encoder: Encoder::new(codec)?,
            frames: Frames::new(codec),
            levelled: Vec::new(),
            spoken: 0,
        })
    }

    /// The frames that these samples, which follow those before, complete.
    ///
    /// # Errors
    /// [`MakeError`].
    pub fn push(&mut self, rate: u32, samples: Vec<f32>) -> Result<Frames, MakeError> {
        let resampler = match &mut self.resampler {
            Some((before, _)) if *before != rate => return Err(MakeError::Rate),
            Some((_, resampler)) => resampler,
            none => &mut none.insert((rate, Resampler::new(rate)?)).1,
        };
        let samples = resampler.push(samples);
        Ok(self.level(&samples)?)
    }

    /// The clip, its lossless source, and the last frames, with the pause that follows.
    ///
    /// # Errors
    /// [`AudioError`] for samples that cannot be encoded.
    pub fn finish(
        mut self,
        text: &str,
        words: Vec<WordTiming>,
        pause: f64,
    ) -> Result<(Clip, Master, Frames), AudioError> {
        let rest = self.resampler.take().map(|(_, resampler)| resampler.finish()).unwrap_or_default();
        let before = self.frames.count();
        self.level(&rest)?;
        let Self {
            codec, speaker, levels, meter, leveller, mut encoder, mut frames, levelled, spoken, ..
        } = self;
        let mut samples = levelled;
        let mut end = leveller.finish();
        saywell_audio::round_to_s16(&mut end);
        samples.extend_from_slice(&end);
        samples.truncate(spoken);
        end.resize(end.len() + pause_samples(spoken, (pause - MARGINS).max(0.0), codec), 0.0);
        frames.extend(&encoder.push(end)?);
        frames.extend(&encoder.finish()?);
        if speaker.level == Level::Measured {
            levels.add(&speaker, &meter);
        }
        let notes = notes(&speaker, text, words, spoken);
        let rest = frames.split_at(before).1;
        Ok((Clip { frames, notes: notes.clone() }, Master { samples, notes }, rest))
    }

    fn level(&mut self, samples: &[f32]) -> Result<Frames, AudioError> {
        self.spoken += samples.len();
        self.meter.push(samples);
        let mut levelled = Vec::with_capacity(samples.len());
        if self.known {
            levelled = self.leveller.push(samples, self.gain.unwrap_or_default());
        } else {
            // Nobody has heard this voice before: its beginning has to do, and what follows corrects it slowly.
            let target = self.meter.gain();
            let mut gain = *self.gain.get_or_insert(target);
            for step in samples.chunks(STEP) {
                gain += (target - gain).clamp(-SLOPE, SLOPE);
                levelled.extend(self.leveller.push(step, gain));
            }
            self.gain = Some(gain);
            self.known = self.spoken as f64 > SETTLED * f64::from(SAMPLE_RATE);
        }
        saywell_audio::round_to_s16(&mut levelled);
        self.levelled.extend_from_slice(&levelled);
        let new = self.encoder.push(levelled)?;
        self.frames.extend(&new);
        Ok(new)
    }
}

/// What is known of a clip beside its sound.
fn notes(speaker: &Speaker, text: &str, words: Vec<WordTiming>, spoken: usize) -> ClipNotes {
    let speech_seconds = spoken as f64 / f64::from(SAMPLE_RATE);
    let exact = !words.is_empty();
    let words = if exact { words } else { estimate_words(text, speech_seconds) };
    let words = together(words)
        .into_iter()
        .map(|word| (word.text, word.start, word.end.min(speech_seconds)))
        .collect();
    let (provider, voice) = (speaker.provider.clone(), speaker.voice.clone());
    ClipNotes { provider, voice, speech_seconds, words, exact }
}

#[cfg(test)]
mod tests {
    use super::super::clip;
    use super::*;
    use crate::provider::GatheredSpeech;
    use crate::voices::Delivery;

    fn speaker(level: Level) -> Speaker {
        Speaker {
            provider: "fake".into(),
            model: "tone-1".into(),
            voice: "tone".into(),
            language: "en".into(),
            voice_version: String::new(),
            options: String::new(),
            level,
            delivery: Delivery::default(),
            unlike: false,
        }
    }

    fn tone(seconds: f64, amplitude: f32) -> Vec<f32> {
        (0..(seconds * 24_000.0) as usize).map(|n| amplitude * (n as f32 * 0.06).sin()).collect()
    }

    fn made(levels: &Levels, level: Level, codec: Codec, samples: &[f32], size: usize) -> Clip {
        let mut maker = Maker::new(codec, &speaker(level), levels).unwrap();
        let mut handed_on = Frames::new(codec);
        for piece in samples.chunks(size) {
            handed_on.extend(&maker.push(24_000, piece.to_vec()).unwrap());
        }
        let (clip, _, rest) = maker.finish("One sentence.", Vec::new(), 0.3).unwrap();
        handed_on.extend(&rest);
        assert_eq!(handed_on, clip.frames, "what is handed on is what is kept");
        clip
    }

    #[test]
    fn of_a_voice_whose_level_is_known_it_is_the_clip_that_is_made_of_the_whole() {
        let samples = tone(1.7, 0.2);
        for codec in Codec::ALL {
            let speech =
                GatheredSpeech { rate: 24_000, samples: samples.clone(), ..GatheredSpeech::default() };
            let level = Level::Fixed(3.0);
            let whole = clip(speech, "One sentence.", 0.3, codec, &speaker(level), |_| ()).unwrap();
            for size in [480, 5_000, 100_000] {
                let live = made(&Levels::default(), level, codec, &samples, size);
                assert_eq!(live.frames, whole.0.frames, "{codec:?} by {size}");
                assert_eq!(live.notes, whole.0.notes);
            }
        }
    }

    #[test]
    fn a_voice_that_was_heard_is_levelled_from_its_first_sample_on() {
        let (levels, loudness) = (Levels::default(), saywell_audio::loudness::loudness);
        let heard = |clip: &Clip| saywell_audio::from_s16le(clip.frames.data());
        assert_eq!(levels.gain(&speaker(Level::Measured)), None);
        // 9 dB below the target: no voice is raised by more than 12.
        made(&levels, Level::Measured, Codec::Pcm, &tone(4.0, 0.06), 2_400);
        let next = heard(&made(&levels, Level::Measured, Codec::Pcm, &tone(2.0, 0.06), 2_400));
        for part in [&next[..12_000], &next[24_000..48_000]] {
            let off = loudness(part).unwrap() - saywell_audio::loudness::TARGET_LUFS;
            assert!(off.abs() < 1.0, "{off:+.1} LU off the target");
        }
    }

    #[test]
    fn what_is_made_anew_has_the_same_bytes_however_it_comes_once_its_voice_is_known() {
        let levels = Levels::default();
        made(&levels, Level::Measured, Codec::Pcm, &tone(2.5, 0.06), 2_400);
        let before = made(&levels, Level::Measured, Codec::Pcm, &tone(1.0, 0.06), 2_400);
        for (seconds, loudness) in [(0.7, 0.062), (6.0, 0.058), (60.0, 0.06)] {
            made(&levels, Level::Measured, Codec::Pcm, &tone(seconds, loudness), 4_800);
        }
        let anew = made(&levels, Level::Measured, Codec::Pcm, &tone(1.0, 0.06), 700);
        assert_eq!(anew.frames, before.frames);
    }

    #[tokio::test]
    async fn how_loud_a_voice_is_outlives_the_process() {
        let store = crate::store::open(Some("sqlite::memory:"), std::path::Path::new("")).await.unwrap();
        let (levels, keeper) = Levels::open(std::sync::Arc::clone(&store.levels)).await;
        made(&levels, Level::Measured, Codec::Pcm, &tone(4.0, 0.06), 2_400);
        let gain = levels.gain(&speaker(Level::Measured));
        assert!(gain.is_some());
        // Ends with the last who could tell of one.
        drop(levels);
        keeper.run(tokio_util::sync::CancellationToken::new()).await;
        let (later, _keeper) = Levels::open(store.levels).await;
        assert_eq!(later.gain(&speaker(Level::Measured)), gain);
    }
}
