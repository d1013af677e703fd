//! Chemistry in LaTeX: formulas whose letters are all symbols of elements, their charges and masses.

use std::borrow::Cow;

use super::siunitx;
use crate::elements;

/// The words of a formula of chemistry: `H_2SO_4` → `H 2 S O 4`, `\mathrm{Ca}^{2+}` → `C a 2 plus`, `^{14}\mathrm{C}` →
/// `carbon-14`. `None` for any other.
pub(super) fn chemistry(tex: &str) -> Option<String> {
    const LONGEST: usize = 80;
    if tex.len() > LONGEST {
        return None;
    }
    let upright =
        ["\\mathrm", "\\text", "\\ce", "\\rm", "\\textrm"].iter().any(|command| tex.contains(command));
    let mut plain = tex.trim().to_owned();
    for command in ["\\mathrm", "\\textrm", "\\text", "\\ce", "\\rm", "\\,", "\\!", "{}", " "] {
        plain = plain.replace(command, "");
    }
    let mut rest = plain.as_str();
    let mut words: Vec<String> = Vec::new();
    let (mut elements, mut counts, mut mass, mut charge, mut small, mut open) =
        (0, 0, false, false, false, 0_usize);
    while let Some(first) = rest.chars().next() {
        match first {
            '{' | '}' => rest = &rest[1..],
            '(' => {
                open += 1;
                rest = &rest[1..];
            }
            ')' => {
                open = open.checked_sub(1)?;
                rest = &rest[1..];
            }
            '_' | '^' => {
                let (script, after) = script(&rest[1..])?;
                rest = after;
                let digits = script.trim_end_matches(['+', '-']);
                let sign = &script[digits.len()..];
                if !digits.bytes().all(|byte| byte.is_ascii_digit()) || script.len() > 4 || sign.len() > 1 {
                    return None;
                }
                match (first, sign, elements) {
                    ('^', "", 0) => {
                        mass = true;
                        words.push(digits.to_owned());
                    }
                    // The number of protons goes with the symbol.
                    ('_', "", 0) => {}
                    ('^', "+" | "-", 1..) => {
                        charge = true;
                        words.push(digits.to_owned());
                        words.push(if sign == "+" { "plus" } else { "minus" }.to_owned());
                    }
                    ('_', "", _) => {
                        counts += 1;
                        words.push(digits.to_owned());
                    }
                    _ => return None,
                }
            }
            '0'..='9' if upright && elements > 0 => {
                let length = rest.bytes().take_while(u8::is_ascii_digit).count();
                counts += 1;
                words.push(rest[..length].to_owned());
                rest = &rest[length..];
            }
            _ => {
                let symbol = [2, 1].into_iter().find_map(|length| {
                    rest.get(..length).filter(|symbol| elements::name(symbol).is_some())
                })?;
                small |= symbol.len() > 1;
                elements += 1;
                words.push(
                    symbol
                        .chars()
                        .map(|letter| letter.to_ascii_uppercase().to_string())
                        .collect::<Vec<_>>()
                        .join(" "),
                );
                rest = &rest[symbol.len()..];
            }
        }
        if elements > 12 {
            return None;
        }
    }
    let known = open == 0
        && (mass && elements == 1
            || charge && (upright || small || counts > 0)
            || elements > 1 && (counts > 0 || small)
            || elements == 1 && counts == 1 && upright);
    words.retain(|word| !word.is_empty());
    // `^{235}_{92}U` is uranium-235.
    if let ([number, symbol], true, false) = (words.as_slice(), mass && elements == 1, charge) {
        let mut symbol = symbol.replace(' ', "").to_ascii_lowercase();
        symbol.get_mut(..1)?.make_ascii_uppercase();
        return Some(format!("{}-{number}", elements::name(&symbol)?));
    }
    known.then(|| words.join(" "))
}

/// Bytes of the isotope that `tex` begins with: `^{238}U`, `^{235}_{92}U`.
pub(super) fn isotope(tex: &str) -> Option<usize> {
    let digits = |script: &str| {
        let count = script.bytes().take_while(u8::is_ascii_digit).count();
        ((1..=3).contains(&count) && script[count..].starts_with('}')).then_some(count + 1)
    };
    let mut at = 2 + digits(tex.strip_prefix("^{")?)?;
    if let Some(protons) = tex[at..].strip_prefix("_{") {
        at += 2 + digits(protons)?;
    }
    let symbol = &tex[at..at + tex[at..].bytes().take_while(u8::is_ascii_alphabetic).count()];
    elements::name(symbol).map(|_| at + symbol.len())
}

/// The commands of `siunitx` and an escaped dollar without them: `\\SI{9.81}{m/s^2}` → `9.81\\,\\mathrm{m/s^2}`,
/// `\\num{5}` → `5`, `\\$5` → `5\\text{ dollars}`.
pub(super) fn plain_units(tex: &str) -> Cow<'_, str> {
    let mut text = siunitx::plain(tex);
    while let Some(at) = text.find("\\$") {
        let rest = &text[at + 2..];
        let amount = rest.find(|c: char| !(c.is_ascii_digit() || "{,}.".contains(c))).unwrap_or(rest.len());
        let words = [&rest[..amount], "\\text{ dollars}"].concat();
        text.to_mut().replace_range(at..at + 2 + amount, &words);
    }
    text
}

/// Units as LaTeX writes them, as text: `25\\,^\\circ\\mathrm{C}`, `\\mathrm{mol^{-1}}`, `100\\,\\mathrm{k}\\Omega`.
pub(super) fn units(tex: &str) -> Cow<'_, str> {
    const SCALES: [(&str, &str); 2] = [("C", "Celsius"), ("F", "Fahrenheit")];
    const PER: [(&str, &str); 8] = [
        ("mol", "mole"),
        ("s", "second"),
        ("m", "meter"),
        ("kg", "kilogram"),
        ("K", "kelvin"),
        ("L", "liter"),
        ("h", "hour"),
        ("min", "minute"),
    ];
    const VOLUMES: [(&str, &str); 5] =
        [("m", "meters"), ("cm", "centimeters"), ("mm", "millimeters"), ("km", "kilometers"), ("ft", "feet")];
    if !["\\circ", "\\mathrm", "\\text", "\\Omega"].iter().any(|command| tex.contains(command)) {
        return Cow::Borrowed(tex);
    }
    let mut text = products(tex).replace("^{\\circ}", "^\\circ");
    // `5\,\mathrm{cm}^3`, `2\,\Omega`, `1.6\times10^{-19}\,\mathrm{C}`: after a number.
    for (unit, name) in VOLUMES {
        for command in ["\\mathrm{", "\\text{"] {
            for (power, words) in [("^2", "square"), ("^3", "cubic"), ("^{2}", "square"), ("^{3}", "cubic")] {
                for written in [[command, unit, "}", power].concat(), [command, unit, power, "}"].concat()] {
                    text = text.replace(&written, &["\\text{ ", words, " ", name, "}"].concat());
                }
            }
        }
    }
    for space in ["\\,", "\\ ", "~", "\\;"] {
        for (unit, words) in [("\\Omega", "ohms"), ("\\mathrm{C}", "coulombs"), ("\\text{C}", "coulombs")] {
            let written = [space, unit].concat();
            if let Some(at) = text.find(&written)
                && text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '}')
                && !text[at + written.len()..]
                    .starts_with(|c: char| c.is_alphanumeric() || "_^\\".contains(c))
            {
                text.replace_range(at..at + written.len(), &["\\text{ ", words, "}"].concat());
            }
        }
    }
    for space in ["\\,", "\\;", "~", " "] {
        text = text.replace(&[space, "^\\circ"].concat(), "^\\circ");
    }
    for (letter, scale) in SCALES {
        for [open, close] in [
            ["\\mathrm{", "}"],
            ["\\text{", "}"],
            [" \\mathrm{", "}"],
            [" \\text{", "}"],
            [" ", ""],
            ["\\,", ""],
        ] {
            let written = ["^\\circ", open, letter, close].concat();
            let ends = text
                .find(&written)
                .is_some_and(|at| !text[at + written.len()..].starts_with(|c: char| c.is_alphanumeric()));
            if ends {
                text = text.replace(&written, &["\\text{ degrees ", scale, "}"].concat());
            }
        }
    }
    // `\mathrm{J\,mol^{-1}}`: what stands to the power of minus one is what it is per.
    if let Some(at) = text.find("\\mathrm{")
        && let Some(length) = text[at..].find("^{-1}}")
        && text[at..at + length].contains("\\,")
        && !text[at + 8..at + length].contains(['{', '}', '^'])
    {
        let inside = text[at + 8..at + length].replace("\\,", "/");
        let end = at + length + "^{-1}}".len();
        text.replace_range(at..end, &["\\text{", &inside, "}"].concat());
    }
    for (unit, name) in PER {
        for command in ["\\mathrm", "\\text"] {
            for script in ["^{-1}}", "}^{-1}"] {
                text = text
                    .replace(&[command, "{", unit, script].concat(), &["\\text{ per ", name, "}"].concat());
            }
        }
    }
    for (prefix, name) in [("k", "kilohms"), ("M", "megohms")] {
        text = text.replace(&["\\mathrm{", prefix, "}\\Omega"].concat(), &["\\text{ ", name, "}"].concat());
        text = text.replace(&["\\mathrm{", prefix, "\\Omega}"].concat(), &["\\text{ ", name, "}"].concat());
    }
    Cow::Owned(text)
}

/// Units that are multiplied: `\\mathrm{m\\,s^{-2}}`, `\\mathrm{J/(kg\\cdot K)}`, `\\text{kg}\\cdot\\text{m}^2`,
/// `\\mu\\mathrm{m}`, each group in words.
fn products(tex: &str) -> String {
    let mut text = tex.to_owned();
    for second in ["\\text{", "\\mathrm{"] {
        for sign in ["}\\cdot", "}\\cdot ", "} \\cdot "] {
            text = text.replace(&[sign, second].concat(), "\\cdot ");
        }
    }
    for command in ["\\mathrm{", "\\text{"] {
        let mut at = 0;
        while let Some(offset) = text[at..].find(command) {
            let start = at + offset;
            let inner = start + command.len();
            let Some(length) = closing(&text[inner..]) else { break };
            let (mut end, mut inside) = (inner + length + 1, text[inner..inner + length].to_owned());
            // `\\text{m}^2`: the power belongs to the last one.
            let power = ["^2", "^3", "^{2}", "^{3}"].into_iter().find(|power| text[end..].starts_with(power));
            if let Some(power) = power.filter(|_| inside.contains("\\cdot")) {
                inside += power;
                end += power.len();
            }
            let micro = text[..start].ends_with("\\mu");
            match unit_words(&inside, micro) {
                Some(words) => {
                    let start = if micro { start - "\\mu".len() } else { start };
                    let said = ["\\text{ ", &words, "}"].concat();
                    text.replace_range(start..end, &said);
                    at = start + said.len();
                }
                None => at = inner,
            }
        }
    }
    text
}

/// Bytes up to the brace that closes what `text` is inside of.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// The words of units with their powers: `m\\,s^{-2}` → `meters per second squared`. `None` for one unit alone, which
/// others know, and for what is no unit.
fn unit_words(inside: &str, micro: bool) -> Option<String> {
    const LONGEST: usize = 40;
    const NAMES: [(&str, &str); 24] = [
        ("m", "meter"),
        ("s", "second"),
        ("kg", "kilogram"),
        ("g", "gram"),
        ("K", "kelvin"),
        ("mol", "mole"),
        ("J", "joule"),
        ("kJ", "kilojoule"),
        ("N", "newton"),
        ("W", "watt"),
        ("V", "volt"),
        ("A", "amp"),
        ("F", "farad"),
        ("H", "henry"),
        ("T", "tesla"),
        ("Pa", "pascal"),
        ("L", "liter"),
        ("h", "hour"),
        ("min", "minute"),
        ("cm", "centimeter"),
        ("mm", "millimeter"),
        ("km", "kilometer"),
        ("rad", "radian"),
        ("cd", "candela"),
    ];
    // `m/s` is left as it stands.
    if inside.len() > LONGEST || !micro && !inside.contains(['^', '\\']) {
        return None;
    }
    let mut above: Vec<(&str, u32)> = Vec::new();
    let mut below: Vec<(&str, u32)> = Vec::new();
    let plain = inside.replace("\\cdot", " ").replace("\\,", " ").replace(['~', '·'], " ");
    let (top, bottom) = plain.split_once('/').unwrap_or((&plain, ""));
    for (side, divides) in [(top, false), (bottom.trim_start_matches('(').trim_end_matches(')'), true)] {
        for part in side.split_whitespace() {
            let (name, power) = part.split_once('^').unwrap_or((part, "1"));
            let power = power.trim_start_matches('{').trim_end_matches('}');
            let negative = power.starts_with(['-', '−']);
            let power: u32 =
                power.trim_start_matches(['-', '−']).parse().ok().filter(|power| (1..=4).contains(power))?;
            let (_, words) = NAMES.iter().find(|(written, _)| *written == name)?;
            if negative == divides { above.push((words, power)) } else { below.push((words, power)) }
        }
    }
    if !micro && above.len() + below.len() < 2 || above.is_empty() && below.is_empty() {
        return None;
    }
    let raised = |name: &str, power: u32| {
        // Of an area and a volume: `square meters`, `cubic meter`.
        let length =
            name.ends_with("meter") && (above.len() < 2 || below.iter().any(|(below, _)| *below == name));
        match power {
            2 if length => ["square ", ""],
            3 if length => ["cubic ", ""],
            power => ["", ["", "", " squared", " cubed", " to the four"][power as usize % 5]],
        }
    };
    let mut words = String::new();
    let last = above.len().saturating_sub(1);
    for (index, (name, power)) in above.iter().enumerate() {
        let [front, behind] = raised(name, *power);
        let many = index == last && !matches!(*name, "kelvin");
        let micro = if micro && index == 0 { "micro" } else { "" };
        words +=
            &[if index == 0 { "" } else { " " }, front, micro, name, if many { "s" } else { "" }, behind]
                .concat();
    }
    for (index, (name, power)) in below.iter().enumerate() {
        let [front, behind] = raised(name, *power);
        words += &[if index == 0 { " per " } else { " " }, front, name, behind].concat();
    }
    Some(words.trim_start().replace("henrys", "henries"))
}

/// The argument of a script, and what follows it.
fn script(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('{') {
        Some(inside) => inside.split_once('}'),
        None => text.chars().next().map(|first| text.split_at(first.len_utf8())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_make_formulas() {
        for (tex, words) in [
            ("H_2SO_4", "H 2 S O 4"),
            (r"\mathrm{Ca}^{2+}", "C A 2 plus"),
            (r"\mathrm{SO_4^{2-}}", "S O 4 2 minus"),
            (r"^{14}\mathrm{C}", "carbon-14"),
            (r"{}^{235}_{92}\text{U}", "uranium-235"),
            (r"\text{H}_2\text{O}", "H 2 O"),
            ("NaCl", "N A C L"),
            (r"\mathrm{Fe(OH)_3}", "F E O H 3"),
        ] {
            assert_eq!(chemistry(tex).as_deref(), Some(words), "{tex}");
        }
        for tex in ["x^2", "P V", "AB", "F_1", "N_A", "C", "x_1 + x_2", "E = mc^2", "A^T", "K_2", ""] {
            assert_eq!(chemistry(tex), None, "{tex}");
        }
    }
}
