//! Whether a sentence is about the address in it, so that it is said in full and can be written down: `Fork
//! github.com/rust-lang/rust`. In passing an address is its host.

/// Longer ones, in bytes, are copied rather than written down.
const LONGEST: usize = 64;
/// Words that an address is what they are done to, in small letters.
const VERBS: [&str; 8] = ["fork", "clone", "open", "enter", "type", "browse", "ping", "paste"];
/// Words before `to`.
const TO: [&str; 8] = ["go", "navigate", "browse", "connect", "point", "log", "ssh", "set"];
/// Words before `at`, `on`.
const AT: [&str; 9] =
    ["running", "runs", "listens", "listening", "listen", "reachable", "served", "hosted", "serves"];
/// What an address is, before `is`, `is at` or a colon.
const NAMES: [&str; 10] =
    ["url", "address", "endpoint", "host", "hostname", "domain", "webhook", "server", "proxy", "callback"];

/// Whether the words of `before`, which end where `address` begins, make the sentence about it.
pub(crate) fn is_about(before: &str, address: &str) -> bool {
    const NEAR: usize = 40;
    if address.len() > LONGEST || address.contains(['?', '#', '=', '&', '%', '(']) {
        return false;
    }
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
    // The scheme may stand between, and an opening quote.
    let before = before.trim_end_matches(['"', '“', '`', '(', '<']);
    if !before.ends_with([' ', ':']) {
        return false;
    }
    let mut words = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut next = || words.next().unwrap_or_default().to_ascii_lowercase();
    let (last, second, third) = (next(), next(), next());
    let is = |list: &[&str], word: &str| list.contains(&word);
    match last.as_str() {
        "to" => is(&TO, &second) || is(&TO, &third),
        "on" => is(&AT, &second),
        "at" => is(&AT, &second) || second == "is" && is(&NAMES, &third),
        "is" => is(&NAMES, &second),
        "the" | "repo" | "repository" => is(&VERBS[..2], &second),
        name if before.trim_end().ends_with(':') => is(&NAMES, name),
        verb => is(&VERBS, verb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_to_an_address_makes_the_sentence_about_it() {
        let address = "github.com/rust-lang/rust";
        for before in [
            "Fork ", "Then open ", "Go to ", "It listens on ", "The server is running at ", "The URL is ",
            "The endpoint is at ", "Address: ",
        ] {
            assert!(is_about(before, address), "{before}");
        }
        for before in
            ["See ", "Read more at ", "", "It is on ", "(", "The guide is ", "Source: ", "according to "]
        {
            assert!(!is_about(before, address), "{before}");
        }
        assert!(!is_about("Open ", &"a.com/".repeat(20)));
        assert!(!is_about("Open ", "a.com/x?y=z"));
    }
}
