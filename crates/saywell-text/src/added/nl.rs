//! Dutch.

use super::{Phrases, Words};

pub(super) const WORDS: Words = Words {
    language: "nl",
    phrases: Phrases {
        link: "link",
        link_to: "link naar",
        image: "Afbeelding",
        footnote: "Voetnoot",
        done: "Gedaan",
        to_do: "Te doen",
        note: "Opmerking",
        tip: "Tip",
        important: "Belangrijk",
        warning: "Waarschuwing",
        caution: "Let op",
        formula: "een formule",
        yes: "ja",
        no: "nee",
        partly: "deels",
    },
    code: "Code",
    code_in: "{}-code",
    text: "Tekst",
    diagram: "Een diagram",
    lines: ["één regel", "{} regels", "{} regels"],
    diff: "Wijzigingen",
    added: "toegevoegde regels: {}",
    removed: "verwijderde regels: {}",
    table: "Een tabel met {} en {}",
    rows: ["één rij", "{} rijen", "{} rijen"],
    columns: ["één kolom", "{} kolommen", "{} kolommen"],
    and: "en",
    more: "en nog {}",
};
