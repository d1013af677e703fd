//! French, as in France: orthography tells the sounds, with the letters that are not said, and neighbours join. The sounds are
//! those that the voices were taught with (espeak-ng's).

use super::running::{Date, Numerals, Time, Tongue, begins_as, letter_name, listed, number_words};

/// French.
pub struct French;

/// Words without stress inside a phrase.
const WEAK: &str = "
    d'en j'en l'en l'on m'en n'en qu'on s'en t'en
    a ai as au aux autre c'est ce ces cette chaque contre d'un d'une dans de des du elle elles en est et ils il je
    la le les leur leurs ma me mes mon ne ni nos notre nous on ont ou où pas plus pour par quand que qu'il qu'elle
    quel quelle qui sa sont se ses si son sur ta te tes ton tous tout toutes trop très tu un une vos votre vous y à
    n'est sans peu vaut s'il jusqu'à
";

/// Words that have only secondary stress inside a phrase.
const HALF: &str = "
    après autour avant avec beaucoup chez combien comment comme depuis encore jamais loin mais mieux moi parce
    pendant presque quelques rien suis sous toi toujours vers voici voilà
";

/// Words that are not said as the rules have them, without stress.
const WORDS: &[(&str, &str)] = &[
    ("ai", "ɛ"),
    ("aiguille", "ɛɡyij"),
    ("album", "albɔm"),
    ("alcool", "alkɔl"),
    ("août", "ut"),
    ("aujourd'hui", "oʒuʁdyi"),
    ("automne", "otɔn"),
    ("avec", "avɛk"),
    ("c'est", "sɛ"),
    ("ces", "se"),
    ("cinq", "sɛ̃k"),
    ("condamner", "kɔ̃dane"),
    ("des", "de"),
    ("dix", "dis"),
    ("dessous", "dəsu"),
    ("dessus", "dəsy"),
    ("donc", "dɔ̃k"),
    ("en", "ɑ̃"),
    ("es", "ɛ"),
    ("est", "ɛ"),
    ("et", "e"),
    ("eu", "y"),
    ("eue", "y"),
    ("examen", "ɛɡzamɛ̃"),
    ("femme", "fam"),
    ("femmes", "fam"),
    ("fils", "fis"),
    ("hier", "jɛʁ"),
    ("huit", "yit"),
    ("internet", "ɛ̃tɛʁnɛt"),
    ("j'ai", "ʒe"),
    ("les", "le"),
    ("match", "matʃ"),
    ("mer", "mɛʁ"),
    ("mes", "me"),
    ("mlle", "madmwazɛl"),
    ("mme", "madam"),
    ("monsieur", "məsjø"),
    ("neuf", "nœf"),
    ("net", "nɛt"),
    ("noeud", "nø"),
    ("oignon", "ɔnjɔ̃"),
    ("ont", "ɔ̃"),
    ("os", "ɔs"),
    ("ouest", "wɛst"),
    ("pays", "pɛi"),
    ("bientôt", "bjɛ̃to"),
    ("notre", "notʁ"),
    ("quatre", "katʁ"),
    ("que", "kə"),
    ("vingt", "vɛ̃"),
    ("vingts", "vɛ̃"),
    ("votre", "votʁ"),
    ("zone", "zon"),
    ("zones", "zon"),
    ("sens", "sɑ̃s"),
    ("second", "səɡɔ̃"),
    ("seconde", "səɡɔ̃d"),
    ("secondes", "səɡɔ̃d"),
    ("sept", "sɛt"),
    ("ses", "se"),
    ("six", "sis"),
    ("solennel", "solanɛl"),
    ("sud", "syd"),
    ("tes", "te"),
    ("tous", "tus"),
    ("un", "œ̃"),
    ("yeux", "jø"),
    ("œufs", "ø"),
    ("bus", "bys"),
    ("cher", "ʃɛʁ"),
    ("hiver", "ivɛʁ"),
    ("ver", "vɛʁ"),
    ("fer", "fɛʁ"),
    ("enfer", "ɑ̃fɛʁ"),
    ("amer", "amɛʁ"),
    ("ville", "vil"),
    ("villes", "vil"),
    ("mille", "mil"),
    ("tranquille", "tʁɑ̃kil"),
    ("village", "vilaʒ"),
    ("million", "miljɔ̃"),
    ("millions", "miljɔ̃"),
    ("rien", "ʁjɛ̃"),
    ("fier", "fjɛʁ"),
    ("ours", "uʁs"),
    ("mars", "maʁs"),
    ("gens", "ʒɑ̃"),
    ("est-ce", "ɛs"),
];

/// Words in -ent that are no verbs; those in -ment are none either, but for a few.
const SAID_ENT: &str = "
    absent accent accident adolescent agent apparent argent cent client compétent content continent couvent dent
    different différent diligent efficient event excellent fréquent impatient incident indifférent innocent
    intelligent lent mécontent occident orient parent patient permanent président prudent précédent présent pressent
    récent serpent souvent suffisent  talent torrent transparent urgent vent violent évident équivalent ingrédient
    inconvénient récipient sent ment ardent décent pourcent
";
const SILENT_MENT: &str = "
    aiment animent arment calment confirment consomment dorment expriment estiment ferment filment forment informent
    nomment impriment suppriment transforment affirment allument entament fument présument résument
";

/// Words that join with the next if it begins with a vowel, and the sound that is heard then.
const LIAISONS: &[(&str, &str)] = &[
    ("aux", "z"),
    ("bon", "n"),
    ("c'est", "t"),
    ("ces", "z"),
    ("chez", "z"),
    ("dans", "z"),
    ("des", "z"),
    ("deux", "z"),
    ("dix", "z"),
    ("elles", "z"),
    ("en", "n"),
    ("est", "t"),
    ("grand", "t"),
    ("grands", "z"),
    ("ils", "z"),
    ("les", "z"),
    ("leurs", "z"),
    ("mes", "z"),
    ("mon", "n"),
    ("n'est", "t"),
    ("nos", "z"),
    ("nous", "z"),
    ("on", "n"),
    ("ont", "t"),
    ("petit", "t"),
    ("petits", "z"),
    ("plus", "z"),
    ("quand", "t"),
    ("quelques", "z"),
    ("sans", "z"),
    ("ses", "z"),
    ("six", "z"),
    ("son", "n"),
    ("sont", "t"),
    ("sous", "z"),
    ("tes", "z"),
    ("ton", "n"),
    ("tout", "t"),
    ("trois", "z"),
    ("très", "z"),
    ("un", "n"),
    ("vos", "z"),
    ("vous", "z"),
    ("nombreux", "z"),
    ("nouveaux", "z"),
    ("autres", "z"),
    ("plusieurs", "z"),
];

/// Words with an h that keeps them from joining, by what they begin with.
const PARTED: &str = "
    haine hall halt handicap hanch hangar harcel haricot hasard hausse haut havre hero héros hibou hollande homard
    honte hors houle huit hurl onze oui yaourt week hongr
";

impl Tongue for French {
    fn phrase(&self, words: &[&str]) -> Vec<String> {
        let last = words.len().saturating_sub(1);
        let mut said = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            let sounds = shortened(word, words.get(at + 1).copied());
            let sounds = match *word {
                word if at < last && listed(WEAK, word) => sounds,
                word if at < last && listed(HALF, word) => stress(&sounds, 'ˌ'),
                _ => stress(&sounds, 'ˈ'),
            };
            said.push(sounds);
        }
        for at in 0..last {
            let joined = LIAISONS.iter().find(|(word, _)| *word == words[at]);
            if let Some((_, sound)) = joined.filter(|_| begins_with_vowel(words[at + 1])) {
                if matches!(words[at], "six" | "dix") {
                    said[at].pop();
                }
                said[at].push_str(sound);
            }
        }
        said
    }

    fn number(&self, number: u64) -> String {
        cardinal(number)
    }

    fn word_of(&self, symbol: &str) -> Option<&'static str> {
        Some(match symbol {
            "%" => "pour cent",
            "€" => "euros",
            "$" => "dollars",
            "£" => "livres",
            "&" => "et",
            "+" => "plus",
            "=" => "égale",
            "@" => "arobase",
            "°" => "degrés",
            "-" => "moins",
            "," | "." => "virgule",
            _ => return None,
        })
    }

    fn spelled(&self, letter: char) -> Option<&'static str> {
        const NAMES: [&str; 26] = [
            "a", "bé", "cé", "dé", "eu", "èfe", "jé", "ache", "i", "ji", "ka", "èle", "ème", "ène", "o",
            "pé", "ku", "ère", "èsse", "té", "u", "vé", "double vé", "ixe", "i grec", "zède",
        ];
        letter_name(&NAMES, letter)
    }

    fn months(&self) -> &'static [&'static str; 12] {
        &[
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre",
        ]
    }

    fn rank(&self, number: u64, feminine: bool) -> String {
        ordinal(number, feminine)
    }

    fn date(&self, Date { day, year, .. }: Date, month: &str) -> String {
        let day = if day == 1 { "premier".to_owned() } else { cardinal(day) };
        format!("{day} {month} {}", cardinal(year))
    }

    fn time(&self, Time { hours, minutes, .. }: Time) -> String {
        let said = feminine(&cardinal(hours));
        let unit = if hours < 2 { "heure" } else { "heures" };
        match minutes {
            0 => format!("{said} {unit}"),
            minutes => format!("{said} {unit} {}", feminine(&cardinal(minutes))),
        }
    }

    fn first_day(&self) -> Option<&'static str> {
        Some("premier")
    }

    fn of_month(&self) -> &'static str {
        " "
    }

    fn rank_endings(&self) -> &'static [(&'static str, bool)] {
        &[
            ("er", false),
            ("ᵉʳ", false),
            ("re", true),
            ("ère", true),
            ("e", false),
            ("ᵉ", false),
            ("ème", false),
            ("ième", false),
            ("nd", false),
            ("nde", true),
        ]
    }

    fn numerals(&self) -> &'static Numerals {
        &Numerals {
            counted: "chapitre chapitres tome tomes volume acte scène partie type phase niveau titre article annexe livre groupe \
                      stade grade vatican",
            ranked: ["", ""],
            ranking: ["siècle siècles congrès", "guerre république dynastie internationale"],
            women: "",
            highest_rank: 1,
        }
    }

    fn long_form(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "m" => "monsieur",
            "dr" => "docteur",
            "pr" => "professeur",
            "etc" => "et cétéra",
            "km" => "kilomètres",
            "kg" => "kilos",
            "cm" => "centimètres",
            "min" => "minutes",
            _ => return None,
        })
    }
}

fn begins_with_vowel(word: &str) -> bool {
    !begins_as(PARTED, word) && word.starts_with(|letter: char| is_vowel(letter) || letter == 'h')
}

/// `six`, `dix` and `huit` lose their end before a consonant; `tous` before any word.
fn shortened(word: &str, next: Option<&str>) -> String {
    let Some(next) = next else { return sounds(word) };
    match word {
        "six" | "dix" if begins_with_vowel(next) => sounds(word),
        "six" => "si".to_owned(),
        "dix" => "di".to_owned(),
        "huit" if !begins_with_vowel(next) => "yi".to_owned(),
        "neuf" if matches!(next, "heures" | "ans") => "nœv".to_owned(),
        "tous" => "tu".to_owned(),
        _ => sounds(word),
    }
}

/// Puts the mark before the last vowel.
fn stress(sounds: &str, mark: char) -> String {
    let is_vowel = |sound: char| "aeɛioɔuyøœəɑ".contains(sound);
    let full = sounds.rfind(|sound: char| is_vowel(sound) && sound != 'ə');
    let Some(at) = full.or_else(|| sounds.rfind(is_vowel)) else { return sounds.to_owned() };
    format!("{}{mark}{}", &sounds[..at], &sounds[at..])
}

/// Whether a sound is a vowel, or the mark of a nasal one.
fn is_sounding(sound: char) -> bool {
    "aeɛioɔuyøœəɑ\u{303}".contains(sound)
}

fn is_vowel(letter: char) -> bool {
    "aeiouyàâäéèêëîïôöùûüœæ".contains(letter)
}

/// The sounds of a word, without stress.
fn sounds(word: &str) -> String {
    if let Some((_, sounds)) = WORDS.iter().find(|(known, _)| *known == word) {
        return (*sounds).to_owned();
    }
    if let Some((short, rest)) =
        word.split_once('\'').filter(|(short, rest)| !short.is_empty() && !rest.is_empty())
    {
        let short = if short == "qu" {
            "k".to_owned()
        } else if short.len() == 1 {
            Speller::new(&format!("{short}e")).all().replace('ə', "")
        } else {
            sounds(short)
        };
        return short + &sounds(rest);
    }
    Speller::new(word).all()
}

/// Goes over the letters of a word.
struct Speller {
    letters: Vec<char>,
    /// Where the letters end that may be said.
    end: usize,
    said: String,
}

const NASAL_A: &str = "ɑ\u{303}";
const NASAL_E: &str = "ɛ\u{303}";
const NASAL_O: &str = "ɔ\u{303}";
const NASAL_U: &str = "œ\u{303}";

impl Speller {
    fn new(word: &str) -> Self {
        let letters: Vec<char> = word.chars().filter(|letter| *letter != '\'').collect();
        let end = said_end(word, &letters);
        Self { letters, end, said: String::new() }
    }

    /// A letter, or a space beyond the word.
    fn letter(&self, at: usize) -> char {
        self.letters.get(at).copied().unwrap_or(' ')
    }

    /// A letter that may be said.
    fn heard(&self, at: usize) -> char {
        if at < self.end { self.letter(at) } else { ' ' }
    }

    fn has(&self, at: usize, text: &str) -> bool {
        text.chars().enumerate().all(|(place, letter)| self.heard(at + place) == letter)
    }

    fn vowel_at(&self, at: usize) -> bool {
        is_vowel(self.letter(at))
    }

    fn all(mut self) -> String {
        let mut at = 0;
        while at < self.end {
            at += if is_vowel(self.letter(at)) { self.vowel(at) } else { self.consonant(at) };
        }
        self.said
    }

    fn say(&mut self, sound: &str, taken: usize) -> usize {
        self.said.push_str(sound);
        taken
    }

    /// Whether the vowel at `at` and what follows up to `after` is nasal: an n or m that no vowel and no second one follows.
    fn is_nasal(&self, nasal: usize) -> bool {
        let (letter, next) = (self.heard(nasal), self.letter(nasal + 1));
        matches!(letter, 'n' | 'm')
            && !is_vowel(next)
            && next != letter
            && next != 'h'
            && !(letter == 'm' && next == 'n')
    }

    fn vowel(&mut self, at: usize) -> usize {
        let (now, next) = (self.letter(at), self.heard(at + 1));
        let start = at == 0;
        // What has a vowel in it with three, two and one letters.
        for (letters, sound) in [
            ("eau", "o"),
            ("œu", "œ"),
            ("oeu", "œ"),
            ("aî", "ɛ"),
            ("oî", "wa"),
            ("ai", "ɛ"),
            ("ei", "ɛ"),
            ("au", "o"),
            ("où", "u"),
            ("oû", "u"),
        ] {
            if !self.has(at, letters) {
                continue;
            }
            let taken = letters.chars().count();
            match letters {
                "ai" | "ei" if self.is_nasal(at + 2) => return self.say(NASAL_E, 3),
                "ai" | "ei" if self.has(at + 2, "ll") => {
                    return self.say(if letters == "ai" { "aj" } else { "ɛj" }, 4);
                }
                "ai" | "ei" if self.has(at + 2, "l") && self.end == at + 3 => {
                    return self.say(if letters == "ai" { "aj" } else { "ɛj" }, 3);
                }
                "ai" if self.end == at + 2 && self.letters.len() == at + 2 && self.letters.len() > 3 => {
                    return self.say("e", 2);
                }
                "œu" | "oeu" => return self.eu(at, taken),
                _ => return self.say(sound, taken),
            }
        }
        match now {
            'e' if self.has(at, "eu") || self.has(at, "eû") => self.eu(at, 2),
            'u' if self.has(at, "ueil") => self.say("œj", if self.has(at + 4, "l") { 5 } else { 4 }),
            'o' if self.has(at, "oin") && self.is_nasal(at + 2) => self.say("wɛ\u{303}", 3),
            'o' if self.has(at, "oi") => self.say("wa", 2),
            'o' if self.has(at, "oy") && self.vowel_at(at + 2) => self.say("waj", 2),
            'a' if self.has(at, "ay") && self.vowel_at(at + 2) => self.say("ɛj", 2),
            'u' if self.has(at, "uy") && self.vowel_at(at + 2) => self.say("yij", 2),
            'o' if next == 'u' => self.ou(at),
            'a' | 'à' | 'â' | 'ä' if self.is_nasal(at + 1) => self.say(NASAL_A, 2),
            'a' | 'à' | 'â' | 'ä' => self.say("a", 1),
            'i' | 'y' if self.is_nasal(at + 1) => self.say(NASAL_E, 2),
            'i' | 'î' | 'ï' | 'y' => self.i(at),
            'o' | 'ô' | 'ö' if self.is_nasal(at + 1) => self.say(NASAL_O, 2),
            'ô' => self.say("o", 1),
            'o' | 'ö' => {
                let sound = self.o(at);
                self.say(sound, 1)
            }
            'u' | 'ù' | 'û' | 'ü' if self.is_nasal(at + 1) => self.say(NASAL_U, 2),
            'u' | 'ù' | 'û' | 'ü' => self.say("y", 1),
            'é' | 'œ' | 'æ' => self.say("e", 1),
            'è' | 'ê' | 'ë' => self.say("ɛ", 1),
            _ => self.e(at, start),
        }
    }

    /// `eu`: open before a consonant that ends the word, but for z.
    fn eu(&mut self, at: usize, taken: usize) -> usize {
        let after = at + taken;
        if self.has(after, "il") {
            let ll = if self.has(after + 2, "l") { 3 } else { 2 };
            return self.say("œj", taken + ll);
        }
        let closes = !is_vowel(self.heard(after)) && self.heard(after) != ' ' && !self.vowel_follows(after);
        let is_z = self.heard(after) == 's' && self.letter(after + 1) == 'e';
        let open = closes && !is_z && !self.has(after, "tr");
        self.say(if open { "œ" } else { "ø" }, taken)
    }

    /// Whether a vowel that is said follows somewhere.
    fn vowel_follows(&self, at: usize) -> bool {
        (at..self.end).any(|place| self.vowel_at(place))
    }

    fn ou(&mut self, at: usize) -> usize {
        if self.has(at, "ouil") && self.has(at + 4, "l") {
            return self.say("uj", 5);
        }
        let next = self.heard(at + 2);
        let is_glide = is_vowel(next) && !(self.said.ends_with(['ʁ', 'l']) && self.said.chars().count() > 1);
        self.say(if is_glide { "w" } else { "u" }, 2)
    }

    fn i(&mut self, at: usize) -> usize {
        // `famille`: after a vowel it belongs to that.
        if self.has(at, "ill") && at > 0 && !self.vowel_at(at - 1) {
            return self.say("ij", 3);
        }
        let next = self.heard(at + 1);
        if is_vowel(next) && self.letter(at) != 'ï' {
            let cluster = self.said.ends_with(['ʁ', 'l'])
                && self.said.chars().rev().nth(1).is_some_and(|sound| "pbtdkɡfv".contains(sound));
            // `bien`.
            if next == 'e' && self.heard(at + 2) == 'n' && self.is_nasal(at + 2) {
                let word: String = self.letters.iter().collect();
                let says_en = matches!(self.letter(at + 3), ' ' | 's' | 'd')
                    || word.ends_with("vient")
                    || is_holding(&word);
                let nasal = if says_en { NASAL_E } else { NASAL_A };
                self.said.push_str(if cluster { "i" } else { "j" });
                return self.say(nasal, 3);
            }
            if at > 0 || self.letter(at) == 'y' {
                return self.say(if cluster { "i" } else { "j" }, 1);
            }
        }
        self.say("i", 1)
    }

    /// o is closed at the end, before z and before a single consonant that another vowel follows.
    fn o(&self, at: usize) -> &'static str {
        let (first, second) = (self.heard(at + 1), self.letter(at + 2));
        if first == ' '
            || first == 's' && is_vowel(second)
            || first == 't' && second == 'h'
            || first == 't' && self.letters[at + 1..] == ['t', 'i', 'o', 'n']
        {
            return "o";
        }
        // A group such as `bl` and `gr` begins the next syllable.
        let is_group =
            matches!(second, 'r' | 'l') && first != second && !matches!(first, 'b' | 'g' | 'r' | 'l');
        let closes = !is_vowel(second) && !is_group;
        if closes || second == first || !self.vowel_follows(at + 1) { "ɔ" } else { "o" }
    }

    fn e(&mut self, at: usize, start: bool) -> usize {
        let (next, after) = (self.heard(at + 1), self.letter(at + 2));
        if self.has(at, "en") || self.has(at, "em") {
            if self.is_nasal(at + 1) {
                let is_en = self.end == at + 2
                    && self.letters.len() == at + 2
                    && self.said.ends_with(['e', 'j', 'i']);
                return self.say(if is_en { NASAL_E } else { NASAL_A }, 2);
            }
            if self.letters[at..].starts_with(&['e', 'm', 'm', 'e', 'n', 't']) {
                return self.say("am", 3);
            }
            if start && next == after && self.letter(at) == 'e' && self.letter(at + 1) == 'm' {
                return self.say("ɑ\u{303}m", 3);
            }
        }
        if at + 1 >= self.end {
            // The last that is said: `parler`, `chez`, `pied`, but `projet`.
            let rest: String = self.letters[at + 1..].iter().collect();
            return match rest.as_str() {
                "r" | "z" | "d" | "ds" | "rs" => self.say("e", 1),
                "t" | "ts" | "ct" => self.say("ɛ", 1),
                _ if !self.vowel_before() => self.say("ə", 1),
                _ => self.say("", 1),
            };
        }
        if next == 'x' {
            return self.say("ɛ", 1);
        }
        let is_double = next == after && !is_vowel(next);
        let closes = !is_vowel(next)
            && !is_vowel(after)
            && next != ' '
            && (after != 'h' || !is_vowel(self.letter(at + 3)))
            && !(matches!(after, 'r' | 'l') && next != after && !"rlnm".contains(next))
            && !self.has(at + 1, "gn");
        if self.has(at, "ess") && start || self.has(at, "eff") || self.has(at, "desc") {
            return self.say("e", 1);
        }
        if is_double || closes || after == ' ' || !self.vowel_follows(at + 1) {
            let is_prefix = self.has(at, "ess") && at == 1 && self.letter(0) == 'r';
            return self.say(if is_prefix { "ə" } else { "ɛ" }, 1);
        }
        // `maintenant`: after a single consonant it is not heard, but in the first syllable.
        let mut sounds = self.said.chars().rev();
        let is_single =
            sounds.next().is_some_and(|sound| !is_sounding(sound)) && sounds.next().is_some_and(is_sounding);
        self.say(if is_single { "" } else { "ə" }, 1)
    }

    fn vowel_before(&self) -> bool {
        self.said.contains(|sound: char| "aeɛioɔuyøœəɑ".contains(sound))
    }

    fn consonant(&mut self, at: usize) -> usize {
        let (now, next) = (self.letter(at), self.letter(at + 1));
        let before = if at == 0 { ' ' } else { self.letter(at - 1) };
        let is_front = |letter: char| "eiyéèêëîï".contains(letter);
        let twice = usize::from(now == next);
        let beyond = self.letter(at + 1 + twice);
        match now {
            'c' if next == 'h' => {
                let hard = matches!(self.letter(at + 2), 'r' | 'l' | 'n' | 't')
                    || self.has(at, "chœur")
                    || self.has(at, "choeur")
                    || self.has(at, "chest")
                    || self.has(at, "chaos");
                self.say(if hard { "k" } else { "ʃ" }, 2)
            }
            'c' if twice == 1 && is_front(beyond) => self.say("ks", 2),
            'c' if is_front(next) => self.say("s", 1),
            'c' if next == 'q' => self.say("", 1),
            'c' | 'k' => self.say("k", 1 + twice),
            'ç' => self.say("s", 1),
            'q' => self.say("k", if next == 'u' { 2 } else { 1 }),
            'g' if next == 'n' => {
                let ends = at + 2 >= self.end;
                self.say(if ends { "ɲ" } else { "nj" }, 2)
            }
            'g' if next == 'u' && (is_front(self.letter(at + 2)) || self.letter(at + 2) == 'a') => {
                self.say("ɡ", 2)
            }
            'g' if next == 'e' && "aoâ".contains(self.heard(at + 2)) => self.say("ʒ", 2),
            'g' if is_front(beyond) => self.say(if twice == 1 { "ɡʒ" } else { "ʒ" }, 1 + twice),
            'g' => self.say("ɡ", 1 + twice),
            'j' => self.say("ʒ", 1),
            'p' if next == 'h' => self.say("f", 2),
            'p' if self.has(at, "pt") && self.letters.starts_with(&['c', 'o', 'm', 'p', 't']) => {
                self.say("", 1)
            }
            's' if next == 'c' && is_front(self.heard(at + 2)) => self.say("s", 2),
            's' if twice == 0 && is_vowel(before) && is_vowel(next) => self.say("z", 1),
            's' if next == 'h' => self.say("ʃ", 2),
            's' => self.say("s", 1 + twice),
            't' if next == 'h' => self.say("t", 2),
            // `nation`, `patience`; not after s.
            't' if next == 'i' && before != 's' && at > 0 && self.is_soft_t(at) => self.say("s", 1),
            't' => self.say("t", 1 + twice),
            'x' if before == 'e' && self.vowel_at(at + 1) && at < 2 || before == 'e' && next == 'h' => {
                self.say("ɡz", 1)
            }
            'x' if self.letters[at..].starts_with(&['x', 'i', 'è', 'm', 'e']) => self.say("z", 1),
            'x' if next == 'c' && is_front(self.heard(at + 2)) => self.say("ks", 2),
            'x' => self.say("ks", 1),
            'l' if self.has(at, "ll") && before == 'i' && at > 1 && self.vowel_at(at - 2) => self.say("j", 2),
            'h' => self.say("", 1),
            'w' => self.say("w", 1),
            'r' => self.say("ʁ", 1 + twice),
            'b' | 'd' | 'f' | 'l' | 'm' | 'n' | 'p' | 'v' | 'z' => {
                let mut sound = [0; 4];
                let sound = now.encode_utf8(&mut sound);
                self.said.push_str(sound);
                1 + twice
            }
            _ => 1,
        }
    }

    /// Whether `ti` is `si` here.
    fn is_soft_t(&self, at: usize) -> bool {
        ["tion", "tial", "tiel", "tieux", "tience", "tient", "tiaire", "tiab"].iter().any(|end| {
            let matches = end.chars().enumerate().all(|(place, letter)| self.letter(at + place) == letter);
            matches && (*end != "tient" || self.letters.starts_with(&['p', 'a']))
        })
    }
}

/// `contient`, but `patient`.
fn is_holding(word: &str) -> bool {
    word.ends_with("tient") && !["patient", "impatient", "quotient"].contains(&word)
}

/// Where the letters of a word end that may be said.
fn said_end(word: &str, letters: &[char]) -> usize {
    let count = letters.len();
    if count <= 1 {
        return count;
    }
    if word.ends_with("ent") && count > 3 {
        let stem = word;
        if word.ends_with("vient") || is_holding(word) {
            return count - 1;
        }
        let is_noun = word.ends_with("ment") && !listed(SILENT_MENT, stem) || listed(SAID_ENT, stem);
        return if is_noun { count - 1 } else { count - 3 };
    }
    if word.ends_with("ents") && count > 4 {
        return count - 2;
    }
    let mut end = count;
    // The plural's s, and an x.
    if matches!(letters[end - 1], 's' | 'x')
        && count > 1
        && !matches!(
            word,
            "fax"
                | "index"
                | "bis"
                | "virus"
                | "campus"
                | "gaz"
                | "plus-que"
                | "hélas"
                | "tennis"
                | "oasis"
                | "lotus"
                | "bonus"
                | "focus"
                | "autobus"
                | "iris"
                | "maïs"
                | "cactus"
                | "processus"
                | "silex"
                | "latex"
                | "duplex"
        )
    {
        end -= 1;
    }
    silent_end(letters, end)
}

/// Without an e and consonants that are not said at the end.
fn silent_end(letters: &[char], mut end: usize) -> usize {
    let has_other_vowel = |end: usize| letters[..end].iter().any(|letter| is_vowel(*letter));
    if end > 1 && letters[end - 1] == 'e' && has_other_vowel(end - 1) {
        return end - 1;
    }
    let word: String = letters[..end].iter().collect();
    if matches!(
        word.as_str(),
        "est"
            | "ouest"
            | "sept"
            | "huit"
            | "net"
            | "brut"
            | "but"
            | "strict"
            | "direct"
            | "correct"
            | "contact"
            | "exact"
            | "impact"
            | "intact"
            | "test"
            | "concept"
            | "granit"
            | "déficit"
            | "transit"
            | "stop"
            | "top"
            | "cap"
            | "web"
            | "club"
            | "tub"
            | "sud"
            | "raid"
            | "gaz"
            | "zut"
            | "mat"
            | "internet"
            | "août"
    ) {
        return end;
    }
    while end > 1 {
        let last = letters[end - 1];
        let before = letters[end - 2];
        let silent = match last {
            't' | 'd' | 'p' | 's' | 'x' | 'z' => true,
            'r' => {
                before == 'e'
                    && (end > 4 || end == letters.len() && end > 3)
                    && letters[..end - 2].iter().any(|letter| is_vowel(*letter))
            }
            'c' => before == 'n' || before == 'a' && letters[..end].ends_with(&['b', 'a', 'c']),
            'g' => before == 'n' || before == 'r',
            'b' => before == 'm',
            'f' => letters[..end].ends_with(&['c', 'l', 'e', 'f']),
            'l' => {
                letters[..end].ends_with(&['u', 't', 'i', 'l'])
                    || letters[..end].ends_with(&['u', 's', 'i', 'l'])
            }
            _ => false,
        };
        if !silent || !has_other_vowel(end - 1) {
            break;
        }
        end -= 1;
        // Of `respect`, both go; of `fort`, the r stays.
        if last != 't'
            || before != 'c'
            || letters[..end].ends_with(&['e', 'c'])
                && !letters.starts_with(&['a', 's', 'p'])
                && !letters.starts_with(&['r', 'e', 's', 'p'])
        {
            break;
        }
    }
    end
}

fn cardinal(number: u64) -> String {
    const SMALL: [&str; 20] = [
        "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
        "douze", "treize", "quatorze", "quinze", "seize", "dix sept", "dix huit", "dix neuf",
    ];
    const TENS: [&str; 10] = [
        "", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre vingt",
        "quatre vingt",
    ];
    match number {
        0..20 => SMALL[number as usize].to_owned(),
        20..100 => {
            let tens = number / 10;
            // From seventy and ninety it goes on with ten, eleven, …
            let rest =
                if matches!(tens, 7 | 9) { number - 60 - 20 * u64::from(tens == 9) } else { number % 10 };
            match (tens, rest) {
                (8, 0) => "quatre vingts".to_owned(),
                (_, 0) => TENS[tens as usize].to_owned(),
                (2..=7, 1 | 11) => format!("{} et {}", TENS[tens as usize], cardinal(rest)),
                _ => format!("{} {}", TENS[tens as usize], cardinal(rest)),
            }
        }
        100..200 => number_words("cent", number % 100, cardinal),
        200..1000 => number_words(&format!("{} cent", cardinal(number / 100)), number % 100, cardinal),
        1000..2000 => number_words("mille", number % 1000, cardinal),
        2000..1_000_000 => {
            number_words(&format!("{} mille", cardinal(number / 1000)), number % 1000, cardinal)
        }
        1_000_000..2_000_000 => number_words("un million", number % 1_000_000, cardinal),
        _ => {
            number_words(&format!("{} millions", cardinal(number / 1_000_000)), number % 1_000_000, cardinal)
        }
    }
}

/// `une`, `vingt et une`: of hours and minutes.
fn feminine(number: &str) -> String {
    match number.strip_suffix("un") {
        Some(before) if before.is_empty() || before.ends_with(' ') => format!("{number}e"),
        _ => number.to_owned(),
    }
}

/// `premier`, `vingt et unième`.
fn ordinal(number: u64, feminine: bool) -> String {
    if number == 1 {
        return if feminine { "première" } else { "premier" }.to_owned();
    }
    let words = cardinal(number);
    let stem = match words.rsplit(' ').next().unwrap_or_default() {
        "cinq" => format!("{words}u"),
        "neuf" => format!("{}v", words.trim_end_matches('f')),
        "vingts" => words.trim_end_matches('s').to_owned(),
        last if last.ends_with('e') => words.trim_end_matches('e').to_owned(),
        _ => words,
    };
    format!("{stem}ième")
}
