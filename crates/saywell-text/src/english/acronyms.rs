//! Short forms that are read otherwise than their letters or their spelling say.
//!
//! Capitals are letters, or a word, to every reader that has a dictionary: `API`, `SQL`, `NASA`, `JSON` and
//! `GIF` are left to it. Here is what dictionaries get wrong.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// As written → as spoken, in byte order.
const ACRONYMS: &[(&str, &str)] = &[
    ("CI/CD", "CI CD"),
    ("Cmd", "command"),
    ("Ctrl", "control"),
    ("DDoS", "D dos"),
    ("EC2", "EC two"),
    ("I/O", "I O"),
    ("IEEE", "I triple E"),
    ("IaC", "I A C"),
    ("IoT", "I O T"),
    ("LGBTQ+", "LGBTQ plus"),
    ("MLOps", "ML ops"),
    ("N/A", "not applicable"),
    ("Q&A", "Q and A"),
    ("R&D", "R and D"),
    ("S3", "S three"),
    ("TCP/IP", "TCP IP"),
    ("VoIP", "voyp"),
    ("W3C", "W three C"),
    ("X11", "X eleven"),
    ("a11y", "accessibility"),
    ("c'mon", "come on"),
    ("i18n", "internationalization"),
    ("k8s", "K eights"),
    ("l10n", "localization"),
    ("mRNA", "M RNA"),
    ("mTLS", "mutual TLS"),
    ("n/a", "not applicable"),
    ("o11y", "observability"),
    ("pH", "P H"),
    ("tRNA", "T RNA"),
    ("x64", "X sixty four"),
    ("x86", "X eighty six"),
];

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
            let is_path = end.rest().starts_with("::");
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
