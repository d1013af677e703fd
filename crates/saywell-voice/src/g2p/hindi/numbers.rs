//! Numbers in Hindi, which has a word of its own for each below a hundred.

const SMALL: &str = "
    शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस
    अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस
    सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ
    अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी
    सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे
";

/// The words of a number below 10¹².
pub fn cardinal(number: u64) -> String {
    const SCALES: [(u64, &str); 6] = [
        (100_000_000_000, "खरब"),
        (1_000_000_000, "अरब"),
        (10_000_000, "करोड़"),
        (100_000, "लाख"),
        (1000, "हज़ार"),
        (100, "सौ"),
    ];
    // Years are counted by hundreds: `उन्नीस सौ सैंतालीस`.
    let by_hundreds = (1100..2000).contains(&number);
    let scale = SCALES.iter().find(|(scale, _)| number >= *scale && !(by_hundreds && *scale == 1000));
    let Some((scale, name)) = scale else {
        return SMALL.split_ascii_whitespace().nth(number as usize).unwrap_or_default().to_owned();
    };
    let words = format!("{} {name}", cardinal(number / scale));
    if number.is_multiple_of(*scale) { words } else { format!("{words} {}", cardinal(number % scale)) }
}

/// The words of a rank: `पहला`, `इक्कीसवीं`.
pub fn rank(number: u64, feminine: bool) -> String {
    let stem = match number {
        1 => "पहल",
        2 => "दूसर",
        3 => "तीसर",
        4 => "चौथ",
        6 => "छठ",
        _ => return format!("{}{}", cardinal(number), if feminine { "वीं" } else { "वाँ" }),
    };
    format!("{stem}{}", if feminine { "ी" } else { "ा" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_a_hundred_has_a_word_of_its_own() {
        let words: std::collections::BTreeSet<&str> = SMALL.split_ascii_whitespace().collect();
        assert_eq!((words.len(), SMALL.split_ascii_whitespace().count()), (100, 100));
        assert_eq!(cardinal(99), "निन्यानवे");
        assert_eq!(cardinal(150_000), "एक लाख पचास हज़ार");
        assert_eq!(cardinal(1947), "उन्नीस सौ सैंतालीस");
        assert_eq!(cardinal(20_000_305), "दो करोड़ तीन सौ पाँच");
    }
}
