//! Functions and what is done to them, written without LaTeX: `log₂(8)`, `tan⁻¹(1)`, `f'(x)`, `dy/dx`, `∂f/∂x`, `x̄`, `‖x‖`, `P(A)P(B)`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::plain_maths::{greek, is_maths};
use super::spelled::Edit;

/// `log₂(8)`, `log_2(8)` → `log base two of eight`.
pub fn logarithm(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉";
    let mut at = start;
    (start.starts_word() && at.eat_text("log")).then_some(())?;
    // `log_2(8)`
    let plain = at.past(|at| at.eat('_')).and_then(|mut below| {
        let base = below.eat_while(|found| found.is_ascii_alphanumeric());
        (base.len() == 1 || base.bytes().all(|byte| byte.is_ascii_digit())).then_some((base, below))
    });
    let low = plain.map_or_else(|| at.eat_while(|found| LOWERED.contains(found)), |(base, _)| base);
    at = plain.map_or(at, |(_, end)| end);
    let base: String = low
        .chars()
        .map(|found| {
            LOWERED.chars().position(|low| low == found).map_or(found, |digit| char::from(b'0' + digit as u8))
        })
        .collect();
    (!base.is_empty() && base.len() < 4).then_some(())?;
    let is_number = base.bytes().all(|byte| byte.is_ascii_digit());
    let base = if is_number { reader.count(&base) } else { base };
    let mut words = format!("log base {base}");
    if let Some((inside, end)) = argument(at, reader) {
        words += &format!(" of {inside}");
        at = end;
    }
    at.ends_word().then(|| Edit::new(start, at, words))
}

/// `sin⁻¹(x)`, `tan⁻¹ 1` → `arc sine of x`, `arc tangent of one`.
pub fn inverse(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const FUNCTIONS: [(&str, &str); 6] = [
        ("sinh", "inverse hyperbolic sine"),
        ("cosh", "inverse hyperbolic cosine"),
        ("tanh", "inverse hyperbolic tangent"),
        ("sin", "arc sine"),
        ("cos", "arc cosine"),
        ("tan", "arc tangent"),
    ];
    let mut at = start;
    // `f⁻¹(x)`, `A⁻¹`: of what no unit is written with.
    if start.starts_word()
        && let Some(letter) = at.eat_if(|found| matches!(found, 'A' | 'B' | 'P' | 'Q' | 'f' | 'g'))
        && at.eat_text("⁻¹")
    {
        let edit = Edit::new(start, at, format!("{letter} inverse"));
        return Some(match argument(at, reader) {
            Some((words, end)) => edit.say(end, format!("of {words}")),
            None => edit,
        });
    }
    let mut at = start;
    let (written, name) = FUNCTIONS.iter().find(|(written, _)| start.rest().starts_with(written))?;
    (start.starts_word() && at.eat_text(written) && at.eat_text("⁻¹")).then_some(())?;
    let name_ends = at;
    let edit = Edit::new(start, name_ends, format!("{name} of"));
    Some(match argument(at, reader) {
        Some((words, end)) => edit.say(end, words),
        None => edit,
    })
}

/// What stands here in round brackets, in words, and where they end: the argument of a function.
fn argument(at: Cursor<'_>, reader: Reader) -> Option<(String, Cursor<'_>)> {
    const LONGEST: usize = 24;
    let inside = at.window_after(LONGEST).strip_prefix('(')?;
    let close = inside.find(')').filter(|close| *close > 0 && !inside[..*close].contains('('))?;
    let words = super::spell_out(&inside[..close], reader).text().to_owned();
    Some((words, at.moved_to(at.offset() + close + "()".len())))
}

/// `2ⁿ`, `eˣ`, `aᵐ⁺ⁿ`, `10⁻ᵏ` → `to the n` and so on: exponents with letters.
pub fn raised(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 12;
    const RAISED: &str = "ᵃᵇᶜᵈᵉᵏᵐⁿᵖʳˢᵗᵘᵛʷˣʸᶻⁱʲ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
    const PLAIN: &str = "abcdekmnprstuvwxyzij0123456789+−";
    let plain = |found: char| PLAIN.chars().nth(RAISED.chars().position(|raised| raised == found)?);
    let is_raised = |found: char| plain(found).is_some();
    // `aⁿbⁿ` goes on right after.
    (start.starts_word()
        || start.before().is_some_and(|before| is_raised(before) || before.is_ascii_digit()))
    .then_some(())?;
    let mut at = start;
    let base =
        at.eat_if(|found| !is_raised(found) && (found.is_ascii_alphabetic() || greek(found).is_some()));
    let name = at;
    // `nᵗʰ` ranks.
    if let (Some(letter), Some(end)) = (base, at.past(|at| at.eat_text("ᵗʰ") && at.ends_word())) {
        return Some(Edit::new(start, end, format!("{letter}th")));
    }
    let mut exponent = String::new();
    while exponent.len() < LONGEST
        && let Some(found) = at.eat_if(is_raised)
    {
        exponent.extend(plain(found));
    }
    let lettered = exponent.chars().any(|found| found.is_ascii_lowercase());
    (lettered
        && !at.peek().is_some_and(is_raised)
        && at.peek().is_none_or(|next| !next.is_alphabetic() || base.is_some()))
    .then_some(())?;
    let spaced = exponent.replace('+', " + ").replace('−', " − ");
    let words = format!("to the {}", super::spell_out(spaced.trim(), reader).text());
    Some(match base {
        Some(letter) => {
            let letter = greek(letter).map_or_else(|| letter.to_string(), str::to_owned);
            Edit::new(start, name, letter).say(at, words)
        }
        None => Edit::new(start, at, words),
    })
}

/// `x̄`, `θ̂`, `Aᵀ` → `x bar`, `theta hat`, `A transpose`: a letter with a mark above, or raised.
pub fn marked(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const MARKS: [(char, &str); 8] = [
        ('\u{302}', "hat"),
        ('\u{303}', "tilde"),
        ('\u{304}', "bar"),
        ('\u{305}', "bar"),
        ('\u{307}', "dot"),
        ('\u{308}', "double dot"),
        ('\u{20d7}', "vector"),
        ('ᵀ', "transpose"),
    ];
    let mut at = start;
    let letter = start.starts_word().then(|| at.eat_if(char::is_alphabetic)).flatten()?;
    // `ŷ`: written as one.
    if let Some((_, plain)) =
        [('ŷ', 'y'), ('Ŷ', 'Y'), ('ẑ', 'z')].iter().find(|(written, _)| *written == letter)
        && !at.peek().is_some_and(char::is_alphabetic)
    {
        return Some(Edit::new(start, at, format!("{plain} hat")));
    }
    let mark = at.peek()?;
    let (_, name) = MARKS.iter().find(|(written, _)| *written == mark)?;
    at.eat(mark);
    let letter = greek(letter).map_or_else(|| letter.to_string(), str::to_owned);
    // `AᵀA`
    let product = mark == 'ᵀ'
        && at
            .past(|at| at.eat_if(|next| next.is_ascii_alphabetic()).is_some())
            .is_some_and(|end| !end.peek().is_some_and(|next| next.is_ascii_alphabetic()));
    let space = if product { " " } else { "" };
    (product || !at.peek().is_some_and(char::is_alphabetic))
        .then(|| Edit::new(start, at, format!("{letter} {name}{space}")))
}

/// `‖x‖₂`, `‖Ax − b‖` → `the norm of x` and so on; which norm it is is left out.
pub fn norm(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 32;
    let mut at = start;
    at.eat('‖').then_some(())?;
    let window = at.window_after(LONGEST);
    let close = window.find('‖').filter(|close| *close > 0)?;
    let words = format!("the norm of {}", super::spell_out(&window[..close], reader).text());
    at = at.moved_to(at.offset() + close + '‖'.len_utf8());
    at.eat_if(|found| "₁₂∞".contains(found));
    Some(Edit::new(start, at, words))
}

/// `f'(x)`, `f′(x)`, `y''` → `f prime of x` and so on.
pub fn primed(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() {
        return None;
    }
    let mut at = start;
    let name = at.eat_if(|found| found.is_ascii_alphabetic())?;
    let marks = at.eat_while(|found| matches!(found, '\'' | '′' | '″'));
    let count: usize = marks.chars().map(|mark| if mark == '″' { 2 } else { 1 }).sum();
    if !(1..=3).contains(&count) {
        return None;
    }
    let mut words = format!("{name}{}", ["", " prime", " double prime", " triple prime"][count]);
    if let Some((inside, end)) = argument(at, reader) {
        words += &format!(" of {inside}");
        at = end;
    } else {
        let ends = at.peek().is_none_or(|next| ",.;)".contains(next))
            || at.rest().starts_with(" =")
            || at.rest().starts_with(" +");
        // `P(A')`: all of an argument.
        let whole = start.offset() == 0 && at.rest().is_empty();
        (ends && (whole || count > 1 || marks == "′" || is_maths(start))).then_some(())?;
    }
    Some(Edit::new(start, at, words))
}

/// `dy/dx`, `d/dx`, `d²y/dx²` → `d y by d x` and so on.
pub fn derivative(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    start.starts_word().then(|| quotient(start, "d", "d")).flatten()
}

/// `∂f/∂x`, `∂/∂x`, `∂²u/∂t²` → `partial f by partial x`.
pub fn partial(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    quotient(start, "∂", "partial")
}

/// What is changed by what changes, each behind its `sign`.
fn quotient(start: Cursor<'_>, sign: &str, spoken: &str) -> Option<Edit> {
    const ORDERS: [(&str, &str); 4] =
        [("²", " squared"), ("³", " cubed"), ("^2", " squared"), ("^3", " cubed")];
    let order = |at: &mut Cursor<'_>| {
        ORDERS.iter().find(|(written, _)| at.eat_text(written)).map_or("", |(_, words)| *words)
    };
    let named = |letter: char| greek(letter).map_or_else(|| letter.to_string(), str::to_owned);
    let mut at = start;
    at.eat_text(sign).then_some(())?;
    let above_order = order(&mut at);
    let above = at.eat_while(char::is_alphabetic);
    (at.eat('/') && at.eat_text(sign) && above.chars().count() < 3).then_some(())?;
    let below = at.eat_if(char::is_alphabetic)?;
    let below_order = order(&mut at);
    let above: String = above.chars().map(|letter| format!(" {}", named(letter))).collect();
    at.ends_word().then(|| {
        Edit::new(
            start,
            at,
            format!("{spoken}{above_order}{above} by {spoken} {}{below_order}", named(below)),
        )
    })
}

/// `∛27`, `⁴√16` → `the cube root of`, `the fourth root of`.
pub fn root(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let words = at.eat_one_of(["∛", "³√", "∜", "⁴√", "⁵√", "ⁿ√"])?;
    let words = match words {
        "∛" | "³√" => "the cube root of",
        "∜" | "⁴√" => "the fourth root of",
        "⁵√" => "the fifth root of",
        _ => "the nth root of",
    };
    Some(Edit::new(start, at, words))
}

/// `P(A)P(B|A)`, `/P(B)` → `P of A times P of B given A`, `over P of B`: probabilities without spaces between.
pub fn probability(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    (start.starts_word() && !start.before().is_some_and(|before| ".-_@#$".contains(before))).then_some(())?;
    let mut at = start;
    let name = at.eat_one_of(["Pr", "P"])?;
    let (inside, end) = argument(at, reader)?;
    let factor = if start.before() == Some(')') { "times " } else { "" };
    Some(Edit::new(start, end, format!("{factor}{name} of {inside}")))
}
