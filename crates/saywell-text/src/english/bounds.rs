//! Limits, integrals, sums and products with their bounds, written without LaTeX: `lim x→0`, `∫₀¹`, `∑ᵢ₌₁ⁿ`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// `lim x→0 f(x)`, `lim n -> ∞` → `the limit as x approaches zero of`.
pub fn limit(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    (start.starts_word() && at.eat_text("lim")).then_some(())?;
    // `lim(x→∞)`, `lim_{x→0}`
    let opening = at.eat_one_of([" (", "(", "_{", " ", "_"])?;
    let letter = at.eat_if(|found| found.is_ascii_lowercase())?;
    at.eat(' ');
    at.eat_one_of(["→", "->"])?;
    at.eat(' ');
    let sign = if at.eat_one_of(["-", "−"]).is_some() {
        "minus "
    } else {
        at.eat('+');
        ""
    };
    let target = if at.eat('∞') {
        "infinity".to_owned()
    } else if let Some(letter) = at.eat_if(|found| found.is_ascii_lowercase()) {
        letter.to_string()
    } else {
        reader.number(at.number()?)
    };
    let closes = match opening {
        " (" | "(" => at.eat(')'),
        "_{" => at.eat('}'),
        _ => true,
    };
    (closes && at.ends_word())
        .then(|| Edit::new(start, at, format!("the limit as {letter} approaches {sign}{target} of")))
}

/// `∫₀¹`, `∫_a^b`, `∑ᵢ₌₁ⁿ`, `∏_{k=1}^{n}` → `the integral from zero to one of`, `the sum from i equals one to n of`.
pub fn bounded(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const NAMES: [(&str, &str); 8] = [
        ("∬", "double integral"),
        ("∭", "triple integral"),
        ("∫", "integral"),
        ("∮", "contour integral"),
        ("∑", "sum"),
        ("Σ", "sum"),
        ("∏", "product"),
        ("Π", "product"),
    ];
    const LOW: &str = "₀₁₂₃₄₅₆₇₈₉₊₋₌ᵢⱼₖₘₙₚₓₜₐ";
    const LOWERED: &str = "0123456789+−=ijkmnpxta";
    const HIGH: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼ⁿᵏᵐᵗˣᴺ";
    const RAISED: &str = "0123456789+−=nkmtxN";
    let mut at = start;
    let (_, name) = NAMES.iter().find(|(written, _)| at.eat_text(written))?;
    let below = bound(&mut at, '_', (LOW, LOWERED));
    let above = bound(&mut at, '^', (HIGH, RAISED));
    let below = super::spell_out(&below?, reader).text().to_owned();
    let words = match above {
        Some(above) => format!("the {name} from {below} to {} of", super::spell_out(&above, reader).text()),
        None => format!("the {name} over {below} of"),
    };
    Some(Edit::new(start, at, words))
}

/// What stands below or above a sign: behind a `mark` (`_{i=1}`, `^n`), or in the small characters of the first of
/// `letters`, which stand for those of the second.
fn bound(at: &mut Cursor<'_>, mark: char, letters: (&str, &str)) -> Option<String> {
    const LONGEST: usize = 24;
    if at.eat(mark) {
        if let Some(inside) = at.window_after(LONGEST).strip_prefix('{') {
            let close = inside.find('}').filter(|close| *close > 0)?;
            *at = at.moved_to(at.offset() + close + "{}".len());
            return Some(inside[..close].replace('-', "−"));
        }
        let start = *at;
        at.eat_one_of(["-", "−"]);
        if !at.eat('∞') {
            at.eat_while(|found| found.is_ascii_alphanumeric());
        }
        return Some(start.until(*at).replace('-', "−")).filter(|bound| (1..=8).contains(&bound.len()));
    }
    let plain = |found: char| letters.1.chars().nth(letters.0.chars().position(|small| small == found)?);
    let bound: String = at.eat_while(|found| plain(found).is_some() || found == '∞').chars().collect();
    let bound: String = bound.chars().map(|found| plain(found).unwrap_or(found)).collect();
    (!bound.is_empty() && bound.len() < LONGEST).then_some(bound)
}
