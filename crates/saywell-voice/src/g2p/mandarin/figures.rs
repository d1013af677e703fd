//! What is written in figures and signs, in words: numbers, dates, times, money, units.

use super::syllables::Syllable;
use super::words::{is_han, look_up};

/// Figures one by one.
const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// More figures are said one by one.
const LONGEST: usize = 16;

/// Units after a number, of those that begin alike the longer first.
const UNITS: [(&str, &str); 30] = [
    ("km/h", "公里 每小时"),
    ("m/s", "米 每秒"),
    ("km²", "平方公里"),
    ("cm²", "平方厘米"),
    ("m²", "平方米"),
    ("m³", "立方米"),
    ("km", "公里"),
    ("cm", "厘米"),
    ("mm", "毫米"),
    ("nm", "纳米"),
    ("kg", "公斤"),
    ("mg", "毫克"),
    ("ml", "毫升"),
    ("mL", "毫升"),
    ("kW", "千瓦"),
    ("Hz", "赫兹"),
    ("min", "分钟"),
    ("°C", "摄氏度"),
    ("℃", "摄氏度"),
    ("°F", "华氏度"),
    ("℉", "华氏度"),
    ("°", "度"),
    ("m", "米"),
    ("g", "克"),
    ("h", "小时"),
    ("s", "秒"),
    ("W", "瓦"),
    ("V", "伏"),
    ("t", "吨"),
    ("L", "升"),
];

/// Signs of money.
const MONEY: [(char, &str); 6] =
    [('¥', "元"), ('$', "美元"), ('€', "欧元"), ('£', "英镑"), ('₩', "韩元"), ('₹', "卢比")];

/// Words that are counted: two of them are 两.
const COUNTED: &str = "个位名人只条本张件次天年周岁块元米点秒倍层家间台辆双对杯瓶份篇句段页遍分小公里斤克升吨种类项部座所支把颗棵匹头口套组批场门首封样边者";

/// The words of the figures and signs at `start`, apart by spaces, and where they end.
pub fn written_out(text: &str, start: usize) -> Option<(String, usize)> {
    let rest = &text[start..];
    let first = rest.chars().next()?;
    let begins = !text[..start].ends_with(|found: char| found.is_ascii_alphanumeric());
    if first.is_ascii_digit() {
        let moment = begins.then(|| date(rest).or_else(|| time(rest)).or_else(|| fraction(rest))).flatten();
        let (said, length) = moment.unwrap_or_else(|| number(rest, &text[..start]));
        return Some((said, start + length));
    }
    let after = &rest[first.len_utf8()..];
    let counts = |text: &str| text.starts_with(|found: char| found.is_ascii_digit());
    if let Some((_, unit)) = MONEY.iter().find(|(sign, _)| *sign == first) {
        if !counts(after) {
            return None;
        }
        let (mut said, length) = amount(after);
        let mut end = first.len_utf8() + length;
        // `$20亿` is 20亿美元.
        let large: String = rest[end..].chars().take_while(|found| "百千万亿".contains(*found)).collect();
        said.push_str(&large);
        end += large.len();
        return Some((format!("{said} {unit}"), start + end));
    }
    let said = match first {
        '-' | '−' | '－' if counts(after) && (begins || first != '-') => "负",
        '+' if counts(after.trim_start()) => "加",
        '=' => "等于",
        '×' => "乘以",
        '÷' => "除以",
        '<' => "小于",
        '>' => "大于",
        '≤' => "小于等于",
        '≥' => "大于等于",
        '≈' => "约等于",
        '±' => "正负",
        '&' => "和",
        '%' => "百分号",
        '℃' => "摄氏度",
        '°' => "度",
        _ => return None,
    };
    Some((said.to_owned(), start + first.len_utf8()))
}

/// The syllables of words from here: each character as it is alone, and 一 as before large numbers.
pub fn syllables(word: &str) -> Vec<Syllable> {
    let mut next = word.chars().skip(1);
    let mut said = Vec::new();
    for character in word.chars() {
        let reading = match (character, next.next()) {
            ('一', Some('百' | '千')) => "yi4",
            ('一', Some('万' | '亿')) => "yi2",
            _ => {
                let mut bytes = [0; 4];
                look_up(character.encode_utf8(&mut bytes)).map_or("", |entry| entry.reading)
            }
        };
        said.extend(Syllable::all(reading));
    }
    said
}

/// The syllables of the characters of a word, each as it is alone.
pub fn each(word: &str) -> impl Iterator<Item = Syllable> {
    word.chars().flat_map(|character| {
        let mut bytes = [0; 4];
        Syllable::all(look_up(character.encode_utf8(&mut bytes)).map_or("", |entry| entry.reading))
    })
}

/// The digits that begin a text.
fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}

/// Figures one by one.
fn one_by_one(digits: &str) -> String {
    digits.bytes().filter_map(|digit| DIGITS.get(usize::from(digit.wrapping_sub(b'0')))).collect()
}

/// A number, below 10¹⁶.
fn cardinal(number: u64) -> String {
    const GROUPS: [&str; 4] = ["", "万", "亿", "万亿"];
    if number == 0 {
        return "零".to_owned();
    }
    let mut said = String::new();
    let mut skipped = false;
    for (group, name) in GROUPS.iter().enumerate().rev() {
        let four = number / 10_000_u64.pow(group as u32) % 10_000;
        if four == 0 {
            skipped = true;
            continue;
        }
        if !said.is_empty() && (skipped || four < 1000) {
            said.push('零');
        }
        skipped = false;
        if four == 2 && group > 0 && said.is_empty() {
            said.push('两');
        } else {
            below_ten_thousand(four, &mut said);
        }
        said.push_str(name);
    }
    said
}

/// Adds a number from 1 to 9999.
fn below_ten_thousand(number: u64, said: &mut String) {
    const PLACES: [&str; 4] = ["", "十", "百", "千"];
    let begins = said.is_empty();
    let (mut started, mut skipped) = (false, false);
    for (place, name) in PLACES.iter().enumerate().rev() {
        let digit = (number / 10_u64.pow(place as u32) % 10) as usize;
        if digit == 0 {
            skipped = started;
            continue;
        }
        if skipped {
            said.push('零');
        }
        match (digit, place) {
            (2, 2 | 3) if begins && !started => said.push('两'),
            (1, 1) if begins && !started => {}
            _ => said.extend(DIGITS.get(digit)),
        }
        said.push_str(name);
        (started, skipped) = (true, false);
    }
}

/// The number that begins a text, without what is after it, and its length: thousands apart by commas, decimals.
fn amount(text: &str) -> (String, usize) {
    let first = digits(text);
    let mut whole = first.to_owned();
    let mut end = first.len();
    while whole.len() <= LONGEST
        && first.len() <= 3
        && let Some(group) = text[end..].strip_prefix(',').map(digits).filter(|group| group.len() == 3)
    {
        whole.push_str(group);
        end += 4;
    }
    let mut said = match whole.parse() {
        Ok(number) if whole.len() <= LONGEST && (whole.len() == 1 || !whole.starts_with('0')) => {
            cardinal(number)
        }
        _ => one_by_one(&whole),
    };
    // `3.14`, and the parts of a version: `1.2.3`.
    while let Some(decimals) =
        text[end..].strip_prefix('.').map(digits).filter(|decimals| !decimals.is_empty())
    {
        said.push('点');
        said.push_str(&one_by_one(decimals));
        end += 1 + decimals.len();
    }
    (said, end)
}

/// The number that begins a text, as what is before and after it asks for it.
fn number(text: &str, before: &str) -> (String, usize) {
    let plain = digits(text);
    let after = &text[plain.len()..];
    // A year, but not so many.
    if after.starts_with('年') && plain.len() == 4 && (plain == "2000" || !plain.ends_with("000")) {
        return (one_by_one(plain), plain.len());
    }
    // A telephone.
    if plain.len() == 11 && plain.starts_with('1') {
        return (one_by_one(plain).replace('一', "幺"), plain.len());
    }
    let (mut said, mut end) = amount(text);
    let rest = &text[end..];
    let is_rank = before.ends_with('第') || before.ends_with('初');
    if said == "二" && !is_rank && rest.trim_start_matches(' ').starts_with(|found| COUNTED.contains(found))
    {
        "两".clone_into(&mut said);
    }
    if let Some(sign) = rest.chars().next().filter(|sign| matches!(sign, '%' | '‰')) {
        let of = if sign == '%' { "百分之" } else { "千分之" };
        return (format!("{of} {said}"), end + sign.len_utf8());
    }
    // `3-5天`, `10~20%`.
    if let Some(joint) = rest.chars().next().filter(|joint| "-~～–—至".contains(*joint)) {
        let second = &rest[joint.len_utf8()..];
        let alone = !digits(second).is_empty() && !before.ends_with(['-', '~']);
        // Rows of numbers with hyphens are no spans.
        let length = second.len() - digits(second).len();
        let chained = second[second.len() - length..].starts_with('-');
        if alone && !chained && joint != '至' && plain.len() <= 5 && !plain.starts_with('0') {
            let counted = second[second.len() - length..].starts_with(|found| COUNTED.contains(found));
            let said = if said == "二" && counted { "两" } else { &said };
            return (format!("{said} 到"), end + joint.len_utf8());
        }
    }
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let unit = UNITS.iter().filter(|_| spaces <= 1).find_map(|(written, words)| {
        let after = rest[spaces..].strip_prefix(written)?;
        (!after.starts_with(|found: char| found.is_alphanumeric() && !is_han(found)))
            .then_some((written, words))
    });
    if let Some((written, words)) = unit {
        let said = if said == "二" { "两" } else { &said };
        end += spaces + written.len();
        return (format!("{said} {words}"), end);
    }
    (said, end)
}

/// `2024-05-12`, `2024/5/12`, `2024.5.12`.
fn date(text: &str) -> Option<(String, usize)> {
    let year = digits(text);
    let sign = text[year.len()..].chars().next().filter(|sign| "-/.".contains(*sign))?;
    let after = &text[year.len() + 1..];
    let month = digits(after);
    let rest = after[month.len()..].strip_prefix(sign)?;
    let day = digits(rest);
    let (m, d): (u64, u64) = (month.parse().ok()?, day.parse().ok()?);
    let fits = year.len() == 4 && (1..=2).contains(&month.len()) && (1..=2).contains(&day.len());
    let is_date = fits && (1..=12).contains(&m) && (1..=31).contains(&d);
    let end = text.len() - rest.len() + day.len();
    let goes_on =
        text[end..].starts_with(|found: char| found == sign && found != '.' || found.is_ascii_digit());
    (is_date && !goes_on)
        .then(|| (format!("{}年 {}月 {}日", one_by_one(year), cardinal(m), cardinal(d)), end))
}

/// `14:30`, `9:05:30`; of others `3:2`, a score.
fn time(text: &str) -> Option<(String, usize)> {
    let hours = digits(text);
    let after = text[hours.len()..].strip_prefix(':')?;
    let minutes = digits(after);
    let mut end = hours.len() + 1 + minutes.len();
    let (h, m): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    if minutes.len() != 2 || hours.len() > 2 || h > 24 || m > 59 {
        let small = hours.len() <= 3 && minutes.len() <= 3;
        return small.then(|| (format!("{} 比 {}", cardinal(h), cardinal(m)), end));
    }
    let mut said = format!("{}点", if h == 2 { "两".to_owned() } else { cardinal(h) });
    let seconds = text[end..].strip_prefix(':').map(digits).filter(|seconds| seconds.len() == 2);
    let two = |digits: &str, number: u64| match digits.as_bytes() {
        [b'0', b'1'..=b'9'] => format!("零{}", cardinal(number)),
        _ => cardinal(number),
    };
    if m > 0 || seconds.is_some() {
        said = format!("{said} {}分", two(minutes, m));
    }
    if let Some(seconds) = seconds {
        let s = seconds.parse().unwrap_or_default();
        said = format!("{said} {}秒", two(seconds, s));
        end += 3;
    }
    Some((said, end))
}

/// `3/4`.
fn fraction(text: &str) -> Option<(String, usize)> {
    let above = digits(text);
    let below = digits(text[above.len()..].strip_prefix('/')?);
    let end = above.len() + 1 + below.len();
    let (a, b): (u64, u64) = (above.parse().ok()?, below.parse().ok()?);
    let fits = above.len() <= 3 && below.len() <= 3 && a < b && a > 0;
    (fits && !text[end..].starts_with('/')).then(|| (format!("{}分之 {}", cardinal(b), cardinal(a)), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_counted() {
        for (number, words) in [
            (0, "零"),
            (2, "二"),
            (10, "十"),
            (15, "十五"),
            (20, "二十"),
            (110, "一百一十"),
            (101, "一百零一"),
            (200, "两百"),
            (1010, "一千零一十"),
            (2002, "两千零二"),
            (10_000, "一万"),
            (22_000, "两万二千"),
            (100_001, "十万零一"),
            (120_000, "十二万"),
            (1_000_000, "一百万"),
            (200_000_000, "两亿"),
            (100_020_003, "一亿零二万零三"),
            (1_000_000_000_000, "一万亿"),
        ] {
            assert_eq!(cardinal(number), words, "{number}");
        }
    }
}
