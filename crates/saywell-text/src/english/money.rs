//! Amounts of money: `$4.2 billion`, `€12,50`, `12 EUR`, `-$5`, `50¢`, `$5–10 million`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;
use super::tables::{CURRENCIES, Currency};
use super::units;

/// `$5`, `-$5`, `€12,50` at their sign.
pub fn sign_first(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let apart = !start.before().is_some_and(char::is_alphanumeric);
    // `+$20`
    if let Some(amount) = at.past(|at| apart && at.eat('+'))
        && let Some(edit) =
            sign_first(amount, reader).filter(|_| amount.peek().is_some_and(|next| "$€£₹¥".contains(next)))
    {
        return Some(Edit::new(start, amount, "plus").then(edit));
    }
    let minus = apart && at.eat_one_of(["-", "−", "–"]).is_some();
    let currency = currency(&mut at)?;
    // `$-7`, `$(3.1)B`: a sign behind that of the currency; brackets are a loss.
    let inner = at.past(|at| {
        at.eat_one_of(["-", "−"]).is_some() && at.peek().is_some_and(|next| next.is_ascii_digit())
    });
    if let Some(inner) = inner.filter(|_| !minus) {
        return amount_after(start, inner, currency, true, reader);
    }
    if let Some(mut end) = at.past(|at| at.eat('(')) {
        let amount = Amount::take(&mut end)?;
        end.eat(')').then_some(())?;
        let amount = Amount { scale: scale(&mut end).or(amount.scale), ..amount };
        return end
            .ends_word()
            .then(|| Edit::new(start, end, format!("minus {}", amount.words(currency, reader))));
    }
    amount_after(start, at, currency, minus, reader)
}

/// `US$5`, `USD 5`, `Rs. 500`.
pub fn currency_first(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_word() || !start.peek().is_some_and(char::is_uppercase) {
        return None;
    }
    let mut at = start;
    let currency = currency(&mut at)?;
    // `INR 2.5` tells how blood clots; a price has two decimals or none.
    if currency.written == "INR"
        && at
            .past(|at| {
                at.eat(' ')
                    && at.digits(1..=1).is_some()
                    && at.eat('.')
                    && at.digits(1..=1).is_some()
                    && at.ends_word()
                    && scale(at).is_none()
            })
            .is_some()
    {
        return None;
    }
    if at.before().is_some_and(char::is_alphabetic) {
        at.eat('.');
        at.eat(' ');
    }
    amount_after(start, at, currency, false, reader)
}

/// `12 EUR`, `12,50 €`, `50¢`.
pub fn amount_first(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if !start.starts_number() {
        return None;
    }
    let mut at = start;
    let mut amount = Amount::take(&mut at)?;
    at.eat(' ');
    // `1RM` is what one can lift once; ringgit are written before.
    let currency = currency(&mut at).filter(|currency| currency.written != "RM")?;
    amount.group_for(currency);
    let edit = at.ends_word().then(|| Edit::new(start, at, amount.words(currency, reader)))?;
    Some(units::with_rate(edit, at, reader))
}

fn amount_after(
    start: Cursor<'_>,
    at: Cursor<'_>,
    currency: &Currency,
    minus: bool,
    reader: Reader,
) -> Option<Edit> {
    let mut end = at;
    end.past(|at| at.eat(' ') && at.peek().is_some_and(|next| next.is_ascii_digit()))
        .inspect(|after| end = *after);
    let mut first = Amount::take(&mut end)?;
    first.group_for(currency);
    if let Some((second, end)) = to_second(end, currency) {
        let words = format!("{} to {}", first.number(reader), second.counted(currency, reader));
        return Some(Edit::new(start, end, words));
    }
    // `€25pp`
    if let Some(each) = end.past(|at| at.eat_one_of(["pp", " pp", "/pp"]).is_some() && at.ends_word()) {
        let edit = Edit::new(start, end, first.words(currency, reader));
        return Some(edit.say(each, "per person"));
    }
    if end.peek().is_some_and(char::is_alphanumeric) {
        return None;
    }
    // `Rs 500/-`, `CHF 25.–`: nothing of the smaller coin.
    end = end
        .past(|at| at.eat_one_of(["/-", ".–", ".-", ",-", ",–"]).is_some() && at.ends_word())
        .unwrap_or(end);
    let minus = if minus { "minus " } else { "" };
    let is_before_noun = (units::is_before_noun(start, end) || matches!(end.next_word(), "bill" | "bills"))
        && (first.decimals.is_empty() || first.scale.is_some());
    let words = if is_before_noun {
        format!("{} {}", first.number(reader), currency.one)
    } else {
        first.words(currency, reader)
    };
    let edit = Edit::new(start, end, format!("{minus}{words}"));
    Some(units::with_rate(edit, end, reader))
}

/// The amount that a range goes to: `-$10`, `–10 million`.
fn to_second<'t>(mut at: Cursor<'t>, currency: &Currency) -> Option<(Amount, Cursor<'t>)> {
    at.eat(' ');
    at.eat_one_of(["-", "–"])?;
    at.eat(' ');
    at.eat_text(currency.written);
    let second = Amount::take(&mut at)?;
    (at.ends_word() && at.peek() != Some('-')).then_some((second, at))
}

/// Whether a currency stands here, perhaps after a space.
pub fn begins(mut at: Cursor<'_>) -> bool {
    at.eat(' ');
    currency(&mut at).is_some() && at.ends_word()
}

/// Takes a currency. A code is a word for itself.
fn currency(at: &mut Cursor<'_>) -> Option<&'static Currency> {
    let first = at.peek().filter(|first| !first.is_lowercase() || "kz".contains(*first))?;
    let starts = *at;
    CURRENCIES.iter().filter(|currency| currency.written.starts_with(first)).find(|currency| {
        let mut end = starts;
        let found = end.eat_text(currency.written)
            && (!currency.written.ends_with(char::is_alphabetic)
                || !end.peek().is_some_and(char::is_alphabetic));
        if found {
            *at = end;
        }
        found
    })
}

/// Whether digits follow, or a comma and digits.
fn goes_on(mut at: Cursor<'_>) -> bool {
    at.eat(',');
    at.peek().is_some_and(|next| next.is_ascii_digit())
}

/// A number with its scale.
struct Amount {
    /// Digits without separators.
    whole: String,
    decimals: String,
    scale: Option<&'static str>,
}

impl Amount {
    fn take(at: &mut Cursor<'_>) -> Option<Self> {
        let start = *at;
        if let Some((whole, end)) = super::counts::grouping(start) {
            *at = end;
            return Some(Self { whole, decimals: String::new(), scale: scale(at) });
        }
        // `12,34,567.89`, `1'250.50`
        if let Some((whole, end)) = super::counts::grouping_before_decimals(start) {
            *at = end;
            at.eat_one_of([".", ","]);
            let decimals = at.digits(1..=4).unwrap_or_default().to_owned();
            return Some(Self { whole, decimals, scale: scale(at) });
        }
        let mut written = at.number()?;
        let mut decimal = '.';
        // `1.299,00 zł`: a dot for the thousands, a comma for the decimals.
        if let Some(end) = start.past(|at| {
            at.digits(1..=3).is_some()
                && (0..4).any(|_| !(at.eat('.') && at.digits(3..=3).is_some()) || at.peek() == Some(','))
                && at.eat(',')
                && at.digits(2..=2).is_some()
                && !goes_on(*at)
        }) && start.until(end).contains('.')
        {
            *at = end;
            let (whole, decimals) = start.until(end).rsplit_once(',')?;
            let whole = whole.chars().filter(char::is_ascii_digit).collect();
            return Some(Self { whole, decimals: decimals.to_owned(), scale: scale(at) });
        }
        // A comma before two digits at the end is a decimal one: `12,50`; before it dots separate thousands.
        if let Some(end) = at.past(|at| at.eat(',') && at.digits(2..=2).is_some() && !goes_on(*at)) {
            *at = end;
            written = start.until(end);
            decimal = ',';
        }
        let (whole, decimals) = match written.rsplit_once(decimal) {
            Some((whole, decimals)) => (whole, decimals),
            None => (written, ""),
        };
        let whole = whole.chars().filter(char::is_ascii_digit).collect();
        Some(Self { whole, decimals: decimals.to_owned(), scale: scale(at) })
    }

    /// In Europe a dot separates thousands: `€1.150`.
    fn group_for(&mut self, currency: &Currency) {
        if currency.one == "euro" && self.decimals.len() == 3 && self.scale.is_none() {
            self.whole.push_str(&self.decimals);
            self.decimals.clear();
        }
    }

    fn number(&self, reader: Reader) -> String {
        let number = if self.decimals.is_empty() {
            self.whole.clone()
        } else {
            format!("{}.{}", self.whole, self.decimals)
        };
        let number = match reader {
            Reader::Words if self.decimals.is_empty() => reader.count(&number),
            _ => reader.number(&number),
        };
        self.scale.map_or(number.clone(), |scale| format!("{number} {scale}"))
    }

    fn is_one(&self) -> bool {
        self.whole == "1" && self.decimals.is_empty() && self.scale.is_none()
    }

    fn counted(&self, currency: &Currency, reader: Reader) -> String {
        format!("{} {}", self.number(reader), if self.is_one() { currency.one } else { currency.many })
    }

    /// `5`, `.99`, `5.00`, `5.5`; more decimals than hundredths are read as decimals.
    fn words(&self, currency: &Currency, reader: Reader) -> String {
        let is_zero = |digits: &str| digits.bytes().all(|digit| digit == b'0');
        let Some([cent, cents]) = currency.hundredth.filter(|_| self.scale.is_none()) else {
            if self.scale.is_none() && is_zero(&self.decimals) {
                let whole = Self { whole: self.whole.clone(), decimals: String::new(), scale: None };
                return whole.counted(currency, reader);
            }
            return self.counted(currency, reader);
        };
        if self.decimals.len() > 2 && !is_zero(&self.decimals) {
            return self.counted(currency, reader);
        }
        // One decimal counts tens of hundredths.
        let hundredths = format!("{:0<2}", self.decimals);
        let hundredths = hundredths[..2].trim_start_matches('0');
        let whole = Self { whole: self.whole.clone(), decimals: String::new(), scale: None };
        let part = format!("{} {}", reader.count(hundredths), if hundredths == "1" { cent } else { cents });
        match (hundredths.is_empty(), is_zero(&self.whole)) {
            (true, _) => whole.counted(currency, reader),
            (false, true) => part,
            (false, false) => format!("{} and {part}", whole.counted(currency, reader)),
        }
    }
}

/// `billion`, `bn`, `B`: a thousand and its powers, written out or short.
fn scale(at: &mut Cursor<'_>) -> Option<&'static str> {
    const WORDS: [&str; 9] =
        ["lakh crore", "hundred", "thousand", "million", "billion", "trillion", "lakh", "crore", "lakhs"];
    const SHORT: [(&str, &str); 14] = [
        ("L", "lakh"),
        ("Cr", "crore"),
        ("cr", "crore"),
        ("MM", "million"),
        ("mn", "million"),
        ("mm", "million"),
        ("bn", "billion"),
        ("tn", "trillion"),
        ("k", "thousand"),
        ("K", "thousand"),
        ("M", "million"),
        ("m", "million"),
        ("B", "billion"),
        ("T", "trillion"),
    ];
    let mut end = *at;
    let spaced = end.eat(' ');
    let word = WORDS
        .into_iter()
        .find_map(|word| end.past(|at| at.eat_text(word) && at.ends_word()).map(|end| (word, end)));
    let short = || {
        SHORT.iter().chain(&[("b", "billion")]).find_map(|(written, scale)| {
            let end = end.past(|at| at.eat_text(written) && at.ends_word())?;
            (!spaced || matches!(*written, "Cr" | "cr" | "bn" | "mn" | "M" | "B" | "K"))
                .then_some((*scale, end))
        })
    };
    let (word, end) = word.or_else(short)?;
    *at = end;
    Some(word)
}
