//! Numbers and units as LaTeX's package `siunitx` writes them: `\\SI{10}{\\meter\\per\\second}`, `\\num{1.5e3}`.

use std::borrow::Cow;

/// The commands, how many numbers each has, whether it has a unit.
const COMMANDS: [(&str, usize, bool); 9] = [
    ("\\SI{", 1, true),
    ("\\qty{", 1, true),
    ("\\si{", 0, true),
    ("\\unit{", 0, true),
    ("\\num{", 1, false),
    ("\\ang{", 1, false),
    ("\\SIrange{", 2, true),
    ("\\qtyrange{", 2, true),
    ("\\numrange{", 2, false),
];

/// What stands before a unit, and the units: the command and the word of one. Of those that are not here the command
/// is the word.
const WORDS: [(&str, &str); 24] = [
    ("metre", "meter"),
    ("meter", "meter"),
    ("gram", "gram"),
    ("litre", "liter"),
    ("liter", "liter"),
    ("celsius", "degree Celsius"),
    ("degreeCelsius", "degree Celsius"),
    ("electronvolt", "electron volt"),
    ("percent", "percent"),
    ("hertz", "hertz"),
    ("siemens", "siemens"),
    ("lux", "lux"),
    ("arcminute", "minute of arc"),
    ("arcsecond", "second of arc"),
    ("astronomicalunit", "astronomical unit"),
    ("atomicmassunit", "atomic mass unit"),
    ("dalton", "dalton"),
    ("decibel", "decibel"),
    ("m", "meter"),
    ("kg", "kilogram"),
    ("s", "second"),
    ("kilogram", "kilogram"),
    ("tonne", "ton"),
    ("bel", "bel"),
];
const PREFIXES: [&str; 18] = [
    "femto", "pico", "nano", "micro", "milli", "centi", "deci", "deca", "deka", "hecto", "kilo", "mega",
    "giga", "tera", "peta", "atto", "kibi", "mebi",
];

/// What is longer, in bytes, is no number and no unit.
const LONGEST: usize = 100;

/// `tex` without the commands.
pub(super) fn plain(tex: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(offset) = tex[at..].find('\\') {
        at += offset;
        match command(&tex[at..]) {
            Some((length, words)) => {
                text.push_str(&tex[copied..at]);
                text.push_str(&words);
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(tex);
    }
    text.push_str(&tex[copied..]);
    Cow::Owned(text)
}

/// Bytes of the command that `tex` begins with, and what is written for it.
fn command(tex: &str) -> Option<(usize, String)> {
    let (name, numbers, has_unit) = COMMANDS.into_iter().find(|(name, ..)| tex.starts_with(name))?;
    let mut at = name.len() - 1;
    let mut group = || {
        let inside = tex[at..].strip_prefix('{')?;
        let inside = &inside[..inside.floor_char_boundary(LONGEST)];
        let length = inside.find('}')?;
        at += length + 2;
        Some(&inside[..length])
    };
    let mut values = Vec::new();
    for _ in 0..numbers {
        values.push(group()?);
    }
    let unit = if has_unit { Some(group()?) } else { None };
    let one = values.len() == 1 && values[0].trim() == "1";
    let number = values.iter().map(|value| number(value)).collect::<Vec<_>>().join("\\text{ to }");
    let written = match unit {
        None if name == "\\ang{" => [&number, "\\text{ degrees}"].concat(),
        None => number,
        // Units by their commands are said; others are read as formulas have them.
        Some(unit) if unit.contains('\\') => {
            [&number, "\\text{ ", &unit_words(unit, one || number.is_empty()), "}"].concat()
        }
        Some(unit) if number.is_empty() => ["\\mathrm{", unit, "}"].concat(),
        Some(unit) => [&number, "\\,\\mathrm{", unit, "}"].concat(),
    };
    Some((at, written))
}

/// `1.5e3` → `1.5\\times 10^{3}`.
fn number(written: &str) -> String {
    match written.trim().split_once(['e', 'E']) {
        Some((base, exponent))
            if !exponent.is_empty()
                && exponent.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+')) =>
        {
            let times = if base.is_empty() { "" } else { "\\times " };
            [base, times, "10^{", exponent.trim_start_matches('+'), "}"].concat()
        }
        _ => written.trim().to_owned(),
    }
}

/// `\\kilo\\gram\\meter\\per\\second\\squared` → `kilogram meters per second squared`: of `one`, or of several.
fn unit_words(unit: &str, one: bool) -> String {
    let mut words: Vec<String> = Vec::new();
    let (mut prefix, mut power) = ("", "");
    // The unit that is counted is the last before the first `per`.
    let (mut counted, mut per) = (None, false);
    for name in unit.split('\\').map(str::trim).filter(|name| !name.is_empty()) {
        match name {
            "per" => {
                per = true;
                words.push("per".to_owned());
            }
            "squared" | "cubed" => words.push(name.to_owned()),
            "square" | "cubic" => power = name,
            _ if PREFIXES.contains(&name) => prefix = name,
            _ => {
                let known = WORDS.iter().find(|(command, _)| *command == name).map_or(name, |(_, word)| word);
                words.extend((!power.is_empty()).then(|| power.to_owned()));
                words.push([prefix, known].concat());
                (prefix, power) = ("", "");
                if !per {
                    counted = Some(words.len() - 1);
                }
            }
        }
    }
    if let Some(word) = counted.filter(|_| !one).and_then(|at| words.get_mut(at)) {
        *word = several(word);
    }
    words.join(" ")
}

fn several(word: &str) -> String {
    match word {
        "percent" | "hertz" | "siemens" | "lux" => word.to_owned(),
        _ if word.ends_with("hertz") => word.to_owned(),
        "degree Celsius" => "degrees Celsius".to_owned(),
        "minute of arc" => "minutes of arc".to_owned(),
        "second of arc" => "seconds of arc".to_owned(),
        "henry" => "henries".to_owned(),
        _ => [word, "s"].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_units_are_written_plainly() {
        for (tex, expected) in [
            (r"\SI{10}{\meter\per\second}", r"10\text{ meters per second}"),
            (r"\qty{5}{\kilo\gram} x", r"5\text{ kilograms} x"),
            (r"\SI{9.81}{m/s^2}", r"9.81\,\mathrm{m/s^2}"),
            (r"\num{1.5e3}", r"1.5\times 10^{3}"),
            (r"\unit{\kilo\gram\meter\per\second\squared}", r"\text{ kilogram meter per second squared}"),
            (r"\SIrange{10}{20}{\celsius}", r"10\text{ to }20\text{ degrees Celsius}"),
            (r"\SI{1}{\square\metre}", r"1\text{ square meter}"),
            (r"\ang{45}", r"45\text{ degrees}"),
            (r"\SI{5}", r"\SI{5}"),
            (r"\si{\ohm", r"\si{\ohm"),
        ] {
            assert_eq!(plain(tex), expected);
        }
    }
}
