//! What stands at the sides of the parts of a sentence that was cut.

use crate::pause::Pause;
use crate::utterance::{Utterance, UtteranceKind, Within};

/// The most bytes told of either side: what is farther off is not heard.
const MOST: usize = 240;

/// Tells `parts`, of one passage, what of their sentences stands at their sides. `behind` is what was said before the first of
/// them of its sentence, `ahead` what is known to come after the last. Gives what is behind whatever comes next.
pub(crate) fn tell(parts: &mut [Utterance], behind: String, ahead: &str) -> String {
    let cut = |part: &Utterance| part.pause == Pause::Clause && part.kind != UtteranceKind::Code;
    let mut before = behind;
    for index in 0..parts.len() {
        let goes_on = cut(&parts[index]);
        let mut after = String::new();
        let mut last = index;
        while after.len() < MOST && cut(&parts[last]) {
            let Some(next) = parts.get(last + 1) else {
                add(&mut after, ahead);
                break;
            };
            add(&mut after, &next.text);
            last += 1;
        }
        let after = beginning(&after).to_owned();
        let mut said = before.clone();
        add(&mut said, &parts[index].text);
        if !before.is_empty() || !after.is_empty() {
            parts[index].within = Some(Within { before, after });
        }
        before = if goes_on { end(&said).to_owned() } else { String::new() };
    }
    before
}

fn add(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// The whole words within the first [`MOST`] bytes.
fn beginning(text: &str) -> &str {
    if text.len() <= MOST {
        return text;
    }
    let text = &text[..text.floor_char_boundary(MOST)];
    text.rsplit_once(char::is_whitespace).map_or("", |(words, _)| words.trim_end())
}

/// The whole words within the last [`MOST`] bytes.
fn end(text: &str) -> &str {
    if text.len() <= MOST {
        return text;
    }
    let text = &text[text.ceil_char_boundary(text.len() - MOST)..];
    text.split_once(char::is_whitespace).map_or("", |(_, words)| words.trim_start())
}

/// The words that `written`, Markdown that may go on, begins with and that are said as they are written, without the last, which may
/// be the beginning of a longer one.
pub(crate) fn plain_words(written: &str) -> &str {
    let plain = |c: char| {
        c.is_alphanumeric() || matches!(c, ' ' | ',' | ';' | '\'' | '’' | '-' | '—' | '"' | '“' | '”')
    };
    let plain = &written[..written.find(|c| !plain(c)).unwrap_or(written.len())];
    beginning(plain.rfind(' ').map_or("", |space| plain[..space].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Scripter, script};

    const LONG: &str = "The committee met on Tuesday to review the plans for the new water system, which had been delayed \
        twice because of **storms**, and after a long discussion about money, safety, and the needs of the villages along \
        the coast, the members agreed that work should begin in the spring, provided that the engineers could show that \
        the old pipes, some of which were laid more than eighty years ago, would hold. That was all.";

    #[test]
    fn parts_know_what_stands_at_their_sides() {
        let parts = script(LONG, &Options::default()).utterances;
        let sides: Vec<_> = parts.iter().map(|part| part.within.clone().unwrap_or_default()).collect();
        assert_eq!(
            parts[0].text,
            "The committee met on Tuesday to review the plans for the new water system,"
        );
        assert_eq!(
            (sides[0].before.as_str(), sides[0].after.as_str()),
            ("", "which had been delayed twice because of")
        );
        assert!(
            parts.len() > 3 && sides[1].before == parts[0].text && sides[1].after.ends_with("would hold."),
            "{parts:?}"
        );
        let last = &sides[parts.len() - 2];
        assert!(last.before.ends_with(&parts[parts.len() - 3].text) && last.after.is_empty(), "{parts:?}");
        assert!(parts.last().is_some_and(|part| part.within.is_none()), "whole sentences need none");
        assert!(sides.iter().all(|sides| sides.before.len() <= MOST && sides.after.len() <= MOST));
    }

    #[test]
    fn sides_are_the_same_in_whatever_pieces_it_comes() {
        let whole = script(LONG, &Options::default()).utterances;
        for size in [1, 7, 50] {
            let mut scripter = Scripter::new(Options::default());
            let characters: Vec<char> = LONG.chars().collect();
            let mut parts: Vec<Utterance> = Vec::new();
            for piece in characters.chunks(size) {
                parts.extend(scripter.push(&piece.iter().collect::<String>()));
            }
            parts.extend(scripter.finish().0);
            assert_eq!(parts, whole, "{size} at a time");
        }
    }

    #[test]
    fn only_what_is_said_as_written_is_told() {
        assert_eq!(plain_words("which is so, and th"), "which is so, and");
        assert_eq!(plain_words("which **is** so"), "which");
        assert_eq!(plain_words("`code`"), "");
        assert_eq!(plain_words(""), "");
    }
}
