//! What is to be spoken, and by whom.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;

use saywell_audio::Format;
use saywell_audio::captions::Remark;
use saywell_text::ssml::unfollowed;
use saywell_text::{How, Mark, Note, NoteTopic, Script, Utterance};

use super::foreign::Foreign;
use super::{Speak, SpeakError};
use crate::chain::{Chain, stressed, too_slow};
use crate::key::{Key, KeyFields, KeyKind};
use crate::limits::{Amount, Demand, Exceeded, What};
use crate::order::Order;
use crate::price::{Cost, Priced, Prices, Quantity};
use crate::provider::{Extent, Request, with_marks_said};
use crate::request::SpeechRequest;
use crate::script::{
    self, Prepared, Reading, ReplyBounds, ScriptError, TooLong, UnsupportedLanguage, ends_early,
    whole_sentences,
};
use crate::trial;
use crate::voices::{Cast, NoCast, Speaker};

/// What is to be spoken, and by whom.
#[derive(Debug, Clone)]
pub(super) struct ReplyPlan {
    pub(super) script: Script,
    pub(super) chain: Chain,
    /// Who would speak the utterances of one voice and language; the first is of most of the reply.
    casts: Vec<Cast>,
    /// Which of them speaks each utterance.
    cast_of: Vec<usize>,
    /// What it takes to make each utterance, as far as can be told before.
    amounts: Vec<Amount>,
    /// Whether more is said of some of it than is written.
    pub(super) swells: bool,
    /// Who is asked first, and whom the key names.
    pub(super) speaker: Speaker,
    pub(super) parallel: usize,
    pub(super) speed: f32,
    pub(super) format: Format,
    pub(super) instructions: String,
    pronunciations: String,
    pub(super) prefetch: bool,
    /// What is asked for and not done.
    pub(super) notes: Vec<Note>,
    /// The byte of the reply that the next request goes on from, where not all of it is spoken.
    pub(super) continues_at: Option<usize>,
}

impl ReplyPlan {
    /// Decides what is to be spoken, by whom.
    ///
    /// # Errors
    /// [`SpeakError`] with what the caller has to change.
    pub(super) async fn make(speak: &Speak, order: &Order) -> Result<Self, SpeakError> {
        let request = order.request();
        let chain = Self::chain(speak, order).await?;
        let reading = speak.reading(request);
        let bounds = order.permit().bounds(speak.bounds);
        let prepared = script::prepare(&request.text, &reading, bounds)?;
        let foreign = Foreign::new(speak.unsupported_language, request.voice.as_deref());
        let prepared = foreign.all(speak, &chain, prepared).await?;
        let prepared = prepared.within(&request.text, request.speed, bounds)?;
        Self::of_script(speak, order, &reading, chain, prepared).await
    }

    /// The providers to ask, in order.
    ///
    /// # Errors
    /// [`SpeakError`] with what the caller has to change.
    pub(super) async fn chain(speak: &Speak, order: &Order) -> Result<Chain, SpeakError> {
        let (request, permit) = (order.request(), order.permit());
        request.check_speed()?;
        let steered = speak.steered_chain();
        if steered.providers().is_empty() {
            return Err(SpeakError::NoProvider);
        }
        let steered = steered.only(|name| permit.plan().allows_provider(name));
        if steered.providers().is_empty() {
            return Err(permit.not_allowed("any of the providers here", "provider").into());
        }
        let owner = match request.voice.as_deref() {
            Some(voice) => speak.voices.owner(voice, steered.providers()).await.map(str::to_owned),
            None => None,
        };
        // A provider that is asked for by name, else the one whose voice is, speaks first; but whoever this machine is too
        // slow for speaks last.
        let Some(name) = request.provider.as_deref().or(owner.as_deref()) else {
            return Ok(steered.able_first());
        };
        match steered.starting_with(name) {
            Some(chain) => Ok(chain.able_first()),
            // One that is not set up here, or switched off, leaves its place to the others.
            None if speak.known_providers.iter().any(|known| known.eq_ignore_ascii_case(name)) => {
                Ok(steered.able_first())
            }
            None => Err(SpeakError::UnknownProvider {
                wished: name.to_owned(),
                available: steered.providers().iter().map(|link| link.name()).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// Decides by whom of `chain` this script, a reply's or a part of one, is to be spoken.
    ///
    /// # Errors
    /// [`SpeakError`] with what the caller has to change.
    pub(super) async fn of_script(
        speak: &Speak,
        order: &Order,
        reading: &Reading,
        chain: Chain,
        prepared: Prepared,
    ) -> Result<Self, SpeakError> {
        let (request, permit) = (order.request(), order.permit());
        let wished = request.voice.as_deref();
        let Prepared { script, language, continues_at, seconds } = prepared;
        for voice in script.utterances.iter().filter_map(|utterance| utterance.voice.as_deref()) {
            permit.check(&Demand { voice: Some(voice), ..Demand::default() })?;
        }
        let (casts, cast_of, mut notes) = cast(speak, wished, language.as_deref(), &script, &chain).await?;

        let unknown_voice = || SpeakError::UnknownVoice(wished.unwrap_or_default().to_owned());
        let mut casts = casts;
        let first = chain.providers().iter().find(|link| casts[0].contains_key(link.name()));
        let first = first.ok_or_else(unknown_voice)?;
        if let Some(model) = &request.model {
            let (about, model): (_, &str) = (first.about(), model.as_ref());
            let what = Priced { kind: about.kind, provider: &about.name, model, voice: "" };
            let own = !about.paid || model == about.model || !permit.limits_money();
            if !permit.plan().allows_model(model).unwrap_or_else(|| own || speak.prices.knows(what)) {
                return Err(permit.not_allowed(&format!("the model `{model}`"), "model").into());
            }
            if about.queue.is_some() && !model.eq_ignore_ascii_case(&about.model) {
                // A voice inside this process is its own model.
                let note =
                    format!("`{}` has no model `{model}`: it speaks with `{}`", about.name, about.model);
                notes.push(SpeechRequest::note(note));
            } else {
                let asked = casts.iter_mut().filter_map(|cast| cast.get_mut(first.name()));
                asked.for_each(|speaker| model.clone_into(&mut speaker.model));
            }
        }
        let speaker = casts[0].get(first.name()).cloned().ok_or_else(unknown_voice)?;
        notes.extend_from_slice(&request.notes);
        if let Some(wished) = wished.filter(|_| speaker.unlike) {
            let note = format!("nobody here speaks like `{wished}`: `{}` does in its place", speaker.voice);
            notes.push(Note { about: NoteTopic::Voice, source: 0..0, note });
        }
        if let Some(wished) = request.provider.as_deref().filter(|wished| !chain.has(wished)) {
            notes.push(SpeechRequest::note(format!("{wished} does not speak here at present: others do")));
        }
        if let Some(note) = too_slow_for(speak, request, &chain, first.name()).await {
            notes.push(SpeechRequest::note(note));
        }
        notes.extend_from_slice(&script.notes);
        notes.extend(unfollowed(&script, first.about().followed()));
        let instructions = request.instructions.as_deref().unwrap_or_default();
        if !instructions.is_empty() && !(first.about().takes_instructions)(&speaker.model) {
            let note = "this voice takes no instructions".to_owned();
            notes.push(Note { about: NoteTopic::Voice, source: 0..0, note });
        }
        if let Some(unknown_symbols) = first.about().unknown_symbols {
            notes.extend(unsayable(&script, unknown_symbols));
        }
        let mut plan = Self {
            script,
            amounts: Vec::new(),
            swells: false,
            parallel: first.about().parallel.max(1),
            speaker,
            casts,
            cast_of,
            chain,
            speed: request.speed,
            format: request.format,
            instructions: request.instructions.clone().unwrap_or_default(),
            pronunciations: reading.pronunciations.version(),
            prefetch: request.prefetch,
            notes,
            continues_at,
        };
        for (number, seconds) in seconds.into_iter().enumerate() {
            let longer = longer(&plan.script.utterances[number]);
            plan.swells |= longer > 1.0;
            plan.amounts.push(plan.amount_of(number, seconds * longer, &speak.prices));
        }
        Ok(plan.fitting(permit.bounds(speak.bounds), &request.text)?)
    }

    /// As much of it as one request may have, by what will really be sent and said: dictionaries and markup may put many words
    /// in the place of one.
    fn fitting(self, bounds: ReplyBounds, reply: &str) -> Result<Self, ScriptError> {
        let written = self.script.characters() as u64;
        let Amount { characters, seconds, .. } = self.amount();
        let (most_characters, most_seconds) = (bounds.max_chars as u64, f64::from(bounds.max_seconds));
        let (why, error) = if characters > written && characters > most_characters {
            let characters = usize::try_from(characters).unwrap_or(usize::MAX);
            let most = bounds.max_chars;
            (bounds.characters(), ScriptError::TooManyCharacters { characters, most })
        } else if self.swells && seconds > most_seconds {
            (bounds.seconds(), ScriptError::TooLong { seconds, most: bounds.max_seconds })
        } else {
            return Ok(self);
        };
        if bounds.too_long == TooLong::Refuse {
            return Err(error);
        }
        let mut sum = Amount::default();
        let fit = self.amounts.iter().take_while(|amount| {
            sum.characters += amount.characters;
            sum.seconds += amount.seconds;
            sum.characters <= most_characters && sum.seconds <= most_seconds
        });
        let fit = whole_sentences(&self.script.utterances, fit.count());
        self.beginning(fit, reply, &why).ok_or(error)
    }

    /// As much of this as fits into what is left of a limit that it exceeds, to the end of a sentence; `None` where nothing
    /// does, or such is refused here.
    pub(super) fn within(&self, too_long: TooLong, order: &Order, exceeded: &Exceeded) -> Option<Self> {
        if too_long == TooLong::Refuse {
            return None;
        }
        let mut left = exceeded.allowed - exceeded.used;
        let takes = |amount: &Amount| match exceeded.what {
            What::Characters => amount.characters as f64,
            What::Seconds => amount.seconds,
            What::Money => amount.money,
            What::Requests | What::Flights | What::Connections => f64::INFINITY,
        };
        let count = self.script.utterances.len();
        let fit = self.amounts.iter().take_while(|amount| {
            left -= takes(amount);
            left >= 0.0
        });
        let fit = whole_sentences(&self.script.utterances, fit.count().min(count.saturating_sub(1)));
        let why = format!("the quota of {} is used up", exceeded.what.name());
        self.beginning(fit, &order.request().text, &why)
    }

    /// The first utterances alone, and why; `None` without any.
    fn beginning(&self, utterances: usize, reply: &str, why: &str) -> Option<Self> {
        let at = self.script.utterances.get(utterances.checked_sub(1)?)?.source.end;
        let mut shorter = self.clone();
        shorter.script.utterances.truncate(utterances);
        shorter.cast_of.truncate(utterances);
        shorter.amounts.truncate(utterances);
        ends_early(&mut shorter.notes, reply, at, why);
        shorter.continues_at = Some(at);
        Some(shorter)
    }

    /// As much of this as has that key: all of it, or what a quota left room for when it was first asked for. `None`: it is
    /// another reply by now.
    pub(super) fn with_key(self, key: &Key, reply: &str) -> Option<Self> {
        if self.key(reply) == *key {
            return Some(self);
        }
        let shorter = (1..self.script.utterances.len()).rev();
        let mut shorter = shorter.filter_map(|count| self.beginning(count, reply, "a quota is used up"));
        shorter.find(|plan| plan.key(reply) == *key)
    }

    /// What it takes to make all of this, as far as can be told before.
    pub(super) fn amount(&self) -> Amount {
        self.amount_after(0)
    }

    /// What it takes to make what follows so many utterances.
    pub(super) fn amount_after(&self, made: usize) -> Amount {
        self.amounts.iter().skip(made).fold(Amount::default(), |sum, amount| Amount {
            characters: sum.characters + amount.characters,
            seconds: sum.seconds + amount.seconds,
            money: sum.money + amount.money,
        })
    }

    /// About how long an utterance and the pause after it last.
    pub(super) fn seconds(&self, number: usize) -> f64 {
        self.amounts.get(number).map_or(0.0, |amount| amount.seconds)
    }

    /// What it takes to make one utterance that lasts about so many seconds.
    fn amount_of(&self, number: usize, seconds: f64, prices: &Prices) -> Amount {
        let mut amount = Amount { seconds, ..Amount::default() };
        let Some(speaker) = self.speaker_of(number, 0) else { return amount };
        let link = self.chain.providers().iter().find(|link| link.name() == speaker.provider);
        let Some(link) = link else { return amount };
        let Extent { characters, bytes } = self.extent(number, speaker);
        amount.characters = characters;
        let about = link.about();
        if about.paid {
            let (kind, provider) = (about.kind, about.name.as_ref());
            let what = Priced { kind, provider, model: &speaker.model, voice: &speaker.voice };
            let (cost, _) = prices.cost(what, &Quantity { characters, bytes, seconds });
            // Something at least: who has no money left asks nobody who takes any. What only the provider can count is
            // known afterwards.
            amount.money = if let Cost::Known { amount, .. } = cost { amount.max(1e-6) } else { 1e-6 };
        }
        amount
    }

    /// How much the service of this speaker counts of an utterance.
    pub(super) fn extent(&self, number: usize, speaker: &Speaker) -> Extent {
        let (model, voice) = (speaker.model.clone(), speaker.voice.clone());
        let request = self.request(number);
        let language = request.language.clone().or_else(|| speaker.own_language());
        let request = Request { language, model, voice, ..request };
        let link = self.chain.providers().iter().find(|link| link.name() == speaker.provider);
        link.map(|link| link.extent(&request)).unwrap_or_default()
    }

    /// What is asked of whoever speaks this utterance; the model, the voice and who waits for it are theirs to say.
    pub(super) fn request(&self, number: usize) -> Request {
        let utterance = self.script.utterances.get(number);
        let (text, marks) =
            utterance.map_or(("", &[][..]), |said| (said.text.as_str(), said.marks.as_slice()));
        Request {
            text: text.into(),
            marks: marks.into(),
            emphasis: utterance.map_or(&[][..], |said| &said.emphasis).into(),
            within: utterance.and_then(|said| said.within.clone()).map(Into::into),
            language: utterance.and_then(|said| said.language.as_deref()).map(Into::into),
            instructions: self.instructions.as_str().into(),
            speed: self.speed,
            ..Request::new("", "", "")
        }
    }

    /// What captions say of what is not spoken, or otherwise than asked, and where the next request goes on.
    pub(super) fn remarks(&self) -> (Vec<Remark>, Option<usize>) {
        let remark =
            |note: &Note| Remark { source: [note.source.start, note.source.end], note: note.note.clone() };
        (self.notes.iter().map(remark).collect(), self.continues_at)
    }

    /// Who would speak this utterance.
    pub(super) fn cast(&self, number: usize) -> &Cast {
        &self.casts[self.cast_of.get(number).copied().unwrap_or_default()]
    }

    /// Who is asked first for this utterance, of the providers from number `from` on.
    pub(super) fn speaker_of(&self, number: usize, from: usize) -> Option<&Speaker> {
        let cast = self.cast(number);
        self.chain.providers().iter().skip(from).find_map(|link| cast.get(link.name()))
    }

    /// The rendition's key. Its text is the script, who is to speak it, and the reply that it was made of, since a
    /// rendition's captions point into the reply.
    pub(super) fn key(&self, reply: &str) -> Key {
        let script = serde_json::to_string(&self.script.utterances).unwrap_or_default();
        let mut text = format!("{script}\n{}\n", self.instructions);
        for Speaker { provider, model, voice, voice_version, options, .. } in
            (0..self.casts.len()).filter_map(|cast| self.first_of(&self.casts[cast]))
        {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{provider:?} {model:?} {voice:?} {voice_version:?} {options:?}");
        }
        text.push_str(reply);
        let fields = self.fields(KeyKind::Rendition, &self.speaker);
        KeyFields { prepared_text: &text, format: self.format.name(), ..fields }.key()
    }

    fn first_of<'a>(&self, cast: &'a Cast) -> Option<&'a Speaker> {
        self.chain.providers().iter().find_map(|link| cast.get(link.name()))
    }

    /// The pause after an utterance, from sound to sound, seconds; none after the last.
    pub(super) fn pause(&self, number: usize) -> f64 {
        if number + 1 < self.script.utterances.len() { self.pause_before_more(number) } else { 0.0 }
    }

    /// The pause after an utterance that something follows, from sound to sound, seconds. None inside of a sentence, of which a
    /// voice that speaks its parts [within](crate::provider::About::within) the whole makes its silences as well.
    pub(super) fn pause_before_more(&self, number: usize) -> f64 {
        let Some(utterance) = self.script.utterances.get(number) else { return 0.0 };
        let goes_on = utterance.within.as_ref().is_some_and(|within| !within.after.is_empty());
        let makes_its_own = || self.speaker_of(number, 0).is_some_and(|speaker| self.speaks_within(speaker));
        if goes_on && makes_its_own() { 0.0 } else { utterance.pause_seconds(f64::from(self.speed)) }
    }

    fn speaks_within(&self, speaker: &Speaker) -> bool {
        let mut links = self.chain.providers().iter();
        links.any(|link| link.name() == speaker.provider && link.about().within)
    }

    /// The key of an utterance's clip as whoever is asked first would speak it, of the providers from number `from` on.
    pub(super) fn planned_clip(&self, number: usize, from: usize) -> Option<Key> {
        let speaker = self.speaker_of(number, from)?;
        Some(self.clip_key(self.script.utterances.get(number)?, speaker))
    }

    /// The key of an utterance in one speaker's voice, wherever it stands and whatever format it is heard in: its text,
    /// and how it is said.
    pub(super) fn clip_key(&self, utterance: &Utterance, speaker: &Speaker) -> Key {
        let Utterance { text, marks, within, emphasis, .. } = utterance;
        let emphasis = if self.speaks_within(speaker) { emphasis.as_slice() } else { &[] };
        let marks = serde_json::to_string(&*stressed(marks, emphasis)).unwrap_or_default();
        let mut text = format!("{marks} {:?} {text}", self.instructions);
        // Who knows nothing of what stands at its sides says it alike wherever it stands.
        if let Some(within) = within.as_ref().filter(|_| self.speaks_within(speaker)) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{within:?}");
        }
        let fields = self.fields(KeyKind::Clip, speaker);
        // What nothing tells the language of is said in the voice's own, so that it is one clip wherever it stands.
        let language = utterance.language.as_deref().unwrap_or(&speaker.language);
        KeyFields { prepared_text: &text, language, ..fields }.key()
    }

    fn fields<'a>(&'a self, kind: KeyKind, speaker: &'a Speaker) -> KeyFields<'a> {
        KeyFields {
            kind,
            prepared_text: "",
            provider: &speaker.provider,
            model: &speaker.model,
            voice: &speaker.voice,
            speed: f64::from(self.speed),
            format: "",
            // Each utterance has its own, and says so in the script.
            language: "",
            pronunciation_version: &self.pronunciations,
            provider_options: &speaker.options,
            voice_version: &speaker.voice_version,
        }
    }
}

/// Why somebody else is asked before the provider that was asked for, or whose voice was, where this machine is too slow for it.
async fn too_slow_for(speak: &Speak, request: &SpeechRequest, chain: &Chain, first: &str) -> Option<String> {
    let passed =
        chain.providers().iter().find(|link| too_slow(&***link).is_some() && link.name() != first)?;
    let wished = match (request.provider.as_deref(), request.voice.as_deref()) {
        (Some(provider), _) => Some(provider),
        (None, Some(voice)) => speak.voices.owner(voice, chain.providers()).await,
        (None, None) => None,
    };
    let real_time = too_slow(&**passed).filter(|_| wished == Some(passed.name()))?;
    Some(format!("{} {}", passed.name(), trial::in_words(real_time)))
}

/// How many times as long as it is written an utterance takes to say, for the words that are said in its place.
fn longer(Utterance { text, marks, .. }: &Utterance) -> f64 {
    if marks.is_empty() {
        return 1.0;
    }
    let (written, said) = (text.chars().count(), with_marks_said(text, marks).chars().count());
    (said as f64 / written.max(1) as f64).max(1.0)
}

/// Notes on phonemes that have symbols which the voice does not know and leaves out.
fn unsayable(script: &Script, unknown_symbols: fn(&str) -> String) -> Vec<Note> {
    let mut notes = Vec::new();
    for utterance in &script.utterances {
        for Mark { text, how } in &utterance.marks {
            let How::Phonemes(ipa) = how else { continue };
            let symbols = unknown_symbols(ipa);
            if !symbols.is_empty() {
                let note = format!("this voice does not know `{symbols}` in the phonemes `{ipa}`");
                notes.push(Note {
                    about: NoteTopic::Phonemes,
                    source: utterance.source_of(text.clone()),
                    note,
                });
            }
        }
    }
    notes
}

/// Who speaks: one cast for each voice and language that the script has, the first for most of it; which cast speaks
/// each utterance; and notes on voices that there are not.
async fn cast(
    speak: &Speak,
    wished: Option<&str>,
    language: Option<&str>,
    script: &Script,
    chain: &Chain,
) -> Result<(Vec<Cast>, Vec<usize>, Vec<Note>), SpeakError> {
    let main = match speak.voices.cast(wished, language, chain.providers()).await {
        // What nobody speaks is read as the nearest voice can, which has been noted.
        Err(NoCast::Language) if speak.unsupported_language == UnsupportedLanguage::Read => {
            speak.voices.cast(wished, None, chain.providers()).await
        }
        cast => cast,
    };
    let main = main.map_err(|none| match none {
        NoCast::UnknownVoice => SpeakError::UnknownVoice(wished.unwrap_or_default().to_owned()),
        NoCast::Blend(fault) => SpeakError::Blend(fault),
        NoCast::Language => SpeakError::UnsupportedLanguage(language.unwrap_or_default().to_owned()),
    })?;
    let (mut casts, mut cast_of, mut notes) = (vec![main], Vec::new(), Vec::new());
    let mut known: HashMap<(Option<&str>, Option<&str>), usize> = [((wished, language), 0)].into();
    for utterance in &script.utterances {
        let voice = utterance.voice.as_deref().or(wished);
        let spoken = utterance.language.as_deref().or(language);
        let number = match known.entry((voice, spoken)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                // A voice that only the markup asks for may be unknown, and a language that only a sentence is in may
                // be spoken by nobody: the reply is read all the same.
                let (found, note) = match speak.voices.cast(voice, spoken, chain.providers()).await {
                    Ok(cast) => (Some(cast), None),
                    Err(why @ (NoCast::UnknownVoice | NoCast::Blend(_))) => {
                        let voice = voice.unwrap_or_default();
                        let note = match why {
                            NoCast::Blend(fault) => format!("the voice `{voice}` {fault}"),
                            _ => format!("there is no voice `{voice}`"),
                        };
                        (speak.voices.cast(wished, spoken, chain.providers()).await.ok(), Some(note))
                    }
                    Err(NoCast::Language) => (None, None),
                };
                notes.extend(note.map(|note| Note {
                    about: NoteTopic::Voice,
                    source: utterance.source.clone(),
                    note,
                }));
                let number = found.map_or(0, |cast| {
                    casts.push(cast);
                    casts.len() - 1
                });
                *place.insert(number)
            }
        };
        cast_of.push(number);
    }
    Ok((casts, cast_of, notes))
}
