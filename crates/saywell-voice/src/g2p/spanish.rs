//! Spanish, as in Spain: orthography tells the sounds, so there are only rules. The sounds are those that the voices were
//! taught with (espeak-ng's).

use super::running::{Date, Numerals, Time, Tongue, agreeing_ordinal, as_written, letter_name, number_words};

/// Spanish.
pub struct Spanish;

/// Short words without stress of their own.
const WEAK: &[&str] = &[
    "a", "al", "con", "de", "del", "e", "el", "en", "la", "las", "le", "les", "lo", "los", "me", "mi", "mis",
    "nos", "o", "os", "por", "que", "quien", "se", "si", "sin", "su", "sus", "te", "tu", "tus", "u", "y",
];

/// Longer words that have only secondary stress inside a phrase.
const HALF: &[&str] = &[
    "ante", "aunque", "bajo", "como", "cuando", "cuanto", "desde", "donde", "entre", "hacia", "hasta",
    "mientras", "nuestra", "nuestras", "nuestro", "nuestros", "para", "pero", "porque", "quienes", "sobre",
    "vuestra", "vuestras", "vuestro", "vuestros",
];

impl Tongue for Spanish {
    fn phrase(&self, words: &[&str]) -> Vec<String> {
        let last = words.len().saturating_sub(1);
        let mut said: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(at, word)| {
                let stress = match *word {
                    word if at < last && WEAK.contains(&word) => Stress::None,
                    word if at < last && HALF.contains(&word) => Stress::Secondary,
                    _ => Stress::Primary,
                };
                say(word, stress)
            })
            .collect();
        join(&mut said);
        said
    }

    fn number(&self, number: u64) -> String {
        cardinal(number)
    }

    fn word_of(&self, symbol: &str) -> Option<&'static str> {
        Some(match symbol {
            "%" => "por ciento",
            "€" => "euros",
            "$" => "dólares",
            "£" => "libras",
            "&" => "y",
            "+" => "más",
            "=" => "igual a",
            "@" => "arroba",
            "°" => "grados",
            "-" => "menos",
            "," | "." => "coma",
            _ => return None,
        })
    }

    fn spelled(&self, letter: char) -> Option<&'static str> {
        const NAMES: [&str; 26] = [
            "a", "be", "ce", "de", "e", "efe", "ge", "hache", "i", "jota", "ka", "ele", "eme", "ene", "o",
            "pe", "cu", "erre", "ese", "te", "u", "uve", "uve doble", "equis", "i griega", "zeta",
        ];
        if letter == 'ñ' {
            return Some("eñe");
        }
        letter_name(&NAMES, letter)
    }

    fn months(&self) -> &'static [&'static str; 12] {
        &[
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
            "octubre", "noviembre", "diciembre",
        ]
    }

    fn rank(&self, number: u64, feminine: bool) -> String {
        ordinal(number, feminine)
    }

    fn date(&self, Date { day, year, .. }: Date, month: &str) -> String {
        format!("{} de {month} de {}", cardinal(day), cardinal(year))
    }

    fn time(&self, Time { hours, minutes, counted }: Time) -> String {
        let said = feminine(&cardinal(hours));
        match (minutes, counted) {
            (_, true) => format!("{said} {}", if hours == 1 { "hora" } else { "horas" }),
            (0, false) => said,
            (minutes, false) => format!("{said} y {}", cardinal(minutes)),
        }
    }

    fn first_day(&self) -> Option<&'static str> {
        None
    }

    fn of_month(&self) -> &'static str {
        " de "
    }

    fn rank_endings(&self) -> &'static [(&'static str, bool)] {
        &[(".º", false), ("º", false), (".ª", true), ("ª", true), (".er", false)]
    }

    fn numerals(&self) -> &'static Numerals {
        &Numerals {
            counted: "siglo siglos capítulo capítulos tomo tomos volumen tipo fase nivel título artículo anexo acto escena parte \
                      año grado serie modelo plan",
            ranked: ["", ""],
            ranking: [
                "congreso concurso festival aniversario encuentro torneo premio certamen simposio seminario foro plan milenio",
                "guerra república edición dinastía feria bienal legislatura cumbre jornada jornadas asamblea conferencia \
                 internacional división enmienda",
            ],
            women: "isabel catalina maría juana cristina ana margarita victoria berenguela urraca leonor sofía",
            highest_rank: 10,
        }
    }

    fn long_form(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "sr" => "señor",
            "sra" => "señora",
            "srta" => "señorita",
            "dr" => "doctor",
            "dra" => "doctora",
            "ud" => "usted",
            "uds" => "ustedes",
            "etc" => "etcétera",
            "km" => "kilómetros",
            "kg" => "kilos",
            "cm" => "centímetros",
            "pág" => "página",
            "aprox" => "aproximadamente",
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Stress {
    None,
    Secondary,
    Primary,
}

/// A vowel with the consonants before it.
#[derive(Default)]
struct Syllable {
    onset: String,
    nucleus: String,
    accented: bool,
}

/// The sounds of a word, and its consonants after the last vowel.
fn syllables(word: &str) -> (Vec<Syllable>, String) {
    let letters: Vec<char> = word.chars().collect();
    let letter = |at: usize| letters.get(at).copied().unwrap_or(' ');
    let is_vowel = |letter: char| "aeiouáéíóúü".contains(letter);
    let is_front = |letter: char| "eéií".contains(letter);
    let (mut found, mut onset) = (Vec::<Syllable>::new(), String::new());
    let mut at = 0;
    while at < letters.len() {
        let (now, next) = (letter(at), letter(at + 1));
        let is_y_vowel = now == 'y' && !is_vowel(next);
        if is_vowel(now) || is_y_vowel {
            at += vowels(&letters[at..], &mut onset, &mut found);
            continue;
        }
        let mut taken = 1;
        let sound = match now {
            'b' | 'v' => "b",
            'c' if next == 'h' => {
                taken = 2;
                "ʧ"
            }
            'c' | 'z' if now == 'z' || is_front(next) => "θ",
            'ç' => "s",
            'c' | 'k' => "k",
            'q' => {
                taken = if next == 'u' { 2 } else { 1 };
                "k"
            }
            'g' if is_front(next) => "x",
            'g' if next == 'u' && is_front(letter(at + 2)) => {
                taken = 2;
                "ɡ"
            }
            'g' => "ɡ",
            'j' => "x",
            'l' if next == 'l' => {
                taken = 2;
                "ʎ"
            }
            'ñ' => "ɲ",
            'n' if "bvfp".contains(next) => "m",
            'n' if next == 'y' => "ɲ",
            'n' if "gj".contains(next) => "ŋ",
            'p' if next == 't' => "pː",
            'r' if next == 'r' => {
                taken = 2;
                "r"
            }
            'r' if at == 0 || "nls".contains(letter(at - 1)) => "r",
            'r' => "ɾ",
            's' if next == 'h' => {
                taken = 2;
                "ʃ"
            }
            't' if next == 'z' => {
                taken = 2;
                "ʦ"
            }
            'x' if at == 0 => "s",
            'x' => "ks",
            'y' if at > 0 && letter(at - 1) == 'n' => "",
            'y' => "ʝ",
            'w' => "w",
            'd' | 'f' | 'l' | 'm' | 'n' | 'p' | 's' | 't' => as_written(now),
            _ => "",
        };
        onset.push_str(sound);
        at += taken;
    }
    (found, onset)
}

/// Takes the vowels that `letters` begins with, one syllable for each nucleus; how many letters they were.
fn vowels(letters: &[char], onset: &mut String, found: &mut Vec<Syllable>) -> usize {
    let plain = |letter: char| match letter {
        'á' => 'a',
        'é' => 'e',
        'í' | 'y' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    };
    let is_vowel = |letter: char| "aeiouáéíóúü".contains(letter);
    // A y after a vowel is one where none follows.
    let mut run: Vec<char> = Vec::new();
    let mut taken = 0;
    while let Some(letter) = letters.get(taken) {
        let next = letters.get(taken + 1).copied().unwrap_or(' ');
        if is_vowel(*letter) || (*letter == 'y' && !is_vowel(next)) {
            run.push(*letter);
        } else {
            break;
        }
        taken += 1;
    }
    let is_weak = |letter: char| "iuüy".contains(letter);
    let mut at = 0;
    while let Some(first) = run.get(at) {
        let next = run.get(at + 1).copied();
        let cluster = onset.ends_with(['l', 'ɾ']) && onset.chars().count() > 1;
        let liquid = onset.ends_with(['l', 'ɾ', 'r', 'ʎ']);
        let glide = match (*first, next) {
            ('i', Some(next)) if plain(next) != 'i' && !cluster => Some("j"),
            ('u', Some(next)) if plain(next) != 'u' && !liquid => Some("w"),
            ('y', Some(_)) => Some("ʝ"),
            _ => None,
        };
        // Between vowels a glide begins the next syllable; `muy` ends in one.
        let is_muy = *first == 'u' && next == Some('y');
        if let Some(glide) = glide.filter(|_| !is_muy && (run.len() - at > 1)) {
            onset.push_str(glide);
            at += 1;
        }
        let Some(vowel) = run.get(at).copied() else { break };
        let accented = "áéíóú".contains(vowel);
        at += 1;
        let mut nucleus = plain(vowel).to_string();
        // A falling diphthong, unless what follows is a vowel that the glide leads to.
        let ends = run.get(at).copied().filter(|weak| is_weak(*weak) && *weak != 'ü');
        let leads = run.get(at + 1).is_some();
        if let Some(weak) = ends.filter(|_| !leads && plain(vowel) != plain(ends.unwrap_or(' '))) {
            let joined = match (plain(vowel), plain(weak)) {
                ('a', 'i') => Some("I"),
                ('a', 'u') => Some("W"),
                ('e', 'i') => Some("A"),
                ('o', 'i') => Some("oɪ"),
                ('o', 'u') => Some("O"),
                ('e', 'u') => Some("eʊ"),
                ('u', 'i') if weak == 'y' => Some("uj"),
                _ => None,
            };
            if let Some(joined) = joined {
                joined.clone_into(&mut nucleus);
                at += 1;
            }
        }
        found.push(Syllable { onset: std::mem::take(onset), nucleus, accented });
    }
    taken
}

/// A word by itself.
fn say(word: &str, stress: Stress) -> String {
    if word == "ser" {
        return "sˈer".to_owned();
    }
    // `rápidamente` keeps the stress of `rápida`.
    let base = word.strip_suffix("mente").filter(|base| syllables(base).0.len() > 1);
    if let Some(base) = base.filter(|_| stress == Stress::Primary) {
        return format!("{}mˈente", say_simple(base, stress));
    }
    say_simple(word, stress)
}

fn say_simple(word: &str, stress: Stress) -> String {
    let (found, coda) = syllables(word);
    if found.is_empty() {
        return coda;
    }
    let count = found.len();
    let by_rule = || {
        let ends_open = word.ends_with(['a', 'e', 'i', 'o', 'u', 'n', 's', 'á', 'é', 'í', 'ó', 'ú']);
        if ends_open && count > 1 { count - 2 } else { count - 1 }
    };
    let stressed = found.iter().position(|syllable| syllable.accented).unwrap_or_else(by_rule);
    let mut said = String::new();
    for (at, syllable) in found.iter().enumerate() {
        // What ends the syllable before stands with its consonants: the mark goes before the vowel, as the voices know it.
        said.push_str(&syllable.onset);
        let mark = match stress {
            Stress::Primary if at == stressed => "ˈ",
            Stress::Primary if at + 1 < stressed && at % 2 == 0 => "ˌ",
            Stress::Secondary if at == stressed => "ˌ",
            _ => "",
        };
        said.push_str(mark);
        let after = found.get(at + 1).map_or(coda.as_str(), |next| next.onset.as_str());
        let mut following = after.chars();
        let is_closed = following.next().is_some_and(|sound| "nŋm".contains(sound))
            && following.next().is_some_and(|sound| !"jwm".contains(sound))
            && after != "m";
        let is_open_e = mark == "ˈ"
            && syllable.nucleus == "e"
            && is_closed
            && !after.starts_with('m')
            && !after.starts_with("nn");
        said.push_str(if is_open_e { "ɛ" } else { &syllable.nucleus });
    }
    said.push_str(&coda);
    said
}

/// What neighbours do to each other: b, d and g become soft but at the start and after a nasal, n is said where the next
/// consonant is.
fn join(words: &mut [String]) {
    let mut before = ' ';
    for at in 0..words.len() {
        let next = words.get(at + 1).and_then(|word| word.chars().find(|sound| !"ˈˌ".contains(*sound)));
        let sounds: Vec<char> = words[at].chars().collect();
        let mut said = String::with_capacity(words[at].len() + 4);
        for (place, sound) in sounds.iter().enumerate() {
            let is_last = place + 1 == sounds.len();
            let after = if is_last {
                next
            } else {
                sounds[place + 1..].iter().copied().find(|s| !"ˈˌ".contains(*s))
            };
            let stays_hard = " nmŋɲ".contains(before)
                || after.is_none_or(|after| "ptkbdɡmnɲθʧ".contains(after))
                || (is_last && after.is_some_and(|after| !"aeiouIWAOʊ".contains(after)));
            let heard = match sound {
                'b' if !stays_hard => 'β',
                'd' if !stays_hard => 'ð',
                'ɡ' if !stays_hard => 'ɣ',
                'n' if is_last && after.is_some_and(|after| "bpf".contains(after)) => 'm',
                'n' if is_last && after.is_some_and(|after| after == 'ɡ') => 'ŋ',
                'ʝ' if before == 'n' => 'ʤ',
                other => *other,
            };
            said.push(heard);
            if !"ˈˌː".contains(*sound) {
                before = *sound;
            }
        }
        words[at] = said;
    }
}

fn cardinal(number: u64) -> String {
    const SMALL: [&str; 30] = [
        "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once",
        "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte",
        "veintiuno", "veintidós", "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete",
        "veintiocho", "veintinueve",
    ];
    const TENS: [&str; 10] =
        ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
    const HUNDREDS: [&str; 10] = [
        "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos",
        "setecientos", "ochocientos", "novecientos",
    ];
    // `veintiún mil`, `un millón`.
    let short = |words: String| match words.strip_suffix("uno") {
        Some(before) if before.ends_with("veinti") => format!("{before}ún"),
        Some(before) => format!("{before}un"),
        None => words,
    };
    match number {
        0..30 => SMALL[number as usize].to_owned(),
        30..100 if number.is_multiple_of(10) => TENS[number as usize / 10].to_owned(),
        30..100 => format!("{} y {}", TENS[number as usize / 10], SMALL[number as usize % 10]),
        100 => "cien".to_owned(),
        101..1000 => number_words(HUNDREDS[number as usize / 100], number % 100, cardinal),
        1000..2000 => number_words("mil", number % 1000, cardinal),
        2000..1_000_000 => {
            number_words(&format!("{} mil", short(cardinal(number / 1000))), number % 1000, cardinal)
        }
        1_000_000..2_000_000 => number_words("un millón", number % 1_000_000, cardinal),
        _ => {
            let millions = format!("{} millones", short(cardinal(number / 1_000_000)));
            number_words(&millions, number % 1_000_000, cardinal)
        }
    }
}

/// `una`, `veintiuna`: of hours.
fn feminine(number: &str) -> String {
    number.strip_suffix("uno").map_or_else(|| number.to_owned(), |before| format!("{before}una"))
}

/// `primero`, `vigésima primera`: of 1 to 99.
fn ordinal(number: u64, feminine: bool) -> String {
    const SMALL: [&str; 20] = [
        "", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno",
        "décimo", "undécimo", "duodécimo", "decimotercero", "decimocuarto", "decimoquinto", "decimosexto",
        "decimoséptimo", "decimoctavo", "decimonoveno",
    ];
    const TENS: [&str; 10] = [
        "", "", "vigésimo", "trigésimo", "cuadragésimo", "quincuagésimo", "sexagésimo", "septuagésimo",
        "octogésimo", "nonagésimo",
    ];
    agreeing_ordinal(number, &SMALL, &TENS, feminine).unwrap_or_else(|| cardinal(number))
}
