//! Divisions without LaTeX: `(a + b)/3`, `F/m =`, `n/2`, `speed = distance/time`.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::plain_maths::{
    greek, is_maths, is_operand, is_raised, is_single_letter, operand_after, operand_before,
};
use super::spelled::Edit;

/// `(a + b)/3`, `F/m =`, `P(A) / P(B)`: a division where numbers or brackets say so.
pub fn over(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    at.eat('/').then_some(())?;
    let before = start.before()?;
    let next = at.peek()?;
    let (spaced, bracket) = (before == ' ' && next == ' ', ")]!²³".contains(before) || "([".contains(next));
    let tight = (is_word(before) || ")]!²³".contains(before)) && (is_word(next) || "([".contains(next));
    // `x²/4`
    if is_raised(start) && next.is_ascii_digit() {
        return Some(Edit::new(start, at, "over"));
    }
    // `1/x`
    if tight
        && matches!(at.next_word(), "x" | "y" | "z" | "n" | "k")
        && start.previous_word().bytes().all(|byte| byte.is_ascii_digit())
        && !start.previous_word().is_empty()
    {
        return Some(Edit::new(start, at, "over"));
    }
    // `(−b/2a, f(−b/2a))`
    let factor = at.next_word().trim_start_matches(|digit: char| digit.is_ascii_digit());
    let factor =
        factor.len() == 1 && at.next_word().len() > 1 && factor.bytes().all(|byte| byte.is_ascii_lowercase());
    if tight && factor && is_single_letter(start.previous_word()) {
        return Some(Edit::new(start, at, "over"));
    }
    // `sin(x)/x`, `1 + r/n`
    let single = is_single_letter(at.next_word());
    let sums = || [" + ", " − ", " - "].iter().any(|sign| start.window_before(8).contains(sign));
    if tight
        && single
        && (before == ')' && start.window_before(24).contains('(')
            || is_single_letter(start.previous_word()) && sums())
    {
        return Some(Edit::new(start, at, "over"));
    }
    // `T(n/2)`; `4 g/24 h` is a dose.
    let index = matches!(start.previous_word(), "i" | "j" | "k" | "n" | "p" | "q" | "x" | "y" | "z");
    let counts = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    if (tight || spaced) && index && counts(at.next_word()) {
        return Some(Edit::new(start, at, "over"));
    }
    // `speed = distance/time`
    let named = |word: &str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    if tight && named(start.previous_word()) && named(at.next_word()) {
        let left = start.window_before(40);
        let left = &left[..left.len() - start.previous_word().len()];
        let ends = at.past(|at| !at.eat_while(is_word).is_empty()).is_some_and(|end| end.peek() != Some('/'));
        return (left.ends_with(" = ") && ends).then(|| Edit::new(start, at, "over"));
    }
    // `λ/2`, `1/√2`
    let halved = greek(before).is_some() && next.is_ascii_digit()
        || operand_before(start) && at.rest().starts_with("the square root of");
    if halved {
        return Some(Edit::new(start, at, "over"));
    }
    // `n(n-1)/2`
    let term = before == ')'
        && start.window_before(16).rsplit('(').next().is_some_and(|inside| {
            inside.contains(['-', '−', '+'])
                && inside.split(|found: char| !is_word(found)).all(|word| word.is_empty() || is_operand(word))
        });
    let factorials =
        start.window_before(3).trim_end().ends_with('!') && (next == '(' || at.peek_second() == Some('('));
    if !(spaced || tight)
        || !operand_before(start)
        || !operand_after(at)
        || !(is_maths(start) || factorials || term)
    {
        return None;
    }
    // `m₁m₂`: what stands low is no letter of its own.
    let short = |word: &str| {
        word.chars().filter(|letter| !"₀₁₂₃₄₅₆₇₈₉".contains(*letter)).count() <= 2
            && !matches!(word, "s²" | "m²" | "s³" | "m³")
    };
    let letters = short(start.previous_word()) && short(at.next_word());
    (spaced || bracket || letters).then(|| Edit::new(start, at, "over"))
}
