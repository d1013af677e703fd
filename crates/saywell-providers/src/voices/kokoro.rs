//! Kokoro's voice names, which applications send that were set up for a server of Kokoro.

/// What a name such as `bm_george` says: a language and its country by one letter, a gender by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// The name without them: `george`.
    pub(super) bare: &'a str,
    /// Its gender.
    pub(super) gender: &'static str,
    /// The language and country of its pronunciation.
    pub(super) accent: &'static str,
}

impl<'a> Name<'a> {
    /// Reads a name, in any case; of several that are mixed (`af_bella+af_sky`, `af_bella(2)`), the first.
    pub(super) fn new(name: &'a str) -> Option<Self> {
        let first = name.split(['+', '(']).next().unwrap_or_default().trim();
        let (sort, bare) = first.split_once('_')?;
        let plain = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_alphanumeric());
        let [language, gender] = <[u8; 2]>::try_from(sort.as_bytes()).ok().filter(|_| plain)?;
        let accent = match language.to_ascii_lowercase() {
            b'a' => "en-US",
            b'b' => "en-GB",
            b'e' => "es-ES",
            b'f' => "fr-FR",
            b'h' => "hi-IN",
            b'i' => "it-IT",
            b'j' => "ja-JP",
            b'p' => "pt-BR",
            b'z' => "zh-CN",
            _ => return None,
        };
        let gender = match gender.to_ascii_lowercase() {
            b'f' => "female",
            b'm' => "male",
            _ => return None,
        };
        Some(Self { bare, gender, accent })
    }
}
