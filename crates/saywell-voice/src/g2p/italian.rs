//! Italian: orthography tells the sounds; where the stress lies and how open a stressed e or o is, rules tell mostly and lists
//! the rest. The sounds are those that the voices were taught with (espeak-ng's).

use super::running::{
    Date, Numerals, Time, Tongue, as_written, begins_as, ends_as, letter_name, listed, number_words,
};

/// Italian.
pub struct Italian;

/// Words without stress inside a phrase.
const WEAK: &str = "
    a ad agli ai al che ci con da dal de dei del di e ed fra gli ha hai ho i il in la le li lo ma mai mi ne nel non
    o per più se si su sul ti tra un vi è
";

/// Words that have only secondary stress inside a phrase.
const HALF: &str = "
    abbiamo alla alle allo come contro dalla dalle degli della delle dello era hanno lei loro lui mia mio nessuno
    nostra nostro ogni perché quella quello questa questo sarà sei sono sua sue sulla sulle suo tua tuo tuoi una
";

/// Words that are not said as the rules have them.
const WORDS: &[(&str, &str)] = &[
    ("a", "ˈaː"),
    ("buio", "bˈuːjo"),
    ("dei", "dˈA"),
    ("e", "ˈeː"),
    ("fai", "fˈaːi"),
    ("il", "ˈiːl"),
    ("in", "ˈiːn"),
    ("nel", "nˈɛl"),
    ("o", "ˈɔː"),
    ("po", "pˈo"),
    ("però", "peɾˈɔ"),
    ("spesso", "spˈeSo"),
    ("è", "ˈɛː"),
];

/// Words, or what they begin with and what ends them cut off, that are stressed on the third syllable from the end.
const THIRD: &str = "
    abita abiti abito accendere aerea aereo aggiungere alberi albero ambito analisi angoli angolo anima anime
    anonimo applica area articoli articolo ascolta assistere attendere attimo autobus automobile automobili brillano
    cadono calcoli calcolo cambiano camera camere canada cantano capezzolo capitolo carica cattedra cellula
    centimetri chiedere chilometri chilometro chimica chiudere circolo classifica clinica codice codici comoda
    comodo compito comunica conoscere contemporaneo correre costola credere credito crescere crescita crisi cronaca
    cupola debito decidere decimo dedica deposito devono difendere difficile difficili dimmelo dipingere discutere
    diteci diventano dividere dodici dollari dollaro epoca esamina esercito esistere essere estraneo euro facile
    facili fanno favola fegato femmina festival figure fisica formula fragile freddissimo frigorifero giocano
    giovane giovani giudice gomito grafico guardano idoneo immobile incognita indaco indica indice insistere inutile
    isola lacrima lacrime lampada lavorano leggere lettera lettere libera liberi libero limite limiti linea liquido
    macchina macchine maiuscola maiuscole maiuscolo mandami mandano mangiano manica margine maschera massima massime
    massimi massimo medico merito mescola metodi metodo mettere minimo minuscola minuscolo miracolo mobile mobili
    modica modifica moduli modulo monaco muovere muscolo musica nascere nascita naviga nobile numeri numero nuvola
    ombelico opera opere ordine ordini orfano organi organo origine ospita ospite ospiti ostacolo pagina pagine
    parlano passero pecora pensano pentola perdere perdita perdite pericolo periodi periodo permettere piangere
    piccola piccole piccoli piccolo piovere platano polvere popolo portano portico possono povera povere poveri
    povero predica prendere preposito principe problematico promettere proposito prossima prossimi prossimo
    quattordici quindici raccogliere raggiungere rapida rapido regola regolano replica repliche resistere restano
    ricevere ridere risolvere rispondere rompere rondine sabato sandalo scandalo scarica scatola scegliere scendere
    scrivere secoli secolo sedici seguito semafori semaforo semplice semplici significa simboli simbolo simile
    simili singolo sinonimo sintomi sintomo smettere solido solita solito specifico spegnere spendere spettacolo
    spingere spontaneo stomaco stringere subito suddito tavola tavoli tavolo telefoni telefono termine termini
    tessera timido titoli titolo togliere tornano traffico tredici trovano uccidere ultima ultimi ultimo umida umidi
    umido umile undici unica uniche unici unico usano utile utili valida valido vedova veicolo vendere vendita
    vendite vengono vergine verifica vescovo vicolo video vincere vincolo vipera virgola visibile visita visite
    vivere vogliono zeta zingaro zucchero
";

/// Words in -ano that are no verbs, by what they begin with; verbs (`parlano`) are stressed on the third syllable from the end.
const NOT_VERBS: &str = "
    aeroplan afgan african american anzian artigian australian brasilian capitan cristian divan egizian gabbian
    indian invan italian lontan messican metropolitan milan napoletan pakistan partigian quotidian repubblican roman
    sicilian sovran toscan uman uragan vatican venezian villan vulcan
";

/// Endings of words that are stressed on the third syllable from the end.
const THIRD_ENDINGS: &str = "
    abile abili afica afico aggine agine agini anica anico assero atica atiche atici atico ebbero edici edico erica
    erico esica esico esimo essero etica etico evole evoli ibile ibili ifica ifico igine isico issero issima issime
    issimi issimo istica istico itico ogica ogico ografo ologi ologo ometri ometro omica omico orica orico otico
    ronica ronico traffico ubblica ubblici ubblico udine udini usica
";

/// Endings in -ia whose i has the stress, and words.
const STRESSED_IA: &str = "
    allegria cceria compagnia democrazia ergia fonia geografia grafia invia lleria logia malattia mia nia patia
    polizia rreria scia sia sofia tia tteria via zia zzeria
";
/// Endings in which the i after c and g is heard, and has the stress.
const HEARD_IA: &str = "
    bugia ergia ergie farmacia farmacie logia logie magia urgia
";
const UNSTRESSED_IA: &str = "
    amicizia angoscia asia bestia camicia campania coscia fascia francia germania giustizia grazia guancia hostia
    inizia italia lascia modestia notizia pancia provincia ringrazia roccia russia scimmia spazia striscia tania
    venezia
";

/// Words, or their stems, with a closed stressed e or o. An e or o is open elsewhere, but for the endings below.
const CLOSED: &str = "
    ancora ascolta ascolto bocca bolle bollo bosco bottiglia cadere capelli capello carbone cerca cerchi cerco che
    cipolla colpa colpo come compito compra con conosce conoscere conosci conosco conti conto contro coppia corona
    corre corrono corsa corso corte cosicché crede credito credo cresce croce debito degli della delle dello detta
    detto dieta discorso dodici dolce dolci domanda dopo dove ecco entro esistono essa esso fede ferma fermo fondo
    forno forse fredda freddo fresca fresco frigorifero fronte giorni giorno giovane giovani giovedì intorno legge
    leggi legno lettura maggiore medesimo mela mele meno mentre messa messo mette mettere metti metto minore molta
    molte molti molto mondo monte mosca mostra nella nelle nello nera nero noi nome nomi non numero ogni ombra onda
    ora ore orso ossa padrone pelo pena pentola pepe perché pesa pesce pesci peso piedi pollo polso polvere ponte
    ponteggio posizione presa preso punto quella quelle quelli quello questa queste questi questo racconta racconto
    rete richiede riconosce risolve risolvere rispondo risposta risposto rompe rossa rosse rossi rosso rotondo
    scegli sceglie scesa sceso scorsa scorso seconda secondi secondo sedici segno segue sella seme senza sera sere
    seta sete signora signore sogna sogno sola sole solo sono sopra sordo sorge sorriso sotto spesso spiega stella
    stelle stessa stesso svolge tela terreni terreno tetto tolto torna torno torre tramonto tre tredici trenta vede
    vedi vedo vedono vela velo vengo vengono vera verde verdi vero vetro voce voci voi volge volo volpe volto zoppo
";
const CLOSED_ENDINGS: &str = "
    ai eggi eggia eggio egna egno eguo emma ere esa esca esco ese esi essa ete etta ette etti etto eva evano evi evo
    ezza ezze ismo mente menti mento ogna ogno oia oio omba ombra ompra ompre onda ondo one oni ora ore ori osa ose
    osi oso
";
/// Words whose stressed e or o is open although they end so.
const OPEN: &str = "
    accende accetta aspetta aspetto atleta attendere bicchiere buono cameriere chiesa coro corretta corretto cosa
    cose costa costo crema cuore dieta difetto dipendere diretta diretto effetto essere fuori gioia gloria ingegneri
    lavora lavori lavoro leggere letto loro memoria mese mesi mestiere neve noia nove oggetti oggetto oro passeggeri
    perdere perfetto pianeta poeta prendere presto profeta progetti progetto quartiere ricetta rispetto rosa rose
    scendere scuola sette settimane soggetto spendere sposa storia suona suono suora tende tesoro tuono vendere zona
    zone
";
/// Words whose z has the voice though it does not begin them.
const VOICED_Z: &str = "
    analizza azienda aziende azzardo azzurra azzurri azzurro benzina bronzo dozzina gazzetta mezza mezzanotte mezzi
    mezzo mezzogiorno organizza organizzare orizzonte ozono pranzare pranzi pranzo razzo realizza romanzi romanzo
    utilizza zanzara
";

impl Tongue for Italian {
    fn phrase(&self, words: &[&str]) -> Vec<String> {
        let last = words.len().saturating_sub(1);
        words
            .iter()
            .enumerate()
            .map(|(at, word)| match *word {
                word if at < last && listed(WEAK, word) => weak(word),
                word if at < last && listed(HALF, word) => say(word).replace('ˈ', "ˌ").replace("ˌu", "ˌʊ"),
                word => say(word),
            })
            .collect()
    }

    fn number(&self, number: u64) -> String {
        cardinal(number)
    }

    fn word_of(&self, symbol: &str) -> Option<&'static str> {
        Some(match symbol {
            "%" => "per cento",
            "€" => "euro",
            "$" => "dollari",
            "£" => "sterline",
            "&" => "e",
            "+" => "più",
            "=" => "uguale a",
            "@" => "chiocciola",
            "°" => "gradi",
            "-" => "meno",
            "," | "." => "virgola",
            _ => return None,
        })
    }

    fn spelled(&self, letter: char) -> Option<&'static str> {
        const NAMES: [&str; 26] = [
            "a", "bi", "ci", "di", "e", "effe", "gi", "acca", "i", "i lunga", "cappa", "elle", "emme",
            "enne", "o", "pi", "cu", "erre", "esse", "ti", "u", "vu", "doppia vu", "ics", "ipsilon", "zeta",
        ];
        letter_name(&NAMES, letter)
    }

    fn months(&self) -> &'static [&'static str; 12] {
        &[
            "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre",
            "ottobre", "novembre", "dicembre",
        ]
    }

    fn rank(&self, number: u64, feminine: bool) -> String {
        ordinal(number, feminine)
    }

    fn date(&self, Date { day, year, .. }: Date, month: &str) -> String {
        let day = if day == 1 { "primo".to_owned() } else { cardinal(day) };
        format!("{day} {month} {}", cardinal(year))
    }

    fn time(&self, Time { hours, minutes, counted }: Time) -> String {
        let said = if hours == 1 { "una".to_owned() } else { cardinal(hours) };
        match (minutes, counted) {
            (_, true) => format!("{said} {}", if hours == 1 { "ora" } else { "ore" }),
            (0, false) => said,
            (minutes, false) => format!("{said} e {}", cardinal(minutes)),
        }
    }

    fn tells_the_hour(&self, before: &str) -> bool {
        listed("alle dalle ore", before)
    }

    fn first_day(&self) -> Option<&'static str> {
        Some("primo")
    }

    fn of_month(&self) -> &'static str {
        " "
    }

    fn rank_endings(&self) -> &'static [(&'static str, bool)] {
        &[("º", false), ("ª", true)]
    }

    fn numerals(&self) -> &'static Numerals {
        &Numerals {
            counted: "tipo livello serie grado",
            ranked: [
                "secolo capitolo canto atto volume tomo titolo libro allegato articolo",
                "parte fase scena sezione classe guerra",
            ],
            ranking: [
                "secolo congresso festival concorso anniversario premio capitolo canto atto millennio municipio",
                "guerra edizione repubblica dinastia legislatura fiera biennale internazionale parte fase",
            ],
            women: "elisabetta caterina maria giovanna cristina anna margherita vittoria",
            highest_rank: 99,
        }
    }

    fn long_form(&self, word: &str) -> Option<&'static str> {
        Some(match word {
            "sig" => "signor",
            "sigra" => "signora",
            "dott" | "dr" => "dottor",
            "prof" => "professor",
            "ecc" => "eccetera",
            "km" => "chilometri",
            "kg" => "chili",
            "cm" => "centimetri",
            "pag" => "pagina",
            "es" => "esempio",
            _ => return None,
        })
    }
}

/// A vowel with the consonants before it.
#[derive(Default)]
struct Syllable {
    onset: String,
    vowel: char,
}

fn is_vowel(letter: char) -> bool {
    "aeiouàèéìíòóùú".contains(letter)
}

/// The syllables of a word, and its consonants after the last vowel. Glides are with the consonants.
#[expect(clippy::match_same_arms, reason = "a table of letters reads best in their order")]
fn syllables(word: &str) -> (Vec<Syllable>, String) {
    let letters: Vec<char> = word.chars().filter(|letter| *letter != '\'').collect();
    let letter = |at: usize| letters.get(at).copied().unwrap_or(' ');
    let is_front = |letter: char| "eièéìí".contains(letter);
    let voiced_z = listed(VOICED_Z, word);
    let ends_in_ia = ends_as(HEARD_IA, word);
    let (mut found, mut onset) = (Vec::<Syllable>::new(), String::new());
    let mut at = 0;
    while at < letters.len() {
        let (now, next) = (letter(at), letter(at + 1));
        let before = if at == 0 { ' ' } else { letter(at - 1) };
        if is_vowel(now) {
            found.push(Syllable { onset: std::mem::take(&mut onset), vowel: now });
            at += 1;
            continue;
        }
        let twice = now == next;
        // The first letter that is not this one.
        let beyond = letter(at + 1 + usize::from(twice));
        let mut taken = 1 + usize::from(twice);
        // What is soft before e and i is so before an i that is only written, too.
        let mut soft = |hard: &'static str, tender: &'static str| {
            if beyond == 'h' {
                taken += 1;
                return hard;
            }
            if is_front(beyond) {
                let after = letter(at + taken + 1);
                if beyond == 'i' && is_vowel(after) && !(ends_in_ia && at + taken + 2 >= letters.len()) {
                    taken += 1;
                }
                return tender;
            }
            hard
        };
        let sound = match now {
            'c' if next == 'q' => {
                taken = 2;
                "k"
            }
            'c' => soft("k", "ʧ"),
            'g' if next == 'n' => {
                taken = 2;
                "ɲ"
            }
            'g' if next == 'l' && letter(at + 2) == 'i' => {
                taken = if is_vowel(letter(at + 3)) { 3 } else { 2 };
                "ʎ"
            }
            'g' => soft("ɡ", "ʤ"),
            'q' => "k",
            's' if next == 'c' && is_front(letter(at + 2)) => {
                taken = if letter(at + 2) == 'i' && is_vowel(letter(at + 3)) { 3 } else { 2 };
                "ʃ"
            }
            's' if twice => "S",
            's' if is_vowel(before) && is_vowel(next) || "bdglmnrv".contains(next) => "z",
            's' => "s",
            'z' if at == 0 || voiced_z => "ʣ",
            'z' => "ʦ",
            'h' => "",
            'j' | 'y' => "j",
            'k' => "k",
            'n' if next == 'g' && !is_front(letter(at + 2)) => "ŋ",
            'r' if twice => "rɾ",
            'r' if before == 'a' && is_vowel(next) && at > 1 && matches!(letter(at - 2), 'p' | 's') => "ɾ",
            'w' => "w",
            'x' => "ks",
            'r' => "r",
            'b' | 'd' | 'f' | 'l' | 'm' | 'n' | 'p' | 't' | 'v' => as_written(now),
            _ => "",
        };
        onset.push_str(sound);
        if now == 'c' && next == 'q' {
            onset.push('ː');
        } else if twice && !matches!(now, 's' | 'r') {
            if matches!(now, 'l' | 'm' | 'n' | 'f' | 'v') { onset.push_str(sound) } else { onset.push('ː') }
        }
        at += taken;
        // `quando`, `guerra`: u is a glide after q, and after g before a vowel.
        if matches!(now, 'q' | 'g')
            && sound != "ɲ"
            && sound != "ʎ"
            && letter(at) == 'u'
            && is_vowel(letter(at + 1))
            || now == 'c' && next == 'q'
        {
            if letter(at) == 'q' {
                at += 1;
            }
            onset.push('w');
            at += 1;
        }
    }
    (found, onset)
}

/// A word without stress.
#[expect(clippy::match_same_arms, reason = "a table of letters reads best in their order")]
fn weak(word: &str) -> String {
    match word {
        "ai" | "hai" => return "aj".to_owned(),
        "dei" => return "dA".to_owned(),
        "mai" => return "maj".to_owned(),
        "più" => return "pjʊ".to_owned(),
        _ => {}
    }
    let (found, coda) = syllables(word);
    let said: String = found
        .iter()
        .map(|syllable| {
            let vowel = match syllable.vowel {
                'i' if !syllable.onset.is_empty() && coda.is_empty() => "ɪ",
                'u' => "ʊ",
                'è' | 'é' => "e",
                'i' => "i",
                'a' => "a",
                'e' => "e",
                _ => "o",
            };
            format!("{}{vowel}", syllable.onset)
        })
        .collect();
    said + &coda
}

/// A word by itself.
#[expect(clippy::match_same_arms, reason = "a table of letters reads best in their order")]
fn say(word: &str) -> String {
    if let Some((_, sounds)) = WORDS.iter().find(|(known, _)| *known == word) {
        return (*sounds).to_owned();
    }
    // `l'ordine`, `dell'acqua`: what an apostrophe cuts short has no stress.
    if let Some((short, rest)) =
        word.split_once('\'').filter(|(short, rest)| !short.is_empty() && !rest.is_empty())
    {
        return format!("{}{}", if short == "c" { "ʧ".to_owned() } else { weak(short) }, say(rest));
    }
    let (found, coda) = syllables(word);
    if found.is_empty() {
        return coda;
    }
    let count = found.len();
    let stressed = stressed(word, &found, &coda);
    let open = is_open(word, &found, stressed);
    let mut said = String::new();
    for (at, syllable) in found.iter().enumerate() {
        let next = found.get(at + 1);
        let leads = next.is_some_and(|next| next.onset.is_empty());
        let follows = at > 0 && syllable.onset.is_empty();
        let is_last = at + 1 == count;
        let after_stress = at > stressed;
        let vowel = match syllable.vowel {
            _ if at == stressed => match syllable.vowel {
                'e' if open => "ɛ",
                'e' => "e",
                'o' if open => "ɔ",
                'o' => "o",
                'è' => "ɛ",
                'é' => "e",
                'ò' => "ɔ",
                'ó' => "o",
                'à' | 'a' => "a",
                'ì' | 'í' | 'i' => "i",
                _ => "u",
            },
            // A glide leads to the vowel with the stress, and to any but the last after it.
            'i' if leads && is_glide(&found, at, stressed) => "j",
            'i' if leads && after_stress && !follows && word.ends_with("zie") => "j",
            'u' if leads && at + 1 == stressed && at == 0 && syllable.onset.is_empty() => "w",
            'i' if is_last && follows && found[at - 1].vowel == 'a' => "j",
            'i' if is_last && coda.is_empty() && !follows => "ɪ",
            'u' => "ʊ",
            'i' | 'ì' => "i",
            'a' | 'à' => "a",
            'e' | 'é' | 'è' => "e",
            _ => "o",
        };
        let onset = syllable.onset.as_str();
        // `bagno`: ɲ is long after the stress.
        let is_long = onset == "ɲ" && stressed + 1 == at;
        said.push_str(if is_long { "ɲɲ" } else { onset });
        if at == stressed {
            said.push('ˈ');
        }
        said.push_str(vowel);
    }
    said.push_str(&coda);
    said
}

/// Whether an i before a vowel is a glide.
fn is_glide(found: &[Syllable], at: usize, stressed: usize) -> bool {
    let (onset, next) = (&found[at].onset, found[at + 1].vowel);
    if at > stressed {
        // `cambiano`, but `cambia`.
        return at + 2 < found.len() && !onset.is_empty();
    }
    // `riunione`, `stazione`, `bicchiere`.
    !(onset == "r" && at == 0 || onset.ends_with('ʦ') && next == 'o' || onset.ends_with("kː") && next == 'e')
}

/// The syllable with the stress.
fn stressed(word: &str, found: &[Syllable], coda: &str) -> usize {
    let last = found.len() - 1;
    if let Some(at) = found.iter().rposition(|syllable| "àèéìíòóùú".contains(syllable.vowel)) {
        return at;
    }
    if last == 0 {
        return 0;
    }
    let is_hiatus = |at: usize| found.get(at).is_some_and(|syllable| syllable.onset.is_empty());
    // `buono` and `piano` have two syllables, their glides aside.
    let is_long = last > 2 || last == 2 && !is_hiatus(1);
    let is_verb = word.ends_with("ano") && is_long && !begins_as(NOT_VERBS, word);
    if listed(THIRD, word) || ends_as(THIRD_ENDINGS, word) || word.ends_with("ono") && is_long || is_verb {
        return found
            .iter()
            .enumerate()
            .rev()
            .filter(|(at, syllable)| *at + 2 <= last && !(syllable.vowel == 'i' && is_hiatus(at + 1)))
            .map(|(at, _)| at)
            .next()
            .unwrap_or(0);
    }
    // `bar`, `computer`: a consonant at the end.
    if !coda.is_empty() {
        return last - usize::from(word.ends_with("er") || word.ends_with('s'));
    }
    // `mai`, `vorrei`: the i at the end is none of its own.
    if is_hiatus(last) && found[last].vowel == 'i' && found[last - 1].vowel != 'i' {
        return last - 1;
    }
    // `storia`, but `tecnologia`.
    let in_ia = is_hiatus(last) && matches!(found[last - 1].vowel, 'i' | 'u') && last > 1;
    if in_ia {
        let is_stressed =
            found[last - 1].vowel == 'i' && ends_as(STRESSED_IA, word) && !ends_as(UNSTRESSED_IA, word);
        if !is_stressed {
            // What is before it, unless that is a glide too.
            return last - 2;
        }
    }
    // `causa`, `euro`: the second of two vowels glides.
    let falls = found[last - 1].vowel == 'u'
        && is_hiatus(last - 1)
        && last > 1
        && matches!(found[last - 2].vowel, 'a' | 'e');
    if falls && !word.starts_with("paur") { last - 2 } else { last - 1 }
}

/// Whether the stressed e or o is an open one.
fn is_open(word: &str, found: &[Syllable], stressed: usize) -> bool {
    if listed(OPEN, word) {
        return true;
    }
    // `buono`, `piena`.
    let is_risen = stressed > 0
        && found[stressed].onset.is_empty()
        && matches!((found[stressed - 1].vowel, found[stressed].vowel), ('u', 'o') | ('i', 'e'));
    if is_risen && !matches!(word, "piedi" | "spiega") {
        return true;
    }
    if listed(CLOSED, word) {
        return false;
    }
    if stressed + 3 <= found.len() && !found[stressed + 2].onset.is_empty() {
        return true;
    }
    !ends_as(CLOSED_ENDINGS, word)
}

fn cardinal(number: u64) -> String {
    const SMALL: [&str; 20] = [
        "zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci", "undici",
        "dodici", "tredici", "quattordici", "quindici", "sedici", "diciassette", "diciotto", "diciannove",
    ];
    const TENS: [&str; 10] =
        ["", "", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"];
    match number {
        0..20 => SMALL[number as usize].to_owned(),
        20..100 => {
            let (tens, ones) = (TENS[number as usize / 10], number % 10);
            match ones {
                0 => tens.to_owned(),
                // `ventuno`, `ventotto`: of two vowels one goes.
                1 | 8 => format!("{}{}", &tens[..tens.len() - 1], SMALL[ones as usize]),
                3 => format!("{tens}tré"),
                _ => format!("{tens}{}", SMALL[ones as usize]),
            }
        }
        100..1000 => {
            let hundreds = if number < 200 {
                "cento".to_owned()
            } else {
                format!("{}cento", SMALL[number as usize / 100])
            };
            number_words(&hundreds, number % 100, cardinal)
        }
        1000..2000 => number_words("mille", number % 1000, cardinal),
        2000..1_000_000 => {
            number_words(&format!("{} mila", cardinal(number / 1000)), number % 1000, cardinal)
        }
        1_000_000..2_000_000 => number_words("un milione", number % 1_000_000, cardinal),
        _ => number_words(&format!("{} milioni", cardinal(number / 1_000_000)), number % 1_000_000, cardinal),
    }
}

/// `primo`, `ventunesima`.
fn ordinal(number: u64, feminine: bool) -> String {
    const SMALL: [&str; 11] =
        ["", "primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono", "decimo"];
    let words = cardinal(number);
    // The last vowel goes, but that of three and six: `ventitreesimo`.
    let long = || match number {
        23.. if number % 10 == 3 => format!("{}eesimo", words.trim_end_matches('é')),
        26.. if number % 10 == 6 => format!("{words}esimo"),
        _ => format!("{}esimo", words.trim_end_matches(['a', 'e', 'i', 'o'])),
    };
    let word = SMALL.get(number as usize).map_or_else(long, |word| (*word).to_owned());
    match word.strip_suffix('o').filter(|_| feminine) {
        Some(stem) => format!("{stem}a"),
        None => word,
    }
}
