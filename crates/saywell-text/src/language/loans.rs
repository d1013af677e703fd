//! Phrases of other languages that English has taken over: they say nothing of the language of a text.

use std::borrow::Cow;

/// In small letters.
const LOANS: &[&str] = &[
    "voulez-vous coucher avec moi", "honi soit qui mal y pense", "non, je ne regrette rien",
    "répondez s'il vous plaît", "spaghetti alla carbonara", "ceci n'est pas une pipe",
    "vorsprung durch technik", "lasciate ogni speranza", "risotto alla milanese", "après moi, le déluge",
    "chi va piano va sano", "ich bin ein berliner", "penne all'arrabbiata", "après moi le déluge",
    "je ne regrette rien", "pièce de résistance", "prosciutto e melone", "dia de los muertos",
    "día de los muertos", "mi casa es su casa", "vive la différence", "agent provocateur",
    "arbeit macht frei", "boeuf bourguignon", "chargé d'affaires", "cherchez la femme", "comme ci comme ça",
    "crème de la crème", "l'état, c'est moi", "la donna è mobile", "persona non grata", "y tu mamá también",
    "bœuf bourguignon", "cogito, ergo sum", "curriculum vitae", "dolce far niente", "in loco parentis",
    "l'art pour l'art", "l'état c'est moi", "mi casa, su casa", "mutatis mutandis", "nouvelle cuisine",
    "pain au chocolat", "soupe à l'oignon", "veni, vidi, vici", "arroz con pollo", "auf wiedersehen",
    "avant la lettre", "chile con carne", "chili con carne", "cogito ergo sum", "corps de ballet",
    "coup de théâtre", "croque-monsieur", "deus ex machina", "double entendre", "e pluribus unum",
    "eau de toilette", "enfant terrible", "esprit de corps", "in vino veritas", "je ne sais quoi",
    "la vita è bella", "magna cum laude", "noblesse oblige", "pasta e fagioli", "quelle surprise",
    "sturm und drang", "summa cum laude", "terra incognita", "vitello tonnato", "alea iacta est",
    "che sarà, sarà", "con te partirò", "così fan tutte", "eau de cologne", "eppur si muove",
    "hasta la vista", "hors d'oeuvres", "maître d'hôtel", "modus operandi", "ménage à trois",
    "pater familias", "plus ça change", "que sera, sera", "que será, será", "quelle horreur",
    "salade niçoise", "veni vidi vici", "éminence grise", "alla marinara", "carte blanche", "cause célèbre",
    "caveat emptor", "chaise longue", "che sarà sarà", "cinco de mayo", "comme il faut", "coup de grâce",
    "crème fraîche", "ex post facto", "fait accompli", "fin de siècle", "force majeure", "gott sei dank",
    "habeas corpus", "hasta siempre", "haute couture", "haute cuisine", "hors d'oeuvre", "joie de vivre",
    "la dolce vita", "laissez faire", "laissez-faire", "mise en place", "mise en scène", "modus vivendi",
    "moules frites", "ne plus ultra", "nom de guerre", "nouveau riche", "pan de muerto", "pico de gallo",
    "prêt-à-porter", "que sera sera", "raison d'etre", "raison d'être", "tour de force", "trompe l'oeil",
    "vaya con dios", "a posteriori", "ad infinitum", "amour propre", "au contraire", "belle époque",
    "c'est la vie", "café au lait", "cri de coeur", "crème brûlée", "en plein air", "et tu, brute",
    "femme fatale", "homo sapiens", "hors d'œuvre", "in flagrante", "n'est-ce pas", "nessun dorma",
    "nom de plume", "non sequitur", "papier-mâché", "pied-à-terre", "quid pro quo", "rigor mortis",
    "roman à clef", "savoir faire", "savoir-faire", "sine qua non", "soup du jour", "steak frites",
    "table d'hôte", "art nouveau", "avant-garde", "bon appétit", "cordon bleu", "coup d'etat", "coup d'état",
    "danke schön", "der spiegel", "ex cathedra", "in absentia", "in extremis", "in memoriam", "magnum opus",
    "mano a mano", "objet d'art", "panna cotta", "pas de deux", "post mortem", "prima donna", "prima facie",
    "rendez-vous", "si se puede", "sui generis", "sí se puede", "tabula rasa", "tarte tatin", "terra firma",
    "tête-à-tête", "vin de pays", "vol-au-vent", "a cappella", "a la carte", "ad hominem", "ad nauseam",
    "alma mater", "au courant", "au naturel", "beau monde", "bon vivant", "bon voyage", "bête noire",
    "carpe diem", "coq au vin", "cul-de-sac", "de rigueur", "dolce vita", "en famille", "en passant",
    "ex officio", "grand prix", "inter alia", "ipso facto", "no pasarán", "per capita", "per favore",
    "pot-pourri", "quién sabe", "sang-froid", "sans serif", "sans souci", "sotto voce", "status quo",
    "sub judice", "terza rima", "tout court", "vade mecum", "vice versa", "volte-face", "vox populi",
    "à la carte", "über alles", "a la mode", "al fresco", "au gratin", "au revoir", "bona fide", "cum laude",
    "en croûte", "en pointe", "et cetera", "ex nihilo", "feng shui", "film noir", "foie gras", "hara-kiri",
    "idée fixe", "je t'aime", "mea culpa", "mot juste", "nota bene", "ooh la la", "per annum", "prix fixe",
    "pro forma", "quo vadis", "vis-à-vis", "à la mode", "a priori", "al dente", "al forno", "al pesto",
    "art déco", "con brio", "de facto", "die welt", "en masse", "en route", "en suite", "faux pas",
    "in utero", "in vitro", "j'accuse", "oh la la", "oh là là", "per diem", "post hoc", "pro bono",
    "pro rata", "sine die", "au fait", "au lait", "au pair", "bon mot", "de jure", "de novo", "de trop",
    "déjà vu", "el niño", "en bloc", "ex ante", "ex post", "in situ", "in toto", "in vivo", "la niña",
    "tai chi", "ad hoc", "ad lib", "au jus", "per se", "touché", "et al", "ergo", "à la",
];

/// `text` without the loans in it; `None` if there are none.
pub(super) fn without(text: &str) -> Option<String> {
    let mut rest = Cow::Owned::<str>(text.to_lowercase());
    let mut found = false;
    for loan in LOANS {
        while let Some(at) = whole(&rest, loan) {
            found = true;
            let mut without = rest.into_owned();
            without.replace_range(at..at + loan.len(), "…");
            rest = Cow::Owned(without);
        }
    }
    found.then(|| rest.into_owned())
}

/// Where `loan` stands in `text` as words of their own.
fn whole(text: &str, loan: &str) -> Option<usize> {
    text.match_indices(loan).map(|(at, _)| at).find(|at| {
        !text[..*at].ends_with(char::is_alphanumeric)
            && !text[at + loan.len()..].starts_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loans_go_and_the_rest_stays() {
        assert_eq!(without("En passant, en route").as_deref(), Some("…, …"));
        assert_eq!(without("Je suis en route").as_deref(), Some("je suis …"));
        assert_eq!(without("Der Hund"), None);
        assert!(LOANS.iter().all(|loan| loan.to_lowercase() == *loan));
    }
}
