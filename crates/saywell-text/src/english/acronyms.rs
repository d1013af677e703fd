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
    ("FiO2", "F I O two"),
    ("Hx", "History"),
    ("I/O", "I O"),
    ("ICYMI", "in case you missed it"),
    ("IDK", "I don't know"),
    ("IEEE", "I triple E"),
    ("IIRC", "if I recall correctly"),
    ("IMHO", "in my humble opinion"),
    ("IaC", "I A C"),
    ("IoT", "I O T"),
    ("LGBTQ+", "LGBTQ plus"),
    ("LMK", "let me know"),
    ("MLOps", "ML ops"),
    ("MoM", "month over month"),
    ("N/A", "not applicable"),
    ("NGL", "not gonna lie"),
    ("NVMe", "N V M E"),
    ("P/E", "P E"),
    ("PaO2", "P A O two"),
    ("Q&A", "Q and A"),
    ("QoQ", "quarter over quarter"),
    ("R&D", "R and D"),
    ("S3", "S three"),
    ("SMH", "shaking my head"),
    ("SpO2", "S P O two"),
    ("TBF", "to be fair"),
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
    ("adhd", "A D H D"),
    ("afaik", "as far as I know"),
    ("ai", "A I"),
    ("api", "A P I"),
    ("apis", "A P I s"),
    ("asap", "A S A P"),
    ("atm", "A T M"),
    ("atms", "A T M s"),
    ("aws", "A W S"),
    ("bbc", "B B C"),
    ("bmi", "B M I"),
    ("brb", "be right back"),
    ("btw", "by the way"),
    ("c'mon", "come on"),
    ("ceo", "C E O"),
    ("ceos", "C E O s"),
    ("cfo", "C F O"),
    ("ci/cd", "C I C D"),
    ("cia", "C I A"),
    ("cli", "C L I"),
    ("cnn", "C N N"),
    ("coo", "C O O"),
    ("cpu", "C P U"),
    ("cpus", "C P U s"),
    ("crm", "C R M"),
    ("css", "C S S"),
    ("csv", "C S V"),
    ("cto", "C T O"),
    ("diy", "D I Y"),
    ("dj", "D J"),
    ("djs", "D J s"),
    ("dna", "D N A"),
    ("dns", "D N S"),
    ("eod", "E O D"),
    ("erp", "E R P"),
    ("faq", "F A Q"),
    ("fbi", "F B I"),
    ("ftp", "F T P"),
    ("ftw", "for the win"),
    ("fwiw", "for what it's worth"),
    ("fyi", "F Y I"),
    ("gcp", "G C P"),
    ("gdp", "G D P"),
    ("gdpr", "G D P R"),
    ("gps", "G P S"),
    ("gpt", "G P T"),
    ("gpu", "G P U"),
    ("gpus", "G P U s"),
    ("hdd", "H D D"),
    ("hiv", "H I V"),
    ("html", "H T M L"),
    ("http", "H T T P"),
    ("https", "H T T P S"),
    ("hx", "history"),
    ("i18n", "internationalization"),
    ("icymi", "in case you missed it"),
    ("idk", "I don't know"),
    ("iirc", "if I recall correctly"),
    ("imho", "in my humble opinion"),
    ("imo", "in my opinion"),
    ("irs", "I R S"),
    ("iykyk", "if you know, you know"),
    ("jpg", "J P G"),
    ("jwt", "J W T"),
    ("k8s", "K eights"),
    ("kpi", "K P I"),
    ("kpis", "K P I s"),
    ("l10n", "localization"),
    ("lcd", "L C D"),
    ("llm", "L L M"),
    ("llms", "L L M s"),
    ("lmao", "L M A O"),
    ("lmk", "let me know"),
    ("lol", "L O L"),
    ("mRNA", "M RNA"),
    ("mTLS", "mutual TLS"),
    ("mmo", "M M O"),
    ("mri", "M R I"),
    ("n/a", "not applicable"),
    ("nba", "N B A"),
    ("nda", "N D A"),
    ("ndas", "N D A s"),
    ("nfl", "N F L"),
    ("ngl", "not gonna lie"),
    ("ngo", "N G O"),
    ("ngos", "N G O s"),
    ("nlp", "N L P"),
    ("npc", "N P C"),
    ("npcs", "N P C s"),
    ("nvm", "never mind"),
    ("nyc", "N Y C"),
    ("o11y", "observability"),
    ("omg", "O M G"),
    ("pH", "P H"),
    ("pKa", "P K A"),
    ("pKb", "P K B"),
    ("pdf", "P D F"),
    ("pdfs", "P D F s"),
    ("phd", "P H D"),
    ("pto", "P T O"),
    ("ptsd", "P T S D"),
    ("qoq", "quarter over quarter"),
    ("rgb", "R G B"),
    ("rna", "R N A"),
    ("rofl", "R O F L"),
    ("rpc", "R P C"),
    ("rpg", "R P G"),
    ("sdk", "S D K"),
    ("sdks", "S D K s"),
    ("smh", "shaking my head"),
    ("smtp", "S M T P"),
    ("sql", "S Q L"),
    ("ssd", "S S D"),
    ("ssds", "S S D s"),
    ("ssl", "S S L"),
    ("svg", "S V G"),
    ("tRNA", "T RNA"),
    ("tbd", "to be determined"),
    ("tbf", "to be fair"),
    ("tbh", "to be honest"),
    ("tcp", "T C P"),
    ("tl;dr", "T L D R"),
    ("tldr", "T L D R"),
    ("tls", "T L S"),
    ("ttyl", "talk to you later"),
    ("tv", "T V"),
    ("tvs", "T V s"),
    ("udp", "U D P"),
    ("ufo", "U F O"),
    ("ufos", "U F O s"),
    ("ui", "U I"),
    ("ui/ux", "U I, U X"),
    ("uk", "U K"),
    ("uri", "U R I"),
    ("url", "U R L"),
    ("urls", "U R L s"),
    ("usa", "U S A"),
    ("usb", "U S B"),
    ("ux", "U X"),
    ("vpc", "V P C"),
    ("vpn", "V P N"),
    ("vpns", "V P N s"),
    ("wtf", "W T F"),
    ("x64", "X sixty four"),
    ("x86", "X eighty six"),
    ("xml", "X M L"),
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
