//! The player's modules under `/player/`: what a chat page loads, from its own origin or another one.
//!
//! `/player/define.js` is always the present one. `/player/{version}/define.js` is this one for ever, and
//! `/player/integrity.json` names the version and the hash of each module, in the form of an import map.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::LazyLock;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use serde::Serialize;
use sha2::{Digest, Sha256, Sha384};

use super::error::{ApiError, ErrorCode};
use crate::app::App;

#[derive(RustEmbed)]
#[folder = "../../web"]
#[include = "*.js"]
#[exclude = "admin/*"]
#[exclude = "demo/*"]
#[exclude = "test/*"]
#[exclude = "types/*"]
#[exclude = "node_modules/*"]
#[exclude = "wrappers/*"]
#[exclude = "adapters/*"]
struct Sources;

/// Every module, made ready once.
static PLAYER: LazyLock<Player> = LazyLock::new(Player::new);

/// How long a browser may keep what an address with a version gives: it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

struct Player {
    version: String,
    modules: BTreeMap<String, Module>,
}

struct Module {
    plain: Bytes,
    compressed: Bytes,
    /// As pages write it: `sha384-…`.
    integrity: String,
    tag: String,
}

/// What a page needs to load one version of the player and nothing else.
#[derive(Debug, Serialize)]
struct Integrity {
    /// The version: the package's, and a hash of the modules.
    version: &'static str,
    /// The address of the module that registers the elements.
    script: String,
    /// The hash of each module by its address, as an import map has it.
    #[serde(rename = "integrity")]
    hashes: BTreeMap<String, &'static str>,
}

impl Player {
    fn new() -> Self {
        let modules: BTreeMap<String, Module> = Sources::iter()
            .filter_map(|name| Some((name.to_string(), Sources::get(&name)?)))
            .map(|(name, file)| {
                let code = without_comments(&String::from_utf8_lossy(&file.data));
                (name, Module::new(&with_short_names(&without_spaces(&code))))
            })
            .collect();
        let mut hash = Sha256::new();
        for (name, module) in &modules {
            hash.update(name);
            hash.update(&module.integrity);
        }
        let version = format!("{}-{}", env!("CARGO_PKG_VERSION"), hex::encode(&hash.finalize()[..4]));
        Self { version, modules }
    }

    fn integrity(&'static self) -> Integrity {
        let address = |name: &str| format!("/player/{}/{name}", self.version);
        Integrity {
            version: &self.version,
            script: address("define.js"),
            hashes: self
                .modules
                .iter()
                .map(|(name, module)| (address(name), module.integrity.as_str()))
                .collect(),
        }
    }
}

impl Module {
    fn new(text: &str) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail; were it to, the module would go out as it is.
        let compressed =
            encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
        let hash = Sha384::digest(text.as_bytes());
        Self {
            plain: Bytes::copy_from_slice(text.as_bytes()),
            compressed: compressed.into(),
            integrity: format!("sha384-{}", STANDARD.encode(hash)),
            tag: format!("\"{}\"", hex::encode(&hash[..16])),
        }
    }
}

/// The player's routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/player/integrity.json", get(async || (open_to_all("no-cache"), Json(PLAYER.integrity()))))
        .route(
            "/player/{file}",
            get(async |Path(file): Path<String>, headers: HeaderMap| module(&file, "no-cache", &headers)),
        )
        .route(
            "/player/{version}/{file}",
            get(async |Path((version, file)): Path<(String, String)>, headers: HeaderMap| {
                if version != PLAYER.version {
                    let message = format!(
                        "There is no player `{version}` here; `{}` is the present one.",
                        PLAYER.version
                    );
                    return Err(ApiError::new(ErrorCode::NotFound, message));
                }
                module(&file, FOR_EVER, &headers)
            }),
        )
}

fn module(name: &str, kept: &'static str, request: &HeaderMap) -> Result<Response, ApiError> {
    let module = PLAYER
        .modules
        .get(name)
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("There is no page `{name}` here.")))?;
    let tag = HeaderValue::from_str(&module.tag).unwrap_or(HeaderValue::from_static("\"\""));
    let headers = (
        open_to_all(kept),
        [(header::ETAG, tag), (header::VARY, HeaderValue::from_static("accept-encoding"))],
    );
    if request.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == module.tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    if takes_gzip(request) && !module.compressed.is_empty() {
        return Ok(
            (headers, kind, [(header::CONTENT_ENCODING, "gzip")], module.compressed.clone()).into_response()
        );
    }
    Ok((headers, kind, module.plain.clone()).into_response())
}

/// Modules are public, and pages of other origins load them only where they are told so.
fn open_to_all(kept: &'static str) -> [(header::HeaderName, HeaderValue); 3] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}

fn takes_gzip(request: &HeaderMap) -> bool {
    let accepted =
        request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && weight.trim().replace(' ', "") != "q=0"
    })
}

/// A module without comments that stand on lines of their own, types that stand before what they are of, and
/// indentation: they are for those who read the source, and are half of it. No string of the modules holds `/**`, and
/// none that spans lines holds anything that this would change.
fn without_comments(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut in_comment = false;
    for line in source.lines() {
        let mut rest = line.trim();
        if rest.starts_with("//") && !in_comment {
            continue;
        }
        let before = code.len();
        while !rest.is_empty() {
            let (mark, kept) = if in_comment { ("*/", false) } else { ("/**", true) };
            let (part, after) = rest.split_once(mark).unwrap_or((rest, ""));
            if kept {
                code.push_str(part);
            }
            // Without the mark, the line ends as it began.
            in_comment ^= part.len() < rest.len();
            rest = after.trim_start();
        }
        if code.len() > before {
            code.push('\n');
        }
    }
    code
}

/// Code without the spaces and the ends of lines that mean nothing in it, which are a twentieth of what a page loads. What
/// stands in strings, patterns and templates stays as it is, and so do lines that import.
fn without_spaces(code: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || "_$#".contains(character);
    let mut out = String::with_capacity(code.len());
    // What the present text ends with; of templates, how many braces are open in each that code stands in.
    let mut end = None;
    let mut open: Vec<usize> = Vec::new();
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        if end.is_none() && character == ' ' && !out.rsplit('\n').next().unwrap_or("").starts_with("import") {
            let before = out.chars().next_back().unwrap_or('\n');
            let after = characters.peek().copied().unwrap_or('\n');
            let is_apart = is_word(before) && is_word(after);
            // `a + +b`, and what may begin or end a pattern.
            let is_sign = before == after && "+-".contains(before);
            if !is_apart && !is_sign && before != '/' && after != '/' {
                continue;
            }
        }
        if end.is_none() && character == '\n' {
            let is_open = out.ends_with([';', '{', ',', '(']) || characters.peek() == Some(&'}');
            if is_open && !out.rsplit('\n').next().unwrap_or("").starts_with("import") {
                continue;
            }
        }
        // A comment after some code.
        if end.is_none() && character == '/' && characters.peek() == Some(&'/') {
            while characters.peek().is_some_and(|&next| next != '\n') {
                characters.next();
            }
            continue;
        }
        let is_pattern = character == '/' && begins_pattern(&out);
        out.push(character);
        match (end, character) {
            (Some(_), '\\') => out.extend(characters.next()),
            (Some('`'), '$') if characters.peek() == Some(&'{') => {
                out.extend(characters.next());
                open.push(0);
                end = None;
            }
            // In a class of a pattern, its end is a character like others.
            (Some('/'), '[') => end = Some(']'),
            (Some(']'), ']') => end = Some('/'),
            (Some(last), _) if character == last => end = None,
            (None, '\'' | '"' | '`') => end = Some(character),
            (None, '/') if is_pattern => end = Some('/'),
            (None, '{') => {
                if let Some(braces) = open.last_mut() {
                    *braces += 1;
                }
            }
            (None, '}') => match open.pop() {
                Some(0) => end = Some('`'),
                Some(braces) => open.push(braces - 1),
                None => {}
            },
            _ => {}
        }
    }
    out
}

/// Whether a slash after some code begins a pattern, and does not divide.
fn begins_pattern(code: &str) -> bool {
    let code = code.trim_end();
    let word = code.rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
    matches!(word, "return" | "typeof" | "case" | "of" | "in")
        || !code.ends_with(|character: char| character.is_alphanumeric() || "_$)]}".contains(character))
}

/// A module whose private names are letters: nobody outside of it can say them, and they are a fiftieth of what goes out.
/// A name is one that stands behind a dot somewhere; colours in the styles do not.
fn with_short_names(code: &str) -> String {
    let name_at = |at: usize| {
        let rest = &code[at + 1..];
        let end =
            rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        &rest[..end]
    };
    let mut letters: BTreeMap<&str, String> = BTreeMap::new();
    for (at, _) in code.match_indices(".#") {
        let next = letters.len();
        letters.entry(name_at(at + 1)).or_insert_with(|| {
            let letter = char::from(b'a' + u8::try_from(next % 26).unwrap_or_default());
            if next < 26 { letter.to_string() } else { format!("{letter}{}", next / 26) }
        });
    }
    let mut short = String::with_capacity(code.len());
    let mut done = 0;
    for (at, _) in code.match_indices('#') {
        let name = name_at(at);
        if let Some(letter) = letters.get(name) {
            short.push_str(&code[done..=at]);
            short.push_str(letter);
            done = at + 1 + name.len();
        }
    }
    short.push_str(&code[done..]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that one needs before it does anything, itself among them.
    fn loaded_with<'a>(name: &'a str, found: &mut Vec<&'a str>) {
        if found.contains(&name) {
            return;
        }
        found.push(name);
        let text = std::str::from_utf8(&PLAYER.modules[name].plain).unwrap();
        for line in text.lines().filter(|line| line.starts_with("import ")) {
            let (_, rest) = line.split_once("'./").unwrap();
            let (needed, _) = PLAYER.modules.get_key_value(rest.trim_end_matches("';")).unwrap();
            loaded_with(needed, found);
        }
    }

    #[test]
    fn is_small() {
        let size = |name: &str| PLAYER.modules[name].compressed.len();
        let mut first = Vec::new();
        loaded_with("define.js", &mut first);
        assert!(first.len() > 5 && !first.contains(&"listening.js"), "{first:?}");
        let before: usize = first.iter().map(|name| size(name)).sum();
        assert!(
            before <= 15 * 1024,
            "before the first press the player is to be at most 15 KiB, and is {before} bytes"
        );
        // A page is in one language, which has its buttons' words in a module of their own: of those, the largest counts.
        let is_language = |name: &str| name.starts_with("words-");
        let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
        for name in PLAYER.modules.keys().filter(|name| is_language(name)) {
            let code = name.split(['-', '.']).nth(1).unwrap_or_default();
            *languages.entry(code).or_default() += size(name);
        }
        let language = languages.values().copied().max().unwrap_or_default();
        let rest: usize =
            PLAYER.modules.keys().filter(|name| !is_language(name)).map(|name| size(name)).sum();
        let all = rest + language;
        assert!(language > 500, "no language was found");
        assert!(
            all <= 60 * 1024,
            "what a page can load is to be at most 60 KiB compressed, and is {all} bytes"
        );
    }

    #[test]
    fn comments_are_left_out_and_code_is_not() {
        let source = "// What it is.\n\n/**\n * @param {number} a\n */\nfunction f(a) {\n  /** @type {string} */ let b = 'x // y';\n  \
                      return a; // why\n}\n";
        assert_eq!(
            without_comments("f(/** @type {any} */ (a), /** @type {any} */ (b));\n"),
            "f((a), (b));\n"
        );
        assert_eq!(without_comments(source), "function f(a) {\nlet b = 'x // y';\nreturn a; // why\n}\n");
    }

    #[test]
    fn spaces_that_mean_nothing_are_left_out() {
        for (source, code) in [
            ("const a = (b, c) => b + c;", "const a=(b,c)=>b+c;"),
            ("return a + +b - -c / d;", "return a+ +b- -c / d;"),
            ("import { a } from './a.js';\nf( a );", "import { a } from './a.js';\nf(a);"),
            (
                r"x = 'a = \' b' + `c = ${ d + { e: `f = ${ g }` } } h = `;",
                r"x='a = \' b'+`c = ${d+{e:`f = ${g}`}} h = `;",
            ),
            (r"return /[/'] = \/ '/.test(a) && b;", r"return /[/'] = \/ '/.test(a)&&b;"),
            ("a = (b) / c / d; e = 'f  g';", "a=(b) / c / d;e='f  g';"),
            ("return a; // isn't it\nb = 'c // d';", "return a; \nb='c // d';"),
            ("p {\n#q = async function* () {};", "p{#q=async function*(){};"),
            ("if (a) {\nb(\nc,\nd\n);\n}\ne = f\ng", "if(a){b(c,d\n);}\ne=f\ng"),
            ("a = `{\n${ b }\n}`;\nc", "a=`{\n${b}\n}`;c"),
        ] {
            assert_eq!(without_spaces(source), code);
        }
    }

    #[test]
    fn private_names_are_short_and_nothing_else_is() {
        let source = "class A {\n#colour = '#fff';\n#ä = '#';\nget #all() {\nreturn this.#colour + this?.#all + #colour in this;\n}\n}\n";
        assert_eq!(
            with_short_names(source),
            "class A {\n#a = '#fff';\n#ä = '#';\nget #b() {\nreturn this.#a + this?.#b + #a in this;\n}\n}\n"
        );
        let many: String = (0..60).map(|number| format!("this.#name{number};")).collect();
        let short = with_short_names(&many);
        let names: std::collections::BTreeSet<&str> = short.split(';').collect();
        assert_eq!(names.len(), 61, "{short}");
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let taking = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        assert!(taking("gzip, deflate, br") && taking("br;q=1.0, GZIP;q=0.8"));
        assert!(!taking("br") && !taking("gzip;q=0") && !takes_gzip(&HeaderMap::new()));
    }
}
