//! Polish.

use super::{Phrases, Words};

pub(super) const WORDS: Words = Words {
    language: "pl",
    phrases: Phrases {
        link: "link",
        link_to: "link do",
        image: "Obraz",
        footnote: "Przypis",
        done: "Zrobione",
        to_do: "Do zrobienia",
        note: "Uwaga",
        tip: "Wskazówka",
        important: "Ważne",
        warning: "Ostrzeżenie",
        caution: "Ostrożnie",
        formula: "wzór",
        yes: "tak",
        no: "nie",
        partly: "częściowo",
    },
    code: "Kod",
    code_in: "Kod {}",
    text: "Tekst",
    diagram: "Diagram",
    lines: ["jedna linia", "{} linie", "{} linii"],
    diff: "Zmiany",
    added: "dodane linie: {}",
    removed: "usunięte linie: {}",
    table: "Tabela, {} i {}",
    rows: ["jeden wiersz", "{} wiersze", "{} wierszy"],
    columns: ["jedna kolumna", "{} kolumny", "{} kolumn"],
    and: "i",
    more: "i jeszcze {}",
};
