//! Where formulas stand in text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, and environments such as `align`.

use std::ops::Range;

use super::science;

/// The longest formula between single dollars, in bytes, ...
const LONGEST_INLINE: usize = 400;
/// ... and between the other marks: what is longer is none.
const LONGEST: usize = 4000;

/// Environments that hold formulas.
const ENVIRONMENTS: &[&str] = &[
    "equation", "align", "aligned", "alignat", "gather", "gathered", "multline", "split", "eqnarray",
    "cases", "matrix", "pmatrix", "bmatrix", "vmatrix", "array", "displaymath", "math",
];

/// Finds the formulas of one text, in one pass.
pub(crate) struct Formulas<'a> {
    text: &'a str,
}

pub(crate) enum Found {
    /// A formula, with its marks and without.
    Formula { range: Range<usize>, tex: Range<usize>, displayed: bool },
    /// None begins here; none begins in the next `skip` bytes either.
    Nothing { skip: usize },
}

impl<'a> Formulas<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// The formula that begins with the dollar or backslash at `at`.
    pub(crate) fn find_at(&mut self, at: usize) -> Found {
        let rest = &self.text[at..];
        if let Some(inside) = rest.strip_prefix("\\(") {
            return to_end(inside, at + 2, "\\)", false);
        }
        if let Some(inside) = rest.strip_prefix("\\[") {
            return to_end(inside, at + 2, "\\]", true);
        }
        if let Some(inside) = rest.strip_prefix("\\begin{") {
            return environment(inside, at);
        }
        if let Some(length) = bare(self.text, at) {
            return Found::Formula { range: at..at + length, tex: at..at + length, displayed: false };
        }
        if let Some(escaped) = rest.strip_prefix('\\') {
            let escaped = escaped.chars().next().map_or(0, char::len_utf8);
            return Found::Nothing { skip: 1 + escaped };
        }
        if let Some(inside) = rest.strip_prefix("$$") {
            if inside.starts_with('$') {
                return Found::Nothing { skip: rest.len() - rest.trim_start_matches('$').len() };
            }
            return to_end(inside, at + 2, "$$", true);
        }
        self.dollar(at)
    }

    fn dollar(&self, at: usize) -> Found {
        let inside = &self.text[at + 1..];
        let nothing = Found::Nothing { skip: 1 };
        let before = self.text[..at].chars().next_back();
        if before.is_some_and(char::is_alphanumeric) {
            return nothing;
        }
        if let Some(quoted) = inside.strip_prefix('`')
            && let Some(end) = quoted[..quoted.floor_char_boundary(LONGEST_INLINE)].find("`$")
        {
            let start = at + 2;
            return Found::Formula { range: at..start + end + 2, tex: start..start + end, displayed: false };
        }
        let window = &inside[..inside.floor_char_boundary(LONGEST_INLINE)];
        let mut escaped = false;
        let end = window.find(|c| {
            let dollar = c == '$' && !escaped;
            escaped = c == '\\' && !escaped;
            dollar
        });
        let Some(end) = end else {
            // One that the reply broke off in.
            let command =
                window.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic());
            let words = window.split(|c: char| !c.is_alphanumeric() && c != '\\');
            let prose = words.filter(|word| word.len() >= 3 && !word.starts_with('\\')).count();
            if command && window.len() == inside.len() && prose == 0 && is_formula(window.trim_end(), None) {
                let tex = at + 1..self.text.len();
                return Found::Formula { range: at..tex.end, tex, displayed: false };
            }
            return nothing;
        };
        let tex = &window[..end];
        let after = inside[end + 1..].chars().next();
        if is_formula(tex, after) {
            return Found::Formula { range: at..at + end + 2, tex: at + 1..at + 1 + end, displayed: false };
        }
        nothing
    }
}

/// Whether what stands between two dollars is a formula, not prices or variables of a shell.
fn is_formula(tex: &str, after: Option<char>) -> bool {
    let spaced = tex.starts_with(char::is_whitespace) || tex.ends_with(char::is_whitespace);
    let command = tex.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic());
    if tex.trim().is_empty() || tex.contains("\n\n") || tex.contains('`') || (spaced && !command) {
        return false;
    }
    if after.is_some_and(|c| c.is_ascii_digit())
        || (tex.starts_with(|c: char| c.is_ascii_digit()) && after.is_some_and(char::is_alphanumeric))
    {
        return false;
    }
    if command || tex.contains(['^', '_']) {
        return true;
    }
    let words = tex.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() >= 3).count();
    let single = !tex.contains(char::is_whitespace);
    let signs = tex.contains(['=', '+', '<', '>', '/', '*', '×', '≤', '≥', '∈']);
    if tex.starts_with(|c: char| c.is_ascii_digit()) {
        return words == 0 && (single || signs) && tex.matches('(').count() == tex.matches(')').count();
    }
    words == 0 || single || (signs && words <= 4)
}

/// Commands that only formulas have.
const BARE: &[&str] = &[
    "hat", "bar", "tilde", "frac", "dfrac", "tfrac", "sqrt", "boxed", "int", "sum", "prod", "lim", "infty",
    "alpha", "beta", "theta", "lambda", "sigma", "pi", "Delta", "cdot", "times", "leq", "geq", "pm", "text",
    "mathbb", "mathrm", "mathbf", "mathcal", "sim", "approx", "subset", "subseteq", "cup", "cap", "forall",
    "exists", "neq", "div", "partial", "nabla", "gamma", "delta", "epsilon", "mu", "omega", "Omega", "phi",
    "rho", "tau", "sin", "cos", "tan", "ln", "log", "vec", "overline", "binom", "rightarrow", "Rightarrow",
    "SI", "SIrange", "qty", "qtyrange", "num", "numrange", "unit", "ang", "left", "mid", "implies", "iff",
    "cdots", "ldots", "equiv", "propto", "angle", "to", "in",
];

/// Bytes of the formula that stands at `at` without marks, from a command that only formulas have: `\frac{7}{10}`,
/// `\boxed{42}`, `\sqrt{2} + 1`.
fn bare(text: &str, at: usize) -> Option<usize> {
    const LONGEST_BARE: usize = 300;
    if text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '\\' | ':' | '/')) {
        return None;
    }
    let name_at = |rest: &str| rest[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = &text[at..];
    let rest = &rest[..rest.floor_char_boundary(LONGEST_BARE)];
    let first = &rest[1..=name_at(rest)];
    // A name of a letter may be a path; a fraction is none.
    let group = rest[1 + first.len()..].starts_with(['{', '_', '^', '[']);
    if !BARE.contains(&first)
        || (!group
            && !rest[1 + first.len()..].starts_with([' ', '\\', '(', ')', ']', ',', '.', '\n'])
            && rest.len() > 1 + first.len())
    {
        return None;
    }
    let last = extent(rest, 0)?;
    (last > 1 + first.len() || !group).then_some(last.max(1 + first.len()))
}

/// Functions by their names.
const FUNCTIONS: [&str; 6] = ["sin", "cos", "tan", "log", "ln", "exp"];

/// Where the formula ends that `rest` begins with and that reaches to `from` at least: before the first word. `None` where a
/// brace is never closed.
fn extent(rest: &str, from: usize) -> Option<usize> {
    let name_at = |rest: &str| rest[1..].bytes().take_while(u8::is_ascii_alphabetic).count();
    let (mut end, mut last) = (from, from);
    while let Some(c) = rest[end..].chars().next() {
        match c {
            '\\' => {
                let name = name_at(&rest[end..]);
                if name == 0 {
                    break;
                }
                end += 1 + name;
                // `\sqrt[3]{27}`
                if rest[..end].ends_with("sqrt") && rest[end..].starts_with('[') {
                    end += rest[end..].find(']').map_or(0, |close| close + 1);
                }
                last = end;
            }
            '{' => {
                end += group_length(&rest[end..])?;
                last = end;
            }
            '0'..='9'
            | '^'
            | '_'
            | '+'
            | '='
            | '*'
            | '/'
            | '<'
            | '>'
            | '('
            | '-'
            | '−'
            | '|'
            | '!'
            | '\'' => {
                end += c.len_utf8();
                if !matches!(c, '(' | '+' | '=' | '-' | '−') {
                    last = end;
                }
            }
            ')' if rest[..end].matches('(').count() > rest[..end].matches(')').count() => {
                end += 1;
                last = end;
            }
            ' ' => end += 1,
            ',' if rest[..end].matches('(').count() > rest[..end].matches(')').count() => end += 1,
            _ if c.is_ascii_alphabetic() => {
                let word = rest[end..].bytes().take_while(u8::is_ascii_alphabetic).count();
                let function = FUNCTIONS.contains(&&rest[end..end + word]);
                if word > 1 && !function || matches!(c, 'a' | 'I') && rest[..end].ends_with(' ') {
                    break;
                }
                end += word;
                last = end;
            }
            _ => break,
        }
    }
    Some(last)
}

/// The formula without marks around the script at `at`, whose `_` or `^` stands before a brace: `x_{n+1} = 2x_n`,
/// `lim_{x→0} f(x)`, `^{238}U`. It begins no earlier than `from`.
pub(crate) fn scripted(text: &str, from: usize, at: usize) -> Option<Range<usize>> {
    const LONGEST_BASE: usize = 12;
    const LONGEST: usize = 300;
    const OPERATORS: [&str; 8] = ["lim", "max", "min", "sup", "inf", "log", "argmax", "argmin"];
    let rest = &text[at..];
    let inside = &rest[1..group_length(rest.get(1..rest.floor_char_boundary(60))?)?];
    if inside.is_empty() || inside.contains(['_', '"', '$', '`', '\n']) {
        return None;
    }
    let before = &text[from.max(text.ceil_char_boundary(at.saturating_sub(LONGEST_BASE)))..at];
    let base = before.rfind(|c: char| !c.is_alphanumeric() && !"∑∏∫∮⋃⋂".contains(c));
    let base = &before[base.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))..];
    let start = at - base.len();
    if !text[..start].ends_with(|c: char| c.is_whitespace() || "([=+-−*/,<>|≤≥→·×:".contains(c)) && start > 0
    {
        return None;
    }
    if base.is_empty() {
        return science::isotope(rest).map(|length| at..at + length);
    }
    let letters = base.trim_start_matches(|c: char| c.is_ascii_digit());
    let known = letters.chars().count() == 1 || OPERATORS.contains(&letters);
    let window = &text[start..];
    let window = &window[..window.floor_char_boundary(LONGEST)];
    (known && rest.starts_with('_')).then(|| extent(window, base.len()))?.map(|end| start..start + end)
}

/// Bytes of the group in braces that `text` begins with.
fn group_length(text: &str) -> Option<usize> {
    let mut open = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The formula up to `close`; one that is never closed reaches to the end, as the text may be cut off.
fn to_end(inside: &str, start: usize, close: &str, displayed: bool) -> Found {
    let window = &inside[..inside.floor_char_boundary(LONGEST)];
    let end = window.find(close);
    let length = end.unwrap_or(inside.len());
    let cut_off = end.is_none() && window.len() < inside.len();
    // "\[Your name\]" is a bracket that is no link.
    if cut_off || is_prose(&window[..end.unwrap_or(window.len())]) {
        return Found::Nothing { skip: 2 };
    }
    Found::Formula {
        range: start - 2..start + length + end.map_or(0, |_| close.len()),
        tex: start..start + length,
        displayed,
    }
}

/// Whether `tex` is words and nothing else.
fn is_prose(tex: &str) -> bool {
    let command = tex.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic());
    let words = tex.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() >= 3).count();
    let note = !tex.is_empty() && tex.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b' '));
    !command
        && !tex.contains(['=', '^', '_', '<', '>', '+'])
        && (words >= 2 || note || !tex.contains(char::is_alphanumeric))
}

fn environment(inside: &str, at: usize) -> Found {
    let name = inside[..inside.floor_char_boundary(20)].split('}').next().unwrap_or_default();
    if !ENVIRONMENTS.contains(&name.trim_end_matches('*')) {
        return Found::Nothing { skip: 1 };
    }
    let close = ["\\end{", name, "}"].concat();
    let window = &inside[..inside.floor_char_boundary(LONGEST)];
    let end = match window.find(&close) {
        Some(end) => end + close.len(),
        None if window.len() == inside.len() => inside.len(),
        None => return Found::Nothing { skip: 1 },
    };
    let range = at..at + "\\begin{".len() + end;
    Found::Formula { range: range.clone(), tex: range, displayed: true }
}
