//! Portuguese, as in Brazil: orthography tells the sounds and the stress; how open a stressed e or o is, rules tell mostly. The
//! sounds are those that the voices were taught with (espeak-ng's).

use std::cmp::Ordering;

use super::running::{
    Date, Numerals, Time, Tongue, agreeing_ordinal, as_written, begins_as, letter_name, listed, number_words,
};

/// Portuguese.
pub struct Portuguese;

/// Words without stress inside a phrase, and their sounds.
const WEAK: &[(&str, &str)] = &[
    ("a", "a"),
    ("ao", "aʊ"),
    ("aos", "aʊs"),
    ("as", "as"),
    ("com", "koŋ"),
    ("da", "da"),
    ("das", "das"),
    ("de", "ʤy"),
    ("do", "dʊ"),
    ("dos", "dʊs"),
    ("e", "i"),
    ("eu", "eʊ"),
    ("foi", "foɪ"),
    ("fui", "fuɪ"),
    ("há", "a"),
    ("mas", "mas"),
    ("me", "my"),
    ("meu", "meʊ"),
    ("meus", "meʊs"),
    ("na", "na"),
    ("nas", "nas"),
    ("no", "nʊ"),
    ("nos", "nʊs"),
    ("num", "nu\u{303}ŋ"),
    ("nós", "nɔs"),
    ("o", "ʊ"),
    ("os", "ʊs"),
    ("ou", "ow"),
    ("por", "por"),
    ("que", "ky"),
    ("se", "sy"),
    ("ser", "ser"),
    ("seu", "seʊ"),
    ("seus", "seʊs"),
    ("sou", "sow"),
    ("são", "sɐ̃ʊ̃"),
    ("te", "ʧy"),
    ("tem", "tAŋ"),
    ("ter", "ter"),
    ("teu", "teʊ"),
    ("um", "u\u{303}ŋ"),
    ("vai", "vI"),
    ("vou", "vow"),
    ("à", "ˌaː"),
    ("às", "aːs"),
    ("é", "ɛ"),
];

/// Words that have only secondary stress inside a phrase.
const HALF: &str = "
    até como desde ela elas ele eles era eram essa esse esta estava este estou está estão foram minha minhas nesta
    neste nossa nosso não numa onde para pode posso sua suas tenho tua uma você vocês
";

/// Words that are not said as the rules have them.
const WORDS: &[(&str, &str)] = &[
    ("esse", "ˈesi"),
    ("lhe", "ʎˈy"),
    ("lhes", "ʎˈys"),
    ("muita", "mwˈiŋtæ"),
    ("muitas", "mwˈiŋtæs"),
    ("muito", "mwˈiŋtʊ"),
    ("muitos", "mwˈiŋtʊs"),
    ("mãe", "mˈɐ̃y"),
    ("à", "ˈaː"),
    ("às", "ˈaːs"),
];

/// Stems in which `qu` and `gu` keep their u before e and i; elsewhere it is silent there.
const HEARD_U: &str = "
    aguent arguir bilíngue cinquent consequ delinqu eloqu equestre frequ linguis linguiç pinguim quinqu sagui sequ
    tranquil ubíquo unguent
";

/// Words, without what ends them, whose x is `ks`, and those where it is `s`.
const X_AS_KS: &str = "
    anexo complexo conex fix flex intoxic lax léxico nexo oxi ox reflexo saxofone sex sintaxe tax táxi tóxic
";
const X_AS_S: &str = "
    auxili auxíli máxim próxim sexta sexto sintax trouxe
";

/// Words with an open stressed e or o that the rules close, and the other way round; without a final s.
const OPEN: &str = "
    belo bloco copo colo dez ferro foto logo maior melhor menor modo mulher nosso olho pior posso quero espero
    qualquer quer resto solo sol talher tempero voto vosso voz zero peço gelo fecha jovem choro feche fecham colher
    quiser souber puder tiver estiver internet ovos ossos jogos olhos novos povos corpos formas fecho levo negro
    nego meço cego prego elo feto credo servo adoro mostro maiores melhores menores piores
";
const CLOSED: &str = "
    aquele cabeça cerca cerveja deste desse doce ele esse este força forma governo gota hoje igreja jogo letra moça
    neste nesse pela perda pessoa rede seca sopa cebola estrela escreva torre esquerda porque esqueça senhor terça
    toda verde cera feira gosto rosto rolha folha escolha bolha alface
";

impl Tongue for Portuguese {
    fn phrase(&self, words: &[&str]) -> Vec<String> {
        let last = words.len().saturating_sub(1);
        let mut said: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(at, word)| {
                let weak = WEAK.iter().find(|(weak, _)| weak == word).filter(|_| at < last);
                match weak {
                    Some((_, sounds)) => (*sounds).to_owned(),
                    None if at < last && HALF.contains(word) => say(word).replace('ˌ', "").replace('ˈ', "ˌ"),
                    None => say(word),
                }
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
            "%" => "por cento",
            "€" => "euros",
            "$" => "dólares",
            "£" => "libras",
            "&" => "e",
            "+" => "mais",
            "=" => "igual a",
            "@" => "arroba",
            "°" => "graus",
            "-" => "menos",
            "," | "." => "vírgula",
            _ => return None,
        })
    }

    fn spelled(&self, letter: char) -> Option<&'static str> {
        const NAMES: [&str; 26] = [
            "a", "bê", "cê", "dê", "é", "éfe", "gê", "agá", "i", "jóta", "cá", "éle", "ême", "êne", "ó",
            "pê", "quê", "érre", "ésse", "tê", "u", "vê", "dáblio", "xis", "ípsilon", "zê",
        ];
        letter_name(&NAMES, letter)
    }

    fn months(&self) -> &'static [&'static str; 12] {
        &[
            "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
            "outubro", "novembro", "dezembro",
        ]
    }

    fn rank(&self, number: u64, feminine: bool) -> String {
        ordinal(number, feminine)
    }

    fn date(&self, Date { day, year, .. }: Date, month: &str) -> String {
        let day = if day == 1 { "primeiro".to_owned() } else { cardinal(day) };
        format!("{day} de {month} de {}", cardinal(year))
    }

    fn time(&self, Time { hours, minutes, .. }: Time) -> String {
        let said = feminine(&cardinal(hours));
        match minutes {
            0 => format!("{said} {}", if hours == 1 { "hora" } else { "horas" }),
            minutes => format!("{said} e {}", cardinal(minutes)),
        }
    }

    fn first_day(&self) -> Option<&'static str> {
        Some("primeiro")
    }

    fn of_month(&self) -> &'static str {
        " de "
    }

    fn rank_endings(&self) -> &'static [(&'static str, bool)] {
        &[(".º", false), ("º", false), (".ª", true), ("ª", true)]
    }

    fn numerals(&self) -> &'static Numerals {
        &Numerals {
            counted: "século séculos capítulo capítulos tomo tomos volume tipo fase nível título artigo anexo ato cena parte grau \
                      série modelo",
            ranked: ["", ""],
            ranking: [
                "congresso concurso festival aniversário encontro torneio prêmio simpósio seminário fórum milênio",
                "guerra república edição dinastia feira bienal legislatura jornada assembleia conferência internacional",
            ],
            women: "isabel catarina maria joana cristina ana margarida vitória elizabeth leonor",
            highest_rank: 10,
        }
    }

    fn long_form(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "sr" => "senhor",
            "sra" => "senhora",
            "srta" => "senhorita",
            "dr" => "doutor",
            "dra" => "doutora",
            "prof" => "professor",
            "profa" => "professora",
            "etc" => "etcétera",
            "km" => "quilômetros",
            "kg" => "quilos",
            "cm" => "centímetros",
            "pág" => "página",
            "aprox" => "aproximadamente",
            _ => return None,
        })
    }
}

/// A vowel with the consonants before it, and what is said with it.
#[derive(Default)]
struct Syllable {
    onset: String,
    /// The letter, with its accent.
    vowel: char,
    /// The letter of a glide after it: i, u, or e and o after a nasal vowel.
    glide: Option<char>,
    /// Whether an m or n closes it, and whether lips do.
    nasal: Option<char>,
    /// Whether an l closes it, which is said as a glide.
    l: bool,
}

fn plain(letter: char) -> char {
    match letter {
        'á' | 'â' | 'ã' | 'à' => 'a',
        'é' | 'ê' => 'e',
        'í' | 'y' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    }
}

fn is_vowel(letter: char) -> bool {
    "aeiou".contains(plain(letter))
}

/// The syllables of a word, and its consonants after the last vowel.
#[expect(clippy::match_same_arms, reason = "a table of letters reads best in their order")]
fn syllables(word: &str) -> (Vec<Syllable>, String) {
    let letters: Vec<char> = word.chars().collect();
    let letter = |at: usize| letters.get(at).copied().unwrap_or(' ');
    let is_front = |letter: char| matches!(plain(letter), 'e' | 'i');
    let heard_u = begins_as(HEARD_U, word);
    let has_ks = begins_as(X_AS_KS, word);
    let hisses = begins_as(X_AS_S, word);
    let (mut found, mut onset) = (Vec::<Syllable>::new(), String::new());
    let mut at = 0;
    while at < letters.len() {
        let (now, next) = (letter(at), letter(at + 1));
        let before = if at == 0 { ' ' } else { letter(at - 1) };
        if is_vowel(now) && !(now == 'y' && is_vowel(next)) {
            at += vowel(&letters, at, &mut onset, &mut found);
            continue;
        }
        let mut taken = 1;
        let sound = match now {
            'c' if next == 'h' => {
                taken = 2;
                "ʃ"
            }
            'c' if is_front(next) => "s",
            'c' | 'k' => "k",
            'ç' => "s",
            'q' | 'g' if next == 'u' && is_front(letter(at + 2)) && !heard_u => {
                taken = 2;
                if now == 'q' { "k" } else { "ɡ" }
            }
            'q' | 'g' if "uü".contains(next) && is_vowel(letter(at + 2)) => {
                taken = 2;
                if now == 'q' { "kw" } else { "ɡw" }
            }
            'q' => "k",
            'g' if is_front(next) => "ʒ",
            'g' => "ɡ",
            'j' => "ʒ",
            'l' | 'n' if next == 'h' => {
                taken = 2;
                if now == 'l' { "lj" } else { "ɲ" }
            }
            'p' if next == 'h' => {
                taken = 2;
                "f"
            }
            'r' if next == 'r' => {
                taken = 2;
                "x"
            }
            'r' if at == 0 || "nls".contains(before) => "x",
            'r' if is_vowel(before) && is_vowel(next) => "ɾ",
            'r' if is_vowel(before) && next != ' ' => "ɾə",
            'r' => "r",
            's' if next == 's'
                || (matches!(next, 'c' | 'ç') && (next == 'ç' || is_front(letter(at + 2)))) =>
            {
                taken = 2;
                "s"
            }
            's' if next == 'h' => {
                taken = 2;
                "ʃ"
            }
            's' if at > 2 && is_vowel(next) && matches!(letters[..at], [.., 't', 'r', 'a' | 'â', 'n']) => {
                "z"
            }
            's' if is_vowel(before) && is_vowel(next) || "bdgjlmnrvz".contains(next) && at > 0 => "z",
            's' => "s",
            'x' if at == 0 => "ʃ",
            'x' if next == 'c' && is_front(letter(at + 2)) => {
                taken = 2;
                "s"
            }
            'x' if hisses || (!is_vowel(next) && next != 'h' && !has_ks) => "s",
            'x' if at == 1 && before == 'e' => "z",
            'x' if has_ks => "ks",
            'x' => "ʃ",
            'z' if next == ' ' => "s",
            't' if next == ' ' => "ʧ",
            'w' => "w",
            'y' => "j",
            'b' | 'd' | 'f' | 'l' | 'm' | 'n' | 'p' | 't' | 'v' | 'z' => as_written(now),
            _ => "",
        };
        onset.push_str(sound);
        at += taken;
    }
    (found, onset)
}

/// Takes the vowel at `at`, its glides and what closes it; how many letters they were.
fn vowel(letters: &[char], at: usize, onset: &mut String, found: &mut Vec<Syllable>) -> usize {
    let letter = |at: usize| letters.get(at).copied().unwrap_or(' ');
    let mut syllable = Syllable { vowel: letter(at), ..Syllable::default() };
    let mut taken = 1;
    let is_accented = |letter: char| "áâàãéêíóôõú".contains(letter);
    // `água`, `história`: after an accent, a final i or u before a vowel is none of its own; nor is the i of `ciência`.
    let (next, rest) = (letter(at + 1), letters.len() - at);
    let is_last = rest == 2 || rest == 3 && matches!(letter(at + 2), 's' | 'm');
    let was_accented = letters.iter().take(at).any(|letter| is_accented(*letter));
    let is_glide = matches!(syllable.vowel, 'i' | 'u') || syllable.vowel == 'e' && "ao".contains(next);
    if is_glide && !onset.is_empty() && ("aeo".contains(next) && is_last && was_accented || next == 'ê') {
        onset.push(if syllable.vowel == 'u' { 'w' } else { 'j' });
        // What is before it turns soft all the same.
        syllable.vowel = next;
        taken = 2;
        if onset.ends_with('j') {
            soften(onset);
        }
    }
    let next = letter(at + taken);
    let after = letter(at + taken + 1);
    let falls = match (plain(syllable.vowel), next) {
        ('a', 'e' | 'o') | ('o', 'e') => matches!(syllable.vowel, 'ã' | 'õ'),
        ('a' | 'e' | 'o' | 'u', 'i') | ('a' | 'e' | 'o' | 'i', 'u') => true,
        _ => false,
    };
    // `rainha`, `cair`, `ruim`, `ainda`: what closes the next syllable needs its vowel.
    let closes =
        |place: usize| !is_vowel(letter(place)) && letter(place) != ' ' && !is_vowel(letter(place + 1));
    let parts =
        "lrzmn".contains(after) && (closes(at + taken + 1) || after == 'n' && letter(at + taken + 2) == 'h');
    // `saiu`: the second i begins a fall of its own.
    let leads = next == 'i' && after == 'u' || at == 1 && letters.starts_with(&['r', 'e', 'u']);
    if falls && !leads && (!parts || matches!(syllable.vowel, 'ã' | 'õ')) && !"íú".contains(syllable.vowel)
    {
        syllable.glide = Some(next);
        taken += 1;
    } else {
        let close = letter(at + taken);
        let beyond = letter(at + taken + 1);
        if matches!(close, 'm' | 'n') && !is_vowel(beyond) && beyond != 'h' {
            syllable.nasal = Some(if "pb".contains(beyond) { 'm' } else { 'n' });
            taken += 1;
        } else if close == 'l' && !is_vowel(beyond) && beyond != 'h' {
            syllable.l = true;
            taken += 1;
        }
    }
    syllable.onset = std::mem::take(onset);
    found.push(syllable);
    taken
}

/// Makes t and d before an i, or before a glide j at the end, what Brazil makes of them.
fn soften(onset: &mut String) {
    let (hard, glide) = onset.strip_suffix('j').map_or((onset.as_str(), ""), |hard| (hard, "j"));
    let softened = match (hard.strip_suffix('t'), hard.strip_suffix('d')) {
        (Some(before), _) => format!("{before}ʧ{glide}"),
        (_, Some(before)) => format!("{before}ʤ{glide}"),
        _ => return,
    };
    *onset = softened;
}

/// A word by itself.
fn say(word: &str) -> String {
    if let Some((_, sounds)) = WORDS.iter().find(|(known, _)| *known == word) {
        return (*sounds).to_owned();
    }
    let (mut found, coda) = syllables(word);
    let count = found.len();
    if count == 0 {
        return coda;
    }
    let stressed = stressed(word, &found);
    let is_open = is_open(word, &found, stressed);
    let mut said = String::new();
    for at in 0..count {
        let following = found.get(at + 1).map_or(coda.clone(), |next| next.onset.clone());
        let place = match at.cmp(&stressed) {
            Ordering::Less => Place::Before,
            Ordering::Equal => Place::Stressed { is_open },
            Ordering::Greater if at + 1 == count && matches!(coda.as_str(), "" | "s") => Place::Last,
            Ordering::Greater => Place::After,
        };
        let Some(syllable) = found.get_mut(at) else { break };
        let sound = sound(syllable, place, &following);
        if sound.starts_with('i') || sound == "y" {
            soften(&mut syllable.onset);
        }
        said.push_str(&syllable.onset);
        said.push_str(match at {
            _ if at == stressed => "ˈ",
            0 if count > 2 => "ˌ",
            // Every second one from there, but not next to the stress.
            _ if at < stressed && is_second(at, stressed) => "ˌ",
            _ => "",
        });
        said.push_str(&sound);
    }
    said.push_str(&coda);
    said
}

/// Long words have a second secondary stress: the one two before the main one, if there are four before it.
fn is_second(at: usize, stressed: usize) -> bool {
    stressed >= 4 && at + 2 == stressed
}

/// The syllable with the stress.
fn stressed(word: &str, found: &[Syllable]) -> usize {
    let marked = |marks: &str| found.iter().rposition(|syllable| marks.contains(syllable.vowel));
    if let Some(at) = marked("áâéêíóôú").or_else(|| marked("ãõ")) {
        return at;
    }
    let last = found.len() - 1;
    let stem =
        word.strip_suffix("ns").map_or(word.strip_suffix('s').unwrap_or(word), |stem| &word[..=stem.len()]);
    let is_open = ["a", "e", "o", "am", "em", "en"].iter().any(|end| stem.ends_with(end));
    let falls = found[last].glide.is_some();
    if is_open && !falls && last > 0 { last - 1 } else { last }
}

/// Whether the stressed e or o is an open one.
fn is_open(word: &str, found: &[Syllable], stressed: usize) -> bool {
    let stem = word.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(word);
    let closes =
        ["ores", "ssora", "tora", "dora"].iter().any(|end| word.ends_with(end) || stem.ends_with(end));
    if listed(OPEN, word) {
        return true;
    }
    if listed(CLOSED, stem) || closes {
        return false;
    }
    if listed(OPEN, stem) {
        return true;
    }
    let syllable = &found[stressed];
    if syllable.l {
        return true;
    }
    let Some(next) = found.get(stressed + 1) else { return false };
    if stressed + 2 != found.len() || next.glide.is_some() {
        // `começaram`: nothing tells.
        return false;
    }
    let following = next.onset.as_str();
    if following.is_empty() || following.starts_with(['m', 'n', 'ɲ']) {
        return false;
    }
    let end = plain(next.vowel);
    match syllable.vowel {
        'e' if following.starts_with("ɾə") => true,
        'e' if end == 'o' => {
            matches!(following, "t" | "l" | "kt") && !word.ends_with("elo") && !word.ends_with("este")
        }
        'e' => !following.starts_with(['z', 'ʒ', 'ʃ']) && following != "lj" && !following.ends_with("tr"),
        'o' if end == 'o' => false,
        'o' => !matches!(following, "z") || end == 'a',
        _ => false,
    }
}

/// Where a syllable is, as seen from the one with the stress.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Before,
    /// It has the stress, and an open e or o.
    Stressed {
        is_open: bool,
    },
    After,
    /// After the stress, with nothing but an s behind it.
    Last,
}

/// What a syllable's vowel, its glide and what closes it sound like.
fn sound(syllable: &Syllable, place: Place, following: &str) -> String {
    let stressed = matches!(place, Place::Stressed { .. });
    let opened = place == Place::Stressed { is_open: true };
    let closing = match syllable.nasal {
        Some('m') => "m",
        Some(_) => "ŋ",
        None => "",
    };
    let before_nasal = following.starts_with(['m', 'n', 'ɲ']) && syllable.nasal.is_none();
    let mut sound = match (syllable.vowel, syllable.glide) {
        ('ã', Some('o' | 'u')) => "ɐ̃ʊ̃",
        ('ã', Some(_)) => "ɐ̃y",
        ('õ', Some(_)) => "o\u{303}j",
        ('a' | 'á', Some('i')) => "I",
        ('a' | 'á', Some('u')) => "W",
        ('e' | 'ê', Some('i')) => "A",
        ('e' | 'ê', Some('u')) => "eʊ",
        ('é', Some('i')) => "ɛɪ",
        ('é', Some('u')) => "ɛʊ",
        ('o' | 'ô', Some('i')) => "oɪ",
        ('ó', Some('i')) => "Y",
        ('o' | 'ô', Some('u')) => "ow",
        ('i', Some('u')) => "iʊ",
        ('u', Some('i')) => "uɪ",
        _ => "",
    }
    .to_owned();
    if !sound.is_empty() {
        return sound;
    }
    let is_verb_am = syllable.vowel == 'a' && syllable.nasal.is_some() && following.is_empty() && !stressed;
    if is_verb_am {
        return "ɐ̃ʊ̃".to_owned();
    }
    let base = plain(syllable.vowel);
    sound.push_str(match base {
        'a' if syllable.nasal.is_some() || syllable.vowel == 'ã' => "ɐ̃",
        'a' if syllable.l => "W",
        'a' if before_nasal && (stressed || following.starts_with('ɲ')) => "ɐ̃",
        'a' if before_nasal || matches!(place, Place::After | Place::Last) => "æ",
        'a' => "a",
        'e' if syllable.nasal.is_some() => "A",
        'e' if syllable.l && (opened || syllable.vowel == 'é') => "ɛʊ",
        'e' if syllable.l => "eʊ",
        'e' if syllable.vowel == 'é' || opened && syllable.vowel == 'e' => "ɛ",
        'e' if place == Place::Last => "y",
        'e' => "e",
        'i' if syllable.l => "iʊ",
        'i' => "i",
        'o' if syllable.l && stressed => "ɔl",
        'o' if syllable.l => "ow",
        'o' if syllable.nasal.is_some() => "o",
        'o' if syllable.vowel == 'ó' || opened && syllable.vowel == 'o' => "ɔ",
        'o' if place == Place::Last => "ʊ",
        'o' => "o",
        _ if syllable.l && syllable.vowel == 'ú' => "ul",
        _ if syllable.l => "uw",
        _ if syllable.nasal.is_some()
            || before_nasal && stressed && (following.starts_with('ɲ') || syllable.vowel == 'ú') =>
        {
            "u\u{303}"
        }
        _ => "u",
    });
    sound.push_str(closing);
    sound
}

/// Weak words that keep their vowel before another.
const FULL: &str = "
    ʊ dʊ nʊ ˌely ˌesʧy pˌɔsʊ
";

/// What neighbours do to each other: a final s is said with the voice before one that is, and a final ʊ or y before a vowel is a
/// glide; `à` takes the a before it in.
fn join(words: &mut [String]) {
    for at in 0..words.len().saturating_sub(1) {
        let Some(next) = words[at + 1].chars().find(|sound| !"ˈˌ".contains(*sound)) else { continue };
        let is_vowel = "aeiouæɐɛɔʊAIWOY".contains(next);
        let is_crasis = words[at + 1].trim_start_matches('ˌ').starts_with("aː");
        let word = &mut words[at];
        if is_crasis && word.ends_with('æ') {
            word.pop();
        } else if word.ends_with('r') && is_vowel {
            word.pop();
            word.push('ɾ');
        } else if word.ends_with('s') && (is_vowel || "bdɡʒlmnvzɾxwʤ".contains(next)) {
            word.pop();
            word.push('z');
        } else if is_vowel && word.ends_with(['ʊ', 'y']) && !listed(FULL, word.as_str()) {
            let glide = word.pop();
            if word.ends_with(['a', 'e', 'i', 'o', 'u', 'ɛ', 'ɔ', 'ɐ', '\u{303}']) {
                word.extend(glide);
            } else if glide == Some('y') && word.ends_with(['r', 'ɾ', 'x']) {
                word.push('i');
            } else {
                word.push(if glide == Some('y') { 'j' } else { 'w' });
            }
        }
    }
}

fn cardinal(number: u64) -> String {
    const SMALL: [&str; 20] = [
        "zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze",
        "doze", "treze", "quatorze", "quinze", "dezesseis", "dezessete", "dezoito", "dezenove",
    ];
    const TENS: [&str; 10] =
        ["", "", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"];
    const HUNDREDS: [&str; 10] = [
        "", "cento", "duzentos", "trezentos", "quatrocentos", "quinhentos", "seiscentos", "setecentos",
        "oitocentos", "novecentos",
    ];
    let and = |start: String, rest: u64| {
        if rest == 0 { start } else { format!("{start} e {}", cardinal(rest)) }
    };
    // `mil e duzentos`, but `mil duzentos e um`.
    let links = |rest: u64| rest < 100 || rest < 1000 && rest.is_multiple_of(100);
    match number {
        0..20 => SMALL[number as usize].to_owned(),
        20..100 => and(TENS[number as usize / 10].to_owned(), number % 10),
        100 => "cem".to_owned(),
        101..1000 => and(HUNDREDS[number as usize / 100].to_owned(), number % 100),
        1000..1_000_000 => {
            let (thousands, rest) = (number / 1000, number % 1000);
            let start =
                if thousands == 1 { "mil".to_owned() } else { format!("{} mil", cardinal(thousands)) };
            if links(rest) { and(start, rest) } else { number_words(&start, rest, cardinal) }
        }
        _ => {
            let (millions, rest) = (number / 1_000_000, number % 1_000_000);
            let name = if millions == 1 { "milhão" } else { "milhões" };
            let start = format!("{} {name}", cardinal(millions));
            if links(rest) { and(start, rest) } else { number_words(&start, rest, cardinal) }
        }
    }
}

/// `uma`, `vinte e duas`: of hours.
fn feminine(number: &str) -> String {
    let (before, last) = number.rsplit_once(' ').map_or(("", number), |(before, last)| (before, last));
    let last = match last {
        "um" => "uma",
        "dois" => "duas",
        last => last,
    };
    if before.is_empty() { last.to_owned() } else { format!("{before} {last}") }
}

/// `primeiro`, `vigésima primeira`: of 1 to 99.
fn ordinal(number: u64, feminine: bool) -> String {
    const SMALL: [&str; 10] =
        ["", "primeiro", "segundo", "terceiro", "quarto", "quinto", "sexto", "sétimo", "oitavo", "nono"];
    const TENS: [&str; 10] = [
        "", "décimo", "vigésimo", "trigésimo", "quadragésimo", "quinquagésimo", "sexagésimo", "septuagésimo",
        "octogésimo", "nonagésimo",
    ];
    agreeing_ordinal(number, &SMALL, &TENS, feminine).unwrap_or_else(|| cardinal(number))
}
