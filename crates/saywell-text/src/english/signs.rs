//! Signs that are spoken of: ``Use `*` for all``, `Press / to search`, `a semicolon (;)`.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// The names of signs, the longest first.
const NAMES: &[(&str, &str)] = &[
    ("...", "dot dot dot"),
    ("===", "triple equals"),
    ("&&", "ampersand ampersand"),
    ("||", "pipe pipe"),
    ("**", "asterisk asterisk"),
    ("..", "dot dot"),
    ("::", "colon colon"),
    ("()", "parentheses"),
    ("[]", "brackets"),
    ("{}", "braces"),
    ("<>", "angle brackets"),
    ("->", "arrow"),
    ("=>", "arrow"),
    ("==", "double equals"),
    ("?.", "question mark dot"),
    ("?:", "question mark colon"),
    ("--", "minus minus"),
    ("__", "underscore underscore"),
    ("//", "slash slash"),
    ("*", "asterisk"),
    ("&", "ampersand"),
    ("#", "hash"),
    ("/", "slash"),
    ("\\", "backslash"),
    ("|", "pipe"),
    (".", "dot"),
    (",", "comma"),
    (";", "semicolon"),
    (":", "colon"),
    ("^", "caret"),
    ("~", "tilde"),
    ("$", "dollar sign"),
    ("%", "percent sign"),
    ("_", "underscore"),
    ("-", "hyphen"),
    ("+", "plus"),
    ("=", "equals"),
    ("<", "less than"),
    (">", "greater than"),
    ("?", "question mark"),
    ("!", "exclamation mark"),
    ("'", "single quote"),
    ("\"", "double quote"),
    ("`", "backtick"),
    ("@", "at sign"),
    ("(", "open parenthesis"),
    (")", "close parenthesis"),
    ("[", "open bracket"),
    ("]", "close bracket"),
    ("{", "open brace"),
    ("}", "close brace"),
];

/// `a && !b`, `if (!done)`: the sign before what is denied.
pub fn negated(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const BEFORE: [&str; 7] = ["&& ", "|| ", "if (", "if ", "while (", "return ", "= "];
    let mut at = start;
    (at.eat('!')
        && at.peek().is_some_and(|next| next == '(' || is_word(next))
        && !at.rest().starts_with("important"))
    .then_some(())?;
    let before = start.window_before(8);
    let bracketed = start.starts_chunk() && at.peek() == Some('(');
    // `!isValid`
    let name = at.next_word();
    let asks = ["is", "has"].iter().any(|verb| {
        name.strip_prefix(verb)
            .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_uppercase() || next == '_'))
    });
    (bracketed || start.starts_chunk() && asks || BEFORE.iter().any(|written| before.ends_with(written)))
        .then(|| Edit::new(start, at, "not"))
}

/// Words that a sign is named after.
const BEFORE: &[&str] = &[
    "Add", "An", "Enter", "Escape", "Press", "The", "Type", "Use", "With", "a", "add", "after", "an", "and",
    "any", "as", "before", "by", "called", "character", "characters", "either", "enter", "escape", "every",
    "hit", "insert", "is", "key", "means", "no", "of", "operator", "operators", "or", "press", "put", "sign",
    "signs", "symbol", "symbols", "than", "the", "type", "use", "uses", "using", "with", "without", "write",
];

/// Words that a sign is named before.
const AFTER: &[&str] = &[
    "as", "button", "character", "characters", "for", "here", "in", "is", "key", "mark", "marks", "matches",
    "means", "operator", "operators", "or", "separates", "sign", "signs", "symbol", "symbols", "to",
    "wildcard", "anchors", "and", "after", "at", "before", "between", "denotes", "elsewhere", "escapes",
    "instead", "joins", "marks", "negates", "represents", "runs", "stands",
];

/// A sign alone between words or in brackets that the sentence is about.
pub fn named(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let before = start.before();
    let in_brackets = before == Some('(') && start.before_second() == Some(' ');
    // `Use "#" for headings`
    let quote = before.filter(|before| "\"“'‘".contains(*before));
    let quoted = quote.filter(|_| start.before_second().is_none_or(|before| before == ' '));
    if !(before.is_none_or(|before| before == ' ') || in_brackets || quoted.is_some()) {
        return None;
    }
    NAMES.iter().find_map(|(written, name)| {
        let end = start.past(|at| at.eat_text(written))?;
        let next = end.peek();
        let pair = matches!(*written, "()" | "[]" | "{}" | "<>");
        let previous = start.window_before(64).trim_end();
        let is_close = matches!(*written, ")" | "]" | "}");
        let listed = || {
            (matches!(start.previous_word(), "and" | "or") || previous.ends_with(',')) && next == Some(' ')
        };
        if is_close && start.window_before(240).contains(['(', '[', '{']) && !listed() {
            return None;
        }
        let is_named = if let Some(quote) = quoted {
            let close = match quote {
                '“' => '”',
                '‘' => '’',
                quote => quote,
            };
            next == Some(close) && !matches!(*written, "." | "..." | "!" | "?" | "," | "'" | "\"")
        } else if in_brackets {
            next == Some(')') && previous.contains(|found: char| found.is_alphabetic())
        } else {
            let closed = end
                .past(|at| at.eat_if(|mark| ",.;".contains(mark)).is_some())
                .filter(|end| end.peek().is_none_or(|next| next == ' '));
            let spaced = next == Some(' ') || next.is_none() || closed.is_some();
            let subject = is_subject(start, end, written, previous);
            // A clause before it ends: `` `*` for all, `?` for one``.
            let lists = previous.ends_with([',', ':', ';']) || previous.is_empty();
            let pressed = previous.ends_with(" plus") || previous.ends_with('+');
            let cue = BEFORE.binary_search(&start.previous_word()).is_ok()
                || pressed && start.words_before().any(|word| matches!(word, "Press" | "press"));
            let after = next == Some(' ') && AFTER.contains(&end.next_word());
            let about_keys = || {
                start.words_before().any(|word| {
                    matches!(word, "Press" | "press" | "key" | "keys" | "Type" | "type" | "characters")
                })
            };
            let cell = previous.ends_with(':') && closes_cell(end, written);
            cell || subject
                || spaced
                    && match *written {
                        // `from == to ===`
                        _ if written.len() > 1
                            && matches!(start.previous_word(), "between" | "from" | "not" | "to") =>
                        {
                            true
                        }
                        "&&" | "||" | "**" if cue && next.is_none() => true,
                        "$" | "\\" | "^" | "~"
                            if previous.ends_with(',') && end.next_word().starts_with(char::is_lowercase) =>
                        {
                            true
                        }
                        // Dashes and arithmetic have spaces around them, too, and a full stop ends.
                        "-" | "+" | "=" | "<" | ">" | "/" | "%" | "&&" | "||" | "**" | "&" | "..." | "."
                        | "," => (cue || lists) && (after || closed.is_some() && cue),
                        _ if pair => cue || lists || after || previous.ends_with([')', ']', '}', '>']),
                        // A line may end with these after what is not said.
                        "!" | "?" if next.is_none() => {
                            cue && !matches!(start.previous_word(), "and" | "or" | "with")
                        }
                        // No prose has these between spaces.
                        ";" | "\\" | "$" | "[" | "]" | "{" | "}" | "_" if cue && next == Some(' ') => true,
                        _ => {
                            (cue && (after || closed.is_some() || next.is_none()))
                                || (lists && (after || closed.is_some() && about_keys()))
                        }
                    }
        };
        // `the ? mark`: said once.
        let name = match (*written, if next == Some(' ') { end.next_word() } else { "" }) {
            ("?", "mark" | "marks") => &"question",
            ("!", "mark" | "marks") => &"exclamation",
            ("@", "sign" | "symbol") => &"at",
            ("$", "sign" | "symbol" | "character") => &"dollar",
            ("%", "sign" | "symbol" | "operator") => &"percent",
            _ => name,
        };
        is_named.then(|| Edit::new(start, end, *name))
    })
}

/// Whether something is said of a sign that stands first or is called one: `` `?` makes it optional``, `` `~`: home``, `the
/// pipe character | sends`.
fn is_subject(start: Cursor<'_>, end: Cursor<'_>, written: &str, previous: &str) -> bool {
    let numbered =
        previous.strip_suffix('.').is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    let begins = previous.is_empty() || numbered;
    let explained = [":", " – ", " — ", " - "].iter().any(|mark| end.rest().starts_with(mark));
    // Dashes, quotes and brackets begin sentences as well, and so do `& Co.` and `+ one`.
    let sure = !"-+=<>&@.,'\"([{".contains(&written[..1]) && written != "?:";
    let called = matches!(start.previous_word(), "character" | "operator" | "symbol");
    let verb = end.peek() == Some(' ') && end.next_word().starts_with(|next: char| next.is_ascii_lowercase());
    begins && explained || (called || begins && sure) && verb
}

/// Whether a sign is all that a cell of a table has: `Op: %, Meaning: remainder.`
fn closes_cell(end: Cursor<'_>, written: &str) -> bool {
    const SIGNS: [&str; 13] = ["!", "#", "$", "%", "&", "*", "?", "@", "\\", "^", "_", "|", "~"];
    SIGNS.contains(&written) && (end.rest().is_empty() || end.rest() == "." || end.rest().starts_with(", "))
}

/// `\.`, `^\d{3}-\d{4}$`: a sign that is escaped, an expression, sign by sign.
pub fn expression(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 48;
    if !start.starts_chunk() {
        return None;
    }
    let chunk = start.chunk();
    let ends = chunk.len() > 2
        && (chunk.ends_with([',', ';', ':'])
            || chunk.ends_with("*.")
            || chunk.ends_with("+.")
            || chunk.ends_with("$."));
    let chunk = &chunk[..chunk.len() - usize::from(ends)];
    let classes =
        ["\\d", "\\w", "\\s", "\\b", "\\D", "\\W", "\\S", "\\."].iter().any(|escape| chunk.contains(escape));
    // `\.`, `\t`
    let escaped = chunk.len() <= 3
        && chunk.starts_with('\\')
        && (chunk[1..].starts_with(|sign: char| sign.is_ascii_punctuation())
            || matches!(&chunk[1..], "n" | "r" | "t" | "0" | "b" | "d" | "s" | "w"));
    // A backslash alone, and the full stop of its sentence.
    if chunk == "\\." && start.moved_to(start.offset() + 2).rest().is_empty() {
        return Some(Edit::new(start, start.moved_to(start.offset() + 1), "backslash"));
    }
    let path = chunk.contains(":\\") || chunk.starts_with("\\\\");
    if !(classes && chunk.contains(['^', '$', '{', '+', '*', '[', '(']) || escaped || matches_text(chunk))
        || path
        || chunk.len() > LONGEST
    {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    let mut rest = chunk;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            words.push(reader.count(&rest[..length]));
            length
        } else if first.is_alphabetic() {
            // What is escaped is one letter.
            let length = if words.last().is_some_and(|word| word == "backslash") {
                first.len_utf8()
            } else {
                rest.find(|found: char| !found.is_alphabetic()).unwrap_or(rest.len())
            };
            // The article is no letter.
            words.push(if &rest[..length] == "a" { "A".to_owned() } else { rest[..length].to_owned() });
            length
        } else {
            let sign = &rest[..first.len_utf8()];
            words.push(NAMES.iter().find(|(written, _)| *written == sign)?.1.to_owned());
            sign.len()
        };
        rest = &rest[length..];
    }
    let end = start.moved_to(start.offset() + chunk.len());
    Some(Edit::new(start, end, words.join(" ")))
}

/// `:wq`, `:q!` → `colon W Q` and so on: what an editor is told.
pub fn command(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const COMMANDS: [&str; 10] = [":q", ":q!", ":qa", ":qa!", ":w", ":wq", ":wq!", ":wqa", ":x", ":x!"];
    let chunk = start.chunk().trim_end_matches([',', '.', ';', ')']);
    (start.starts_chunk() && COMMANDS.contains(&chunk)).then_some(())?;
    let letters = reader.characters(chunk);
    let forced = if chunk.ends_with('!') { " exclamation mark" } else { "" };
    Some(Edit::new(start, start.moved_to(start.offset() + chunk.len()), format!("colon {letters}{forced}")))
}

/// `*args`, `**kwargs`, `char *s` → `star args`, `star star kwargs`, `char star s`: arguments and pointers.
pub fn starred(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const NAMES: [&str; 6] = ["args", "argv", "iterables", "kwargs", "others", "rest"];
    const TYPES: [&str; 8] = ["char", "const", "double", "float", "int", "struct", "unsigned", "void"];
    let mut at = start;
    let written = at.eat_one_of(["**", "*"])?;
    let named = start.starts_chunk() && NAMES.contains(&at.next_word()) && at.peek() != Some(' ');
    let typed = TYPES.contains(&start.previous_word())
        && at.peek().is_some_and(|next| is_word(next) || next == ' ' && start.before() != Some(' '));
    let words = if written == "*" { "star" } else { "star star" };
    (named || typed).then(|| Edit::new(start, at, words))
}

/// Whether `chunk` is a regular expression by its signs alone: `^[A-Z]+$`, `[a-z]{2,}`, `.*`, `(foo|bar)?`, `\bword\b`.
fn matches_text(chunk: &str) -> bool {
    let anchored = chunk.len() > 2
        && (chunk.starts_with('^') && chunk.contains(['[', '\\', '*', '+', '$'])
            || chunk.ends_with('$') && chunk.contains(['[', '*', '+']));
    let class = ["[a-z", "[A-Z", "[0-9", "[^"].iter().any(|open| chunk.contains(open)) && chunk.contains(']');
    let any = matches!(chunk, ".*" | ".+" | ".*?" | ".+?");
    let group = chunk.starts_with('(')
        && chunk.contains('|')
        && chunk.ends_with([')', '?', '*', '+'])
        && chunk.contains(')');
    let word = chunk.matches("\\b").count() == 2 && chunk.starts_with("\\b");
    anchored || class || any || group || word
}

/// `.NET`, `# of items`, `#include` → `dot NET`, `number of items`, `hash include`.
pub fn in_names(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const DIRECTIVES: [&str; 8] =
        ["include", "define", "ifdef", "ifndef", "endif", "pragma", "undef", "region"];
    let mut at = start;
    if at.eat_text(".NET") && at.ends_word() {
        return Some(Edit::new(start, at, "dot NET"));
    }
    // `SELECT * FROM`, `COUNT(*)`
    let star = start.past(|at| at.eat('*'));
    if let Some(end) = star
        && (matches!(start.previous_word(), "SELECT" | "select" | "DISTINCT") && end.peek() == Some(' ')
            || start.before() == Some('(')
                && end.peek() == Some(')')
                && start.before_second().is_some_and(is_word))
    {
        return Some(Edit::new(start, end, "star"));
    }
    let before = start.before().is_none_or(|before| " (".contains(before));
    let hash = start.past(|at| at.eat('#'))?;
    if before && hash.rest().starts_with(" of ") {
        return Some(Edit::new(start, hash, "number"));
    }
    if before && DIRECTIVES.contains(&hash.next_word()) && hash.peek() != Some(' ') {
        return Some(Edit::new(start, hash, "hash"));
    }
    // `Order #A-10`
    let code = hash.chunk();
    let named =
        ["order", "issue", "ticket", "case", "part", "no", "item", "invoice", "unit", "lot", "bug", "claim"]
            .contains(&start.previous_word().trim_end_matches('.').to_ascii_lowercase().as_str());
    (named && code.contains(|found: char| found.is_ascii_digit()) && code.starts_with(char::is_alphabetic))
        .then(|| Edit::new(start, hash, "number"))
}

/// `:D`, `xD`, `<3`, `^_^`: a face, of which nothing is said.
pub fn emoticon(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const FACES: [&str; 30] = [
        ":'(", ":-D", ":-)", ":-(", ":-P", ";-)", "^_^", "-_-", "T_T", ">_<", "o_o", "O_O", "o_O", "</3",
        ":D", ":P", ":p", ":3", ":O", ":o", "xD", "XD", "<3", ":)", ":(", ";)", "=)", ":|", "^^", ":*",
    ];
    start.before().is_none_or(|before| before == ' ').then_some(())?;
    FACES.iter().find_map(|face| {
        let end = start.past(|at| at.eat_text(face))?;
        let alone = end.peek().is_none_or(|next| " .,!?)".contains(next));
        // `x <3 y`, `<3 s` compare.
        let counted = || super::units::find(end.past(|at| at.eat(' ')).unwrap_or(end)).is_some();
        let compares = *face == "<3"
            && start.previous_word() != "I"
            && (start.previous_word().len() == 1 || start.follows_number() || counted());
        let words = if *face == "<3" && start.previous_word() == "I" { "love" } else { "" };
        (alone && !compares).then(|| Edit::new(start, end, words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cues_are_in_order() {
        assert!(BEFORE.is_sorted());
        assert!(NAMES.is_sorted_by_key(|(written, _)| std::cmp::Reverse(written.len())));
    }
}
