//! Replies as assistants write them, beside what is said of them: `golden/SUBJECT/*.md` and `*.txt`.
//!
//! After a change that is meant: `UPDATE_GOLDEN=1 cargo test -p saywell-text --test golden`, then read
//! the difference aloud in your head. A line is one utterance: its kind, the pause after it, what is
//! said, and the bytes of the reply it stands for. Below it may stand `=`, how it is written out for a voice
//! that knows words only, and `@`, its language where that is not English.

use corpus::Reply;
use saywell_text::english::spell_out;
use saywell_text::{Options, Script, Scripter, language, script};
use std::fmt::Write;

mod corpus;

fn readable(reply: &str, script: &Script) -> String {
    let mut page = String::new();
    for utterance in &script.utterances {
        let (kind, pause) = (format!("{:?}", utterance.kind), format!("{:?}", utterance.pause));
        _ = writeln!(page, "{kind:<9} {pause:<9} {}", utterance.text);
        match utterance.language.as_deref() {
            Some(language) if !language.starts_with("en") => _ = writeln!(page, "{:<20}@ {language}", ""),
            _ => {
                let written_out = spell_out(&utterance.text);
                if written_out.text() != utterance.text {
                    _ = writeln!(page, "{:<20}= {}", "", written_out.text());
                }
            }
        }
        _ = writeln!(page, "{:<20}< {:?}", "", &reply[utterance.source.clone()]);
    }
    for omission in &script.omissions {
        let said: String = reply[omission.source.clone()].chars().take(40).collect();
        _ = writeln!(page, "not said: {:?} {:?} {:?}", omission.what, omission.note, said);
    }
    page
}

/// `reply` with line feeds where it has both characters, and both where it has line feeds.
fn with_other_line_ends(reply: &str) -> String {
    if reply.contains("\r\n") { reply.replace("\r\n", "\n") } else { reply.replace('\n', "\r\n") }
}

#[test]
fn replies_are_said_as_written_down() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = String::new();
    for Reply { name, text: reply } in corpus::replies() {
        let whole = script(&reply, &Options::default());

        let mut scripter = Scripter::new(Options::default());
        let mut utterances: Vec<_> =
            reply.char_indices().flat_map(|(at, c)| scripter.push(&reply[at..at + c.len_utf8()])).collect();
        let (last, omissions) = scripter.finish();
        utterances.extend(last);
        assert_eq!(Script { utterances, omissions, ..Script::default() }, whole, "{name} in pieces");

        let other = script(&with_other_line_ends(&reply), &Options::default());
        let said = |script: &Script| -> Vec<String> {
            script.utterances.iter().map(|utterance| utterance.text.clone()).collect()
        };
        assert_eq!(said(&other), said(&whole), "{name} with other line ends");

        let mut whole = whole;
        language::assign(&mut whole);
        let page = readable(&reply, &whole);
        let expected = corpus::folder().join(format!("{name}.txt"));
        if update {
            std::fs::write(&expected, page).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != page {
            _ = write!(wrong, "\n{name}\n{page}");
        }
    }
    assert!(wrong.is_empty(), "said otherwise than written down (see the top of this file):\n{wrong}");
}
