//! Short forms that are read otherwise than their letters or their spelling say.
//!
//! Capitals are letters, or a word, to every reader that has a dictionary: `API`, `SQL`, `NASA`, `JSON` and
//! `GIF` are left to it. Here is what dictionaries get wrong.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// As written → as spoken, in byte order.
const ACRONYMS: &[(&str, &str)] = &[
    ("A/B", "A B"),
    ("AFAIK", "as far as I know"),
    ("CI/CD", "CI CD"),
    ("Cmd", "command"),
    ("Ctrl", "control"),
    ("DDoS", "D dos"),
    ("EC2", "EC two"),
    ("FWIW", "for what it's worth"),
    ("Hx", "History"),
    ("I/O", "I O"),
    ("IDK", "I don't know"),
    ("IEEE", "I triple E"),
    ("IIRC", "if I recall correctly"),
    ("IMHO", "in my humble opinion"),
    ("IaC", "I A C"),
    ("IoT", "I O T"),
    ("LGBTQ+", "LGBTQ plus"),
    ("MLOps", "ML ops"),
    ("MoM", "month over month"),
    ("N/A", "not applicable"),
    ("NGL", "not gonna lie"),
    ("NVMe", "N V M E"),
    ("P/E", "P E"),
    ("Q&A", "Q and A"),
    ("QoQ", "quarter over quarter"),
    ("R&D", "R and D"),
    ("S3", "S three"),
    ("SMH", "shaking my head"),
    ("TBH", "to be honest"),
    ("TCP/IP", "TCP IP"),
    ("TTYL", "talk to you later"),
    ("UI/UX", "UI UX"),
    ("VoIP", "voyp"),
    ("W3C", "W three C"),
    ("WWI", "World War one"),
    ("WWII", "World War two"),
    ("WoW", "week over week"),
    ("X11", "X eleven"),
    ("YMMV", "your mileage may vary"),
    ("YTD", "year to date"),
    ("YoY", "year over year"),
    ("a11y", "accessibility"),
    ("afaik", "as far as I know"),
    ("ai", "A I"),
    ("api", "A P I"),
    ("apis", "A P I s"),
    ("asap", "A S A P"),
    ("brb", "be right back"),
    ("btw", "by the way"),
    ("c'mon", "come on"),
    ("ci/cd", "C I C D"),
    ("cpu", "C P U"),
    ("css", "C S S"),
    ("diy", "D I Y"),
    ("faq", "F A Q"),
    ("fwiw", "for what it's worth"),
    ("fyi", "F Y I"),
    ("gpt", "G P T"),
    ("gpu", "G P U"),
    ("html", "H T M L"),
    ("hx", "history"),
    ("i18n", "internationalization"),
    ("idk", "I don't know"),
    ("iirc", "if I recall correctly"),
    ("imho", "in my humble opinion"),
    ("imo", "in my opinion"),
    ("k8s", "K eights"),
    ("l10n", "localization"),
    ("llm", "L L M"),
    ("llms", "L L M s"),
    ("lmao", "L M A O"),
    ("lol", "L O L"),
    ("mRNA", "M RNA"),
    ("mTLS", "mutual TLS"),
    ("n/a", "not applicable"),
    ("ngl", "not gonna lie"),
    ("nlp", "N L P"),
    ("nvm", "never mind"),
    ("o11y", "observability"),
    ("omg", "O M G"),
    ("pH", "P H"),
    ("qoq", "quarter over quarter"),
    ("rofl", "R O F L"),
    ("smh", "shaking my head"),
    ("sql", "S Q L"),
    ("tRNA", "T RNA"),
    ("tbd", "to be determined"),
    ("tbh", "to be honest"),
    ("tl;dr", "T L D R"),
    ("tldr", "T L D R"),
    ("ttyl", "talk to you later"),
    ("ui", "U I"),
    ("ui/ux", "U I, U X"),
    ("usa", "U S A"),
    ("ux", "U X"),
    ("x64", "X sixty four"),
    ("x86", "X eighty six"),
    ("ymmv", "your mileage may vary"),
    ("yoy", "year over year"),
];

/// Whether a word in small letters is one of them.
pub fn is_small(word: &str) -> bool {
    ACRONYMS.binary_search_by_key(&word, |(written, _)| written).is_ok()
}

/// `IEEE` → `I triple E`.
pub fn acronym(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    if !start.starts_number() || start.before() == Some('/') {
        return None;
    }
    let chunk = start.chunk();
    let end = chunk.find(|found: char| !is_word(found) && !"/&+'".contains(found)).unwrap_or(chunk.len());
    let mut written = &chunk[..end];
    loop {
        if let Ok(index) = ACRONYMS.binary_search_by_key(&written, |(written, _)| written) {
            let end = start.moved_to(start.at() + written.len());
            // `api.example.com`
            let is_host = end.peek() == Some('.') && end.peek_second().is_some_and(is_word);
            let is_path = end.rest().starts_with("::") || is_host && written.starts_with(char::is_lowercase);
            return (end.ends_word() && !is_path).then(|| Edit::new(start, end, ACRONYMS[index].1));
        }
        // What follows a mark may not belong to it: `IEEE's`, `S3/EC2`.
        written = &written[..written.rfind(|found: char| "/&+'".contains(found))?];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(ACRONYMS.is_sorted_by_key(|(written, _)| written));
    }
}
