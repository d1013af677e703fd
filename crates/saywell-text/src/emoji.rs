//! Emoji by their English names.

/// Whether an emoji may begin with `c`.
pub(crate) fn may_begin(c: char) -> bool {
    // Signs such as © are text first.
    matches!(u32::from(c),
        0x231A | 0x231B | 0x23E9..=0x23FA | 0x25FD | 0x25FE | 0x2600..=0x27BF | 0x2B05..=0x2B07 | 0x2B1B | 0x2B1C
        | 0x2B50 | 0x2B55 | 0x1F000..=0x1FAFF)
}

/// The emoji that `text` begins with: its bytes and its name, without its skin tone.
pub(crate) fn emoji_at(text: &str) -> Option<(usize, String)> {
    let mut characters = text.char_indices().peekable();
    let (_, first) = characters.next().filter(|(_, c)| may_begin(*c))?;
    let regional = |c: char| matches!(u32::from(c), 0x1F1E6..=0x1F1FF);
    let mut plain = String::from(first);
    let mut end = first.len_utf8();
    let mut flag = regional(first);
    while let Some((at, c)) = characters.peek().copied() {
        match u32::from(c) {
            // A skin tone is part of it, and not said.
            0x1F3FB..=0x1F3FF => {}
            0xFE0F | 0xE0020..=0xE007F => plain.push(c),
            _ if flag && regional(c) => {
                plain.push(c);
                flag = false;
            }
            0x200D => {
                let Some(joined) = text[at + c.len_utf8()..].chars().next().filter(|c| may_begin(*c)) else {
                    break;
                };
                plain.push(c);
                plain.push(joined);
                characters.next();
                characters.next();
                end = at + c.len_utf8() + joined.len_utf8();
                continue;
            }
            _ => break,
        }
        characters.next();
        end = at + c.len_utf8();
    }
    let known = emojis::get(&plain)
        .or_else(|| emojis::get(&[plain.as_str(), "\u{fe0f}"].concat()))
        .or_else(|| emojis::get(plain.trim_end_matches('\u{fe0f}')))
        .or_else(|| emojis::get(first.encode_utf8(&mut [0; 4])))?;
    Some((end, spoken_name(known)))
}

/// The name of the emoji with this short code.
pub(crate) fn by_shortcode(code: &str) -> Option<String> {
    emojis::get_by_shortcode(code).map(spoken_name)
}

fn spoken_name(emoji: &emojis::Emoji) -> String {
    let name = emoji.name();
    name.strip_prefix("flag: ").map_or_else(|| name.to_owned(), |country| ["flag of ", country].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sequences() {
        for (emoji, name) in [
            ("🚀", "rocket"),
            ("👍🏽", "thumbs up"),
            ("👨\u{200d}👩\u{200d}👧", "family: man, woman, girl"),
            ("🇩🇪", "flag of Germany"),
            ("❤️", "red heart"),
            ("❤", "red heart"),
            ("🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", "flag of Scotland"),
        ] {
            assert_eq!(emoji_at(&format!("{emoji} x")), Some((emoji.len(), name.to_owned())), "{emoji}");
        }
        assert_eq!(emoji_at("a"), None);
        assert_eq!(emoji_at("🫨\u{200d}"), emoji_at("🫨"));
    }
}
