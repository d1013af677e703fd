//! The tape of a rendition: what of it is made, as bytes for its listeners here and as parts for other gateways. Whoever
//! makes it and whoever follows put the same on it, so that the one can go on where the other broke off.

use std::sync::Arc;

use bytes::Bytes;
use saywell_audio::captions::Remark;
use saywell_audio::{AudioError, Format, Frames};
use tokio::time::Instant;

use crate::flight::{Failure, FirstVoice, FlightWriter, Hold, SharedPart, SpokenUtterance, Wire};
use crate::render::Joiner;

/// What of a rendition is made.
#[derive(Debug)]
pub(super) struct Tape {
    format: Format,
    joiner: Joiner,
    /// Utterances that are whole.
    whole: usize,
    /// Where the one begins that is not, seconds.
    begins: f64,
    /// How many frames there are of it; and they themselves, where flights are shared.
    ahead: usize,
    beginning: Option<Frames>,
    audible: bool,
    as_planned: bool,
    opened: bool,
    /// Silence before there was anything to be heard.
    held: Vec<Bytes>,
    wire: Option<Wire>,
    /// When it was first heard.
    sounds_since: Option<Instant>,
    /// Who spoke last.
    provider: Option<String>,
}

impl Tape {
    /// Nothing yet; what comes is told to other gateways, if there are any.
    pub(super) fn new(format: Format, wire: Option<Wire>) -> Self {
        let beginning = wire.as_ref().map(|_| Frames::new(format.codec()));
        Self {
            format,
            joiner: Joiner::new(format),
            whole: 0,
            begins: 0.0,
            ahead: 0,
            beginning,
            audible: false,
            as_planned: true,
            opened: false,
            held: Vec::new(),
            wire,
            sounds_since: None,
            provider: None,
        }
    }

    /// Nothing yet of what another gateway makes.
    pub(super) fn following(format: Format) -> Self {
        Self { beginning: Some(Frames::new(format.codec())), ..Self::new(format, None) }
    }

    /// What comes from here on is made here, and told to other gateways.
    pub(super) fn tell_by(&mut self, wire: Wire) {
        self.wire = Some(wire);
    }

    /// How sure it is that it is made here alone, where flights are shared.
    pub(super) fn hold(&self) -> Option<&Arc<Hold>> {
        self.wire.as_ref().map(Wire::hold)
    }

    /// It was first heard then, elsewhere.
    pub(super) fn sounded(&mut self, since: Option<Instant>) {
        self.sounds_since = since.or(self.sounds_since);
    }

    /// When it was first heard.
    pub(super) fn sounds_since(&self) -> Option<Instant> {
        self.sounds_since
    }

    /// How many utterances are whole.
    pub(super) fn whole(&self) -> usize {
        self.whole
    }

    /// How many frames there are of the next.
    pub(super) fn ahead(&self) -> usize {
        self.ahead
    }

    /// Where the next begins, seconds.
    pub(super) fn begins(&self) -> f64 {
        self.begins
    }

    /// Seconds of sound.
    pub(super) fn seconds(&self) -> f64 {
        self.joiner.seconds()
    }

    /// Whether there is more than silence.
    pub(super) fn is_audible(&self) -> bool {
        self.audible
    }

    /// Whether all of it is as its key says.
    pub(super) fn is_as_planned(&self) -> bool {
        self.as_planned
    }

    /// Who spoke the last utterance that is whole.
    pub(super) fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// Whether what there is of the next utterance is how these frames begin.
    pub(super) fn is_beginning_of(&self, clip: &Frames) -> bool {
        self.beginning.as_ref().is_none_or(|beginning| *beginning == clip.split_at(self.ahead).0)
    }

    /// Who is heard first.
    pub(super) fn open(&mut self, writer: &FlightWriter, first: FirstVoice) {
        if !std::mem::replace(&mut self.opened, true) {
            self.tell(|| SharedPart::Opening(first.clone()));
        }
        writer.open(first);
    }

    /// Puts on frames of an utterance that is not whole; the bytes that they complete.
    pub(super) fn push(&mut self, frames: Frames) -> Result<Bytes, AudioError> {
        self.ahead += frames.count();
        self.hears();
        self.held.push(self.joiner.push(&frames)?);
        if let Some(beginning) = &mut self.beginning {
            beginning.extend(&frames);
        }
        self.tell(|| SharedPart::Frames(frames));
        Ok(joined(&mut self.held))
    }

    /// Puts on the rest of an utterance; the bytes that it completes, and the utterance with its end.
    pub(super) fn end_clip(
        &mut self,
        rest: Frames,
        mut spoken: SpokenUtterance,
        audible: bool,
        as_planned: bool,
    ) -> Result<(Bytes, SpokenUtterance), AudioError> {
        self.held.push(self.joiner.push(&rest)?);
        self.held.push(self.joiner.end_clip()?);
        self.tell(|| SharedPart::Whole { rest, spoken: Box::new(spoken.clone()), audible, as_planned });
        self.whole += 1;
        (self.ahead, self.begins) = (0, self.joiner.seconds());
        if let Some(beginning) = &mut self.beginning {
            *beginning = Frames::new(self.format.codec());
            self.provider = Some(spoken.caption.provider.clone());
        }
        if audible {
            self.hears();
        }
        self.as_planned &= as_planned;
        spoken.until = self.begins;
        // Silence alone is no beginning: it may turn out that there is nothing else.
        let sound = if self.audible { joined(&mut self.held) } else { Bytes::new() };
        Ok((sound, spoken))
    }

    /// What is not spoken, or otherwise than asked.
    pub(super) fn remark(
        &mut self,
        writer: &FlightWriter,
        remarks: Vec<Remark>,
        continues_at: Option<usize>,
    ) {
        self.tell(|| SharedPart::Remarks(remarks.clone(), continues_at));
        writer.remark(remarks, continues_at);
    }

    /// The bytes that end the file.
    pub(super) fn finish(&mut self) -> Result<Bytes, AudioError> {
        std::mem::replace(&mut self.joiner, Joiner::new(self.format)).finish()
    }

    /// How it ended. One that nobody wants any more has no end that others are told: it is not there.
    pub(super) fn end(mut self, outcome: &Result<(), Failure>) {
        if !outcome.as_ref().is_err_and(Failure::is_given_up) {
            self.tell(|| SharedPart::Ended(outcome.clone()));
        }
    }

    /// Plays a part that another gateway has made; the outcome with the last one.
    pub(super) fn play(
        &mut self,
        part: SharedPart,
        writer: &FlightWriter,
    ) -> Result<Option<Result<(), Failure>>, AudioError> {
        match part {
            SharedPart::Opening(first) => self.open(writer, first),
            SharedPart::Frames(frames) => writer.push(self.push(frames)?, None),
            SharedPart::Whole { rest, spoken, audible, as_planned } => {
                let (sound, spoken) = self.end_clip(rest, *spoken, audible, as_planned)?;
                writer.push(sound, Some(spoken));
            }
            SharedPart::Remarks(remarks, continues_at) => self.remark(writer, remarks, continues_at),
            SharedPart::Ended(outcome) => {
                if outcome.is_ok() {
                    writer.push(self.finish()?, None);
                }
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }

    /// There is more than silence.
    fn hears(&mut self) {
        self.audible = true;
        self.sounds_since.get_or_insert_with(Instant::now);
    }

    fn tell(&mut self, part: impl FnOnce() -> SharedPart) {
        if let Some(wire) = &self.wire {
            wire.tell(part());
        }
    }
}

/// What was held back, in one piece; one piece alone as it is.
fn joined(held: &mut Vec<Bytes>) -> Bytes {
    match held.pop() {
        Some(alone) if held.is_empty() => alone,
        last => held.drain(..).chain(last).collect::<Vec<_>>().concat().into(),
    }
}
