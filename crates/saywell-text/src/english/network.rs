//! What machines are found by: addresses of the web, of mail and of networks, hashes, UUIDs, telephone numbers.

use super::cursor::{Cursor, is_word};
use super::identifier::{path, trimmed};
use super::kinds::Reader;
use super::spelled::Edit;

/// `https://docs.rs/x` → `docs dot RS slash x`. A query is not said.
pub fn web_scheme(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() {
        return None;
    }
    let mut at = start;
    let scheme = at.eat_one_of([
        "https://", "http://", "www.", "ftp://", "ssh://", "git://", "file://", "ws://", "wss://",
    ])?;
    if scheme.ends_with('/') {
        at.eat_text("www.");
    }
    let address = trimmed(at.chunk());
    let end = start.moved_to(at.offset() + address.len());
    let said = address.split(['?', '#']).next()?.trim_end_matches('/');
    (!said.is_empty()).then(|| Edit::new(start, end, path(said, reader)))
}

/// `john.doe@example.com` → `john dot doe at example dot com`.
pub fn mail(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_chunk() {
        return None;
    }
    let address = trimmed(start.chunk());
    let (user, host) = address.split_once('@')?;
    let host = host.split([':', '/']).next()?;
    let is_user = user.chars().all(|found| is_word(found) || ".+-%".contains(found));
    let is_host = host.len() > 1
        && host.starts_with(char::is_alphabetic)
        && host.chars().all(|found| is_word(found) || ".-".contains(found));
    if user.is_empty() || !is_user || !is_host {
        return None;
    }
    let mut end = start.moved_to(start.offset() + user.len() + 1 + host.len());
    let mut words = format!("{} at {}", user_name(user, reader), user_name(host, reader));
    // `git@github.com:rust-lang/rust.git`
    let repository = address.split_once(':').map(|(_, path)| path).filter(|path| {
        path.contains('/') && path.chars().all(|found| is_word(found) || "/-.".contains(found))
    });
    if let Some(path) = repository {
        words += &format!(" colon {}", user_name(path, reader));
        end = start.moved_to(start.offset() + address.len());
    }
    Some(Edit::new(start, end, words))
}

/// The words and marks of a name, each mark said, so that one can write it down: `jane_doe-99`.
fn user_name(written: &str, reader: Reader) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let flush = |word: &mut String, words: &mut Vec<String>| {
        if !word.is_empty() {
            words.push(path(word, reader));
            word.clear();
        }
    };
    for found in written.chars() {
        let mark = match found {
            '.' => "dot",
            '_' => "underscore",
            '-' => "hyphen",
            '+' => "plus",
            '%' => "percent",
            _ => {
                word.push(found);
                continue;
            }
        };
        flush(&mut word, &mut words);
        words.push(mark.to_owned());
    }
    flush(&mut word, &mut words);
    words.join(" ")
}

/// The last labels by which a name is known for an address.
const TOP_LEVEL: [&str; 28] = [
    "com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "info", "biz", "us", "ca", "au", "tv",
    "me", "ly", "ai", "dev", "app", "eu", "ch", "jp", "example", "xyz", "rs", "sh",
];

/// `example.com/docs` → `example dot com slash docs`.
pub fn domain(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_chunk() {
        return None;
    }
    let address = trimmed(start.chunk());
    let host = address.split(['/', ':']).next()?;
    let (names, last) = host.rsplit_once('.')?;
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|found| found.is_ascii_alphanumeric() || found == '-')
    };
    let is_address = TOP_LEVEL.contains(&last)
        && names.len() > 1
        && names.split('.').all(is_label)
        && !address.contains(['(', '=']);
    let said = address.split(['?', '#']).next()?.trim_end_matches('/');
    // Where the sentence is about it each mark is said.
    let words = if crate::about::is_about(start.window_before(48), address) {
        user_name(said, reader)
    } else {
        path(said, reader)
    };
    is_address.then(|| Edit::new(start, start.moved_to(start.offset() + address.len()), words))
}

/// `443/tcp` → `four forty three T C P`.
pub fn port_and_protocol(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let port = at.digits(1..=5).filter(|_| start.starts_number())?;
    at.eat('/').then_some(())?;
    let named = at.eat_while(|found| found.is_ascii_alphabetic()).to_ascii_uppercase();
    (at.ends_word() && matches!(named.as_str(), "TCP" | "UDP" | "SCTP")).then(|| {
        let letters: Vec<String> = named.chars().map(String::from).collect();
        Edit::new(start, at, format!("{} {}", reader.label(port), letters.join(" ")))
    })
}

/// `localhost:3000`, `db.internal:5432` → `localhost port three thousand`, with the path behind.
pub fn port_of_host(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_chunk() {
        return None;
    }
    let address = trimmed(start.chunk());
    let (host, rest) = address.split_once(':')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (port, path_after) = rest.split_at(digits);
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|found| found.is_ascii_alphanumeric() || found == '-')
    };
    let is_host = host == "localhost"
        || host.contains('.')
            && host.split('.').all(label)
            && host
                .rsplit('.')
                .next()
                .is_some_and(|last| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_lowercase()));
    // `main.rs:42` is a place in a file.
    let is_file =
        host.rsplit('.').next().is_some_and(|ending| super::identifier::extension(ending).is_some());
    let is_port = (2..=5).contains(&digits) && port.parse::<u16>().is_ok() && !is_file;
    if !is_host || !is_port || !(path_after.is_empty() || path_after.starts_with('/')) {
        return None;
    }
    let path_after = path_after.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let mut words = format!("{} port {}", user_name(host, reader), reader.label(port));
    if !path_after.is_empty() {
        words += &format!(" {}", user_name(path_after, reader));
    }
    Some(Edit::new(start, start.moved_to(start.offset() + address.len()), words))
}

/// `ISBN 978-3-16-148410-0`, `arXiv:2301.00001`, `doi:10.1000/182`, `CVE-2024-3094`.
pub fn reference(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const NAMES: [(&str, &str); 7] = [
        ("ISBN", "ISBN"),
        ("ISSN", "ISSN"),
        ("arXiv", "archive"),
        ("doi", "DOI"),
        ("DOI", "DOI"),
        ("CVE", "CVE"),
        ("PMID", "PMID"),
    ];
    if !start.starts_word() {
        return None;
    }
    let mut at = start;
    let (_, name) = NAMES.iter().find(|(written, _)| at.eat_text(written))?;
    at.eat_one_of([":", "-"]);
    at.eat(' ');
    let digits = trimmed(at.chunk());
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|found| found.is_ascii_alphanumeric() || "-./_".contains(found));
    if !is_number {
        return None;
    }
    let end = start.moved_to(at.offset() + digits.len());
    let mut words = (*name).to_owned();
    for part in digits.split_inclusive(['-', '.', '/', '_']) {
        let number = part.trim_end_matches(['-', '.', '/', '_']);
        words.push(' ');
        words += &if *name == "CVE" && part.len() == 5 && part.ends_with('-') {
            reader.year(number)
        } else {
            reader.characters(number)
        };
        words += match part.chars().next_back() {
            Some('-') => ",",
            Some('.') => " dot",
            Some('/') => " slash",
            _ => "",
        };
    }
    Some(Edit::new(start, end, words))
}

/// `192.168.0.1:8080`, `10.0.0.0/8` → `one ninety two dot one sixty eight dot zero dot one port eighty eighty`.
pub fn ip4(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let mut words = String::new();
    for part in 0..4 {
        if part > 0 {
            at.eat('.').then_some(())?;
            words += " dot ";
        }
        let octet = at.digits(1..=3)?;
        octet.parse::<u8>().ok()?;
        words += &reader.label(octet);
    }
    if at.peek() == Some('.') && at.peek_second().is_some_and(|next| next.is_ascii_digit()) {
        return None;
    }
    if let Some(end) = at.past(|at| at.eat(':') && at.digits(1..=5).is_some()) {
        words += &format!(" port {}", reader.label(&at.until(end)[1..]));
        at = end;
        // `127.0.0.1:5000/api`
        let path_after = trimmed(at.chunk());
        if path_after.len() > 1
            && path_after.starts_with('/')
            && path_after.chars().all(|found| is_word(found) || "/-.".contains(found))
        {
            words += &format!(" {}", user_name(path_after, reader));
            at = at.moved_to(at.offset() + path_after.len());
        }
    } else if let Some(end) = at.past(|at| at.eat('/') && at.digits(1..=2).is_some()) {
        words += &format!(" slash {}", reader.count(&at.until(end)[1..]));
        at = end;
    }
    at.ends_word().then(|| Edit::new(start, at, words))
}

/// `2001:db8::1` → `two zero zero one colon D B eight colon colon one`.
pub fn ip6(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() || start.before() == Some(':') {
        return None;
    }
    let chunk = start.chunk();
    let length = chunk.find(|found: char| !found.is_ascii_hexdigit() && found != ':').unwrap_or(chunk.len());
    let written = chunk[..length].trim_end_matches(|mark| mark == ':' && !chunk[..length].ends_with("::"));
    let groups = written.split(':');
    let colons = groups.clone().count() - 1;
    let is_address = (written.contains("::") || colons == 7)
        && (2..=7).contains(&colons)
        && groups.clone().all(|group| group.len() <= 4)
        && written.contains(|found: char| found.is_ascii_digit());
    let mut end = start.moved_to(start.offset() + written.len());
    if !is_address || !end.ends_word() {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    for (index, group) in groups.enumerate() {
        words.extend((index > 0).then(|| "colon".to_owned()));
        words.extend((!group.is_empty()).then(|| reader.characters(group)));
    }
    let prefix = end.past(|at| at.eat('/') && at.digits(1..=3).is_some() && at.ends_word());
    if let Some(prefix) = prefix {
        words.push(format!("slash {}", reader.count(&end.until(prefix)[1..])));
        end = prefix;
    }
    Some(Edit::new(start, end, words.join(" ")))
}

/// `00:1A:2B:3C:4D:5E` → `zero zero, one A, two B` and so on.
pub fn mac(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let mut groups = Vec::new();
    let mut separator = None;
    for group in 0..6 {
        if group > 0 {
            let found = at.eat_one_of([":", "-"])?;
            (*separator.get_or_insert(found) == found).then_some(())?;
        }
        let from = at;
        at.eat_if(|found| found.is_ascii_hexdigit())?;
        at.eat_if(|found| found.is_ascii_hexdigit())?;
        groups.push(reader.characters(from.until(at)));
    }
    let ends = at.ends_word() && !at.peek().is_some_and(|next| ":-".contains(next));
    ends.then(|| Edit::new(start, at, groups.join(", ")))
}

/// `123e4567-e89b-12d3-a456-426614174000` → `UUID one two three E`: its first four characters tell it apart.
pub fn uuid(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    if !start.starts_number() {
        return None;
    }
    let written = start.rest().get(..36)?;
    let mut groups = written.split('-');
    let fits = LENGTHS.iter().all(|length| {
        groups
            .next()
            .is_some_and(|group| group.len() == *length && group.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    let end = start.moved_to(start.offset() + 36);
    (fits && end.ends_word())
        .then(|| Edit::new(start, end, format!("UUID {}", reader.characters(&written[..4]))))
}

/// `9f86d081884c7d65` → `hash nine F eight six D zero eight`: its first seven characters. Up to twelve are
/// known for a hash by how letters and digits alternate.
pub fn hash(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let chunk = start.chunk();
    let length = chunk.bytes().take_while(u8::is_ascii_hexdigit).count();
    let written = &chunk.as_bytes()[..length];
    let turns =
        written.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    let one_case = !written.iter().any(u8::is_ascii_lowercase) || !written.iter().any(u8::is_ascii_uppercase);
    let end = start.moved_to(start.offset() + length);
    if length < 7 || turns < 2 || !one_case || !end.ends_word() {
        return None;
    }
    // `1000000e10` is a number.
    if written.iter().filter(|byte| byte.is_ascii_alphabetic()).count() < 2 {
        return None;
    }
    let name = if length > 12 && !start.previous_word().eq_ignore_ascii_case("hash") { "hash " } else { "" };
    // What is hardly longer than a short one may be a serial number: none of it is left out.
    let said = if length > 10 { 7 } else { length };
    Some(Edit::new(start, end, format!("{name}{}", reader.characters(&chunk[..said]))))
}

/// `0xFF`, `0b101`, `0o755` → `hex F F`, `binary one zero one`, `octal seven five five`.
pub fn hex_number(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let (radix, name) = match at.eat_one_of(["0x", "0X", "0b", "0o"])? {
        "0b" => (2, "binary"),
        "0o" => (8, "octal"),
        _ => (16, "hex"),
    };
    let digits = at;
    at.eat_while(|found| found.is_digit(radix) || found == '_');
    let written = digits.until(at);
    (!written.is_empty() && written.len() <= 40 && at.ends_word())
        .then(|| Edit::new(start, at, format!("{name} {}", reader.characters(written))))
}

/// `#ff8800` → `color F F, eight eight, zero zero`.
pub fn color(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (!start.before().is_some_and(is_word) && at.eat('#')).then_some(())?;
    let digits = at;
    let written = digits.chunk();
    let length = written.bytes().take_while(u8::is_ascii_hexdigit).count();
    at = start.moved_to(digits.offset() + length);
    let written = &written[..length];
    let has_letter = written.contains(char::is_alphabetic);
    let has_digit = written.contains(|found: char| found.is_ascii_digit());
    // `Ticket #553201`
    if !has_letter && super::codes::is_named(start, length) || length == 3 && super::codes::is_place(start) {
        return None;
    }
    let short = length == 3 && (has_letter && (has_digit || written == "fff") || is_about_color(start, at));
    let is_color = matches!(length, 6 | 8) || short;
    if !is_color || !at.ends_word() {
        return None;
    }
    let size = if length == 3 { 1 } else { 2 };
    let channels =
        written.as_bytes().chunks(size).map(|channel| reader.characters(&String::from_utf8_lossy(channel)));
    let before = start.window_before(12).to_ascii_lowercase();
    let named = ["color", "colour"].iter().any(|name| before.trim_end_matches([' ', ':']).ends_with(name));
    let name = if named { "" } else { "color " };
    Some(Edit::new(start, at, format!("{name}{}", channels.collect::<Vec<_>>().join(", "))))
}

/// Whether the sentence around `#333` is about a color.
fn is_about_color(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const CUES: [&str; 10] =
        ["color", "colour", "background", "css", "hex", "border", "fill", "stroke", "shadow", "shade"];
    let before = start.window_before(48).to_ascii_lowercase();
    let sentence = before.rfind(". ").map_or(before.as_str(), |at| &before[at..]);
    let next = end.next_word();
    let gray =
        end.rest().starts_with(' ') && matches!(next, "gray" | "grey" | "background" | "text" | "border");
    gray || CUES.iter().any(|cue| sentence.contains(cue))
}

/// `555-1234`, `(555) 123-4567`, `1-800-555-0199`, `+44 20 7946 0958`: digit by digit, a pause between groups.
pub fn telephone(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.before().is_some_and(|before| is_word(before) || ".-+".contains(before)) {
        return None;
    }
    let end = international(start).or_else(|| american(start))?;
    let groups = start.until(end).split(|separator: char| !separator.is_ascii_digit());
    let spell = |group: &str| reader.characters(group);
    let groups: Vec<_> = groups.filter(|group| !group.is_empty()).map(spell).collect();
    let plus = if start.peek() == Some('+') { "plus " } else { "" };
    Some(Edit::new(start, end, format!("{plus}{}", groups.join(", "))))
}

fn american(start: Cursor<'_>) -> Option<Cursor<'_>> {
    let country =
        start.past(|at| at.eat_one_of(["1-", "1 ", "1.", "+1 ", "+1-"]).is_some()).into_iter().chain([start]);
    let area = country.filter_map(|at| {
        let bracketed = at.past(|at| at.eat('(') && at.digits(3..=3).is_some() && at.eat(')'));
        let spaced = bracketed.map(|at| at.past(|at| at.eat(' ') || at.eat('-')).unwrap_or(at));
        spaced.or_else(|| at.past(|at| at.digits(3..=3).is_some() && at.eat_one_of(["-", "."]).is_some()))
    });
    area.chain([start]).find_map(|at| {
        let number = |at: &mut Cursor<'_>| {
            let separator = if at.before() == Some('.') { '.' } else { '-' };
            at.digits(3..=3).is_some() && at.eat(separator) && at.digits(4..=4).is_some()
        };
        at.past(number).filter(|end| end.ends_quantity() && end.peek() != Some('-'))
    })
}

/// `+` and 7 to 15 digits in groups.
fn international(start: Cursor<'_>) -> Option<Cursor<'_>> {
    let mut at = start;
    (at.eat('+') && at.peek().is_some_and(|next| next.is_ascii_digit())).then_some(())?;
    let mut digits = 0;
    let mut end = at;
    while let Some(group) = at.digits(1..=12) {
        digits += group.len();
        end = at;
        at.eat_one_of([" (", ") ", " ", "-", ".", "(", ")"]);
    }
    let parted = start.until(end).contains([' ', '-', '.', ')']);
    ((7..=15).contains(&digits) && end.ends_word() && (parted || digits > 9)).then_some(end)
}
