//! How long text is to say, in characters of English.

/// What a character counts towards lengths: a character of Chinese, Japanese or Korean takes about as
/// long to say as three letters (4 to 5 syllables a second against 15 letters).
pub(crate) fn breadth(c: char) -> usize {
    match u32::from(c) {
        0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => 3,
        _ => 1,
    }
}

/// The length of `text` in characters, as [`breadth`] counts them.
pub(crate) fn length(text: &str) -> usize {
    text.chars().map(breadth).sum()
}

/// The length of `text`, or `limit` if it is at least that long, without looking at more than it takes.
pub(crate) fn length_up_to(text: &str, limit: usize) -> usize {
    let mut total = 0;
    for c in text.chars() {
        if total >= limit {
            break;
        }
        total += breadth(c);
    }
    total.min(limit)
}

/// Whether `text` is longer than `limit`, without looking at more than it takes.
pub(crate) fn is_longer(text: &str, limit: usize) -> bool {
    length_up_to(text, limit + 1) > limit
}
