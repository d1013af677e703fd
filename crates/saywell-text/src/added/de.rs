//! German.

use super::{Phrases, Words};

pub(super) const WORDS: Words = Words {
    language: "de",
    phrases: Phrases {
        link: "Link",
        link_to: "Link zu",
        image: "Bild",
        footnote: "Fußnote",
        done: "Erledigt",
        to_do: "Zu erledigen",
        note: "Hinweis",
        tip: "Tipp",
        important: "Wichtig",
        warning: "Warnung",
        caution: "Vorsicht",
        formula: "eine Formel",
        yes: "ja",
        no: "nein",
        partly: "teilweise",
    },
    code: "Code",
    code_in: "{}-Code",
    text: "Text",
    diagram: "Ein Diagramm",
    lines: ["eine Zeile", "{} Zeilen", "{} Zeilen"],
    diff: "Änderungen",
    added: "neue Zeilen: {}",
    removed: "gelöschte Zeilen: {}",
    table: "Eine Tabelle mit {} und {}",
    rows: ["einer Zeile", "{} Zeilen", "{} Zeilen"],
    columns: ["einer Spalte", "{} Spalten", "{} Spalten"],
    and: "und",
    more: "und {} weitere",
};
