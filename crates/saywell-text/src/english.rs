//! English written out: times, dates, money, units, titles, abbreviations, Roman numerals, ranges and symbols
//! as a reader would say them. Plain numbers are left as they are.
//!
//! ```
//! use saywell_text::english::spell_out;
//!
//! let text = "It took 5km.";
//! let spoken = spell_out(text);
//! assert_eq!(spoken.text(), "It took 5 kilometers.");
//! assert_eq!(&text[spoken.source_of(10..20)], "km");
//! ```
//!
//! Where the rules come from and differ: `docs/decisions/0002-pronunciation.md`.

mod calendar;
mod cursor;
mod money;
pub mod number_words;
mod quantities;
mod tables;
mod tracked;
mod words;

pub use self::cursor::{Cursor, is_letter, is_word};
pub use self::tracked::Tracked as SpelledOut;

use self::tracked::{Edit, Rule};

/// Each rule goes over the whole text, in this order: a later one sees what the earlier ones wrote.
const RULES: &[Rule] = &[
    plain_character,
    single_space,
    words::web_scheme,
    words::dotted_name,
    quantities::leading_point,
    quantities::feet_and_inches,
    calendar::iso_date,
    calendar::time,
    calendar::slashed_date,
    quantities::list_comma,
    money::dollar_of_states,
    money::money_range,
    money::large_money,
    money::cents,
    money::other_money,
    quantities::per,
    quantities::power_of_ten,
    quantities::large_count,
    quantities::temperature,
    quantities::unit,
    calendar::month_and_day,
    calendar::day_and_month,
    calendar::month_and_year,
    words::title,
    words::abbreviation,
    words::numero,
    words::number_sign,
    words::roman_number,
    words::roman_rank,
    quantities::telephone,
    quantities::fraction,
    quantities::range,
    quantities::dimensions,
    quantities::plus,
    words::symbol,
    single_space,
    space_before_punctuation,
];

/// The text with everything written out, in single spaces.
#[must_use]
pub fn spell_out(text: &str) -> SpelledOut {
    let mut text = SpelledOut::new(text);
    for rule in RULES {
        text.rewrite(*rule);
    }
    text
}

/// Variants of a character become the plain one; what takes no room goes.
fn plain_character(mut at: Cursor<'_>) -> Option<Edit> {
    let plain = match at.eat_if(|found| !found.is_ascii())? {
        '’' => "'",
        '\u{2010}'..='\u{2012}' | '\u{2212}' => "-",
        '\u{2015}' => "—",
        // Soft hyphen, zero-width characters and variation selectors.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => "",
        other => DIGITS[decimal_digit(other)?],
    };
    Some(Edit::new(at, plain))
}

const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// The value of a decimal digit of the scripts in wide use.
fn decimal_digit(character: char) -> Option<usize> {
    /// The digit zero of Arabic (two forms), Devanagari, Bengali, Gurmukhi, Gujarati, Tamil, Telugu, Kannada,
    /// Malayalam, Thai, Lao, Tibetan, Burmese, Khmer, and of the full-width forms; the others follow it.
    const ZEROS: [u32; 16] = [
        0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
        0x17e0, 0xff10,
    ];
    let code = u32::from(character);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).map(|zero| (code - zero) as usize)
}

fn single_space(mut at: Cursor<'_>) -> Option<Edit> {
    let start = at.at() == 0;
    let space = at.eat_while(is_space);
    let wanted = if start || at.peek().is_none() { "" } else { " " };
    (!space.is_empty() && space != wanted).then(|| Edit::new(at, wanted))
}

fn space_before_punctuation(mut at: Cursor<'_>) -> Option<Edit> {
    at.eat(' ').then_some(())?;
    at.peek().filter(|next| ",.;:!?".contains(*next))?;
    Some(Edit::new(at, ""))
}

/// White space; the control characters that separate files, groups, records and units count as well.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[(&str, &str)]) {
        for (written, spoken) in cases {
            assert_eq!(spell_out(written).text(), *spoken, "for {written:?}");
        }
    }

    #[test]
    fn spaces_and_characters() {
        check(&[
            ("", ""),
            (" \t\n ", ""),
            ("  a\u{a0} b\n", "a b"),
            ("it’s a soft\u{ad}hyphen", "it's a softhyphen"),
            ("٣٤ and ４２", "34 and 42"),
            ("wait , what ?", "wait, what?"),
        ]);
    }

    #[test]
    fn times_and_dates() {
        check(&[
            ("at 7:30 pm sharp", "at seven thirty P.M. sharp"),
            ("at 7:30 p.m.", "at seven thirty P.M."),
            ("at 5:00", "at five o'clock"),
            ("at 9:05 a.m., yes", "at nine oh five A.M., yes"),
            ("10:15:01 or 10:15:00", "ten fifteen and one second or ten fifteen"),
            ("25:99", "25:99"),
            ("10:30-11:00 AM", "ten thirty to eleven A.M."),
            ("2024-05-10T10:00:00Z", "May tenth, 2024 ten o'clock UTC"),
            ("Mar 5–7", "March fifth to seventh"),
            ("Jan 2024", "January 2024"),
            ("on 2024-01-05.", "on January fifth, 2024."),
            ("on 3/14/99", "on March fourteenth, 1999"),
            ("on 14/3/2015", "on March fourteenth, 2015"),
            ("Mar. 3rd, 2024", "March third, 2024"),
            ("March 2024", "March 2024"),
            ("the 4 of July", "the fourth of July"),
            ("4 July", "the fourth of July"),
        ]);
    }

    #[test]
    fn quantities() {
        check(&[
            ("$4.2 billion", "4.2 billion dollars"),
            ("£3M", "3 million pounds"),
            ("50¢", "50 cents"),
            ("¥500 and Rs. 1", "500 yen and 1 rupee"),
            ("-5 °C", "-5 degrees Celsius"),
            ("20° Cold", "20 degrees Cold"),
            ("1 km and 5km/h", "1 kilometer and 5 kilometers per hour"),
            ("1,500 sq ft", "1,500 square feet"),
            ("5 minutes", "5 minutes"),
            ("1/3 and 2/3.", "1 third and 2 thirds."),
            ("1/2", "one half"),
            ("9/11", "September eleventh"),
            ("24/7", "24 7"),
            ("pages 10-20.", "pages 10 to 20."),
            ("10–20%", "10 to 20%"),
            ("1.5–2 hours", "1.5 to 2 hours"),
            ("call 555-123-4567.", "call 5 5 5, 1 2 3, 4 5 6 7."),
            ("call (555) 123-4567", "call 5 5 5, 1 2 3, 4 5 6 7"),
            ("call 1-800-555-0199", "call 1, 8 0 0, 5 5 5, 0 1 9 9"),
            ("+5", "plus 5"),
            ("$5-$10 and $5–10 million", "5 to 10 dollars and 5 to 10 million dollars"),
            ("US$5/month, 3 GB/s", "$5 per month, 3 gigabytes per second"),
            ("5'10\" tall", "5 foot 10 tall"),
            ("1 1/2 or 2½ cups", "1 and a half or 2 and a half cups"),
            (".5mm", "0.5 millimeters"),
            ("in 2.5s, the 30s", "in 2.5 seconds, the 30s"),
            ("70B of 1M in 4B", "70 billion of 1 million in 4B"),
            ("3.0e-4 or 1e10", "3.0 times 10 to the minus 4 or 1 times 10 to the 10"),
            ("1,2 and 3,000", "1, 2 and 3,000"),
            ("1920x1080", "1920 by 1080"),
            ("the 1st–3rd", "the 1st to 3rd"),
        ]);
    }

    #[test]
    fn words() {
        check(&[
            ("Dr. Smith and Prof Jones", "Dr Smith and Professor Jones"),
            ("Main St.", "Main Street."),
            ("St. Paul", "Saint Paul"),
            ("approx. ten", "approximately ten"),
            ("No. 5, no. 6", "Number 5, number 6"),
            ("I said no.", "I said no."),
            ("#3", "number 3"),
            ("Chapter IV", "Chapter 4"),
            ("Henry VIII", "Henry the eighth"),
            ("USB Type C", "USB Type C"),
            ("Part IIII", "Part IIII"),
            ("a = b", "a equals b"),
            ("a == b", "a equals b"),
            ("a != b && c <= d", "a not equal to b and c less than or equal to d"),
            ("A → B", "A to B"),
            ("~5 minutes", "about 5 minutes"),
            ("5 × 3² ± 1", "5 times 3 squared plus or minus 1"),
            ("snake_case", "snake case"),
            ("C# and F#", "C sharp and F sharp"),
            ("see https://docs.rs/x.", "see docs dot rs/x."),
            ("main.rs, e.g. in U.S. etc.", "main dot rs, e.g. in U.S. etc."),
        ]);
    }
}
