//! Mathematics written without LaTeX: `n!`, `|x|`, `5-3=2`, `(a + b)/2`, `5 x 3`, Greek letters.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// Greek letters and sets of numbers with their names; the capitals that look like Latin ones are no symbols of their own.
const GREEK: [(char, &str); 43] = [
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('ϵ', "epsilon"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('ϑ', "theta"),
    ('ι', "iota"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('µ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('ς', "sigma"),
    ('τ', "tau"),
    ('υ', "upsilon"),
    ('φ', "phi"),
    ('ϕ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('Γ', "gamma"),
    ('Δ', "delta"),
    ('Θ', "theta"),
    ('Λ', "lambda"),
    ('Ξ', "xi"),
    ('Π', "pi"),
    ('Φ', "phi"),
    ('Ψ', "psi"),
    ('Ω', "omega"),
    ('ℝ', "the real numbers"),
    ('ℤ', "the integers"),
    ('ℕ', "the natural numbers"),
    ('ℚ', "the rational numbers"),
    ('ℂ', "the complex numbers"),
    ('ℏ', "h bar"),
    ('ħ', "h bar"),
];

/// Letters that stand low: an index.
const LOW: [(char, &str); 17] = [
    ('ᵢ', "i"),
    ('ⱼ', "j"),
    ('ₖ', "k"),
    ('ₘ', "m"),
    ('ₙ', "n"),
    ('ₚ', "p"),
    ('ₓ', "x"),
    ('ₜ', "t"),
    ('ₐ', "a"),
    ('ₑ', "e"),
    ('ₒ', "o"),
    ('ₕ', "h"),
    ('ₗ', "l"),
    ('ₛ', "s"),
    ('ᵣ', "r"),
    ('ᵤ', "u"),
    ('ᵥ', "v"),
];

/// The name of a Greek letter or of a set of numbers.
pub fn greek(letter: char) -> Option<&'static str> {
    match letter {
        'Σ' => Some("the sum of"),
        _ => GREEK.iter().find(|(written, _)| *written == letter).map(|(_, name)| *name),
    }
}

/// `ε`, `Δt`, `TΔS`, `xᵢ` → `epsilon`, `delta t`, `T delta S`, `x sub i`. Three letters together are a word of Greek.
pub fn letters(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    // `2π`, `sin²θ`
    let factor = |before: char| before.is_numeric() || "²³⁴⁻¹ⁿ".contains(before);
    if !start.starts_word() && !start.before().is_some_and(factor) {
        return None;
    }
    let mut at = start;
    let written = at.eat_while(char::is_alphabetic);
    let is_symbol = |letter: char| greek(letter).is_some() || LOW.iter().any(|(low, _)| *low == letter);
    if written.len() > 24 || written.is_ascii() || !written.contains(is_symbol) {
        return None;
    }
    let letters = written.chars().count();
    let symbols = written.chars().filter(|letter| is_symbol(*letter)).count();
    let known = written.chars().all(|letter| letter.is_ascii_alphabetic() || is_symbol(letter));
    // Units and words: `µm`, `Ωm`.
    if !known || letters > 4 || (symbols == letters && letters > 2) || written.starts_with('µ') && letters > 1
    {
        return None;
    }
    if written == "Σ" && !is_maths(start) {
        return Some(Edit::new(start, at, "sigma".to_owned()));
    }
    let mut words = String::new();
    for letter in written.chars() {
        if !words.is_empty() {
            words.push(' ');
        }
        match (greek(letter), LOW.iter().find(|(low, _)| *low == letter)) {
            (Some(name), _) => words.push_str(name),
            (_, Some((_, index))) => words.push_str(&format!("sub {index}")),
            _ => words.push(letter),
        }
    }
    // `Θ(n)`
    if letters == 1
        && at.peek() == Some('(')
        && matches!(written, "Θ" | "Ω" | "Γ" | "Φ" | "ζ" | "ω" | "φ" | "ψ")
    {
        words.push_str(" of");
    }
    Some(Edit::new(start, at, words))
}

/// Whether what is around is a line of mathematics.
pub fn is_maths(start: Cursor<'_>) -> bool {
    let marks = |found: char| "=≈≤≥≠^√×²³⁴÷∑∫∞".contains(found);
    // What was put into words before.
    if [" squared", " cubed", "square root of "].iter().any(|words| start.window_before(32).contains(words)) {
        return true;
    }
    let before = start.window_before(32);
    let before = before.rsplit([';', ',']).next().unwrap_or(before);
    let after = start.window_after(32);
    let after = after.split([';', ',']).next().unwrap_or(after);
    before.contains(marks) || after.contains(marks)
}

/// Whether what stands before is something that can be reckoned with: `n `, `3x`, `)`, `x²`.
pub fn operand_before(start: Cursor<'_>) -> bool {
    let before = start.window_before(16).trim_end_matches(' ');
    match before.chars().next_back() {
        Some(')' | ']' | '|' | '²' | '³' | '⁴' | 'ⁿ' | '!' | '\'' | '′' | '°') => true,
        Some(last) if is_word(last) => {
            let word = before.rsplit(|found: char| !is_word(found)).next().unwrap_or_default();
            is_operand(word) || matches!(word, "squared" | "cubed")
        }
        _ => false,
    }
}

pub fn operand_after(at: Cursor<'_>) -> bool {
    let after = at.window_after(16).trim_start_matches(' ');
    match after.chars().next() {
        Some('(' | '[' | '|' | '√' | '∛' | '∫' | '-' | '−' | '$' | '€' | '£') => true,
        Some(first) if is_word(first) => {
            is_operand(after.split(|found: char| !is_word(found)).next().unwrap_or_default())
        }
        _ => false,
    }
}

/// Whether a word is a number, a letter or two, or letters and a number: `3x`, `dy`, `sin`, `ΔH`.
pub fn is_operand(word: &str) -> bool {
    let letters = word.chars().filter(|found| found.is_alphabetic()).count();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    word.chars().count() <= 12
        && (letters == 0 && digits > 0
            || (1..=2).contains(&letters)
            || matches!(word, "sin" | "cos" | "tan" | "log" | "ln"))
        && !matches!(
            word,
            "is" | "or"
                | "in"
                | "on"
                | "of"
                | "to"
                | "it"
                | "if"
                | "an"
                | "as"
                | "at"
                | "by"
                | "we"
                | "so"
                | "no"
        )
}

pub fn is_single_letter(word: &str) -> bool {
    word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !matches!(word, "I" | "A" | "a")
}

/// Whether what stands before is raised to a power, as a sign or in the words that were made of it: `x²`, `x squared`.
pub fn is_raised(at: Cursor<'_>) -> bool {
    at.before().is_some_and(|before| "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ".contains(before))
        || at.before().is_some_and(char::is_alphabetic) && matches!(at.previous_word(), "squared" | "cubed")
}

/// Whether a number, a letter alone or a bracket follows at once.
pub fn is_factor(at: Cursor<'_>) -> bool {
    at.peek().is_some_and(|next| next.is_ascii_digit() || "(√".contains(next))
        || at.peek().is_some_and(|next| next.is_ascii_alphabetic() || greek(next).is_some())
            && !at.peek_second().is_some_and(char::is_alphabetic)
}

/// `5-3=2`, `x² - 4`, `(n)-1`, `len(a) - 1`: the hyphen or dash between two operands is a minus.
pub fn minus(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let dash = at.eat_one_of(["-", "–"])?;
    let spaced = start.before() == Some(' ') && at.peek() == Some(' ');
    let tight = start.before().is_some_and(|before| is_word(before) || ")]²³!|".contains(before))
        && at.peek().is_some_and(|next| is_word(next) || "([√|−-".contains(next));
    let named = spaced && is_name_of_code(start.previous_word());
    // `(3)–(5)` goes from the one to the other.
    if dash == "–" && start.before() == Some(')') && at.peek() == Some('(') {
        return None;
    }
    // `x²-1`, `a^2-b^2`
    if is_raised(start) && is_factor(at) {
        return Some(Edit::new(start, at, "minus"));
    }
    if !(spaced || tight) || !(named || operand_before(start)) || !operand_after(at) {
        return None;
    }
    let before = start.previous_word();
    let after = at.next_word();
    let is_minus = if spaced {
        dash == "-"
            && (is_maths(start)
                || is_name_of_code(before) && after.starts_with(|next: char| next.is_ascii_digit())
                || is_single_letter(before) && is_operand(after)
                || is_single_letter(after) && is_operand(before) && !before.is_empty()
                || indexed(at) && start.window_before(2).starts_with([')', ']'])
                || start.window_before(2) == ") " && after.bytes().all(|byte| byte.is_ascii_digit()))
    } else {
        let equals = || is_before_equals(at);
        let bracket = start.before() == Some(')') || at.peek() == Some('(');
        let plane =
            matches!(next_after(at), "plane" | "axis" | "axes" | "coordinates" | "coordinate" | "space");
        let power = start.window_before(16).rsplit(' ').nth(1) == Some("of")
            && start.window_before(24).contains("power of ");
        equals()
            || power
            || (bracket && (is_maths(start) || before.bytes().all(|byte| byte.is_ascii_digit())))
            || (is_single_letter(before)
                && is_single_letter(after)
                && !start.window_before(2).starts_with('-')
                && next_sign(at) != Some('-')
                && before.bytes().all(|byte| byte.is_ascii_lowercase())
                && after.bytes().all(|byte| byte.is_ascii_lowercase())
                && !plane)
    };
    is_minus.then(|| Edit::new(start, at, "minus"))
}

/// `arr.length`, `row_count`: a name that no prose has.
fn is_name_of_code(word: &str) -> bool {
    let inside = word.trim_matches(['.', '_', '\'']);
    inside.contains(['.', '_'])
        && inside.split(['.', '_']).all(|part| part.len() > 1 && part.is_ascii())
        && !inside.starts_with(|first: char| first.is_ascii_digit())
}

/// `(-b ± √(b²-4ac)) / 2a`: the sign before a letter, no option of a program.
pub fn negative(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    at.eat_one_of(["-", "−"])?;
    let opens = ["(", "= ", "[", "= (", ", "].iter().any(|before| start.window_before(3).ends_with(before));
    let function = matches!(at.next_word(), "log" | "ln" | "sin" | "cos" | "tan" | "sqrt" | "exp");
    (opens && (function || is_single_letter(at.next_word())) && is_maths(start))
        .then(|| Edit::new(start, at, "minus"))
}

/// Whether something with an index or an argument follows: `s[j]`, `f(x)`.
fn indexed(mut at: Cursor<'_>) -> bool {
    at.eat(' ');
    let name = at.eat_while(is_word);
    !name.is_empty() && at.peek().is_some_and(|next| next == '[' || next == '(')
}

/// The word after the next one.
fn next_after(mut at: Cursor<'_>) -> &str {
    at.eat_while(is_word);
    at.next_word()
}

/// The sign after the next word: `so-o-o` is no difference.
fn next_sign(mut at: Cursor<'_>) -> Option<char> {
    at.eat_while(is_word);
    at.peek()
}

/// `Profit = revenue - cost`: the hyphen between two words after an equals sign.
pub fn named_difference(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    (at.eat('-') && start.before() == Some(' ') && at.peek() == Some(' ')).then_some(())?;
    let clause = start.window_before(48);
    let clause = clause.rsplit(['.', ';', ':', ',', '\n']).next().unwrap_or_default();
    let (left, right) = clause.split_once(" = ")?;
    let mut end = at;
    end.eat(' ');
    let second = end.eat_while(is_word);
    let closes = end.peek().is_none_or(|next| ",.;)".contains(next))
        || [" + ", " - ", " * ", " / "].iter().any(|sign| end.rest().starts_with(sign));
    let named = |word: &str| word.starts_with(char::is_alphabetic);
    (named(left.trim_start()) && right.trim_start().starts_with(is_word) && named(second) && closes)
        .then(|| Edit::new(start, at, "minus"))
}

/// Whether an operand and an equals sign follow: the `3=2` of `5-3=2`.
fn is_before_equals(mut at: Cursor<'_>) -> bool {
    at.eat_one_of(["-", "−", "("]);
    let operand = at.eat_while(|found| is_word(found) || found == '.');
    at.eat(')');
    at.eat(' ');
    !operand.is_empty() && (at.eat('=') && at.peek() != Some('=') && at.peek() != Some('>') || at.eat('≈'))
}

/// `5-3=2`, `10–4 = 6` at their first number: no range, no score.
pub fn difference(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    if start.is_inside_number() {
        return None;
    }
    let mut at = start;
    let number = at.number()?;
    let end = at;
    at.eat_one_of(["-", "–"])?;
    (at.peek().is_some_and(|next| next.is_ascii_digit()) && is_before_equals(at))
        .then(|| Edit::from(start).say(end, reader.number(number)).say(at, "minus"))
        .or_else(|| {
            // The exponent of a power goes no further: `2^32-1`.
            (start.window_before(9) == "power of " && at.peek().is_some_and(|next| next.is_ascii_digit()))
                .then(|| Edit::from(start).say(end, reader.number(number)).say(at, "minus"))
        })
}

/// `5! = 120`, `n!`, `(n-1)!`, `3!, 4! and 5!` → `factorial`; `7!! = 105` → `double factorial`.
pub fn factorial(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const COUNTED: [&str; 6] = ["ways", "permutations", "arrangements", "orderings", "orders", "possible"];
    let mut at = start;
    at.eat('!').then_some(())?;
    if let Some(end) = at.past(|at| at.eat('!'))
        && start.before().is_some_and(char::is_alphanumeric)
        && [" = ", " is ", " equals ", " which is ", " ≈ "].iter().any(|sign| end.rest().starts_with(sign))
    {
        return Some(Edit::new(start, end, "double factorial"));
    }
    let before = start.window_before(16);
    let last = before.chars().next_back()?;
    let base = before.rsplit(|found: char| !is_word(found)).next().unwrap_or_default();
    let rest = at.window_after(8);
    let trimmed = rest.trim_start_matches(' ');
    let operator = trimmed.starts_with(|next: char| "=≈/×*+−<>)^".contains(next))
        && !trimmed.starts_with("==")
        || (rest.starts_with(" - ") && last.is_ascii_digit());
    let ends = rest.is_empty()
        || rest.starts_with([',', '.', ';', ':', ')'])
        || rest.starts_with(' ')
            && trimmed.starts_with(char::is_lowercase)
            && (is_maths(start) || start.window_before(32).contains(" = "));
    let in_maths = is_maths(start) || start.window_before(32).contains(" = ");
    let is_factorial = match last {
        ')' => {
            let inside = before.rsplit('(').next().unwrap_or_default().trim_end_matches(')');
            let short =
                inside.split(|found: char| !is_word(found)).all(|word| word.is_empty() || is_operand(word));
            // `n! / (n − k)! ways`
            let again = start.window_before(32).contains('!') && inside.contains(['-', '−', '+']);
            short && (operator || ends || again)
        }
        _ if base.bytes().all(|byte| byte.is_ascii_digit()) && !base.is_empty() => {
            let counts = rest.starts_with(' ') && COUNTED.contains(&at.next_word());
            (operator && (in_maths || rest.starts_with('/'))) || counts || among_factorials(start, at)
        }
        _ => {
            // `k!(n-k)!`
            let product = rest.starts_with('(') && at.window_after(16).contains(")!");
            is_single_letter(base)
                && base.bytes().all(|byte| byte.is_ascii_lowercase())
                && (operator || ends || product)
        }
    };
    is_factorial.then(|| Edit::new(start, at, "factorial"))
}

/// Whether another factorial of a number stands beside this one in a list: `3!, 4! and 5!`.
fn among_factorials(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    let links = [", and ", ", ", " and ", " or ", " to ", " / ", " by "];
    let next = links.iter().find_map(|link| end.rest().strip_prefix(link));
    let follows = next.is_some_and(|next| {
        let digits = next.bytes().take_while(u8::is_ascii_digit).count();
        (1..=2).contains(&digits) && next[digits..].starts_with('!')
    });
    let number = start.previous_word();
    let before = start.window_before(number.len() + 8);
    let before = before.strip_suffix(number).unwrap_or_default();
    follows
        || links.iter().any(|link| {
            before
                .strip_suffix(link)
                .and_then(|before| before.strip_suffix('!'))
                .is_some_and(|before| before.ends_with(|last: char| last.is_ascii_digit()))
        })
}

/// `|x − y|` → `the absolute value of x minus y`; `P(A|B)` → `given`.
pub fn bar(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    const LONGEST: usize = 24;
    let mut at = start;
    at.eat('|').then_some(())?;
    let before = start.before();
    // `|a||b|`: the second of two values.
    let second = before == Some('|') && at.peek().is_some_and(is_word) && is_maths(start);
    if at.peek() == Some('|') || before == Some('|') && !second {
        return None;
    }
    // After an operand inside of brackets: a condition.
    let spaced = before == Some(' ') && at.peek() == Some(' ');
    let conditional = {
        let window = start.window_before(LONGEST);
        let open = window.rfind('(').filter(|open| !window[*open..].contains(')'));
        let function = open.is_some_and(|open| {
            window[..open].ends_with(['P', 'p', 'E', 'H', 'f'])
                || !window[..open].ends_with(is_word) && is_maths(start)
        });
        let closes = at.window_after(LONGEST).split('(').next().is_some_and(|rest| rest.contains(')'));
        (function && closes) && operand_before(start) && operand_after(at)
    };
    if spaced && is_union(start) {
        return Some(Edit::new(start, at, "or"));
    }
    // The arguments of a function are read for themselves.
    let whole = start.window_before(8).len() < 8
        && before.is_some_and(is_word)
        && at.window_after(8).len() < 8
        && is_operand(start.previous_word())
        && is_operand(at.next_word())
        && !spaced;
    if conditional
        || (whole && start.window_before(8).chars().all(is_word) && at.window_after(8).chars().all(is_word))
    {
        return Some(Edit::new(start, at, "given"));
    }
    if before.is_some_and(|before| is_word(before) || before == ')')
        && !before.is_some_and(|before| before.is_ascii_digit())
    {
        return None;
    }
    let window = at.window_after(LONGEST);
    let close = window.find('|')?;
    let inside = &window[..close];
    let end = at.moved_to(at.offset() + close + 1);
    // `|A ∪ B|`: of sets it is how many there are.
    let sets = inside.contains(['∪', '∩']);
    let plain = inside.chars().all(|found| is_word(found) || " +-−–*/^().²³'·×∪∩".contains(found))
        && inside.split(|found: char| !is_word(found)).all(|word| word.is_empty() || is_operand(word))
        && !inside.starts_with(' ')
        && !inside.ends_with(' ');
    let product = end.peek() == Some('|') && end.peek_second().is_some_and(is_word) && is_maths(start);
    let ends =
        product || !end.peek().is_some_and(|next| next == '|' || (is_word(next) && !next.is_ascii_digit()));
    let times = if second { "times " } else { "" };
    (!inside.is_empty() && plain && ends).then(|| {
        // Inside of bars a hyphen is a minus.
        let inside = inside.replace(" - ", " − ").replace(['–'], "−").replace('·', " × ");
        Edit::new(
            start,
            end,
            format!(
                "{times}the {} of {}",
                if sets { "size" } else { "absolute value" },
                super::spell_out(&inside, reader).text()
            ),
        )
    })
}

/// Whether a type follows a bar, which may be instead: `str | None`.
pub fn is_union(bar: Cursor<'_>) -> bool {
    bar.past(|at| at.eat_text("| ")).is_some_and(|at| {
        matches!(at.next_word(), "None" | "null" | "undefined" | "number" | "string" | "str" | "int")
    })
}

/// The `x` of `5 x 3 = 15` and `€145 x 3`, the `*` of `15 * $3` and `2*3*4`.
pub fn times(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let sign = at.eat_if(|found| matches!(found, 'x' | '*'))?;
    let spaced = start.before() == Some(' ') && at.peek() == Some(' ');
    let number = |text: &str| {
        text.trim_start_matches([' ', '$', '€', '£', '(', '-', '−'])
            .starts_with(|next: char| next.is_ascii_digit())
    };
    let is_times = match sign {
        'x' => {
            // `and x - 4 = 3`
            let signed = [" - ", " − ", " + "].iter().any(|sign| at.rest().starts_with(sign));
            spaced
                && !signed
                && number(at.window_after(4))
                && start.before_second().is_some_and(|before| is_word(before) || ")$€%".contains(before))
                && !matches!(
                    start.previous_word(),
                    "and"
                        | "or"
                        | "if"
                        | "If"
                        | "for"
                        | "then"
                        | "when"
                        | "let"
                        | "Let"
                        | "so"
                        | "where"
                        | "that"
                )
        }
        // `"a" * 3`
        _ if spaced && start.before_second().is_some_and(|before| "\"'".contains(before)) => {
            number(at.window_after(4))
        }
        _ if spaced => {
            operand_before(start)
                && operand_after(at)
                && (number(at.window_after(4)) || is_maths(start) || is_single_letter(start.previous_word()))
        }
        _ => {
            start.before().is_some_and(|before| is_word(before) || before == ')')
                && at.peek().is_some_and(|next| is_word(next) || next == '(')
                && operand_before(start)
                && operand_after(at)
        }
    };
    // `6 ft x 4 ft`
    let extends = sign == 'x'
        && matches!(
            start.previous_word(),
            "cm" | "feet" | "foot" | "ft" | "in" | "inches" | "km" | "m" | "meters" | "mm" | "yd"
        );
    is_times.then(|| Edit::new(start, at, if extends { "by" } else { "times" }))
}

/// `x**2`, `2**10` → `to the power of`.
pub fn power(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let tight = start.before().is_some_and(|before| is_word(before) || ")]".contains(before));
    (tight && at.eat_text("**") && at.peek().is_some_and(|next| is_word(next) || "(-".contains(next)))
        .then(|| Edit::new(start, at, "to the power of"))
}
