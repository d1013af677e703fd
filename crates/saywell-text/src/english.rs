//! English written out as a careful person reads it: numbers, dates, money, units, code, paths, addresses,
//! symbols. What is written out depends on who reads ([`Reader`], [`KINDS`]).
//!
//! ```
//! use saywell_text::english::{Reader, spell_out};
//!
//! let text = "Run getUser(42) in 5ms.";
//! let spoken = spell_out(text, Reader::Words);
//! assert_eq!(spoken.text(), "Run get user of forty two in five milliseconds.");
//! assert_eq!(&text[spoken.source_of(34..46)], "ms");
//! assert_eq!(&spoken.text()[spoken.spoken_of(19..20)], "five");
//! ```
//!
//! The text is gone through once. At each place where a word, a number or a sign begins, the rules for such a
//! place are asked in the order of their list, and the first that knows what stands there says it; what it
//! writes is not looked at again. No rule looks further than a fixed length, so the time taken is in proportion
//! to the length of the text. Each file of this module has the rules of one family.
//!
//! What is decided for whom, and the ambiguities: `docs/decisions/0007-what-is-written-out-for-whom.md`.
#![expect(clippy::format_push_string, reason = "a few words, where a person sees what is said")]

mod acronyms;
mod addresses;
mod bounds;
mod calculus;
mod calendar;
mod cells;
mod chemistry;
mod citations;
mod clock;
mod code;
mod codes;
mod counts;
mod cron;
mod cursor;
mod division;
mod electrons;
mod identifier;
mod kinds;
mod marks;
mod medicine;
mod money;
mod music;
mod names;
mod network;
mod nouns;
pub mod number_words;
mod paths;
mod places;
mod plain_maths;
mod quantities;
mod quantum;
mod roman;
mod say_as;
mod shorthand;
mod signs;
mod spelled;
mod standards;
mod symbols;
mod tables;
mod tags;
mod telephones;
mod terms;
mod thousands;
mod threads;
mod titles;
mod units;
mod versions;

use crate::mark::{How, Mark};
use std::ops::Range;

/// Counted up whenever the same text would be written out otherwise: part of the key of what was spoken.
pub const VERSION: u32 = 9;

pub use self::cursor::{Cursor, is_letter, is_word};
pub use self::kinds::{KINDS, Reader, SpelledKind};
pub use self::say_as::{SayAs, UnknownSayAs, say_as};
pub use self::spelled::SpelledOut;

use self::spelled::{Edit, Writer};

/// A rule looks at one place of the text and may say what begins there.
type Rule = fn(Cursor<'_>, Reader) -> Option<Edit>;

/// The rules for a place where a number begins, in order: what is longest and surest comes first.
const AT_NUMBER: &[(SpelledKind, Rule)] = &[
    (SpelledKind::Code, cron::schedule),
    (SpelledKind::Uuid, network::uuid),
    (SpelledKind::Address, network::mac),
    (SpelledKind::Address, network::ip4),
    (SpelledKind::Address, network::ip6),
    (SpelledKind::Hex, network::hex_number),
    (SpelledKind::Timestamp, calendar::timestamp),
    (SpelledKind::Date, calendar::iso_date),
    (SpelledKind::Date, calendar::slashed_date),
    (SpelledKind::Date, calendar::day_and_month),
    (SpelledKind::Time, clock::military),
    (SpelledKind::Time, clock::french),
    (SpelledKind::Telephone, telephones::lettered),
    (SpelledKind::Telephone, network::telephone),
    (SpelledKind::Label, codes::letters_and_digits),
    (SpelledKind::Telephone, telephones::telephone),
    (SpelledKind::Telephone, telephones::short),
    (SpelledKind::Telephone, telephones::slashed),
    (SpelledKind::Label, codes::runway),
    (SpelledKind::Label, codes::code),
    (SpelledKind::Label, codes::place),
    (SpelledKind::Label, codes::paragraph),
    (SpelledKind::Label, codes::report),
    (SpelledKind::Label, codes::tire),
    (SpelledKind::Label, codes::grade),
    (SpelledKind::Label, codes::act),
    (SpelledKind::Label, citations::public_law),
    (SpelledKind::Label, citations::following),
    (SpelledKind::Label, standards::standard),
    (SpelledKind::Label, network::port_and_protocol),
    (SpelledKind::Operator, plain_maths::difference),
    (SpelledKind::Ordinal, counts::list_number),
    (SpelledKind::Place, places::degrees),
    (SpelledKind::Place, places::numbered_verse),
    (SpelledKind::Ratio, quantities::ratio),
    (SpelledKind::Duration, clock::duration),
    (SpelledKind::Time, clock::time),
    (SpelledKind::Time, clock::beyond_a_day),
    (SpelledKind::Hash, network::hash),
    (SpelledKind::Number, counts::round),
    (SpelledKind::Number, thousands::grouped),
    (SpelledKind::Version, versions::version),
    (SpelledKind::Money, money::amount_first),
    (SpelledKind::Formula, electrons::orbitals),
    (SpelledKind::Label, marks::strand),
    (SpelledKind::Label, threads::thread_of_inches),
    (SpelledKind::Label, shorthand::cores),
    (SpelledKind::Label, names::company),
    (SpelledKind::Quantity, units::solution),
    (SpelledKind::Quantity, marks::feet_and_inches),
    (SpelledKind::Quantity, marks::minute_of_game),
    (SpelledKind::Quantity, marks::feet),
    (SpelledKind::Quantity, marks::inches),
    (SpelledKind::Quantity, quantities::dimensions),
    (SpelledKind::Unit, units::pages),
    (SpelledKind::Temperature, units::temperature),
    (SpelledKind::Label, counts::status_class),
    (SpelledKind::Unit, shorthand::karat),
    (SpelledKind::Unit, shorthand::short_count),
    (SpelledKind::Unit, shorthand::short_time),
    (SpelledKind::TechnicalUnit, units::technical),
    (SpelledKind::Unit, units::amps),
    (SpelledKind::Unit, units::everyday),
    (SpelledKind::Date, calendar::expiry),
    (SpelledKind::Date, calendar::split_year),
    (SpelledKind::Fraction, quantities::decimal_score),
    (SpelledKind::Fraction, quantities::slashed),
    (SpelledKind::Fraction, quantities::fraction_of_pi),
    (SpelledKind::Fraction, quantities::fraction),
    (SpelledKind::Range, quantities::range),
    (SpelledKind::Quantity, quantities::power_of_ten),
    (SpelledKind::Quantity, quantities::multiple),
    (SpelledKind::Quantity, quantities::large_count),
    (SpelledKind::Percent, quantities::percent),
    (SpelledKind::Decade, counts::decade),
    (SpelledKind::Ordinal, counts::ordinal),
    (SpelledKind::Label, names::label_after_number),
    (SpelledKind::Number, counts::number),
];

/// The rules for a place where a word begins.
const AT_WORD: &[(SpelledKind, Rule)] = &[
    (SpelledKind::WebAddress, network::web_scheme),
    (SpelledKind::Uuid, network::uuid),
    (SpelledKind::Address, network::mac),
    (SpelledKind::Address, network::ip6),
    (SpelledKind::Hash, network::hash),
    (SpelledKind::WebAddress, network::reference),
    (SpelledKind::WebAddress, network::mail),
    (SpelledKind::Path, paths::drive),
    (SpelledKind::Symbol, signs::emoticon),
    (SpelledKind::Label, music::progression),
    (SpelledKind::Label, cells::cells),
    (SpelledKind::Label, music::chord),
    (SpelledKind::Operator, calculus::probability),
    (SpelledKind::Operator, bounds::bounded),
    (SpelledKind::Operator, calculus::logarithm),
    (SpelledKind::Operator, calculus::inverse),
    (SpelledKind::Operator, bounds::limit),
    (SpelledKind::Operator, calculus::raised),
    (SpelledKind::Operator, calculus::marked),
    (SpelledKind::Operator, plain_maths::letters),
    (SpelledKind::Operator, calculus::primed),
    (SpelledKind::Operator, calculus::derivative),
    (SpelledKind::Abbreviation, medicine::course),
    (SpelledKind::Operator, plain_maths::times),
    (SpelledKind::Symbol, names::graded),
    (SpelledKind::Telephone, telephones::extension),
    (SpelledKind::Abbreviation, medicine::taken),
    (SpelledKind::Abbreviation, medicine::interval),
    (SpelledKind::Abbreviation, medicine::prescribed),
    (SpelledKind::Label, codes::letters_and_digits),
    (SpelledKind::Time, clock::noon),
    (SpelledKind::Keys, names::keys),
    (SpelledKind::Duration, clock::iso_duration),
    (SpelledKind::Money, money::currency_first),
    (SpelledKind::Date, calendar::quarter),
    (SpelledKind::Date, calendar::weekdays),
    (SpelledKind::Date, calendar::month),
    (SpelledKind::Date, calendar::weekday_alone),
    (SpelledKind::Place, addresses::state),
    (SpelledKind::Place, addresses::direction),
    (SpelledKind::Place, addresses::street),
    (SpelledKind::Place, places::verse),
    (SpelledKind::Title, titles::title),
    (SpelledKind::Title, titles::sister),
    (SpelledKind::Abbreviation, titles::against),
    (SpelledKind::Abbreviation, titles::abbreviation),
    (SpelledKind::Unit, shorthand::size),
    (SpelledKind::Unit, units::after_scale),
    (SpelledKind::Unit, units::after_per),
    (SpelledKind::TechnicalUnit, units::alone),
    (SpelledKind::Roman, roman::heading),
    (SpelledKind::Roman, roman::century),
    (SpelledKind::Roman, roman::small),
    (SpelledKind::Roman, roman::number),
    (SpelledKind::Roman, roman::rank),
    (SpelledKind::Roman, roman::first),
    (SpelledKind::Roman, roman::long),
    (SpelledKind::Acronym, acronyms::acronym),
    (SpelledKind::Formula, electrons::hybrid),
    (SpelledKind::Formula, chemistry::formula),
    (SpelledKind::Chess, names::chess_move),
    (SpelledKind::Chess, names::castling),
    (SpelledKind::Version, versions::release),
    (SpelledKind::Quantity, quantities::times_factor),
    (SpelledKind::Label, names::community),
    (SpelledKind::Label, names::lineage),
    (SpelledKind::Label, names::dotted_label),
    (SpelledKind::Label, names::stop),
    (SpelledKind::Label, threads::thread),
    (SpelledKind::Path, paths::relative),
    (SpelledKind::WebAddress, network::port_of_host),
    (SpelledKind::WebAddress, network::domain),
    (SpelledKind::Path, paths::file_name),
    (SpelledKind::Code, code::expression),
    (SpelledKind::Label, names::label),
    (SpelledKind::Code, code::identifier),
];

/// The rules for a place where a sign stands.
const AT_SIGN: &[(SpelledKind, Rule)] = &[
    (SpelledKind::Symbol, signs::emoticon),
    (SpelledKind::Code, cron::schedule),
    (SpelledKind::Code, signs::expression),
    (SpelledKind::Abbreviation, medicine::course),
    (SpelledKind::Operator, calculus::root),
    (SpelledKind::Operator, calculus::partial),
    (SpelledKind::Operator, calculus::norm),
    (SpelledKind::Operator, quantum::state),
    (SpelledKind::Operator, bounds::bounded),
    (SpelledKind::Formula, electrons::core),
    (SpelledKind::Formula, chemistry::concentration),
    (SpelledKind::Operator, code::decrement),
    (SpelledKind::Code, code::choice),
    (SpelledKind::Symbol, signs::named),
    (SpelledKind::Symbol, signs::in_names),
    (SpelledKind::Symbol, symbols::number_of),
    (SpelledKind::Symbol, symbols::menu),
    (SpelledKind::Ratio, quantities::ratio_of_names),
    (SpelledKind::Symbol, symbols::space_before_mark),
    (SpelledKind::Code, code::regex),
    (SpelledKind::Path, paths::absolute),
    (SpelledKind::Path, paths::glob),
    (SpelledKind::Operator, plain_maths::negative),
    (SpelledKind::Operator, signs::negated),
    (SpelledKind::Flag, paths::flag),
    (SpelledKind::Label, cells::cells),
    (SpelledKind::Money, paths::ticker),
    (SpelledKind::Flag, signs::command),
    (SpelledKind::Code, signs::starred),
    (SpelledKind::Variable, paths::variable),
    (SpelledKind::Money, money::sign_first),
    (SpelledKind::Telephone, network::telephone),
    (SpelledKind::Telephone, telephones::telephone),
    (SpelledKind::Hex, network::color),
    (SpelledKind::Address, network::ip6),
    (SpelledKind::Telephone, telephones::starred),
    (SpelledKind::Number, counts::number_sign),
    (SpelledKind::Decade, counts::decade),
    (SpelledKind::Date, calendar::short_year),
    (SpelledKind::Keys, names::keys),
    (SpelledKind::Code, code::decorator),
    (SpelledKind::Fraction, quantities::fraction_sign),
    (SpelledKind::Place, addresses::party_and_state),
    (SpelledKind::Time, clock::offset),
    (SpelledKind::Operator, plain_maths::minus),
    (SpelledKind::Operator, plain_maths::named_difference),
    (SpelledKind::Number, counts::signed),
    (SpelledKind::Operator, plain_maths::factorial),
    (SpelledKind::Operator, plain_maths::bar),
    (SpelledKind::Operator, plain_maths::power),
    (SpelledKind::Operator, plain_maths::times),
    (SpelledKind::Unit, symbols::each),
    (SpelledKind::Operator, division::over),
    (SpelledKind::Unit, units::per),
    (SpelledKind::Code, tags::tag),
    (SpelledKind::Symbol, symbols::sharp),
    (SpelledKind::Code, code::expression),
    (SpelledKind::Code, code::identifier),
    (SpelledKind::Range, symbols::range_of_names),
    (SpelledKind::Range, symbols::range_of_quantities),
    (SpelledKind::Operator, symbols::corners),
    (SpelledKind::Operator, symbols::operator),
    (SpelledKind::Operator, calculus::raised),
    (SpelledKind::Symbol, symbols::numbered),
    (SpelledKind::Symbol, symbols::symbol),
];

/// `text` as `reader` should get it. Any text has an answer; given to [`Reader::Words`], that answer given again
/// stays as it is.
#[must_use]
pub fn spell_out(text: &str, reader: Reader) -> SpelledOut {
    spell_out_around(text, &[], reader)
}

/// Like [`spell_out`], but leaves `protected` as it stands: bytes of `text`, in order and apart. Nothing inside
/// is rewritten, and no rule looks across. Ranges that are empty, overlap those before or lie across characters
/// are passed over.
#[must_use]
pub fn spell_out_around(text: &str, protected: &[Range<usize>], reader: Reader) -> SpelledOut {
    let (plain, places) = spelled::plain(text, protected);
    let mut writer = Writer::new(&plain);
    let mut start = 0;
    for place in places {
        write_out(&plain.text, start..place.start, reader, &mut writer);
        writer.keep(place.clone());
        start = place.end;
    }
    write_out(&plain.text, start..plain.text.len(), reader, &mut writer);
    writer.finish()
}

/// What a voice that knows words only says of `text` with its marks: aliases in their place, what has phonemes of its
/// own as it stands, all else in words.
#[must_use]
pub fn written_out(text: &str, marks: &[Mark]) -> String {
    let (mut given, mut protected, mut copied) = (String::new(), Vec::new(), 0);
    for mark in marks {
        let Some(marked) = text.get(mark.text.clone()).filter(|marked| !marked.is_empty()) else { continue };
        if mark.text.start < copied {
            continue;
        }
        match &mark.how {
            How::Alias(words) => {
                given.push_str(&text[copied..mark.text.start]);
                given.push_str(words);
            }
            How::Phonemes(_) => {
                given.push_str(&text[copied..mark.text.start]);
                protected.push(given.len()..given.len() + marked.len());
                given.push_str(marked);
            }
            _ => continue,
        }
        copied = mark.text.end;
    }
    given.push_str(&text[copied..]);
    spell_out_around(&given, &protected, Reader::Words).text().to_owned()
}

/// Whether a word in small letters is short for something, so that a rule is about it.
fn is_short(word: &str) -> bool {
    matches!(word, "lg" | "sm")
        || (word.len() < 6 && acronyms::is_small(word))
        || (word.len() < 4 && medicine::is_small(word))
}

fn write_out(text: &str, range: Range<usize>, reader: Reader, writer: &mut Writer<'_>) {
    let base = range.start;
    let mut at = Cursor::new(&text[range.clone()], 0);
    let mut copied = 0;
    while let Some(found) = at.peek() {
        let rules = if found == ' ' && !at.peek_second().is_some_and(|next| ",.;:!?|·•>→".contains(next))
        {
            at.eat(' ');
            continue;
        } else if at.eat_plain_word(is_short) {
            continue;
        } else if found.is_ascii_digit() {
            AT_NUMBER
        } else if found.is_alphabetic() {
            AT_WORD
        } else {
            AT_SIGN
        };
        let mut edits =
            rules.iter().filter(|(kind, _)| reader.needs(*kind)).filter_map(|(_, rule)| rule(at, reader));
        if let Some(edit) = edits.find(|edit| edit.end() > at.offset()) {
            writer.copy(base + copied..base + at.offset());
            writer.edit(&edit, base);
            copied = edit.end();
            at = at.moved_to(copied);
        } else if found.is_ascii_digit() {
            at.eat_while(|found| found.is_ascii_digit());
        } else if found.is_alphabetic() {
            // No rule begins inside of a word.
            at.eat_while(char::is_alphabetic);
        } else {
            at.eat(found);
        }
    }
    writer.copy(base + copied..range.end);
}

#[cfg(test)]
mod tests;
