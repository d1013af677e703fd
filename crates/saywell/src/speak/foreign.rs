//! What is in a language that nobody here speaks: announced, left out, read all the same, or refused.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use saywell_text::language::signs;
use saywell_text::{Note, NoteTopic, Omission, Omitted, Utterance};

use super::{Speak, SpeakError, called};
use crate::chain::Chain;
use crate::script::{Prepared, UnsupportedLanguage};
use crate::voices::NoCast;

/// What becomes of the utterances of one reply, one after the other: that of each depends on it and those before it only,
/// so a reply that arrives in pieces is said as the whole is.
#[derive(Debug)]
pub(super) struct Foreign {
    policy: UnsupportedLanguage,
    voice: Option<String>,
    /// Whether somebody speaks a language in a voice.
    spoken: HashMap<(Option<String>, String), bool>,
    /// What waits for the end of its run: how much it is, is said before what follows.
    run: Vec<Utterance>,
    /// The language of the first utterance that is said, in which others are announced.
    own: Option<String>,
    /// The first language that nobody speaks.
    first: Option<String>,
    says: bool,
    /// Languages that nobody speaks, and that are read all the same.
    read: HashSet<String>,
    /// What is not read.
    pub(super) omissions: Vec<Omission>,
    /// The same, in words.
    pub(super) notes: Vec<Note>,
}

impl Foreign {
    pub(super) fn new(policy: UnsupportedLanguage, voice: Option<&str>) -> Self {
        Self {
            policy,
            voice: voice.map(str::to_owned),
            spoken: HashMap::new(),
            run: Vec::new(),
            own: None,
            first: None,
            says: false,
            read: HashSet::new(),
            omissions: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What is said once this utterance, the next one, is known.
    ///
    /// # Errors
    /// [`SpeakError::UnsupportedLanguage`] where such is to be refused.
    pub(super) async fn take(
        &mut self,
        speak: &Speak,
        chain: &Chain,
        utterance: Utterance,
    ) -> Result<Vec<Utterance>, SpeakError> {
        match utterance.language.clone() {
            Some(language) if !self.is_spoken(speak, chain, &utterance, &language).await => match self.policy
            {
                UnsupportedLanguage::Read => {
                    if self.read.insert(language.clone()) {
                        let note = format!("no voice here speaks {}", called(&language));
                        self.notes.push(Note {
                            about: NoteTopic::Voice,
                            source: utterance.source.clone(),
                            note,
                        });
                    }
                    Ok(self.keep(utterance))
                }
                UnsupportedLanguage::Refuse => Err(SpeakError::UnsupportedLanguage(language)),
                UnsupportedLanguage::Announce | UnsupportedLanguage::Skip => {
                    self.first.get_or_insert(language);
                    self.run.push(utterance);
                    Ok(Vec::new())
                }
            },
            _ => {
                self.note_signs(speak, chain, &utterance).await;
                Ok(self.keep(utterance))
            }
        }
    }

    /// Signs that nobody here reads are left out by whoever reads the rest, which is not to happen unseen.
    async fn note_signs(&mut self, speak: &Speak, chain: &Chain, utterance: &Utterance) {
        for (place, language) in signs(&utterance.text) {
            if !self.is_spoken(speak, chain, utterance, language).await {
                let sign = utterance.text.get(place.clone()).unwrap_or_default();
                self.leave_out(utterance.source_of(place), format!("no voice here reads `{sign}`"));
            }
        }
    }

    fn leave_out(&mut self, source: Range<usize>, note: String) {
        let what = Omitted::Language;
        self.omissions.push(Omission { what, source: source.clone(), note: note.clone() });
        self.notes.push(Note { about: NoteTopic::Voice, source, note });
    }

    /// What is said after the last utterance.
    ///
    /// # Errors
    /// [`SpeakError::UnsupportedLanguage`] where nothing of the reply can be said.
    pub(super) fn end(&mut self) -> Result<Vec<Utterance>, SpeakError> {
        match self.first.clone().filter(|_| !self.says) {
            Some(language) => Err(SpeakError::UnsupportedLanguage(language)),
            None => Ok(self.leave("en")),
        }
    }

    /// The whole of a reply.
    ///
    /// # Errors
    /// Those of [`Self::take`] and [`Self::end`].
    pub(super) async fn all(
        mut self,
        speak: &Speak,
        chain: &Chain,
        mut prepared: Prepared,
    ) -> Result<Prepared, SpeakError> {
        let mut said = Vec::new();
        for utterance in std::mem::take(&mut prepared.script.utterances) {
            said.extend(self.take(speak, chain, utterance).await?);
        }
        said.extend(self.end()?);
        prepared.script.utterances = said;
        if self.first.is_some() {
            prepared.language = self.own;
        }
        prepared.script.omissions.extend(self.omissions);
        prepared.script.omissions.sort_by_key(|omission| omission.source.start);
        prepared.script.notes.extend(self.notes);
        Ok(prepared)
    }

    /// The language that most of what is said is in: `main` if that is said.
    pub(super) fn main(&self, main: Option<&str>) -> Option<String> {
        let spoken =
            |language: &&str| self.spoken.iter().any(|((_, known), spoken)| known == language && *spoken);
        let main = main.filter(|main| self.policy == UnsupportedLanguage::Read || spoken(main));
        main.map(str::to_owned).or_else(|| self.own.clone())
    }

    async fn is_spoken(&mut self, speak: &Speak, chain: &Chain, said: &Utterance, language: &str) -> bool {
        let voice = said.voice.clone().or_else(|| self.voice.clone());
        let key = (voice, language.to_owned());
        if let Some(known) = self.spoken.get(&key) {
            return *known;
        }
        let cast = speak.voices.cast(key.0.as_deref(), Some(language), chain.providers()).await;
        // A voice that there is not is another matter.
        let spoken = !matches!(cast, Err(NoCast::Language));
        self.spoken.insert(key, spoken);
        spoken
    }

    fn keep(&mut self, utterance: Utterance) -> Vec<Utterance> {
        let language = utterance.language.as_deref().unwrap_or("en").to_owned();
        let mut said = self.leave(&language);
        self.says = true;
        if utterance.language.is_some() {
            self.own.get_or_insert(language);
        }
        said.push(utterance);
        said
    }

    /// Ends the run before what is in `next`: says what it was, or nothing.
    fn leave(&mut self, next: &str) -> Vec<Utterance> {
        let run = std::mem::take(&mut self.run);
        let own = self.own.clone().unwrap_or_else(|| next.to_owned());
        let mut said = Vec::new();
        for part in run.chunk_by(|one, next| one.language == next.language) {
            let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
            let language = first.language.as_deref().unwrap_or_default();
            let source = first.source.start..last.source.end;
            self.leave_out(source, format!("no voice here speaks {}", called(language)));
            if self.policy == UnsupportedLanguage::Announce {
                said.extend(Utterance::in_foreign(part, language, &own));
            }
        }
        said
    }
}
