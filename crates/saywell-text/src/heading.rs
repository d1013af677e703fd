//! Headings with marks before them.

/// Whether a line, without what it is indented by, is one. `##Heading` is meant as one; `#tag` is not.
pub(crate) fn is_heading(text: &str) -> bool {
    let level = text.bytes().take_while(|b| *b == b'#').count();
    let after = text.as_bytes().get(level);
    let unspaced = level >= 2 && after.is_some_and(u8::is_ascii_alphanumeric);
    (1..=6).contains(&level) && (unspaced || after.is_none_or(|b| matches!(b, b' ' | b'\t')))
}
