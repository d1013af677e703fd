//! Names and expressions of code: `serde_json::from_str`, `getUserById(42)`, `Vec<String>`, `arr[0]`.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::number_words;
use super::paths;
use super::spelled::Edit;

/// Names with capitals inside that are words of their own, in byte order.
const KEPT: &[&str] = &[
    "AirPods",
    "BitTorrent",
    "ChatGPT",
    "CloudFront",
    "CoreML",
    "DaVinci",
    "DeFi",
    "DeepMind",
    "DeepSeek",
    "DevOps",
    "DynamoDB",
    "ESLint",
    "FaceTime",
    "FastAPI",
    "FedEx",
    "FreeBSD",
    "GHz",
    "GitHub",
    "GitLab",
    "GitOps",
    "GmbH",
    "GraphQL",
    "HeLa",
    "HuggingFace",
    "IntelliJ",
    "JavaScript",
    "JetBrains",
    "KeePass",
    "LLaMA",
    "LaTeX",
    "LangChain",
    "LinkedIn",
    "LlamaIndex",
    "LoRA",
    "MHz",
    "MariaDB",
    "MasterCard",
    "MathML",
    "MongoDB",
    "MySQL",
    "NaN",
    "NeXT",
    "NeurIPS",
    "Nm",
    "NoSQL",
    "NumPy",
    "OAuth",
    "OAuth2",
    "OCaml",
    "OneDrive",
    "OpenAI",
    "OpenBSD",
    "OpenCV",
    "OpenGL",
    "OpenSSL",
    "PCIe",
    "PayPal",
    "PhD",
    "PhDs",
    "PlayStation",
    "PostgreSQL",
    "PowerPC",
    "PowerPoint",
    "PowerShell",
    "PyPI",
    "PyTorch",
    "QLoRA",
    "QuickTime",
    "README",
    "RabbitMQ",
    "ReLU",
    "RuBisCO",
    "SQLite",
    "SaaS",
    "SciPy",
    "SharePoint",
    "SoftBank",
    "SpaceX",
    "StackOverflow",
    "SwiftUI",
    "TensorFlow",
    "TikTok",
    "TypeScript",
    "UNIX",
    "VMware",
    "WeChat",
    "WebAssembly",
    "WebGL",
    "WebGPU",
    "WebRTC",
    "WebSocket",
    "WhatsApp",
    "WiFi",
    "WordPress",
    "XGBoost",
    "YouTube",
    "eBay",
    "gRPC",
    "iCloud",
    "iMac",
    "iOS",
    "iPad",
    "iPadOS",
    "iPhone",
    "jQuery",
    "kWh",
    "mAh",
    "macOS",
    "pH",
    "tvOS",
    "watchOS",
];

/// Pieces of names that are said as letters.
const LETTERS: &[&str] = &[
    "api", "aws", "cli", "cpu", "css", "csv", "db", "dns", "dto", "gpu", "html", "http", "https", "id",
    "ids", "io", "ip", "jwt", "llm", "os", "pdf", "rpc", "sdk", "sql", "ssh", "ssl", "svg", "tcp", "tls",
    "tts", "ttl", "udp", "ui", "uid", "uri", "url", "urls", "utf", "uuid", "ux", "vm", "xml",
];

/// A name with its path of modules, fields, arguments and parts: `obj.method(x)` → `obj dot method of x`.
pub fn expression(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() || start.before().is_some_and(|before| "@#$/\\.-".contains(before)) {
        return None;
    }
    let mut at = start;
    let name = name(&mut at)?;
    let mut words = spoken(name, reader);
    let mut is_code = false;
    loop {
        let place = at;
        if at.eat_text("::") || at.eat_text("?.") {
            if let Some(next) = self::name(&mut at) {
                words += if place.peek() == Some('?') { " dot " } else { " " };
                words += &spoken(next, reader);
            } else if at.eat('*') {
                words += " star";
            } else if at.peek() != Some('<') {
                at = place;
                break;
            }
        } else if at.peek() == Some('.') && (is_code || name.len() > 1) {
            at.eat('.');
            let small = at.peek().is_some_and(|next| next.is_ascii_lowercase() || next == '_');
            let called = || at.past(|at| self::name(at).is_some() && at.peek() == Some('(')).is_some();
            let starts = small || called();
            let Some(next) = self::name(&mut at).filter(|next| starts && !is_initial(next, at)) else {
                at = place;
                break;
            };
            words += " dot ";
            words += &paths::extension(next).map_or_else(|| spoken(next, reader), str::to_owned);
        } else if let Some((inner, end)) = bracketed(at, '(', ')') {
            if matches!(inner, "s" | "es" | "ed" | "d" | "n't" | "r") {
                break;
            }
            words += &of(inner, reader)?;
            at = end;
        } else if let Some((inner, end)) = bracketed(at, '[', ']') {
            if inner.is_empty() {
                words += " array";
            } else if inner.chars().all(|found| is_word(found) || found == '-') {
                words += &format!(" at {}", super::spell_out(inner, reader).text());
            } else {
                break;
            }
            at = end;
        } else if let Some((inner, end)) = bracketed(at, '<', '>').filter(|(inner, _)| is_type(inner)) {
            words += &of(inner, reader)?;
            at = end;
        } else if at.peek() == Some('!') && at.peek_second().is_some_and(|next| "([".contains(next)) {
            at.eat('!');
        } else {
            break;
        }
        is_code = true;
    }
    (is_code && at.ends_word()).then(|| Edit::new(start, at, words))
}

/// One letter and a dot is an abbreviation: `Ph.d.`
fn is_initial(name: &str, end: Cursor<'_>) -> bool {
    name.len() == 1 && end.peek() == Some('.')
}

fn name<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    let start = *at;
    at.eat_if(|found| found.is_ascii_alphabetic() || found == '_')?;
    at.eat_while(|found| found.is_ascii_alphanumeric() || found == '_');
    Some(start.until(*at)).filter(|name| name.len() <= 80)
}

/// What is between these brackets, at most 80 bytes, and the place after them.
fn bracketed(mut at: Cursor<'_>, open: char, close: char) -> Option<(&str, Cursor<'_>)> {
    at.eat(open).then_some(())?;
    let inner = at;
    let mut depth = 1;
    while at.at() < inner.at() + 80 {
        let found = at.eat_if(|_| true)?;
        if found == open {
            depth += 1;
        } else if found == close {
            depth -= 1;
            if depth == 0 {
                let text = inner.until(at);
                return Some((&text[..text.len() - close.len_utf8()], at));
            }
        }
    }
    None
}

/// ` of ` what is in brackets, in words; nothing for empty ones.
fn of(inner: &str, reader: Reader) -> Option<String> {
    let inner = inner.trim();
    if inner.is_empty() {
        return Some(String::new());
    }
    // Brackets within brackets are written out in turn, so their depth is bounded.
    if inner.starts_with(['"', '\'']) {
        return Some(format!(" {inner}"));
    }
    (inner.matches(['(', '<', '[']).count() <= 3).then_some(())?;
    let inner = inner.strip_prefix('&').map_or(inner, |inner| inner.trim_start_matches("mut "));
    Some(format!(" of {}", super::spell_out(inner, reader).text()))
}

fn is_type(inner: &str) -> bool {
    const PRIMITIVES: [&str; 22] = [
        "str", "string", "int", "number", "any", "void", "bool", "boolean", "float", "double", "char", "i32",
        "i64", "u8", "u16", "u32", "u64", "f32", "f64", "usize", "dyn", "unknown",
    ];
    let first = inner.trim_start_matches(['&', '\'', '(', '[']);
    let word = &first[..first.find(|found: char| !is_word(found)).unwrap_or(first.len())];
    inner.chars().all(|found| is_word(found) || " ,&:<>'[]()?.|+".contains(found))
        && (first.starts_with(|first: char| first.is_ascii_uppercase()) || PRIMITIVES.contains(&word))
}

/// `snake_case`, `camelCase`, `MAX_RETRIES`, `utf8mb4` → their words.
pub fn identifier(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() {
        return None;
    }
    let mut at = start;
    let name = name(&mut at).filter(|_| at.ends_word())?;
    let words = spoken(name, reader);
    let assigned = at.peek() == Some('=')
        && at.peek_second().is_some_and(|next| is_word(next) || "\"'/-$".contains(next));
    if words == name && !(assigned && name.contains('_')) {
        return None;
    }
    let edit = Edit::new(start, at, words);
    Some(if assigned && at.eat('=') { edit.say(at, "equals") } else { edit })
}

/// A name of code in words: `getUserById` → `get user by ID`, `__init__` → `dunder init`.
pub fn spoken(name: &str, reader: Reader) -> String {
    if is_kept(name) {
        return name.to_owned();
    }
    let inner = name.trim_matches('_');
    let dunder = inner.len() + 4 <= name.len() && name.starts_with("__") && name.ends_with("__");
    let mut words: Vec<String> = Vec::new();
    words.extend(dunder.then(|| "dunder".to_owned()));
    let starts_small = inner.starts_with(|first: char| first.is_ascii_lowercase());
    for part in inner.split('_').filter(|part| !part.is_empty()) {
        let pieces = humps(part);
        let is_split = pieces.len() > 1;
        for piece in pieces {
            words.push(spoken_piece(piece, is_split, starts_small, inner.len() != part.len(), reader));
        }
    }
    match words.as_slice() {
        [] if name.len() == 1 => "underscore".to_owned(),
        words => words.join(" "),
    }
}

fn is_kept(name: &str) -> bool {
    let singular = name.strip_suffix('s').unwrap_or(name);
    KEPT.binary_search(&name).is_ok() || KEPT.binary_search(&singular).is_ok()
}

fn spoken_piece(piece: &str, is_split: bool, starts_small: bool, is_part: bool, reader: Reader) -> String {
    if piece.starts_with(|first: char| first.is_ascii_digit()) {
        return reader.label(piece);
    }
    let lower = piece.to_ascii_lowercase();
    if (is_split || is_part) && LETTERS.binary_search(&lower.as_str()).is_ok() {
        return match lower.strip_suffix('s').filter(|_| lower == "ids" || lower == "urls") {
            Some(singular) => format!("{}s", singular.to_ascii_uppercase()),
            None => lower.to_ascii_uppercase(),
        };
    }
    let is_word = piece.chars().skip(1).all(|found| found.is_ascii_lowercase());
    if is_split && piece.len() == 1 {
        piece.to_ascii_uppercase()
    } else if is_split && starts_small && is_word {
        lower
    } else {
        piece.to_owned()
    }
}

/// Cuts a name where small letters become capital, before the last of several capitals, and at digits. Names of
/// people and capitals with a plural stay whole.
fn humps(part: &str) -> Vec<&str> {
    const PREFIXES: [&str; 10] = ["Mc", "Mac", "De", "Le", "La", "Di", "Du", "Van", "Fitz", "Da"];
    let bytes = part.as_bytes();
    let mut cuts = vec![0];
    for at in 1..bytes.len() {
        let (before, here, next) = (bytes[at - 1], bytes[at], bytes.get(at + 1));
        let rises = before.is_ascii_lowercase() && here.is_ascii_uppercase();
        let last_capital = before.is_ascii_uppercase()
            && here.is_ascii_uppercase()
            && next.is_some_and(u8::is_ascii_lowercase)
            // `APIs` is a plural.
            && !(next == Some(&b's') && at + 2 == bytes.len());
        if rises || last_capital || before.is_ascii_digit() != here.is_ascii_digit() {
            cuts.push(at);
        }
    }
    cuts.push(bytes.len());
    let pieces: Vec<&str> = cuts.windows(2).map(|cut| &part[cut[0]..cut[1]]).collect();
    if pieces.len() == 2 && PREFIXES.contains(&pieces[0]) { vec![part] } else { pieces }
}

/// `@decorator`, `@scope/pkg`, `@user` → `at decorator` and so on.
pub fn decorator(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (!start.before().is_some_and(is_word) && at.eat('@')).then_some(())?;
    at.peek().filter(|next| next.is_ascii_alphabetic() || *next == '_')?;
    let chunk = super::network::trimmed(at.chunk());
    let end = chunk.find(|found: char| !is_word(found) && !"/-.@".contains(found)).unwrap_or(chunk.len());
    let end = start.moved_to(at.at() + chunk[..end].trim_end_matches(['.', '/', '-']).len());
    Some(Edit::new(start, end, format!("at {}", path(at.until(end), reader))))
}

/// `/^[a-z]+$/` → `a regular expression`.
pub fn regex(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_chunk() && at.eat('/')).then_some(())?;
    let chunk = at.chunk();
    let length = chunk.rfind('/')?;
    let special =
        chunk[..length].matches(['^', '$', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '\\']).count();
    let end = start.moved_to(at.at() + length + 1);
    let end = end.past(|at| !at.eat_while(|flag| "gimsuy".contains(flag)).is_empty()).unwrap_or(end);
    (special >= 2 && !chunk[..length].contains('/') && end.ends_word())
        .then(|| Edit::new(start, end, "a regular expression"))
}

/// What is written without spaces, part by part: `src/main.rs` → `src slash main dot RS`.
pub fn path(written: &str, reader: Reader) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = written;
    while let Some(first) = rest.chars().next() {
        let length =
            rest.find(|found: char| !found.is_ascii_alphanumeric() && found != '_').unwrap_or(rest.len());
        if length > 0 {
            let (name, after) = rest.split_at(length);
            let is_last = after.is_empty() || !after.starts_with(['.', '-']);
            let extension =
                paths::extension(name).filter(|_| is_last && words.last().is_some_and(|word| word == "dot"));
            words.push(extension.map_or_else(|| path_word(name, reader), str::to_owned));
            rest = after;
            continue;
        }
        rest = &rest[first.len_utf8()..];
        words.push(match first {
            '/' => "slash".to_owned(),
            '\\' => "backslash".to_owned(),
            '.' => "dot".to_owned(),
            '~' => "tilde".to_owned(),
            '*' => "star".to_owned(),
            ':' => "colon".to_owned(),
            '@' => "at".to_owned(),
            '#' => "number".to_owned(),
            '%' => "percent".to_owned(),
            '=' => "equals".to_owned(),
            '+' => "plus".to_owned(),
            '&' => "and".to_owned(),
            other if other.is_alphabetic() => other.to_string(),
            _ => continue,
        });
    }
    words.join(" ")
}

fn path_word(name: &str, reader: Reader) -> String {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        number_or_label(name, reader)
    } else {
        spoken(name, reader)
    }
}

fn number_or_label(digits: &str, reader: Reader) -> String {
    match reader {
        Reader::Words => number_words::label(digits),
        Reader::Natural => digits.to_owned(),
    }
}
