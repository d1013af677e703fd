//! Replies as assistants write them, beside what is said of them: `golden/*.md` and `golden/*.txt`.
//!
//! After a change that is meant: `UPDATE_GOLDEN=1 cargo test -p saywell-text --test golden`, then read
//! the difference aloud in your head. A line is one utterance: its kind, the pause after it, what is
//! said, and the bytes of the reply it stands for.

use saywell_text::{Options, Script, Scripter, script};
use std::fmt::Write;
use std::path::Path;

fn readable(reply: &str, script: &Script) -> String {
    let mut page = String::new();
    for utterance in &script.utterances {
        let (kind, pause) = (format!("{:?}", utterance.kind), format!("{:?}", utterance.pause));
        _ = writeln!(page, "{kind:<9} {pause:<9} {}", utterance.text);
        _ = writeln!(page, "{:<20}< {:?}", "", &reply[utterance.source.clone()]);
    }
    for omission in &script.omissions {
        let said: String = reply[omission.source.clone()].chars().take(40).collect();
        _ = writeln!(page, "not said: {:?} {:?} {:?}", omission.what, omission.note, said);
    }
    page
}

#[test]
fn replies_are_said_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut replies: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    replies.sort();
    assert!(replies.len() >= 12, "the corpus is gone");
    let mut wrong = String::new();
    for path in replies {
        let reply = std::fs::read_to_string(&path).unwrap();
        let whole = script(&reply, &Options::default());

        let mut scripter = Scripter::new(Options::default());
        let mut utterances: Vec<_> =
            reply.char_indices().flat_map(|(at, c)| scripter.push(&reply[at..at + c.len_utf8()])).collect();
        let (last, omissions) = scripter.finish();
        utterances.extend(last);
        assert_eq!(
            Script { utterances, omissions, ..Script::default() },
            whole,
            "{} in pieces",
            path.display()
        );

        let windows = script(&reply.replace('\n', "\r\n"), &Options::default());
        let said = |script: &Script| -> Vec<String> {
            script.utterances.iter().map(|utterance| utterance.text.clone()).collect()
        };
        assert_eq!(said(&windows), said(&whole), "{} with other line ends", path.display());

        let page = readable(&reply, &whole);
        let expected = path.with_extension("txt");
        if update {
            std::fs::write(&expected, page).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != page {
            write!(wrong, "\n{}\n{page}", path.file_name().unwrap().display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "said otherwise than written down (see the top of this file):\n{wrong}");
}
