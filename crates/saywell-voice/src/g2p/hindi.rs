//! Hindi: Devanagari tells the sounds, but for the vowels that are written and not said. The sounds are those that the voices
//! were taught with (espeak-ng's).

mod numbers;
mod written;

use self::numbers::{cardinal, rank};
use self::written::{Nasal, Syllable, Vowel, read};
use super::english::{Accent, English};
use super::given::Given;
use super::running::{Date, Numerals, Time, Tongue, letter_name};
use super::{FrontEnd as _, G2pError};

/// Hindi, with the English for what is written in Latin letters.
pub struct Hindi {
    english: English,
}

impl Hindi {
    /// With the embedded tables.
    pub fn load() -> Result<Self, G2pError> {
        Ok(Self { english: English::load(Accent::American)? })
    }
}

/// Words whose stress or vowels are not those of the rules: most are short ones that lean on others.
const WORDS: &str = "
    हैं=hɛ\u{303} हूँ=hu\u{303} हूं=hu\u{303} है=hɛː में=me\u{303}ː था=tʰaː थे=tʰeː थी=tʰi थीं=tʰi\u{303} के=keː को=koː का=kaː की=ki से=seː और=ɔːɾ क्या=kːjaː
    हो=hoː मैं=mɛ\u{303} आप=ˌaːp आपका=ˌaːpkˌaː आपकी=ˌaːpkˌi आपके=ˌaːpkˌeː मेरा=mˌeːɾaː मेरी=mˌeːɾi मेरे=mˌeːɾeː यह=jˌəh वह=ʋˌəh
    हम=hˌəm तुम=tˌʊm रहा=ɾˌəhaː रहे=ɾˌəheː रही=ɾˌəhi उसका=ˌʊskˌaː उसकी=ˌʊskˌi उसके=ˌʊskˌeː मुझे=mˌʊɟʰeː हमारा=həmˌaːɾaː
    हमारी=həmˌaːɾi हमारे=həmˌaːɾeː बिना=bˌɪnaː वे=ʋeː ये=jeː न=nˈə तक=tˌək अगर=ˌʌɡəɾ क्रिकेट=kɾˈɪkɪt
";

impl Tongue for Hindi {
    fn phrase(&self, words: &[&str]) -> Vec<String> {
        words.iter().map(|word| self.word(word)).collect()
    }

    fn number(&self, number: u64) -> String {
        cardinal(number)
    }

    fn word_of(&self, symbol: &str) -> Option<&'static str> {
        Some(match symbol {
            "%" => "प्रतिशत",
            "€" => "यूरो",
            "$" => "डॉलर",
            "£" => "पाउंड",
            "₹" => "रुपये",
            "&" => "और",
            "+" => "प्लस",
            "=" => "बराबर",
            "@" => "ऐट",
            "°" => "डिग्री",
            "-" => "माइनस",
            "," | "." => "दशमलव",
            _ => return None,
        })
    }

    fn spelled(&self, letter: char) -> Option<&'static str> {
        const NAMES: [&str; 26] = [
            "ए", "बी", "सी", "डी", "ई", "एफ़", "जी", "एच", "आई", "जे", "के", "एल", "एम", "एन", "ओ", "पी", "क्यू",
            "आर", "एस", "टी", "यू", "वी", "डब्ल्यू", "एक्स", "वाई", "ज़ेड",
        ];
        // A word of one letter is said as it is.
        const LETTERS: &str = "अआइईउऊऋएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह";
        match LETTERS.find(letter) {
            Some(at) => LETTERS.get(at..at + letter.len_utf8()),
            None => letter_name(&NAMES, letter),
        }
    }

    fn long_form(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "डॉ" => "डॉक्टर",
            "रु" => "रुपये",
            "km" => "किलोमीटर",
            "cm" => "सेंटीमीटर",
            "mm" => "मिलीमीटर",
            "kg" => "किलोग्राम",
            "mg" => "मिलीग्राम",
            "ml" => "मिलीलीटर",
            _ => return None,
        })
    }

    fn months(&self) -> &'static [&'static str; 12] {
        &["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"]
    }

    fn rank(&self, number: u64, feminine: bool) -> String {
        rank(number, feminine)
    }

    fn date(&self, date: Date, month: &str) -> String {
        format!("{} {month} {}", cardinal(date.day), cardinal(date.year))
    }

    fn time(&self, time: Time) -> String {
        let hours = cardinal(time.hours);
        match time.minutes {
            _ if time.counted => format!("{hours} घंटे"),
            0 => format!("{hours} बजे"),
            minutes => format!("{hours} बजकर {} मिनट", cardinal(minutes)),
        }
    }

    fn first_day(&self) -> Option<&'static str> {
        None
    }

    fn of_month(&self) -> &'static str {
        " "
    }

    fn rank_endings(&self) -> &'static [(&'static str, bool)] {
        &[("वाँ", false), ("वां", false), ("वें", false), ("वीं", true)]
    }

    fn numerals(&self) -> &'static Numerals {
        &Numerals {
            counted: "अध्याय भाग खंड चरण",
            ranked: ["", ""],
            ranking: ["", ""],
            women: "",
            highest_rank: 0,
        }
    }

    fn group_of_digits(&self, rest: &str) -> Option<std::ops::Range<usize>> {
        let digits = rest.strip_prefix(',')?.bytes().take_while(u8::is_ascii_digit).count();
        // `1,50,000`
        let is_group = digits == 3 || digits == 2 && rest[3..].starts_with(',');
        is_group.then_some(1..1 + digits)
    }

    fn decimals_one_by_one(&self) -> bool {
        true
    }
}

impl Hindi {
    fn word(&self, word: &str) -> String {
        let known = WORDS.split_ascii_whitespace().filter_map(|pair| pair.split_once('='));
        if let Some((_, said)) = known.into_iter().find(|(written, _)| *written == word) {
            return said.to_owned();
        }
        if word.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return self.english.say(&Given::plain(word)).text;
        }
        let (mut syllables, mut coda) = read(word);
        end(&mut syllables, &mut coda);
        let stresses = stresses(&syllables, &coda);
        drop_vowels(&mut syllables, &stresses);
        render(&syllables, &coda, &stresses)
    }
}

/// Leaves the vowel out that a word is written with at its end, but after some consonants that nobody could end a word in.
fn end(syllables: &mut Vec<Syllable>, coda: &mut Vec<&'static str>) {
    let Some(last) = syllables.last() else { return };
    let is_kept = match last.onset.as_slice() {
        [_] => false,
        [.., "ɡ", "j"] if last.is_gya => false,
        [] | [.., "ɾ" | "j" | "n" | "ɳ"] => true,
        [.., before, "m"] => !matches!(*before, "ɾ" | "n"),
        _ => false,
    };
    if syllables.len() > 1
        && last.vowel == Vowel::Inherent
        && last.nasal == Nasal::None
        && !is_kept
        && coda.is_empty()
        && let Some(last) = syllables.pop()
    {
        *coda = last.onset;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stress {
    None,
    Secondary,
    Primary,
}

/// How many consonants follow the vowel of a syllable.
fn closing(syllables: &[Syllable], coda: &[&str], at: usize) -> usize {
    let nasal = usize::from(syllables[at].nasal_consonant(syllables.get(at + 1), coda).is_some());
    let after = syllables.get(at + 1).map_or(coda.len(), |next| next.onset.len());
    nasal + after
}

/// The last of the heaviest syllables is stressed, but not the end of the word, unless nothing else is heavy; every second
/// syllable from there is half stressed.
fn stresses(syllables: &[Syllable], coda: &[&'static str]) -> Vec<Stress> {
    let count = syllables.len();
    let weight = |at: usize| {
        let is_last = at + 1 == count;
        let closing = closing(syllables, coda, at);
        let closed = u8::from(closing >= if is_last { 1 } else { 2 });
        u8::from(syllables[at].is_long()) + closed + u8::from(is_last && closing > 1)
    };
    let mut stresses = vec![Stress::None; count];
    let Some(last) = count.checked_sub(1) else { return stresses };
    let heaviest = (0..last).map(weight).max().unwrap_or_default();
    let primary = match heaviest {
        0 | 1 if last > 0 && weight(last) >= 2 => last,
        0 => 0,
        _ => (0..last).rev().find(|at| weight(*at) == heaviest).unwrap_or_default(),
    };
    stresses[primary] = Stress::Primary;
    for at in 0..count {
        let is_free =
            |at: Option<usize>| at.and_then(|at| stresses.get(at)).is_none_or(|side| *side == Stress::None);
        if is_free(Some(at)) && is_free(at.checked_sub(1)) && is_free(Some(at + 1)) {
            stresses[at] = Stress::Secondary;
        }
    }
    stresses
}

/// Leaves vowels out that are written and not said: between one consonant and a syllable with a vowel of its own.
fn drop_vowels(syllables: &mut [Syllable], stresses: &[Stress]) {
    for at in (1..syllables.len().saturating_sub(1)).rev() {
        let before = syllables[at - 1].nasal_consonant(syllables.get(at), &[]);
        let next = &syllables[at + 1];
        let single = matches!(syllables[at].onset.as_slice(), [onset] if *onset != "h") && before.is_none();
        let full = !matches!(next.vowel, Vowel::Inherent | Vowel::Dropped);
        let here = &mut syllables[at];
        if here.vowel == Vowel::Inherent
            && here.nasal == Nasal::None
            && stresses[at] != Stress::Primary
            && single
            && full
        {
            here.vowel = Vowel::Dropped;
        }
    }
}

fn render(syllables: &[Syllable], coda: &[&'static str], stresses: &[Stress]) -> String {
    let mut said = String::new();
    let last = syllables.len().saturating_sub(1);
    for (at, syllable) in syllables.iter().enumerate() {
        cluster(&syllable.onset, &mut said);
        if syllable.vowel == Vowel::Dropped {
            continue;
        }
        let is_end = at == last && coda.is_empty();
        let stress = stresses[at];
        match stress {
            Stress::Primary => said.push('ˈ'),
            Stress::Secondary => said.push('ˌ'),
            Stress::None => {}
        }
        // `समय`: the vowel is another before y.
        if syllable.vowel == Vowel::Inherent && at == last && coda == ["j"] {
            said.push_str(match stress {
                Stress::Primary => "ʌɛj",
                Stress::Secondary => "ɛj",
                Stress::None => "ˌɛj",
            });
            return said;
        }
        let nasal = syllable.nasal_consonant(syllables.get(at + 1), coda);
        said.push_str(syllable.vowel_sound(stress == Stress::Primary, is_end, nasal.is_some()));
        said.extend(nasal);
    }
    cluster(coda, &mut said);
    said
}

/// Consonants that follow each other: doubled ones are long, r is no tap before most of those that hiss or glide.
fn cluster(consonants: &[&'static str], said: &mut String) {
    let mut rest = consonants;
    while let [first, after @ ..] = rest {
        rest = after;
        match (*first, after.first().copied()) {
            ("ɾ", Some("f" | "ʋ" | "m" | "ʃ" | "ʂ" | "s" | "z" | "j" | "ɳ")) => said.push('r'),
            ("k" | "p" | "t" | "c" | "ɟ", Some(second)) if second == *first => {
                said.push_str(first);
                said.push('ː');
                rest = &after[1..];
            }
            ("k" | "p" | "t", Some("j")) => {
                said.push_str(first);
                said.push('ː');
            }
            ("t", Some("tʰ")) | ("d", Some("dʰ")) => {
                said.push_str(if *first == "t" { "tʰː" } else { "dʰː" });
                rest = &after[1..];
            }
            ("c", Some("cʰ")) => said.push_str("cʰ"),
            ("ʈ", Some("ʈʰ")) => said.push_str("ʈʰ"),
            ("ɖ", Some("ɖʰ")) => said.push_str("ɖʰ"),
            _ => said.push_str(first),
        }
    }
}
