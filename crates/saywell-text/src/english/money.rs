//! Amounts of money. Plain ones in dollars, pounds and euros are left to the lexicon.

use super::cursor::Cursor;
use super::tables::CURRENCIES;
use super::tracked::Edit;

use super::quantities::counted;

/// `US$5` → `$5`.
pub fn dollar_of_states(mut at: Cursor<'_>) -> Option<Edit> {
    let is_sign =
        at.starts_word() && at.eat_text("US$") && at.peek().is_some_and(|next| next.is_ascii_digit());
    is_sign.then(|| Edit::new(at, "$"))
}

/// `$5-$10`, `$5–10 million` → `5 to 10 dollars`, `5 to 10 million dollars`.
pub fn money_range(mut at: Cursor<'_>) -> Option<Edit> {
    let (sign, [_, many]) = currency(&mut at, |sign| matches!(sign, "$" | "£" | "€"))?;
    let from = at.number()?;
    let from_scale = scale(&mut at);
    at.eat(' ');
    at.eat_one_of(["-", "–"])?;
    at.eat(' ');
    at.eat_text(sign);
    let to = at.number()?;
    let to_scale = scale(&mut at);
    let scaled = |number: &str, scale: Option<&str>| match scale {
        Some(scale) => format!("{number} {scale}"),
        None => number.to_owned(),
    };
    let ends = at.ends_word() && at.peek() != Some('-');
    ends.then(|| Edit::new(at, format!("{} to {} {many}", scaled(from, from_scale), scaled(to, to_scale))))
}

/// `$4.2 billion`, `$4.2B` → `4.2 billion dollars`.
pub fn large_money(mut at: Cursor<'_>) -> Option<Edit> {
    let (_, [_, many]) = currency(&mut at, |sign| matches!(sign, "$" | "£" | "€"))?;
    let number = at.number()?;
    let scale = scale(&mut at)?;
    Some(Edit::new(at, format!("{number} {scale} {many}")))
}

/// `50¢` → `50 cents`.
pub fn cents(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_number() {
        return None;
    }
    let number = at.number()?;
    at.eat(' ');
    let (_, words) = currency(&mut at, |sign| sign == "¢")?;
    Some(Edit::new(at, format!("{number} {}", counted(number, words))))
}

/// Currencies the lexicon does not read itself: `¥500` → `500 yen`, `USD 3 million` → `3 million dollars`.
pub fn other_money(mut at: Cursor<'_>) -> Option<Edit> {
    if !at.starts_word() {
        return None;
    }
    let (_, words) = currency(&mut at, |sign| !matches!(sign, "$" | "£" | "€" | "¢"))?;
    at.eat('.');
    at.eat(' ');
    let number = at.number()?;
    let spoken = match scale(&mut at) {
        Some(scale) => format!("{number} {scale} {}", words[1]),
        None => format!("{number} {}", counted(number, words)),
    };
    Some(Edit::new(at, spoken))
}

fn currency(at: &mut Cursor<'_>, wanted: impl Fn(&str) -> bool) -> Option<(&'static str, [&'static str; 2])> {
    CURRENCIES.iter().find(|(sign, _)| wanted(sign) && at.eat_text(sign)).copied()
}

/// `billion`, `B`: a thousand and its powers, written out or as a letter.
fn scale(at: &mut Cursor<'_>) -> Option<&'static str> {
    const WORDS: [&str; 5] = ["hundred", "thousand", "million", "billion", "trillion"];
    let mut end = *at;
    end.eat(' ');
    let word = end.eat_one_of(WORDS).or_else(|| {
        let letter = end.eat_if(|letter| "kKmMbB".contains(letter)).filter(|_| end.ends_word())?;
        Some(match letter {
            'k' | 'K' => "thousand",
            'm' | 'M' => "million",
            _ => "billion",
        })
    })?;
    *at = end;
    Some(word)
}
