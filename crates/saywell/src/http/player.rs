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

use super::error::{ApiError, Code};
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
            .map(|(name, file)| (name, Module::new(&without_comments(&String::from_utf8_lossy(&file.data)))))
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
                    return Err(ApiError::new(Code::NotFound, message));
                }
                module(&file, FOR_EVER, &headers)
            }),
        )
}

fn module(name: &str, kept: &'static str, request: &HeaderMap) -> Result<Response, ApiError> {
    let module = PLAYER
        .modules
        .get(name)
        .ok_or_else(|| ApiError::new(Code::NotFound, format!("There is no page `{name}` here.")))?;
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
        // A page is in one language: of those, the largest counts.
        let is_language = |name: &str| name.starts_with("words-");
        let language: usize =
            PLAYER.modules.keys().filter(|name| is_language(name)).map(|name| size(name)).max().unwrap_or(0);
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
    fn gzip_is_sent_to_those_who_take_it() {
        let taking = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        assert!(taking("gzip, deflate, br") && taking("br;q=1.0, GZIP;q=0.8"));
        assert!(!taking("br") && !taking("gzip;q=0") && !takes_gzip(&HeaderMap::new()));
    }
}
