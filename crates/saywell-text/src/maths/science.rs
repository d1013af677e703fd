//! Chemistry in LaTeX: formulas whose letters are all symbols of elements, their charges and masses.

use std::borrow::Cow;

/// Symbols of the chemical elements.
const ELEMENTS: [&str; 118] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K",
    "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr",
    "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe",
    "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu",
    "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra",
    "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db",
    "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og",
];

/// The words of a formula of chemistry: `H_2SO_4` → `H 2 S O 4`, `\mathrm{Ca}^{2+}` → `C a 2 plus`, `^{14}\mathrm{C}` →
/// `14 C`. `None` for any other.
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
                let symbol = [2, 1]
                    .into_iter()
                    .find_map(|length| rest.get(..length).filter(|symbol| ELEMENTS.contains(symbol)))?;
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
    known.then(|| words.join(" "))
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
    if !tex.contains("\\circ") && !tex.contains("\\mathrm") && !tex.contains("\\text") {
        return Cow::Borrowed(tex);
    }
    let mut text = tex.replace("^{\\circ}", "^\\circ");
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
            (r"^{14}\mathrm{C}", "14 C"),
            (r"{}^{235}_{92}\text{U}", "235 U"),
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
