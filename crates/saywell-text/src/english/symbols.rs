//! Operators and other signs.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;
use crate::elements;

/// Operators of several signs, or that one sign writes, the longest first.
const OPERATORS: &[(&str, &str)] = &[
    ("%>%", "pipe"),
    ("<<=", "shift left equals"),
    (">>=", "shift right equals"),
    ("<=>", "spaceship"),
    ("===", "equals"),
    ("!==", "not equal to"),
    (">>>", "shift right"),
    ("??=", "or if missing, equals"),
    ("+/-", "plus or minus"),
    ("==", "equals"),
    ("!=", "not equal to"),
    ("<=", "less than or equal to"),
    (">=", "greater than or equal to"),
    ("->", "to"),
    ("=>", "to"),
    ("<-", "from"),
    ("~>", "about"),
    ("&&", "and"),
    ("||", "or"),
    ("??", "or if missing"),
    ("+=", "plus equals"),
    ("-=", "minus equals"),
    ("*=", "times equals"),
    ("/=", "divide equals"),
    ("%=", "mod equals"),
    ("|=", "or equals"),
    ("&=", "and equals"),
    ("^=", "xor equals"),
    (":=", "is set to"),
    ("<<", "shift left"),
    (">>", "shift right"),
    ("|>", "piped to"),
    ("**", "to the power of"),
    ("//", "slash slash"),
    ("++", "plus plus"),
    ("·dA", "dot d A"),
    ("·dS", "dot d S"),
    ("·dl", "dot d l"),
    ("·dr", "dot d r"),
    ("·ds", "dot d s"),
    ("∇·", "del dot"),
    ("∇×", "del cross"),
    ("∇²", "del squared"),
    ("≠", "not equal to"),
    ("≤", "less than or equal to"),
    ("≥", "greater than or equal to"),
    ("≈", "about"),
    ("≡", "is equivalent to"),
    ("→", "to"),
    ("⇒", "implies"),
    ("⇔", "if and only if"),
    ("↔", "to and from"),
    ("∀", "for all"),
    ("∃", "there is"),
    ("∈", "in"),
    ("∉", "not in"),
    ("∧", "and"),
    ("∨", "or"),
    ("∪", "union"),
    ("∩", "intersection"),
    ("⊂", "subset of"),
    ("⊆", "subset of"),
    ("⊃", "superset of"),
    ("⊇", "superset of"),
    ("∅", "the empty set"),
    ("∇", "del"),
    ("∴", "therefore"),
    ("∵", "because"),
    ("⊥", "perpendicular to"),
    ("∥", "parallel to"),
    ("∠", "angle"),
    ("≅", "congruent to"),
    ("∼", "similar to"),
    ("∏", "the product of"),
    ("⊕", "x or"),
    ("∘", "composed with"),
    ("≪", "much less than"),
    ("≫", "much greater than"),
    ("ℝ", "the real numbers"),
    ("ℤ", "the integers"),
    ("ℕ", "the natural numbers"),
    ("ℚ", "the rational numbers"),
    ("ℂ", "the complex numbers"),
    ("ℏ", "h bar"),
    ("⌊", "the floor of"),
    ("⌈", "the ceiling of"),
    ("∞", "infinity"),
    ("√", "the square root of"),
    ("∑", "the sum of"),
    ("∆", "delta"),
    ("∂", "partial"),
    ("∫", "the integral of"),
    ("∮", "the contour integral of"),
    ("∬", "the double integral of"),
    ("∭", "the triple integral of"),
    ("∓", "minus or plus"),
    ("∖", "without"),
    ("⟹", "implies"),
    ("⟺", "if and only if"),
    ("⟶", "to"),
    ("△", "triangle"),
    ("∝", "proportional to"),
    ("⇌", "in equilibrium with"),
    ("±", "plus or minus"),
    ("×", "times"),
    ("·", "times"),
    ("÷", "divided by"),
    ("−", "minus"),
];

/// ` >` and ` →` between entries of a menu: `Settings > General`, `File → Save As`.
pub fn menu(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const MENUS: [&str; 18] = [
        "Applications", "Control", "Developer", "Edit", "File", "Format", "Help", "Home", "Insert", "Menu",
        "Options", "Preferences", "Settings", "Start", "System", "Tools", "View", "Window",
    ];
    let mut at = start;
    (at.eat(' ') && at.eat_one_of([">", "→"]).is_some() && at.peek() == Some(' ')).then_some(())?;
    let named = |word: &str| word.len() > 1 && word.starts_with(|first: char| first.is_ascii_uppercase());
    let last = start.window_before(24).rsplit(|found: char| !is_word(found)).next().unwrap_or_default();
    let before = start.window_before(48);
    let listed = MENUS.iter().any(|menu| before.contains(menu));
    (listed && named(last) && named(at.next_word())).then(|| Edit::new(start, at, ","))
}

/// Whether a formula of chemistry is in `text`: `2H2 + O2`.
fn counts_atoms(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| pair[0].is_ascii_alphabetic() && pair[1].is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// `△ABC`, `∠BAC` → `triangle A B C`, `angle B A C`: what its corners name.
pub fn corners(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let name = match at.eat_if(|found| matches!(found, '△' | '∆' | '∠'))? {
        '∠' => "angle",
        _ => "triangle",
    };
    at.eat(' ');
    let letters = at.eat_while(|found| found.is_ascii_uppercase());
    let named = match start.peek() {
        Some('∠') => (1..=3).contains(&letters.len()),
        _ => letters.len() == 3,
    };
    let said = start.previous_word().eq_ignore_ascii_case(name);
    let letters: Vec<_> = letters.chars().map(|letter| letter.to_string()).collect();
    let name = if said { "" } else { name };
    (named && at.ends_word())
        .then(|| Edit::new(start, at, format!("{name} {}", letters.join(" ")).trim_start().to_owned()))
}

/// `a != b` → `a not equal to b`; `=`, `<`, `>`, `+`, `*`, `-`, `^` between what they join.
pub fn operator(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let outside = |at: &Cursor<'_>| !at.peek().is_some_and(|next| "=<>|&*/+-".contains(next));
    let starts = !start.before().is_some_and(|before| "=<>|&*/+".contains(before));
    // `len(s) // 2`; before a word it begins a comment.
    if let Some(end) = at.past(|at| at.eat_text("// "))
        && start.before() == Some(' ')
        && super::plain_maths::operand_before(start)
        && end.peek().is_some_and(|next| next.is_ascii_digit() || next == '(')
    {
        return Some(Edit::new(start, at.moved_to(end.offset() - 1), "floor divided by"));
    }
    if let Some((written, spoken)) = OPERATORS.iter().find(|(written, _)| at.eat_text(written)) {
        let wide = !written.is_ascii();
        // Runs of signs are rules and arrows drawn by hand; `//` is one in code only.
        let alone =
            start.before().is_none_or(|before| before == ' ') && at.peek().is_none_or(|next| next == ' ');
        let needs_space = matches!(*written, "//" | "**" | "++" | "<-" | "??" | "·");
        let named = *written == "++" && start.before().is_some_and(char::is_alphabetic);
        // A reaction yields: `2H₂ + O₂ → 2H₂O`.
        let low = |text: &str| text.contains(|found: char| LOWERED.contains(found) || "⁺⁻".contains(found));
        let (left, right) = (start.window_before(16), at.window_after(20));
        let sums =
            || (left.contains(" + ") || right.contains(" + ")) && counts_atoms(left) && counts_atoms(right);
        let yields = match *written {
            "→" => (low(left) && low(right)) || sums(),
            "->" | "-->" => sums(),
            _ => false,
        };
        // `node->next`
        let tight_arrow = start.before().is_some_and(|before| is_word(before) || ")]".contains(before))
            && at.peek().is_some_and(is_word);
        let spoken = if yields {
            &"yields"
        } else if *written == "->" && tight_arrow {
            &"arrow"
        } else if *written == "∑" && at.rest().starts_with(" from ") {
            &"the sum"
        } else if *written == "≡" && at.window_after(16).contains("(mod") {
            &"is congruent to"
        } else if *written == "==" && is_contrasted(start, at) {
            &"double equals"
        } else {
            spoken
        };
        return (wide || named || (starts && outside(&at) && (alone || !needs_space)))
            .then(|| Edit::new(start, at, *spoken));
    }
    let sign = at.eat_if(|found| "=<>^+*-/%".contains(found)).filter(|_| starts && outside(&at))?;
    let spaced = start.before() == Some(' ') && at.peek() == Some(' ');
    let operand =
        |found: Option<char>| found.is_some_and(|found| is_word(found) || ")]({\"'$&".contains(found));
    let tight = operand(start.before()) && operand(at.peek());
    let between = (spaced && start.offset() > 1) || tight;
    let percent = || {
        start
            .window_before(4)
            .trim_end()
            .strip_suffix('%')
            .is_some_and(|rest| rest.ends_with(|last: char| last.is_ascii_digit()))
    };
    let numbers = (start.follows_number() || percent())
        && at.rest().trim_start().starts_with(|next: char| next.is_ascii_digit() || next == '-');
    let spoken = match sign {
        '=' if between || start.before() == Some(' ') || start.offset() == 0 => "equals",
        '<' if between || at.rest().trim_start().starts_with(|next: char| next.is_ascii_digit()) => {
            "less than"
        }
        '>' if between || at.rest().trim_start().starts_with(|next: char| next.is_ascii_digit()) => {
            "greater than"
        }
        '^' if (tight || spaced) && is_about_bits(start, at) => "xor",
        '^' if tight || spaced => {
            let exponent = at.past(|at| at.eat_one_of(["2", "3"]).is_some() && at.ends_word());
            match exponent.and_then(Cursor::before) {
                Some('2') => return exponent.map(|end| Edit::new(start, end, "squared")),
                Some('3') => return exponent.map(|end| Edit::new(start, end, "cubed")),
                _ => "to the power of",
            }
        }
        '+' if between => "plus",
        '*' if (spaced || tight)
            && (numbers || is_short(start.previous_word()) && is_short(at.next_word())) =>
        {
            "times"
        }
        '-' if spaced
            && (numbers
                || is_term(start.previous_word())
                    && at.next_word().starts_with(|next: char| next.is_ascii_digit())) =>
        {
            "minus"
        }
        '/' if spaced && numbers && !is_measure(at) => "divided by",
        // `PSI 32 / 2.2 bar`: the same in another unit.
        '/' if spaced && numbers && !super::plain_maths::is_maths(start) => "or",
        '/' if spaced && numbers => "divided by",
        '%' if spaced => "mod",
        _ => return None,
    };
    Some(Edit::new(start, at, spoken))
}

/// Whether the sentence around the `==` tells it from a `=`: `Change if (x = 5) to if (x == 5)`.
fn is_contrasted(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const AROUND: usize = 64;
    const CUES: [&str; 6] = ["assign", "compar", "nstead", "hange", "eplace", "onfus"];
    let around = [start.window_before(AROUND), end.window_after(AROUND)];
    let has = |cue: &str| around.iter().any(|text| text.contains(cue));
    has(" = ") && CUES.iter().any(|cue| has(cue))
}

/// `$2.79/ea` → `each`.
pub fn each(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    (start.before().is_some_and(|before| before.is_ascii_digit()) && at.eat_text("/ea")).then_some(())?;
    let dot = at.past(|at| at.eat('.') && at.peek().is_some_and(|next| next != ' '));
    let dot = dot.or_else(|| {
        at.past(|at| {
            at.eat('.') && at.peek() == Some(' ') && at.peek_second().is_some_and(char::is_lowercase)
        })
    });
    at.ends_word().then(|| Edit::new(start, dot.unwrap_or(at), " each"))
}

/// The `#` of `My # is 555-0142` → `number`.
pub fn number_of(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const OWNERS: [&str; 12] = [
        "My", "account", "confirmation", "flight", "her", "his", "my", "order", "phone", "their", "tracking",
        "your",
    ];
    let mut at = start;
    (at.eat('#') && OWNERS.contains(&start.previous_word())).then_some(())?;
    (at.peek() == Some(' ') && matches!(at.next_word(), "is" | "was" | "for" | "on" | "and"))
        .then(|| Edit::new(start, at, "number"))
}

/// Whether the sentence around the `^` is about bits, where it is no power.
fn is_about_bits(start: Cursor<'_>, end: Cursor<'_>) -> bool {
    const AROUND: usize = 64;
    let about = |text: &str| ["XOR", "xor", "Xor", "itwise", " bits"].iter().any(|cue| text.contains(cue));
    about(start.window_before(AROUND)) || about(end.window_after(AROUND))
}

/// The dash of `Q1–Q3` → `to`: between two names that begin alike and end in numbers.
pub fn range_of_names(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    at.eat_one_of(["–", "-"])?;
    let (first, second) = (start.previous_word(), at.next_word());
    let is_numbered = |name: &str| name.ends_with(|last: char| last.is_ascii_digit());
    let alike = first.starts_with(|letter: char| letter.is_alphabetic() && second.starts_with(letter));
    // `FY23–24`, `Grades K–12`
    let goes_on =
        (first.starts_with("FY") || first == "K") && second.bytes().all(|byte| byte.is_ascii_digit());
    if goes_on && !second.is_empty() && (is_numbered(first) || first == "K") {
        return Some(Edit::new(start, at, "to"));
    }
    // `B2-B3`; a name may have a hyphen and one part only.
    let short = |name: &str| name.len() < 5 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let alike = alike && (start.peek() == Some('–') || short(first) && short(second) && first < second);
    (alike && is_numbered(first) && is_numbered(second)).then(|| Edit::new(start, at, "to"))
}

/// The dash of `20 Hz–20 kHz`, `5%–10%`, `Oct. 3–Nov. 5` → `to`: between two numbers, each with what it counts.
pub fn range_of_quantities(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut at = start;
    let dash = at.eat_one_of(["–", "-"])?;
    let window = start.window_before(20);
    let mut words = window.rsplit(' ');
    let last = words.next().unwrap_or_default();
    let numbered = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    // `20Hz–`, `20 Hz–`, `3 May–`
    let unit = last.ends_with(char::is_alphabetic) && last.chars().count() < 8;
    let second_word = |at: Cursor<'_>| at.window_after(16).split(' ').nth(1).is_some_and(char_digit);
    let month = |at: Cursor<'_>| MONTHS.iter().any(|month| at.rest().starts_with(month)) && second_word(at);
    let left_date =
        numbered(last) && words.next().is_some_and(|word| MONTHS.iter().any(|month| word.starts_with(month)));
    let before = numbered(last) && last.ends_with(['%', '°'])
        || dash == "–" && unit && (numbered(last) || window.rsplit(' ').nth(1).is_some_and(numbered));
    let after = at.peek().is_some_and(|next| next.is_ascii_digit());
    // `Apr 10 – May 2`, `500 BCE – 476 CE`
    if dash == "–" && start.before() == Some(' ') && at.peek() == Some(' ') {
        let next = at.past(|at| at.eat(' ')).unwrap_or(at);
        let mut words = window.trim_end().rsplit(' ');
        let (last, before) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let dates = numbered(last) && MONTHS.iter().any(|month| before.starts_with(month)) && month(next);
        let eras = matches!(last, "BC" | "BCE" | "AD" | "CE")
            && numbered(before)
            && next.peek().is_some_and(|next| next.is_ascii_digit());
        return (dates || eras).then(|| Edit::new(start, at, "to"));
    }
    let numbers = dash == "–"
        && last.ends_with(')')
        && at.peek() == Some('(')
        && at.peek_second().is_some_and(|next| next.is_ascii_digit());
    // `1/2–3/4 cup`, `½–¾`
    let fraction = |word: &str| {
        word.split_once('/').is_some_and(|(above, below)| char_digit(above) && char_digit(below))
    };
    let fractions = fraction(last) && fraction(at.window_after(5))
        || start.before().is_some_and(is_vulgar)
            && at.peek().is_some_and(|next| is_vulgar(next) || next.is_ascii_digit());
    (before && after || numbers || fractions || dash == "–" && left_date && month(at))
        .then(|| Edit::new(start, at, "to"))
}

fn is_vulgar(found: char) -> bool {
    matches!(found, '¼'..='¾' | '⅐'..='⅞')
}

fn char_digit(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit())
}

/// Whether a number with its unit follows.
fn is_measure(mut at: Cursor<'_>) -> bool {
    at.eat(' ');
    at.number().is_some()
        && (at.next_word() == "bar"
            || super::units::after_fraction(at).is_some()
            || super::units::find(at).is_some())
}

/// Whether a word is a number of variables: `3x`.
fn is_term(word: &str) -> bool {
    word.strip_suffix(|last: char| last.is_ascii_lowercase())
        .is_some_and(|count| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a word is a variable rather than a word: `a * b`.
fn is_short(word: &str) -> bool {
    (1..=2).contains(&word.len())
}

/// `C#`, `F#` → `C sharp`.
pub fn sharp(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let note = start.before().is_some_and(|before| ('A'..='G').contains(&before))
        && !start.before_second().is_some_and(is_word);
    (note && at.eat('#') && at.ends_word()).then(|| Edit::new(start, at, "sharp"))
}

/// Single signs → as spoken; those said as nothing are passed over.
const SYMBOLS: &[(char, &str)] = &[
    ('°', "degrees"),
    ('¢', "cents"),
    ('§', "section"),
    ('¶', "paragraph"),
    ('™', ""),
    ('®', ""),
    ('©', "copyright"),
    ('•', ""),
    ('←', ""),
    ('↑', "up"),
    ('↓', "down"),
    ('²', "squared"),
    ('³', "cubed"),
    ('µ', "micro"),
    ('|', ","),
    ('*', ""),
    ('_', ""),
    ('\\', ""),
    ('`', ""),
    ('✓', ""),
    ('✗', ""),
    ('№', "number"),
    ('&', "and"),
    ('℃', "degrees Celsius"),
    ('⁺', "plus"),
    ('⁻', "minus"),
    ('℉', "degrees Fahrenheit"),
    ('Ω', "ohms"),
    ('†', ""),
    ('⌋', ""),
    ('∎', ""),
    ('⋯', "and so on"),
    ('⟨', ""),
    ('⟩', ""),
    ('⌉', ""),
    ('↵', ""),
    ('‡', ""),
    ('◦', ""),
    ('▪', ""),
    ('′', "prime"),
    ('‰', "per mille"),
    ('♩', "quarter note"),
];

/// The sign of `PO# 4500123`, `Acct#12` → `number`; a language or a note is a letter: `C# 12`.
pub fn numbered(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    let letter = |found: Option<char>| found.is_some_and(|found| found.is_ascii_alphabetic());
    let short = letter(start.before()) && letter(start.before_second());
    (short
        && at.eat('#')
        && at.rest().trim_start_matches(' ').starts_with(|next: char| next.is_ascii_digit()))
    .then(|| Edit::new(start, at, if at.peek() == Some(' ') { " number" } else { " number " }))
}

/// `±`, `§ 4`, `x²`, `~5`, `@`, `#tag` → in words.
pub fn symbol(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    let sign = at.eat_if(|_| true)?;
    if sign == '⁻' && at.peek().is_some_and(|next| SUPERSCRIPTS.contains(next)) {
        let digits = at.eat_while(|found| SUPERSCRIPTS.contains(found));
        let edit = Edit::new(start, at, format!("to the minus {}", reader.count(&lowered(digits))));
        // `10⁻³ m`, `10⁻³ mol/L`
        let unit = super::units::after_fraction(at)
            .filter(|_| start.before().is_some_and(|before| before.is_ascii_digit()));
        return Some(match unit {
            Some((words, end)) => super::units::with_rate(edit.say(end, words[1]), end, reader),
            None => edit,
        });
    }
    if let Some(index) = SUPERSCRIPTS.chars().position(|found| found == sign) {
        return Some(raised(start, index, reader));
    }
    if let Some(index) = LOWERED.chars().position(|found| found == sign) {
        return Some(Edit::new(start, at, reader.count(&index.to_string())));
    }
    match sign {
        // `see ③`
        '①'..='⑳' => {
            let number = u32::from(sign) - u32::from('①') + 1;
            // Before what it counts it is a mark of a list.
            let is_mark = at.peek() == Some(' ') && at.peek_second().is_some_and(char::is_alphabetic);
            return Some(Edit::new(
                start,
                at,
                if is_mark { String::new() } else { reader.count(&number.to_string()) },
            ));
        }
        '♩' if at
            .past(|at| {
                at.eat(' ');
                at.eat('=')
            })
            .is_some() =>
        {
            at.eat(' ');
            at.eat('=');
            return Some(Edit::new(start, at, "quarter note equals"));
        }
        // `§§ 12–14`; after the word it stands for it is silent.
        '§' => return Some(section(start, at)),
        '©' if start.words_before().next().is_some_and(|word| word.eq_ignore_ascii_case("copyright")) => {
            return Some(Edit::new(start, at, ""));
        }
        '¬' => return Some(Edit::new(start, at, "not")),
        '♯' => return Some(Edit::new(start, at, "sharp")),
        '♭' => return Some(Edit::new(start, at, "flat")),
        '~' => return tilde(start, at),
        '@' if !at.peek().is_some_and(is_word) || at.peek().is_some_and(|next| next.is_ascii_digit()) => {
            return Some(Edit::new(start, at, "at"));
        }
        '#' if at.peek().is_some_and(char::is_alphabetic) && !start.before().is_some_and(is_word) => {
            // `Ref. #BE-2041`
            let chunk = start.chunk();
            let numbered = chunk.contains(|found: char| found.is_ascii_digit())
                && super::codes::is_named(start, chunk.len());
            return Some(Edit::new(start, at, if numbered { "number" } else { "hashtag" }));
        }
        // `100+`, `LGBTQ+`
        '+' if start.before().is_some_and(char::is_alphanumeric) && !at.peek().is_some_and(is_word) => {
            return Some(Edit::new(start, at, "plus"));
        }
        '^' => return Some(Edit::new(start, at, "caret")),
        '%' if at.peek().is_some_and(is_word) || start.before() == Some(' ') => {
            return Some(Edit::new(start, at, "percent"));
        }
        // `AT&T` is one word; `R & D` is three.
        // A reference of a language: `&str`.
        '&' if start.before().is_none_or(|before| before == ' ')
            && at.peek().is_some_and(char::is_alphabetic) =>
        {
            return Some(Edit::new(start, at, ""));
        }
        // `ΔH°`, `E°`: at the standard state.
        '°' if start.before().is_some_and(|before| "HGSEU".contains(before))
            && !start.before_second().is_some_and(|before| is_word(before) && before != 'Δ')
            && !at.peek().is_some_and(|next| next.is_ascii_digit()) =>
        {
            return Some(Edit::new(start, at, "naught"));
        }
        '°' => {
            let scale =
                [("C", "degrees Celsius"), ("F", "degrees Fahrenheit")].iter().find_map(|(letter, words)| {
                    Some((*words, at.past(|at| at.eat_text(letter) && at.ends_word())?))
                });
            let (words, end) = scale.unwrap_or(("degrees", at));
            return Some(Edit::new(start, end, words));
        }
        '&' if start.before().is_some_and(char::is_alphanumeric)
            && at.peek().is_some_and(char::is_alphanumeric) =>
        {
            return None;
        }
        '_' if !start.before().is_some_and(is_word) && at.peek().is_some_and(is_word) => {
            return Some(Edit::new(start, at, ""));
        }
        _ => {}
    }
    let (_, spoken) = SYMBOLS.iter().find(|(written, _)| *written == sign)?;
    Some(Edit::new(start, at, *spoken))
}

/// `~5`, `X ~ N(0, 1)`, `△ABC ~ △DEF`, `HEAD~3`.
fn tilde(start: Cursor<'_>, at: Cursor<'_>) -> Option<Edit> {
    let dotted = at.past(|at| (0..2).all(|_| at.digits(1..=4).is_some() && at.eat('.'))).is_some();
    let spaced = start.before() == Some(' ') && at.peek() == Some(' ');
    let distribution = || {
        at.past(|at| at.eat(' ') && !at.eat_while(char::is_alphabetic).is_empty() && at.peek() == Some('('))
    };
    let words = if dotted || start.before().is_some_and(is_word) {
        "tilde"
    } else if spaced && distribution().is_some() {
        "is distributed as"
    } else if spaced && [" △", " ∠"].iter().any(|figure| at.rest().starts_with(figure)) {
        "is similar to"
    } else if spaced || at.peek().is_some_and(|next| next.is_ascii_digit() || "$€£".contains(next)) {
        "about"
    } else {
        return None;
    };
    Some(Edit::new(start, at, words))
}

fn section<'t>(start: Cursor<'t>, mut at: Cursor<'t>) -> Edit {
    let several = at.eat('§');
    let said =
        start.words_before().next().is_some_and(|word| word.to_ascii_lowercase().starts_with("section"));
    Edit::new(
        start,
        at,
        if said {
            ""
        } else if several {
            "sections"
        } else {
            "section"
        },
    )
}

const SUPERSCRIPTS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉";

fn lowered(written: &str) -> String {
    let value = |found: char| SUPERSCRIPTS.chars().position(|raised| raised == found);
    written.chars().filter_map(value).take(6).map(|value| value.to_string()).collect()
}

/// `x²`, `10⁻³`, `2¹⁰` → `squared`, `to the minus three`, `to the ten`.
fn raised(start: Cursor<'_>, first: usize, reader: Reader) -> Edit {
    let mut at = start;
    let written = at.eat_while(|found| SUPERSCRIPTS.contains(found));
    let digits = lowered(written);
    // `2021¹,²`, `rose.¹⁻³`: several notes.
    if let Some(end) = at.past(|at| {
        (at.eat(',') || start.before() == Some('.') && at.eat_one_of(["⁻", "–"]).is_some())
            && !at.eat_while(|found| SUPERSCRIPTS.contains(found)).is_empty()
    }) && start.before() != Some(' ')
    {
        return Edit::new(start, end, "");
    }
    // `[Cu(NH₃)₄]²⁺`: with a sign it is a charge.
    if at.peek().is_some_and(|next| "⁺⁻".contains(next)) {
        return Edit::new(start, at, format!(" {}", reader.count(&digits)));
    }
    let words = match (first, digits.as_str()) {
        (2, "2") => "squared".to_owned(),
        (3, "3") => "cubed".to_owned(),
        _ => format!("to the {}", reader.count(&digits)),
    };
    // Before a letter it is an isotope, after a word a footnote.
    if start.before().is_none_or(|before| " (".contains(before)) && at.peek().is_some_and(char::is_alphabetic)
    {
        let mut end = at;
        let symbol = end.eat_while(|found| found.is_ascii_alphabetic());
        return match elements::name(symbol) {
            // `²³⁸U`
            Some(name) if end.ends_word() => {
                Edit::new(start, end, format!("{name} {}", reader.label(&digits)))
            }
            _ => Edit::new(start, at, reader.count(&digits)),
        };
    }
    let word = start.previous_word();
    let after_sentence = start.before().is_some_and(|before| ".,;:!?\"”’".contains(before))
        || start.before() == Some(')')
            && at.ends_chunk()
            && start.window_before(24).contains(|found: char| found.is_alphabetic())
            && !super::plain_maths::is_maths(start);
    let footnote = after_sentence
        || start.before() != Some(' ') && word.len() > 3 && word.chars().all(char::is_alphabetic);
    let edit = Edit::new(start, at, if footnote { String::new() } else { words });
    // `6.022 × 10²³ mol⁻¹`
    let counts = start.follows("10") && !footnote;
    match super::units::after_fraction(at).filter(|_| counts) {
        Some((words, end)) => super::units::with_rate(edit.say(end, words[1]), end, reader),
        // `12.3 ×10⁹/L`
        None if counts => super::units::with_rate(edit, at, reader),
        None => edit,
    }
}

/// The space in `what ?`.
pub fn space_before_mark(start: Cursor<'_>, reader: Reader) -> Option<Edit> {
    let mut at = start;
    at.eat(' ').then_some(())?;
    let space = at;
    if super::signs::named(space, reader).is_some() {
        return None;
    }
    // `P(A) · P(B)` multiplies.
    if space.peek() == Some('·')
        && start.before().is_some_and(|before| before == ')' || is_word(before))
        && super::plain_maths::operand_before(space)
        && at.past(|at| at.eat('·')).is_some_and(super::plain_maths::operand_after)
        && super::plain_maths::is_maths(space)
    {
        return None;
    }
    if super::plain_maths::is_union(space) {
        return None;
    }
    if at.eat_one_of(["|", "·", "•"]).is_some() {
        return (at.peek() == Some(' ')).then(|| Edit::new(start, at, ","));
    }
    at.eat_if(|mark| ",.;:!?".contains(mark))?;
    // `the ? operator` names the mark.
    let goes_on = at.next_word().starts_with(|next: char| next.is_lowercase());
    (at.peek().is_none_or(|next| next == ' ') && (!goes_on || space.peek() == Some(',')))
        .then(|| Edit::new(start, space, ""))
}
