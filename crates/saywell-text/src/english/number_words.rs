//! Numbers as English words, all of them apart (`forty two`): a hyphen would make a voice stress the tens.

const ONES: [&str; 20] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [&str; 12] = [
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion",
    "septillion", "octillion", "nonillion", "decillion",
];

/// Whether a word stands for a number below a hundred, or is `hundred`: what numbers are made of, but for their scales.
#[must_use]
pub fn is_number_word(word: &str) -> bool {
    ONES.contains(&word) || !word.is_empty() && TENS.contains(&word) || word == "hundred"
}

/// A count, from its decimal digits: `1234` → `one thousand two hundred thirty four`. Too long to have a name,
/// it is read digit by digit.
#[must_use]
pub fn cardinal(digits: &str) -> String {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return ONES[0].to_owned();
    }
    if digits.len() > 3 * SCALES.len() {
        return each_digit(digits);
    }
    let mut words = Vec::new();
    let mut rest = digits;
    while !rest.is_empty() {
        let thousands = (rest.len() - 1) / 3;
        let (group, after) = rest.split_at(rest.len() - 3 * thousands);
        let group =
            group.bytes().fold(0, |value, digit| value * 10 + usize::from(digit.wrapping_sub(b'0') % 10));
        if group > 0 {
            below_thousand(group, &mut words);
            words.extend((thousands > 0).then(|| SCALES[thousands].to_owned()));
        }
        rest = after;
    }
    words.join(" ")
}

/// A rank: `23` → `twenty third`.
#[must_use]
pub fn ordinal(digits: &str) -> String {
    let cardinal = cardinal(digits);
    let last = cardinal.rfind(' ').map_or(0, |separator| separator + 1);
    let (head, last) = cardinal.split_at(last);
    let irregular = match last {
        "one" => "first",
        "two" => "second",
        "three" => "third",
        "five" => "fifth",
        "eight" => "eighth",
        "nine" => "ninth",
        "twelve" => "twelfth",
        regular => {
            return match regular.strip_suffix('y') {
                Some(stem) => format!("{head}{stem}ieth"),
                None => format!("{head}{regular}th"),
            };
        }
    };
    format!("{head}{irregular}")
}

/// A year of four digits: `1905` → `nineteen oh five`, `2010` → `twenty ten`, `2005` → `two thousand five`.
#[must_use]
pub fn year(digits: &str) -> String {
    let (century, rest) = digits.split_at(digits.len().saturating_sub(2));
    match (century.as_bytes(), rest.as_bytes()) {
        (b"00" | b"", _) | ([_, b'0'], [b'0', _]) => cardinal(digits),
        (_, b"00") => format!("{} hundred", cardinal(century)),
        (_, [b'0', _]) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// A number with decimals: `3.10` → `three point one zero`.
#[must_use]
pub fn decimal(number: &str) -> String {
    match number.split_once('.') {
        Some((whole, decimals)) if !decimals.is_empty() => {
            format!("{} point {}", cardinal(whole), each_digit(decimals))
        }
        Some((whole, _)) => cardinal(whole),
        None => cardinal(number),
    }
}

/// Digits one after the other: `404` → `four zero four`.
pub fn each_digit(digits: &str) -> String {
    let words = digits.bytes().filter(u8::is_ascii_digit).map(|digit| ONES[usize::from(digit - b'0')]);
    words.collect::<Vec<_>>().join(" ")
}

/// A number within a name: `404` → `four oh four`, `320` → `three twenty`, `4090` → `forty ninety`; from five
/// digits on, and with a zero before, each digit. Decimals are read as such: `22q11.2`.
#[must_use]
pub fn label(digits: &str) -> String {
    match digits.as_bytes() {
        _ if digits.contains('.') => decimal(digits),
        [b'0', _, ..] => each_digit(digits),
        [] | [_] | [_, _] | [_, b'0', b'0'] => cardinal(digits),
        [_, b'0', _] => format!("{} oh {}", cardinal(&digits[..1]), cardinal(&digits[2..])),
        [_, _, _] => format!("{} {}", cardinal(&digits[..1]), cardinal(&digits[1..])),
        [_, _, _, _] => year(digits),
        _ => each_digit(digits),
    }
}

/// A number as it stands in prose, with its thousands separators and decimals: `1,234.5`. Four digits are
/// read in pairs, as years are; a zero before other digits makes it a code, read digit by digit.
#[must_use]
pub fn number(written: &str) -> String {
    let digits: String = written.chars().filter(|found| *found != ',').collect();
    match digits.split_once('.') {
        Some(_) => decimal(&digits),
        None if digits.len() > 1 && digits.starts_with('0') => each_digit(&digits),
        None if digits.len() == 4 && written.len() == 4 => year(&digits),
        None => cardinal(&digits),
    }
}

/// The plural of a number's words: `nineteen eighty` → `nineteen eighties`, `ten` → `tens`.
#[must_use]
pub fn plural(words: &str) -> String {
    if let Some(stem) = words.strip_suffix('y') {
        format!("{stem}ies")
    } else if words.ends_with('x') {
        format!("{words}es")
    } else {
        format!("{words}s")
    }
}

fn below_thousand(number: usize, words: &mut Vec<String>) {
    if number >= 100 {
        words.extend([ONES[number / 100 % 10].to_owned(), "hundred".to_owned()]);
    }
    match (number % 100, number % 10) {
        (0, _) => {}
        (small @ 1..20, _) => words.push(ONES[small].to_owned()),
        (tens, 0) => words.push(TENS[tens / 10].to_owned()),
        (tens, ones) => words.push(format!("{} {}", TENS[tens / 10], ONES[ones])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(cardinal("0"), "zero");
        assert_eq!(cardinal("007"), "seven");
        assert_eq!(cardinal("1000001"), "one million one");
        assert_eq!(cardinal("342119"), "three hundred forty two thousand one hundred nineteen");
        assert_eq!(cardinal(&"9".repeat(37)), ["nine"; 37].join(" "));
    }

    #[test]
    fn ranks() {
        assert_eq!(ordinal("23"), "twenty third");
        assert_eq!(ordinal("100"), "one hundredth");
        assert_eq!(ordinal("20"), "twentieth");
        assert_eq!(ordinal("112"), "one hundred twelfth");
    }

    #[test]
    fn years() {
        assert_eq!(year("1905"), "nineteen oh five");
        assert_eq!(year("1900"), "nineteen hundred");
        assert_eq!(year("2000"), "two thousand");
        assert_eq!(year("2005"), "two thousand five");
        assert_eq!(year("2024"), "twenty twenty four");
        assert_eq!(year("0042"), "forty two");
    }

    #[test]
    fn numbers_in_names_and_prose() {
        for (digits, words) in [
            ("404", "four oh four"),
            ("320", "three twenty"),
            ("500", "five hundred"),
            ("4090", "forty ninety"),
            ("13700", "one three seven zero zero"),
            ("07", "zero seven"),
        ] {
            assert_eq!(label(digits), words);
        }
        assert_eq!(number("1984"), "nineteen eighty four");
        assert_eq!(number("1,984"), "one thousand nine hundred eighty four");
        assert_eq!(number("1,984.50"), "one thousand nine hundred eighty four point five zero");
        assert_eq!(number("007"), "zero zero seven");
        assert_eq!(plural("nineteen eighty"), "nineteen eighties");
        assert_eq!(plural("six"), "sixes");
    }

    #[test]
    fn decimals() {
        assert_eq!(decimal("3.10"), "three point one zero");
        assert_eq!(decimal("5."), "five");
    }
}
