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
pub use self::kinds::{KINDS, Kind, Reader};
pub use self::say_as::{SayAs, UnknownSayAs, say_as};
pub use self::spelled::SpelledOut;

use self::spelled::{Edit, Writer};

/// A rule looks at one place of the text and may say what begins there.
type Rule = fn(Cursor<'_>, Reader) -> Option<Edit>;

/// The rules for a place where a number begins, in order: what is longest and surest comes first.
const AT_NUMBER: &[(Kind, Rule)] = &[
    (Kind::Code, cron::schedule),
    (Kind::Uuid, network::uuid),
    (Kind::Address, network::mac),
    (Kind::Address, network::ip4),
    (Kind::Address, network::ip6),
    (Kind::Hex, network::hex_number),
    (Kind::Timestamp, calendar::timestamp),
    (Kind::Date, calendar::iso_date),
    (Kind::Date, calendar::slashed_date),
    (Kind::Date, calendar::day_and_month),
    (Kind::Time, clock::military),
    (Kind::Time, clock::french),
    (Kind::Telephone, telephones::lettered),
    (Kind::Telephone, network::telephone),
    (Kind::Label, codes::letters_and_digits),
    (Kind::Telephone, telephones::telephone),
    (Kind::Telephone, telephones::short),
    (Kind::Telephone, telephones::slashed),
    (Kind::Label, codes::runway),
    (Kind::Label, codes::code),
    (Kind::Label, codes::place),
    (Kind::Label, codes::paragraph),
    (Kind::Label, codes::report),
    (Kind::Label, codes::tire),
    (Kind::Label, codes::grade),
    (Kind::Label, codes::act),
    (Kind::Label, citations::public_law),
    (Kind::Label, citations::following),
    (Kind::Label, standards::standard),
    (Kind::Label, network::port_and_protocol),
    (Kind::Operator, plain_maths::difference),
    (Kind::Ordinal, counts::list_number),
    (Kind::Place, places::degrees),
    (Kind::Place, places::numbered_verse),
    (Kind::Ratio, quantities::ratio),
    (Kind::Duration, clock::duration),
    (Kind::Time, clock::time),
    (Kind::Time, clock::beyond_a_day),
    (Kind::Hash, network::hash),
    (Kind::Number, counts::round),
    (Kind::Number, thousands::grouped),
    (Kind::Version, versions::version),
    (Kind::Money, money::amount_first),
    (Kind::Formula, electrons::orbitals),
    (Kind::Label, marks::strand),
    (Kind::Label, threads::thread_of_inches),
    (Kind::Label, shorthand::cores),
    (Kind::Label, names::company),
    (Kind::Quantity, units::solution),
    (Kind::Quantity, marks::feet_and_inches),
    (Kind::Quantity, marks::minute_of_game),
    (Kind::Quantity, marks::feet),
    (Kind::Quantity, marks::inches),
    (Kind::Quantity, quantities::dimensions),
    (Kind::Unit, units::pages),
    (Kind::Temperature, units::temperature),
    (Kind::Label, counts::status_class),
    (Kind::Unit, shorthand::karat),
    (Kind::Unit, shorthand::short_count),
    (Kind::Unit, shorthand::short_time),
    (Kind::TechnicalUnit, units::technical),
    (Kind::Unit, units::amps),
    (Kind::Unit, units::everyday),
    (Kind::Date, calendar::expiry),
    (Kind::Date, calendar::split_year),
    (Kind::Fraction, quantities::decimal_score),
    (Kind::Fraction, quantities::slashed),
    (Kind::Fraction, quantities::fraction_of_pi),
    (Kind::Fraction, quantities::fraction),
    (Kind::Range, quantities::range),
    (Kind::Quantity, quantities::power_of_ten),
    (Kind::Quantity, quantities::multiple),
    (Kind::Quantity, quantities::large_count),
    (Kind::Percent, quantities::percent),
    (Kind::Decade, counts::decade),
    (Kind::Ordinal, counts::ordinal),
    (Kind::Label, names::label_after_number),
    (Kind::Number, counts::number),
];

/// The rules for a place where a word begins.
const AT_WORD: &[(Kind, Rule)] = &[
    (Kind::WebAddress, network::web_scheme),
    (Kind::Uuid, network::uuid),
    (Kind::Address, network::mac),
    (Kind::Address, network::ip6),
    (Kind::Hash, network::hash),
    (Kind::WebAddress, network::reference),
    (Kind::WebAddress, network::mail),
    (Kind::Path, paths::drive),
    (Kind::Symbol, signs::emoticon),
    (Kind::Label, music::progression),
    (Kind::Label, cells::cells),
    (Kind::Label, music::chord),
    (Kind::Operator, calculus::probability),
    (Kind::Operator, bounds::bounded),
    (Kind::Operator, calculus::logarithm),
    (Kind::Operator, calculus::inverse),
    (Kind::Operator, bounds::limit),
    (Kind::Operator, calculus::raised),
    (Kind::Operator, calculus::marked),
    (Kind::Operator, plain_maths::letters),
    (Kind::Operator, calculus::primed),
    (Kind::Operator, calculus::derivative),
    (Kind::Abbreviation, medicine::course),
    (Kind::Operator, plain_maths::times),
    (Kind::Symbol, names::graded),
    (Kind::Telephone, telephones::extension),
    (Kind::Abbreviation, medicine::taken),
    (Kind::Abbreviation, medicine::interval),
    (Kind::Abbreviation, medicine::prescribed),
    (Kind::Label, codes::letters_and_digits),
    (Kind::Time, clock::noon),
    (Kind::Keys, names::keys),
    (Kind::Duration, clock::iso_duration),
    (Kind::Money, money::currency_first),
    (Kind::Date, calendar::quarter),
    (Kind::Date, calendar::weekdays),
    (Kind::Date, calendar::month),
    (Kind::Date, calendar::weekday_alone),
    (Kind::Place, addresses::state),
    (Kind::Place, addresses::direction),
    (Kind::Place, addresses::street),
    (Kind::Place, places::verse),
    (Kind::Title, titles::title),
    (Kind::Title, titles::sister),
    (Kind::Abbreviation, titles::against),
    (Kind::Abbreviation, titles::abbreviation),
    (Kind::Unit, shorthand::size),
    (Kind::Unit, units::after_scale),
    (Kind::Unit, units::after_per),
    (Kind::TechnicalUnit, units::alone),
    (Kind::Roman, roman::heading),
    (Kind::Roman, roman::century),
    (Kind::Roman, roman::small),
    (Kind::Roman, roman::number),
    (Kind::Roman, roman::rank),
    (Kind::Roman, roman::first),
    (Kind::Roman, roman::long),
    (Kind::Acronym, acronyms::acronym),
    (Kind::Formula, electrons::hybrid),
    (Kind::Formula, chemistry::formula),
    (Kind::Chess, names::chess_move),
    (Kind::Chess, names::castling),
    (Kind::Version, versions::release),
    (Kind::Quantity, quantities::times_factor),
    (Kind::Label, names::community),
    (Kind::Label, names::lineage),
    (Kind::Label, names::dotted_label),
    (Kind::Label, names::stop),
    (Kind::Label, threads::thread),
    (Kind::Path, paths::relative),
    (Kind::WebAddress, network::port_of_host),
    (Kind::WebAddress, network::domain),
    (Kind::Path, paths::file_name),
    (Kind::Code, code::expression),
    (Kind::Label, names::label),
    (Kind::Code, code::identifier),
];

/// The rules for a place where a sign stands.
const AT_SIGN: &[(Kind, Rule)] = &[
    (Kind::Symbol, signs::emoticon),
    (Kind::Code, cron::schedule),
    (Kind::Code, signs::expression),
    (Kind::Abbreviation, medicine::course),
    (Kind::Operator, calculus::root),
    (Kind::Operator, calculus::partial),
    (Kind::Operator, calculus::norm),
    (Kind::Operator, quantum::state),
    (Kind::Operator, bounds::bounded),
    (Kind::Formula, electrons::core),
    (Kind::Formula, chemistry::concentration),
    (Kind::Operator, code::decrement),
    (Kind::Code, code::choice),
    (Kind::Symbol, signs::named),
    (Kind::Symbol, signs::in_names),
    (Kind::Symbol, symbols::number_of),
    (Kind::Symbol, symbols::menu),
    (Kind::Ratio, quantities::ratio_of_names),
    (Kind::Symbol, symbols::space_before_mark),
    (Kind::Code, code::regex),
    (Kind::Path, paths::absolute),
    (Kind::Path, paths::glob),
    (Kind::Operator, plain_maths::negative),
    (Kind::Operator, signs::negated),
    (Kind::Flag, paths::flag),
    (Kind::Label, cells::cells),
    (Kind::Money, paths::ticker),
    (Kind::Flag, signs::command),
    (Kind::Code, signs::starred),
    (Kind::Variable, paths::variable),
    (Kind::Money, money::sign_first),
    (Kind::Telephone, network::telephone),
    (Kind::Telephone, telephones::telephone),
    (Kind::Hex, network::color),
    (Kind::Address, network::ip6),
    (Kind::Telephone, telephones::starred),
    (Kind::Number, counts::number_sign),
    (Kind::Decade, counts::decade),
    (Kind::Date, calendar::short_year),
    (Kind::Keys, names::keys),
    (Kind::Code, code::decorator),
    (Kind::Fraction, quantities::fraction_sign),
    (Kind::Place, addresses::party_and_state),
    (Kind::Time, clock::offset),
    (Kind::Operator, plain_maths::minus),
    (Kind::Operator, plain_maths::named_difference),
    (Kind::Number, counts::signed),
    (Kind::Operator, plain_maths::factorial),
    (Kind::Operator, plain_maths::bar),
    (Kind::Operator, plain_maths::power),
    (Kind::Operator, plain_maths::times),
    (Kind::Unit, symbols::each),
    (Kind::Operator, division::over),
    (Kind::Unit, units::per),
    (Kind::Code, tags::tag),
    (Kind::Symbol, symbols::sharp),
    (Kind::Code, code::expression),
    (Kind::Code, code::identifier),
    (Kind::Range, symbols::range_of_names),
    (Kind::Range, symbols::range_of_quantities),
    (Kind::Operator, symbols::corners),
    (Kind::Operator, symbols::operator),
    (Kind::Operator, calculus::raised),
    (Kind::Symbol, symbols::numbered),
    (Kind::Symbol, symbols::symbol),
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
        if let Some(edit) = edits.find(|edit| edit.end() > at.at()) {
            writer.copy(base + copied..base + at.at());
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
