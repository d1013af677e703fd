//! Where a paragraph can be cut while it is still arriving: at ends of sentences, and once early in
//! the first sentence of a reply, always outside emphasis, links, code and tags.
//!
//! It never waits without end: marks that stay open for too long are no marks, and a sentence that goes on
//! and on is cut at a clause.
//!
//! Each character is looked at once. A cut depends only on the text before it and a few characters
//! after it, never on how the text arrived; each part is then parsed on its own.

use crate::clauses::{first_cut, last_cut};
use crate::hidden::{self, Opening, Opens};
use crate::length::breadth;
use crate::lines;
use crate::pause::Pause;
use crate::sentences::{self, Verdict};
use crate::split::{SHORT, first_tolerance};
use crate::{Markup, Options};

/// The state of reading one paragraph; positions are bytes of the buffer it is read from.
#[derive(Debug)]
pub(crate) struct Cutter {
    /// Where the part being read starts.
    pub(crate) start: usize,
    /// The next byte to look at.
    pub(crate) at: usize,
    /// Whether marks of Markdown mean anything.
    markup: bool,
    /// The most characters of an utterance.
    limit: usize,
    inline: Inline,
    /// Characters since something was opened that is open.
    open: usize,
    /// The next sentence starts here, if everything is closed by then.
    end_at: Option<usize>,
    /// Characters of this part so far, without addresses of links.
    characters: usize,
    /// Starts of words outside all marks, each with the characters before it: where a long sentence may be cut.
    words: Vec<(usize, usize)>,
    /// A long first sentence was looked at, and cut or not.
    tried: usize,
    /// The last character that is not white space.
    last: char,
    /// Characters of the line so far, and of it up to its last that is not white space.
    line: (usize, usize),
    /// The length of the line that has just ended, and whether Markdown breaks it.
    ended: Option<(usize, bool)>,
    /// Whether any part has been cut off.
    pub(crate) cut: bool,
}

/// What reading on gave.
pub(crate) enum Found {
    /// A part ends at `end`, with a pause of this sort; the next starts there.
    /// `line`: with a line of its own.
    Part { start: usize, end: usize, pause: Pause, line: bool },
    /// Reasoning or a tool call opens at `at`; the paragraph ends there.
    Hidden { at: usize, opening: Opening },
    /// Nothing more in what is there.
    Nothing,
}

/// Marks of Markdown that are open.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own")]
struct Inline {
    /// Backticks that opened code.
    code: usize,
    stars: usize,
    underscores: usize,
    struck: bool,
    brackets: usize,
    /// Parentheses around the address of a link.
    address: usize,
    tag: bool,
    /// What ends the formula that is open: `)`, `]`, after a backslash, or `$` for two dollars.
    formula: Option<char>,
    /// Characters since a single dollar, while a formula may be open: prices look like that too, so it holds up no
    /// sentence.
    dollar: usize,
    /// In the escape sequence of a terminal: what it began with.
    escape: Option<char>,
    /// Inside the private marks of a citation.
    private: bool,
    /// A run of one mark that may go on: the mark, its length, the character before it.
    run: Option<(char, usize, char)>,
    escaped: bool,
    previous: char,
}

impl Cutter {
    pub(crate) fn new(start: usize, options: &Options) -> Self {
        Self {
            start,
            at: start,
            markup: options.markup == Markup::Markdown,
            limit: options.utterance_chars.max(1),
            open: 0,
            inline: Inline::default(),
            end_at: None,
            characters: 0,
            words: Vec::new(),
            tried: 0,
            last: '\0',
            line: (0, 0),
            ended: None,
            cut: false,
        }
    }

    /// Moves all positions back by `bytes`, which were dropped from the start of the buffer.
    pub(crate) fn shift(&mut self, bytes: usize) {
        self.start -= bytes;
        self.at -= bytes;
        self.end_at = self.end_at.map(|at| at - bytes);
        for (word, _) in &mut self.words {
            *word -= bytes;
        }
    }

    /// Reads on to the next cut in `known`, the buffer as far as it is known to be of this paragraph;
    /// `complete` when the paragraph ends there. `first` is the length of the first utterance, while
    /// that is still to be spoken.
    pub(crate) fn next(
        &mut self,
        known: &str,
        complete: bool,
        first: Option<usize>,
        work: &mut u64,
    ) -> Found {
        while let Some(c) = known[self.at..].chars().next() {
            *work += 1;
            if self.end_at.is_some_and(|end| self.at >= end) {
                self.end_at = None;
                let long_enough = first.is_some() || self.characters >= SHORT;
                if self.inline.closed(c) && long_enough {
                    return self.part(self.at, Pause::Sentence);
                }
            }
            if let Some((length, hard)) = self.ended.filter(|_| !c.is_whitespace()) {
                if self.inline.closed(c) {
                    match lines::is_break_meant(length, hard, &known[self.at..], complete) {
                        None => return Found::Nothing,
                        Some(true) => return self.line_part(),
                        Some(false) => {}
                    }
                }
                self.ended = None;
            }
            if !c.is_whitespace()
                && self.inline.previous.is_whitespace()
                && self.inline.closed(c)
                && self.inline.dollar == 0
            {
                if sentences::divides(self.last, c) && self.characters >= UNSPACED {
                    return self.part(self.at, Pause::Sentence);
                }
                self.words.push((self.at, self.characters));
            }
            // One word, however long, has no place for a cut: it is not looked through again and again.
            let several = self.words.last().is_some_and(|(word, _)| *word > self.start);
            if let Some(limit) = first
                && several
                && self.characters > self.tried.max(first_tolerance(limit))
            {
                // The next sign may be that of a breath.
                self.tried = self.characters + TRY_AGAIN;
                *work += (self.at - self.start) as u64;
                if let Some(cut) = self.clause(known, limit, first_cut, work) {
                    return cut;
                }
            }
            // It goes on and on.
            if self.characters > 2 * self.limit {
                if several && let Some(cut) = self.clause(known, self.limit, last_cut, work) {
                    return cut;
                }
                if breadth(c) > 1 && breadth(self.inline.previous) > 1 && self.inline.closed(c) {
                    return self.part(self.at, Pause::Clause);
                }
            }
            if hidden::may_open(c) && !self.inline.in_code() && !self.inline.escaped {
                match hidden::opens(&known[self.at..], complete) {
                    Opens::Unknown => return Found::Nothing,
                    Opens::Yes(opening) => return Found::Hidden { at: self.at, opening },
                    Opens::No => {}
                }
            }
            if self.end_at.is_none() && sentences::is_stop(c) && !self.inline.in_code() {
                match sentences::judge(known, self.start, self.at, complete) {
                    Verdict::Unknown => return Found::Nothing,
                    // Only a word is sure to be spoken after it: else this may be the last sentence.
                    Verdict::End { next } if begins_word(&known[next..]) => self.end_at = Some(next),
                    Verdict::End { .. } | Verdict::Inside => {}
                }
            }
            self.at += c.len_utf8();
            if self.inline.address == 0 && !self.inline.tag {
                self.characters += breadth(c);
            }
            if self.markup {
                self.inline.read(c);
            }
            self.inline.previous = c;
            if self.inline.dollar > 0 {
                self.inline.dollar =
                    if self.inline.dollar > LONGEST_PRICE { 0 } else { self.inline.dollar + 1 };
            }
            self.count(c);
            if self.inline.is_closed() {
                self.open = 0;
            } else {
                self.open += 1;
                // An address may be longer, and has no white space.
                if self.open > LONGEST_OPEN && c.is_whitespace() {
                    self.inline = Inline { previous: c, ..Inline::default() };
                }
            }
        }
        Found::Nothing
    }

    /// Cuts what was read of this part at the clause that `choose` finds.
    fn clause(
        &mut self,
        known: &str,
        limit: usize,
        choose: impl Fn(&str, usize, &dyn Fn(usize) -> bool) -> Option<usize>,
        work: &mut u64,
    ) -> Option<Found> {
        let start = self.start;
        let word_at = |at: usize| self.words.binary_search_by_key(&(start + at), |(word, _)| *word);
        let length = choose(&known[start..self.at], limit, &|at| word_at(at).is_ok())?;
        let (end, next) = (start + length, word_at(length).ok()?);
        *work += (length + self.words.len() - next) as u64;
        let (_, said) = self.words[next];
        self.start = end;
        self.characters -= said;
        self.words.drain(..=next);
        for (_, before) in &mut self.words {
            *before -= said;
        }
        self.cut = true;
        Some(Found::Part { start, end, pause: Pause::Clause, line: false })
    }

    /// Counts `c` towards its line.
    fn count(&mut self, c: char) {
        let (length, to_last) = self.line;
        if c == '\n' {
            let hard = length >= to_last + 2 || (self.last == '\\' && length == to_last);
            self.ended = Some((to_last, hard));
            self.line = (0, 0);
        } else if !c.is_whitespace() {
            self.last = c;
            self.line = (length + breadth(c), length + breadth(c));
        } else if c != '\r' && length > 0 {
            self.line.0 += 1;
        }
    }

    /// Cuts off the line before, which was meant to end there.
    fn line_part(&mut self) -> Found {
        self.ended = None;
        let found = self.part(self.at, Pause::Sentence);
        // The next line may yet be a heading, or that of a table.
        self.cut = false;
        match found {
            Found::Part { start, end, pause, .. } => Found::Part { start, end, pause, line: true },
            found => found,
        }
    }

    fn part(&mut self, end: usize, pause: Pause) -> Found {
        let start = std::mem::replace(&mut self.start, end);
        self.characters = 0;
        self.words.clear();
        self.tried = 0;
        self.cut = true;
        Found::Part { start, end, pause, line: false }
    }
}

/// A first sentence in which there is no place for a cut is looked through again after so many characters.
const TRY_AGAIN: usize = 24;
/// Scripts that write no full stops are cut at a space once a part has this many characters.
const UNSPACED: usize = 60;
/// What is open for more characters than this was no mark: a star, a bracket, a sign.
const LONGEST_OPEN: usize = 800;
/// A single dollar that is followed by no other within so many characters was a price.
const LONGEST_PRICE: usize = 120;

/// Whether `text` begins with a word, marks of emphasis and quotes aside.
fn begins_word(text: &str) -> bool {
    let marks = |c: char| matches!(c, '*' | '_' | '"' | '“' | '‘' | '\'' | '(' | '「' | '『');
    text.trim_start_matches(marks).starts_with(|c: char| c.is_alphanumeric() || c == '`')
}

impl Inline {
    /// Whether the next character is code; the backticks before it may not be counted yet.
    fn in_code(&self) -> bool {
        match self.run {
            Some(('`', length, _)) => self.code != length,
            _ => self.code > 0,
        }
    }

    /// Whether nothing is open before `next`.
    fn closed(&self, next: char) -> bool {
        // White space before `next` has resolved every run of marks but backticks of code.
        let running = self.run.is_some_and(|(mark, ..)| mark != next || mark == '`');
        self.is_closed() && !self.escaped && !running
    }

    /// Whether nothing is open, whatever comes next.
    fn is_closed(&self) -> bool {
        self.code == 0
            && self.stars == 0
            && self.underscores == 0
            && !self.struck
            && self.brackets == 0
            && self.address == 0
            && !self.tag
            && self.formula.is_none()
            && self.escape.is_none()
            && !self.private
    }

    fn read(&mut self, c: char) {
        if self.private || self.escape.is_some() {
            return self.read_private(c);
        }
        if self.formula.is_some_and(|close| close != '$') {
            let escaped = std::mem::replace(&mut self.escaped, false);
            self.formula = self.formula.filter(|close| !(escaped && c == *close));
            self.escaped = c == '\\' && !escaped;
            return;
        }
        if let Some((mark, length, before)) = self.run {
            if c == mark {
                self.run = Some((mark, length + 1, before));
                return;
            }
            self.run = None;
            self.end_run(mark, length, before, c);
        }
        if std::mem::take(&mut self.escaped) && c.is_ascii_punctuation() {
            if self.code == 0 && matches!(c, '(' | '[') {
                self.formula = Some(if c == '(' { ')' } else { ']' });
            }
            return;
        }
        if self.formula.is_some() {
            if c == '$' {
                self.run = Some((c, 1, self.previous));
            }
            return;
        }
        if c == '`' {
            self.run = Some((c, 1, self.previous));
            return;
        }
        if self.code > 0 {
            return;
        }
        if self.tag {
            self.tag = c != '>';
            return;
        }
        match c {
            '\\' => self.escaped = true,
            '(' if self.address > 0 => self.address += 1,
            ')' if self.address > 0 => self.address -= 1,
            _ if self.address > 0 => {}
            '(' if self.previous == ']' && self.brackets == 0 => self.address = 1,
            '[' => self.brackets += 1,
            ']' => self.brackets = self.brackets.saturating_sub(1),
            '*' | '_' | '~' | '<' | '$' => self.run = Some((c, 1, self.previous)),
            '\u{1b}' => self.escape = Some(c),
            '\u{e200}' => self.private = true,
            _ => {}
        }
    }

    /// Reads on in what is for no reader: escape sequences and private marks.
    fn read_private(&mut self, c: char) {
        if self.private {
            self.private = c != '\u{e201}';
            return;
        }
        self.escape = match (self.escape, c) {
            (Some('\u{1b}'), '[' | ']') => Some(c),
            (Some(']'), '\u{7}' | '\n') => None,
            (Some(']'), '\\') if self.previous == '\u{1b}' => None,
            (Some('['), ' '..='?') | (Some(']'), _) => self.escape,
            _ => None,
        };
    }

    /// A run of `length` marks between `before` and `after` is over.
    fn end_run(&mut self, mark: char, length: usize, before: char, after: char) {
        if mark == '`' {
            self.code = match self.code {
                0 => length,
                open if open == length => 0,
                open => open,
            };
            return;
        }
        if mark == '$' {
            match (length, self.formula) {
                (2, _) => self.formula = if self.formula.is_some() { None } else { Some('$') },
                (1, None) => {
                    let opens = !after.is_whitespace() && !before.is_alphanumeric();
                    self.dollar = usize::from(self.dollar == 0 && opens);
                }
                _ => {}
            }
            return;
        }
        if mark == '<' {
            self.tag = after.is_ascii_alphabetic() || matches!(after, '/' | '!' | '?' | '|');
            return;
        }
        let blank = |c: char| c.is_whitespace() || c == '\0';
        let word = |c: char| c.is_alphanumeric();
        let (opens, closes) = (!blank(after), !blank(before));
        if mark == '_' && word(before) && word(after) {
            return; // Part of a name.
        }
        if mark == '~' {
            self.struck = length == 2 && ((self.struck && !closes) || (!self.struck && opens));
            return;
        }
        let open = if mark == '*' { &mut self.stars } else { &mut self.underscores };
        // Between two characters a mark closes what is open, and opens otherwise.
        let prefers_closing = closes && *open > 0 && !(opens && !word(before) && word(after));
        if prefers_closing {
            *open = open.saturating_sub(length);
        } else if opens {
            *open += length;
        }
    }
}
