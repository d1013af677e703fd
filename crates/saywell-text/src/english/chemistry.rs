//! Formulas of chemistry in prose: `H2O`, `CuSO₄·5H₂O`, `Ca²⁺`, `NaCl(aq)`, `[H⁺][OH⁻]`.

use super::cursor::Cursor;
use super::kinds::Reader;
use super::spelled::Edit;

/// Symbols of the elements that formulas in prose are made of; those of the others are words, or names, more often.
const ELEMENTS: [&str; 60] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K",
    "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr",
    "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Ag", "Cd", "In", "Sn", "Sb", "I", "Xe", "Cs", "Ba", "W", "Pt", "Au",
    "Hg", "Pb", "Bi", "Ra", "U", "Pu",
];

/// Elements that are no words, of which one alone is a formula where something reacts.
const METALS: [&str; 20] = [
    "Ag", "Al", "Ba", "Br", "Ca", "Cl", "Cr", "Cu", "Fe", "Hg", "Li", "Mg", "Mn", "Na", "Ni", "Pb", "Si",
    "Sn", "Ti", "Zn",
];

/// What looks like a formula and is none.
const NO_FORMULA: [&str; 16] = [
    "B2B", "B2C", "C2B", "C2C", "P2P", "I2C", "I2S", "U2F", "C2", "S3", "H1N1", "F1", "O2O", "N2N", "K8S",
    "C4",
];

/// `H2O`, `CO₂`, `C6H12O6`, `Ca2+`, `NaCl` → `H two O`, `C O two` and so on.
pub fn formula(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    // `2NaOH`: after how many of them react.
    let before = start.window_before(4);
    let counted = before.ends_with(|last: char| last.is_ascii_digit())
        && before
            .trim_end_matches(|digit: char| digit.is_ascii_digit())
            .chars()
            .next_back()
            .is_none_or(|c| c == ' ');
    if !(start.starts_word() || counted) || !start.peek().is_some_and(|first| first.is_ascii_uppercase()) {
        return None;
    }
    let mut at = start;
    let mut words: Vec<String> = Vec::new();
    let (mut elements, mut counts, mut depth) = (0, 0, 0);
    loop {
        if depth == 0 && elements > 0 && state(at).is_none() && at.eat('(') {
            depth = 1;
            let close = at.past(|at| {
                at.eat_while(|found| found.is_ascii_alphanumeric() || SUBSCRIPTS.contains(found));
                at.eat(')')
            });
            close?;
            continue;
        }
        if depth > 0 && at.before() != Some('(') && at.eat(')') {
            depth = 0;
            // The count of a group follows.
        } else if let Some(symbol) = element(&mut at) {
            words.extend(symbol.chars().map(|letter| letter.to_ascii_uppercase().to_string()));
            elements += 1;
        } else {
            break;
        }
        let count = count(&mut at);
        counts += usize::from(!count.is_empty());
        words.extend((!count.is_empty()).then(|| reader.count(&count)));
        if elements > 12 {
            return None;
        }
    }
    // `Ca²⁺`, `SO₄²⁻`: a raised number and sign are the charge.
    let raised = at.past(|at| {
        let before = at.offset();
        at.eat_while(|found| "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(found));
        at.offset() > before && at.eat_if(|found| "⁺⁻+-−".contains(found)).is_some()
    });
    if let Some(end) = raised.filter(|end| elements > 0 && end.ends_word() && end.peek() != Some('-')) {
        let number =
            at.until(end).chars().filter_map(|found| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|raised| raised == found));
        words.extend(number.map(|digit| reader.count(&digit.to_string())));
        let is_minus = end.before().is_some_and(|sign| "⁻-−".contains(sign));
        words.push(if is_minus { "minus" } else { "plus" }.to_owned());
        return Some(Edit::new(start, end, words.join(" ")));
    }
    // `SO4^2-`, `Fe^3+`
    let written_out = at.past(|at| {
        at.eat('^') && {
            at.digits(1..=1);
            at.eat_if(|found| "+-−".contains(found)).is_some()
        }
    });
    if let Some(end) =
        written_out.filter(|end| elements > 0 && end.peek().is_none_or(|next| " ,.;:)]".contains(next)))
    {
        let digit = at.until(end).trim_matches(|found: char| !found.is_ascii_digit());
        words.extend((!digit.is_empty()).then(|| reader.count(digit)));
        words.push(if end.before() == Some('+') { "plus" } else { "minus" }.to_owned());
        return Some(Edit::new(start, end, words.join(" ")));
    }
    // `MnO4-`: the minus of a charge, no hyphen before a word.
    let minus = at.past(|at| at.eat('-') && at.peek().is_none_or(|next| " ,.;:)]".contains(next)));
    let charge = if let Some(end) = minus.filter(|_| counts > 0 && elements > 1 || start.until(at) == "OH") {
        at = end;
        Some('⁻')
    } else {
        at.eat_if(|found| "+⁺⁻".contains(found))
    };
    let written = start.until(at);
    words.extend(charge.map(|charge| if charge == '⁻' { "minus" } else { "plus" }.to_owned()));
    // `CuSO₄·5H₂O`: with its water.
    if elements > 0
        && let Some(end) = at.past(|at| {
            at.eat('·') && {
                at.digits(1..=2);
                at.eat_one_of(["H₂O", "H2O"]).is_some()
            }
        })
    {
        let number = at.until(end).chars().filter(char::is_ascii_digit).collect::<String>();
        let number = number.strip_suffix('2').filter(|_| at.until(end).ends_with("H2O")).unwrap_or(&number);
        words.push("dot".to_owned());
        words.extend((!number.is_empty()).then(|| reader.count(number)));
        words.push(format!("H {} O", reader.count("2")));
        return end.ends_word().then(|| Edit::new(start, end, words.join(" ")));
    }
    let state = state(at);
    let is_formula = (elements > 1 && counts > 0)
        || (elements > 0 && state.is_some())
        || (elements == 1 && written.contains(|found| SUBSCRIPTS.contains(found)))
        || is_known(written, charge.is_some())
        || (METALS.contains(&written) && reacts(start, at));
    (is_formula && at.ends_word() && at.peek() != Some('-') && !NO_FORMULA.contains(&written)).then(|| {
        let edit = Edit::new(start, at, words.join(" "));
        state.into_iter().fold(edit, |edit, (state, end)| edit.say(end, state))
    })
}

/// Whether this is a formula that has no number, or an ion.
fn is_known(written: &str, charged: bool) -> bool {
    let ion = written.trim_end_matches(['+', '⁺', '⁻', '2', '3']);
    matches!(
        written,
        "NaCl" | "HCl" | "NaOH" | "KOH" | "KCl" | "NaHCO" | "OH-" | "O2" | "H2" | "N2" | "O3" | "Cl2"
    ) || charged && matches!(ion, "Na" | "K" | "Ca" | "Mg" | "Li" | "Fe" | "Al" | "Zn" | "Cl" | "H")
}

/// Whether the arrow of a reaction stands near: `Zn + CuSO₄ → ZnSO₄ + Cu`.
fn reacts(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const NEAR: usize = 48;
    [start.window_before(NEAR), end.window_after(NEAR)]
        .iter()
        .any(|text| ["→", "->", "⇌", "yields"].iter().any(|arrow| text.contains(arrow)))
}

/// `[H⁺][OH⁻]`, `[C]/[A][B]` → `the concentration of H plus times the concentration of O H minus`.
pub fn concentration(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 24;
    let inside = start.window_after(LONGEST).strip_prefix('[')?;
    let close = inside.find(']').filter(|close| *close > 0)?;
    let inside = &inside[..close];
    let end = start.moved_to(start.offset() + close + "[]".len());
    let species = inside.starts_with(|first: char| first.is_ascii_uppercase())
        && inside
            .chars()
            .all(|found| found.is_ascii_alphanumeric() || "⁺⁻+-₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹()".contains(found));
    // `[E(X)]²` is no compound: what is in brackets in one is counted.
    let counted = inside.match_indices(')').all(|(at, _)| {
        inside[at + 1..].starts_with(|next: char| next.is_ascii_digit() || SUBSCRIPTS.contains(next))
    });
    let before = start.before();
    let reckoned = before.is_some_and(|before| "])/×*k".contains(before) || "⁰¹²³⁴⁵⁶⁷⁸⁹".contains(before))
        || ["= ", "log", "× ", "· ", "/ "].iter().any(|sign| start.follows(sign))
        || end.peek().is_some_and(|next| "[/".contains(next))
        || end.peek().is_some_and(|next| "²³⁴".contains(next))
            && !end.peek_second().is_some_and(|next| "⁺⁻".contains(next))
        || [" = ", " × ", " / ", " · "].iter().any(|sign| end.rest().starts_with(sign))
        || inside.ends_with(['⁺', '⁻', '+']) && end.rest().starts_with(" is ");
    (species && counted && reckoned && end.peek() != Some('(')).then_some(())?;
    let name = match inside.strip_suffix(['+', '-']) {
        // `[A-]`, `[H3O+]`
        Some(name) => {
            let sign = if inside.ends_with('+') { "plus" } else { "minus" };
            format!("{} {sign}", super::spell_out(name, reader).text())
        }
        None => super::spell_out(inside, reader).text().to_owned(),
    };
    let times = if before == Some(']') || before.is_some_and(|before| "²³⁴k".contains(before)) {
        "times "
    } else {
        ""
    };
    Some(Edit::new(start, end, format!("{times}the concentration of {name}")))
}

/// The state of matter behind a formula, and its end: `NaCl(aq)`, `H₂O(l)`.
fn state(at: Cursor<'_>) -> Option<(&'static str, Cursor<'_>)> {
    const STATES: [(&str, &str); 4] =
        [("(aq)", "aqueous"), ("(s)", "solid"), ("(l)", "liquid"), ("(g)", "gas")];
    STATES.iter().find_map(|(written, spoken)| Some((*spoken, at.past(|at| at.eat_text(written))?)))
}

const SUBSCRIPTS: &str = "₀₁₂₃₄₅₆₇₈₉";

/// Digits as they stand or lowered.
fn count(at: &mut Cursor<'_>) -> String {
    let start = *at;
    at.eat_while(|found| found.is_ascii_digit() || SUBSCRIPTS.contains(found));
    let digit = |found: char| match SUBSCRIPTS.chars().position(|lowered| lowered == found) {
        Some(value) => char::from(b'0' + value as u8),
        None => found,
    };
    let digits: String = start.until(*at).chars().map(digit).collect();
    if digits.len() > 2 { String::new() } else { digits }
}

fn element<'t>(at: &mut Cursor<'t>) -> Option<&'t str> {
    [2, 1].into_iter().find_map(|length| {
        let symbol = at.rest().get(..length).filter(|symbol| ELEMENTS.contains(symbol))?;
        at.eat_text(symbol);
        Some(symbol)
    })
}
