//! Marks of other dialects than Markdown's: Obsidian and wikis, Discord, `BBCode`, `MkDocs`, LaTeX in text, subtitles,
//! and tags whose names no HTML has. Their marks are silent; what they mark is said.

use crate::island::{Island, What};
use std::ops::Range;

/// What is longer, in bytes, is no mark.
const LONGEST: usize = 200;

/// Whether a mark may begin with this character.
pub(crate) fn may_begin(c: char) -> bool {
    matches!(c, '[' | '=' | '+' | '%' | '!' | ':' | '?' | '<' | '>' | '\\' | '-' | 'M' | '^' | '{' | '~')
}

/// Whether `text` may hold a mark.
pub(crate) fn may_hold(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| {
        matches!(pair, b"[[" | b"[/" | b"==" | b"++" | b"%%" | b"::" | b"!!" | b"??" | b"->" | b"A:" | b" ^")
            || matches!(
                pair,
                b"[b" | b"[i" | b"[!" | b"{." | b"{#" | b"{:" | b"{{" | b"^^" | b"^[" | b">!" | b"-#"
            )
            || pair[0].is_ascii_alphanumeric() && matches!(pair[1], b'^' | b'~')
    })
}

/// The mark at byte `at` of `text`: the bytes it takes, and what of them is said. It begins no earlier than `from`.
pub(crate) fn mark(text: &str, from: usize, at: usize) -> Option<Island> {
    let rest = &text[at..];
    let window = &rest[..rest.floor_char_boundary(LONGEST)];
    let found = match rest.as_bytes()[0] {
        b'[' => wiki(window, 0).or_else(|| bb_code(window)).or_else(|| callout(text, at, window)),
        b'{' => attributes(window),
        b'~' => lowered(text, at, window),
        b'!' if window.starts_with("![[") => Some((window.find("]]")? + 2, None)),
        b'!' | b'?' | b':' if begins_line(text, at) => admonition(rest),
        b'=' => around(window, "==", true),
        b'+' => around(window, "++", false).or_else(|| keys(window)),
        b'%' => {
            let inside = window.strip_prefix("%%")?;
            Some((inside.find("%%").filter(|end| *end > 0)? + 4, None))
        }
        b'<' => angle(window),
        b'\\' => latex(text, at, window),
        b'^' if window.starts_with("^[") => {
            let (length, note) = inline_note(text, at, rest)?;
            return Some(Island { range: at..at + length, what: What::Aside(note) });
        }
        b'^' => around(window, "^^", false)
            .or_else(|| raised(text, at, window))
            .or_else(|| block_id(text, at, window)),
        b'>' => spoiler(window),
        b'-' if window.starts_with("-# ") && begins_line(text, at) => Some((3, None)),
        b'-' => return subtitle(text, from, at),
        b'M' => media(text, at, window),
        _ => None,
    };
    let (length, said) = found?;
    let what = said.map_or(What::Silent, |said: Range<usize>| What::Shown(at + said.start..at + said.end));
    Some(Island { range: at..at + length, what })
}

type Found = Option<(usize, Option<Range<usize>>)>;

/// `>!the butler!<`: what readers of Reddit see when they click.
fn spoiler(window: &str) -> Found {
    let inside = window.strip_prefix(">!")?;
    let end = inside.find("!<").filter(|end| *end > 0 && !inside[..*end].contains('\n'))?;
    Some((end + 4, Some(2..2 + end)))
}

/// `word^[A note.]`: a note of Pandoc in its place. How many bytes it takes, and what it says.
fn inline_note(text: &str, at: usize, rest: &str) -> Option<(usize, Range<usize>)> {
    const LONGEST_NOTE: usize = 600;
    let inside = &rest[2..];
    let inside = &inside[..inside.floor_char_boundary(LONGEST_NOTE)];
    let end = inside.find([']', '\n']).filter(|end| inside[*end..].starts_with(']'))?;
    let note = inside[..end].trim_end_matches(['.', ' ']);
    let after = text[..at].ends_with(|c: char| c.is_alphanumeric() || ".,;:!?)\"'”’*_".contains(c));
    let words = note.starts_with(char::is_alphabetic) && note.contains(' ');
    (after && words).then(|| (end + 3, at + 2..at + 2 + note.len()))
}

/// `[!tip] Remember`, `[!note]- Folded`: a box of Obsidian, whose title stands behind its kind.
fn callout(text: &str, at: usize, window: &str) -> Found {
    let inside = window.strip_prefix("[!")?;
    let end = inside.find(']').filter(|end| *end > 0)?;
    let kind = inside[..end].bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let after = inside[end + 1..].trim_start_matches(['+', '-']);
    let title = after.strip_prefix(' ').is_some_and(|title| title.starts_with(|c: char| !c.is_whitespace()));
    let begins = begins_line(text, at) || text[..at].ends_with("> ");
    (kind && title && begins).then_some((window.len() - after.len(), None))
}

/// `{.class}`, `{#id}`, `{: .lead}` of Pandoc and Jekyll, `{{< youtube abc >}}` and `{{% note %}}` of Hugo.
fn attributes(window: &str) -> Found {
    if let Some(inside) = window.strip_prefix("{{") {
        let close = match inside.as_bytes().first()? {
            b'<' => ">}}",
            b'%' => "%}}",
            _ => return None,
        };
        let end = inside.find(close)?;
        return (!inside[..end].contains('\n')).then_some((2 + end + close.len(), None));
    }
    let inside = window.strip_prefix('{')?;
    let end = inside.find('}')?;
    let list = inside[..end].strip_prefix(':').unwrap_or(&inside[..end]).trim();
    let names = |name: &str| {
        name.strip_prefix(['.', '#']).is_some_and(|name| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
    };
    let mut parts = list.split(' ');
    (parts.next().is_some_and(names) && parts.all(|part| names(part) || part.contains('=')))
        .then_some((end + 2, None))
}

/// `H~2~O`: lowered digits in the way of Pandoc.
fn lowered(text: &str, at: usize, window: &str) -> Found {
    let digits = window[1..].bytes().take_while(u8::is_ascii_digit).count();
    let closed = window[1 + digits..].starts_with('~') && !window[1 + digits..].starts_with("~~");
    let before = text[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    ((1..=3).contains(&digits) && closed && before).then_some((digits + 2, Some(1..digits + 1)))
}

/// `x^2^`, `1^st^`: raised in the way of Pandoc. The sign of a power is kept.
fn raised(text: &str, at: usize, window: &str) -> Found {
    let inside = &window[1..];
    let length = inside.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let before = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == ')');
    if !(1..=4).contains(&length) || !inside[length..].starts_with('^') || !before {
        return None;
    }
    let after = inside[length + 1..].chars().next();
    if after.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let ordinal = matches!(&inside[..length], "st" | "nd" | "rd" | "th");
    Some((length + 2, Some(usize::from(ordinal)..length + 1)))
}

/// Whether only white space stands before `at` in its line.
fn begins_line(text: &str, at: usize) -> bool {
    let before = &text[text.ceil_char_boundary(at.saturating_sub(8))..at];
    let line = before.rsplit('\n').next().unwrap_or(before);
    // The parser is given a word before running text.
    text[..at] == *"x " || line.trim().is_empty() && (line.len() < before.len() || at == before.len())
}

/// `[[Page]]`, `[[Page|alias]]`: the alias, or the page.
fn wiki(window: &str, from: usize) -> Found {
    let inside = window.strip_prefix("[[")?;
    let end = inside.find("]]").filter(|end| *end > 0)?;
    let name = &inside[..end];
    // Numbers cite; lists of lists are data.
    if name.contains(['[', '\n', ',']) || name.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let start = name.rfind('|').map_or(0, |bar| bar + 1);
    let length = name[start..].find('#').filter(|hash| *hash > 0).unwrap_or(name.len() - start);
    Some((from + end + 4, Some(from + 2 + start..from + 2 + start + length)))
}

/// `[b]`, `[/b]`, `[color=red]`, `[url=https://x.y]`: tags of `BBCode`.
fn bb_code(window: &str) -> Found {
    const TAGS: [&str; 20] = [
        "b", "i", "u", "s", "url", "img", "quote", "code", "color", "colour", "size", "font", "center",
        "left", "right", "list", "spoiler", "table", "youtube", "email",
    ];
    let end = window.find(']')?;
    let inside = &window[1..end];
    let closing = inside.starts_with('/');
    let name = inside.trim_start_matches('/');
    let (name, value) = name.split_once('=').map_or((name, false), |(name, _)| (name, true));
    let known = TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name));
    let after = &window[end + 1..];
    // `a[i]` and a link's `[i](…)` are none: an opening tag of one letter is followed by what it marks and closed.
    let closed = closing || value || after.contains(&["[/", name, "]"].concat());
    (known && closed && !after.starts_with('(')).then_some((end + 1, None))
}

/// `==word==`, `++word++`: what stands between, without spaces at its ends.
fn around(window: &str, mark: &str, spaces: bool) -> Found {
    let inside = window.strip_prefix(mark)?;
    let end = inside.find(mark).filter(|end| *end > 1)?;
    let word = &inside[..end];
    let letters = word.starts_with(char::is_alphanumeric)
        && word.ends_with(|c: char| c.is_alphanumeric() || ".!?):%".contains(c));
    let plain =
        letters && (spaces || word.chars().all(char::is_alphabetic)) && !word.contains(['=', '\n', '+', ';']);
    let ends = !inside[end + mark.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '=' || c == '+');
    (plain && ends).then_some((end + 2 * mark.len(), Some(mark.len()..mark.len() + end)))
}

/// `++ctrl+alt+del++` of `MkDocs`.
fn keys(window: &str) -> Found {
    let inside = window.strip_prefix("++")?;
    let end = inside.find("++").filter(|end| *end > 2)?;
    let names = inside[..end].split('+');
    let plain = names.clone().count() > 1
        && names
            .clone()
            .all(|name| (1..=9).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric()));
    (plain && !inside[end + 2..].starts_with('+')).then_some((end + 4, Some(2..2 + end)))
}

/// `::: warning`, `:::tip Title`, `!!! note "Heads up"`, `???+ tip`, and the `:::` that ends one: the title, if any.
fn admonition(rest: &str) -> Found {
    let marks = ["!!!", "???+", "???", ":::"].into_iter().find(|marks| rest.starts_with(marks))?;
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let line = &line[..line.floor_char_boundary(LONGEST)];
    let after = line[marks.len()..].trim_start_matches(':');
    let start = line.len() - after.len();
    let trimmed = after.trim();
    if trimmed.is_empty() {
        return (marks == ":::").then_some((line.len(), None));
    }
    // `???` may end a question: a kind of box follows, or nothing.
    let kind = trimmed.split([' ', '{']).next().unwrap_or_default();
    if !kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        || (marks != ":::" && !after.starts_with(' '))
    {
        return None;
    }
    if let Some(quote) = after.find('"')
        && let Some(length) = after[quote + 1..].find('"')
        && !after.contains('{')
    {
        let title = start + quote + 1;
        return Some((line.len(), Some(title..title + length)));
    }
    if after.contains('{') || trimmed == kind {
        return Some((line.len(), None));
    }
    // The title stands behind the kind.
    let title = line.len() - line[start..].trim_start()[kind.len()..].trim_start().len();
    (marks == ":::").then_some((line.len(), Some(title..line.trim_end().len().max(title))))
}

/// `<@123…>`, `<#123…>`, `<:name:123…>`, `<t:123…:R>` of Discord; `<tool_name>` and `</tool_name>`, which no Markdown
/// reader takes for a tag.
fn angle(window: &str) -> Found {
    let end = window.find('>')?;
    let inside = &window[1..end];
    let digits = |text: &str| text.len() > 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let id = |text: &str| text.rsplit(':').next().is_some_and(digits);
    let discord = inside
        .strip_prefix("@&")
        .or_else(|| inside.strip_prefix("@!"))
        .or_else(|| inside.strip_prefix('@'))
        .or_else(|| inside.strip_prefix('#'))
        .is_some_and(digits)
        || (inside.starts_with(':') || inside.starts_with("a:")) && id(inside)
        || inside.strip_prefix("t:").is_some_and(|time| time.split(':').next().is_some_and(digits));
    let name = inside.trim_start_matches('/');
    let name = &name[..name.find(' ').unwrap_or(name.len())];
    let tag = name.contains('_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        // A placeholder stands alone.
        && (inside.starts_with('/') || window[end..].contains("</"));
    // `<list_files path="src" />`
    if inside.ends_with('/')
        && inside.contains("=\"")
        && name.contains('_')
        && crate::hidden::names_tool(name)
    {
        return Some((end + 1, None));
    }
    // What a tool is given, where its tag is closed.
    if tag && !inside.starts_with('/') && crate::hidden::names_tool(name) {
        let close = ["</", name, ">"].concat();
        if let Some(at) = window.find(&close) {
            return Some((at + close.len(), None));
        }
    }
    (discord || tag).then_some((end + 1, None))
}

/// Commands of LaTeX documents: `\textbf{bold}`, `\cite{smith}`, `\begin{itemize}`, `\item`.
fn latex(text: &str, at: usize, window: &str) -> Found {
    const SAID: [&str; 15] = [
        "textbf", "textit", "emph", "underline", "texttt", "textsc", "section", "subsection",
        "subsubsection", "chapter", "paragraph", "title", "author", "caption", "footnote",
    ];
    const SILENT: [&str; 12] = [
        "cite", "citep", "citet", "ref", "label", "eqref", "pageref", "usepackage", "documentclass",
        "vspace", "hspace", "includegraphics",
    ];
    const ALONE: [&str; 8] =
        ["item", "maketitle", "newpage", "noindent", "centering", "tableofcontents", "par", "bigskip"];
    let name = &window[1..];
    let name = &name[..name.bytes().take_while(u8::is_ascii_alphabetic).count()];
    if !matches!(name, "end" | "item") && text[..at].ends_with(|c: char| c.is_alphanumeric())
        || text[..at].ends_with([':', '\\'])
    {
        return None;
    }
    let after = window[1 + name.len()..].trim_start_matches('*');
    let start = window.len() - after.len();
    if ALONE.contains(&name) && !after.starts_with(|c: char| c.is_alphanumeric() || c == '{') {
        return Some((start, None));
    }
    let group = after.strip_prefix('{')?;
    let end = group.find('}')?;
    let length = start + end + 2;
    if SAID.contains(&name) {
        return Some((length, Some(start + 1..start + 1 + end)));
    }
    let list = matches!(name, "begin" | "end")
        && matches!(
            &group[..end],
            "itemize"
                | "enumerate"
                | "document"
                | "center"
                | "abstract"
                | "quote"
                | "figure"
                | "table"
                | "description"
        );
    (list || SILENT.contains(&name)).then_some((length, None))
}

/// The times of a subtitle: `00:00:34,740 --> 00:00:37,050`.
fn subtitle(text: &str, from: usize, at: usize) -> Option<Island> {
    const TIME: usize = "00:00:34,740".len();
    let is_time = |time: &str| {
        time.len() >= 9
            && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b',' | b'.'))
            && time.contains(':')
            && time.contains([',', '.'])
    };
    let after = text[at..].strip_prefix("--> ")?;
    let before = text[..at].strip_suffix(' ')?;
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | ',' | '.')).len();
    let length =
        after.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | ',' | '.'))).unwrap_or(after.len());
    (start >= from && before.len() - start <= TIME && is_time(&before[start..]) && is_time(&after[..length]))
        .then(|| Island { range: start..at + "--> ".len() + length, what: What::Silent })
}

/// The name of a block of Obsidian at the end of its line: ` ^block-id`.
fn block_id(text: &str, at: usize, window: &str) -> Found {
    let name = &window[1..];
    let length = name
        .bytes()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
        .count();
    let ends = name[length..].is_empty() || name[length..].starts_with('\n');
    (length > 3 && ends && text[..at].ends_with(' ')).then_some((length + 1, None))
}

/// `MEDIA:/home/user/out/chart.png`: a file that the app shows.
fn media(text: &str, at: usize, window: &str) -> Found {
    let rest = window.strip_prefix("MEDIA:").filter(|rest| rest.starts_with(['/', '.', '~', 'h']))?;
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    begins_line(text, at).then_some(("MEDIA:".len() + length, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut said = String::new();
        let mut at = 0;
        while at < text.len() {
            if let Some(Island { range, what }) = mark(text, at, at) {
                if let What::Shown(shown) = what {
                    said.push_str(&text[shown]);
                }
                at = range.end;
            } else {
                let c = text[at..].chars().next().unwrap_or_default();
                said.push(c);
                at += c.len_utf8();
            }
        }
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn marks_go_and_what_they_mark_stays() {
        check("==This== and ++that++, C++ and a == b == c", "This and that, C++ and a == b == c");
        check(
            "See [[Plan|the plan]], [[Home]] %%hidden%% [[1]] [[1, 2], [3, 4]]",
            "See the plan, Home  [[1]] [[1, 2], [3, 4]]",
        );
        check("[b]bold[/b] [color=red]red[/color] a[i] and [i](x)", "bold red a[i] and [i](x)");
        check("<@123456789> in <#987654321> <:pepe:12345> a <b> c <file_name>", " in   a <b> c <file_name>");
        check("::: tip\nUse it.\n:::\n", "\nUse it.\n\n");
        check("!!! note \"Heads up\"\n???+ tip\nReally???", "Heads up\n\nReally???");
        check("\\textbf{bold} \\cite{a} C:\\item", "bold  C:\\item");
    }

    #[test]
    fn a_sign_right_before_the_times_of_a_subtitle_stays_whole() {
        let text = "a ①00:00:34,740 --> 00:00:37,050 b";
        let found = mark(text, 0, text.find("-->").unwrap()).unwrap();
        assert_eq!(&text[found.range], "00:00:34,740 --> 00:00:37,050");
    }
}
