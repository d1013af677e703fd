//! Sentences and what only looks like one: names, titles and dishes, lists of words, refrains.

/// Small words that noun phrases are made of: articles, prepositions, possessives, numbers, words of time. A name, a title
/// or a dish has no others ("Le nozze di Figaro", "tres leches"), while a sentence has a pronoun, a verb or an
/// adverb as well.
const OF_PHRASES: &[&str] = &[
    "a", "aan", "agli", "ai", "al", "alla", "alle", "allo", "am", "an", "ans", "année", "années", "anno",
    "anos", "ao", "aos", "après", "as", "au", "auf", "aus", "aux", "av", "avant", "avec", "año", "años",
    "bei", "beiden", "beim", "bella", "bello", "bonne", "buona", "buono", "chez", "cinq", "cinque", "clair",
    "col", "com", "con", "d", "da", "dagli", "dai", "dal", "dalla", "dalle", "dallo", "dans", "das", "de",
    "degli", "dei", "dein", "deine", "del", "dell", "della", "delle", "dello", "dem", "den", "der", "des",
    "desde", "deux", "di", "dia", "die", "do", "dois", "dos", "drei", "du", "duas", "due", "durch", "día",
    "días", "e", "een", "ein", "eine", "einem", "einen", "einer", "eines", "el", "em", "en", "entre", "et",
    "ett", "fra", "från", "für", "för", "gegen", "giorno", "gli", "grande", "het", "heure", "heures", "hora",
    "horas", "i", "il", "im", "in", "ins", "jahr", "jahre", "jour", "jours", "l", "la", "las", "le", "les",
    "leur", "lo", "los", "lune", "ma", "med", "mein", "meine", "mes", "met", "meu", "meus", "mi", "mia",
    "mie", "miei", "mijn", "mille", "minha", "minhas", "mio", "mis", "mit", "mon", "na", "nach", "nas",
    "negli", "nei", "nel", "nella", "nelle", "no", "nos", "nostra", "nostro", "notre", "nouveau", "nouvelle",
    "nuestra", "nuestro", "nuit", "o", "oder", "of", "og", "och", "ohne", "om", "on", "op", "os", "ou",
    "over", "para", "par", "pela", "pelo", "per", "petit", "petite", "por", "pour", "på", "quatre",
    "quattro", "rei", "rey", "s", "sa", "sans", "sem", "senza", "ses", "seu", "seus", "sin", "sobre", "soir",
    "son", "sotto", "sous", "su", "sua", "sue", "sugli", "sui", "sul", "sulla", "sulle", "suo", "sur", "sus",
    "ta", "temps", "tes", "til", "till", "ton", "tra", "tre", "tres", "trois", "três", "tu", "tua", "tuo",
    "tus", "twee", "uit", "um", "uma", "un", "una", "und", "une", "uno", "unos", "unser", "unter", "van",
    "vers", "vez", "vida", "vita", "vom", "von", "voor", "vor", "votre", "y", "zonder", "zu", "zum", "zur",
    "zwei", "zwischen", "à", "às", "über",
];

/// Words that are said on meeting, which English takes over in fun: "Hola, amigos!", "Merci, everyone!"
const OF_MEETING: &[&str] = &[
    "adiós", "amigo", "amigos", "bonjour", "ciao", "danke", "gracias", "grazie", "hallo", "hasta", "hola",
    "ja", "merci", "prego", "salut", "tack",
];

/// The names of notes, which are words of several languages.
const NOTES: &[&str] = &["do", "re", "mi", "fa", "fah", "sol", "so", "la", "ti", "si", "ut"];

/// What stands before a hyphen in English, and would be a word of other languages: "co-op", "re-do", "pre-op".
const PREFIXES: &[&str] = &[
    "a", "anti", "auto", "bi", "co", "con", "de", "di", "e", "en", "ex", "in", "inter", "mal", "mid",
    "multi", "non", "per", "post", "pre", "pro", "re", "self", "semi", "sub", "trans", "tri", "un", "uni",
    "vice", "x",
];

/// Whether `word`, a small word, tells a sentence from a noun phrase.
pub(super) fn tells(word: &str) -> bool {
    word.len() > 1 && !OF_PHRASES.contains(&word) && !OF_MEETING.contains(&word) && !NOTES.contains(&word)
}

/// Whether `part`, the part of a compound before a hyphen, is one that English puts before words.
pub(super) fn is_prefix(part: &str) -> bool {
    let prefix = part.trim_start_matches(|c: char| !c.is_alphanumeric());
    prefix
        .strip_suffix('-')
        .is_some_and(|prefix| PREFIXES.iter().any(|known| known.eq_ignore_ascii_case(prefix)))
}

/// Whether a sentence may end here. A title has no such mark.
pub(super) fn ends_as_sentence(text: &str) -> bool {
    let closing = |c: char| c.is_whitespace() || "\"'”’“»)*_".contains(c);
    text.trim_end_matches(closing).ends_with(['.', '!', '?', '…', ':', ';', ','])
}

/// Whether `text` stands in quotation marks as a whole: what somebody said, with a mark of its own or without.
pub(super) fn is_quoted(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(['"', '“', '„', '«', '»']) && text.ends_with(['"', '”', '“', '»', '«'])
}

/// For each of `tokens`, whether it is a word of a list of words, three or more: "der, die, das", "je, tu, il…",
/// "ser/estar". Grammars have such lists; what they list is no sentence.
pub(super) fn listed(tokens: &[&str]) -> Vec<bool> {
    let separated =
        |token: &str| token.ends_with([',', ';', '/', ':', '–', '—']) || matches!(token, "|" | "·");
    let mut listed = vec![false; tokens.len()];
    let mut from = 0;
    for at in 0..=tokens.len() {
        // A word alone between two separators goes on with the list.
        let alone = tokens.get(at).is_some_and(|token| {
            let last = token.ends_with(['.', '…', ')', '!', '?']) || at + 1 == tokens.len();
            (separated(token) || last) && (at == 0 || at > from || separated(tokens[at - 1]))
        });
        let closes = tokens.get(at).is_some_and(|token| !separated(token));
        if alone && !closes {
            continue;
        }
        let end = if alone { at + 1 } else { at };
        let unfinished = end > from && tokens[end - 1].ends_with(['…', '.']) && tokens[end - 1].contains("…");
        if end >= from + 3 || (end == from + 2 && unfinished) {
            listed[from..end].fill(true);
        }
        from = at + 1;
    }
    for (token, listed) in tokens.iter().zip(&mut listed) {
        let mut parts = token.split('/').filter(|part| part.chars().any(char::is_alphabetic));
        *listed |= parts.next().is_some() && parts.next().is_some();
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let tokens: Vec<&str> = text.split(' ').collect();
        let found: String =
            listed(&tokens).into_iter().map(|listed| if listed { 'l' } else { '.' }).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_alone_between_commas_are_a_list() {
        check("der, die, das", "lll");
        check("ich, du, er und sie", ".....");
        check("sein: bin, bist, ist.", "llll");
        check("El conjugates as: yo, tú, él", "...lll");
        check("Conjugation of hablar: hablo, hablas…", "...ll");
        check("Ja, natürlich.", "..");
        check("der/die/das und ser/estar", "l.l");
        check("Je veux du pain, du vin et du fromage.", ".........");
        check("", ".");
    }

    #[test]
    fn a_sentence_ends_with_a_mark() {
        assert!(ends_as_sentence("Ja, natürlich.") && ends_as_sentence("«Ça va ?»"));
        assert!(!ends_as_sentence("La vie en rose") && !ends_as_sentence(""));
        assert!(is_prefix("co-") && is_prefix("(Re-") && !is_prefix("est-"));
    }
}
