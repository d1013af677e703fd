//! Italian.

use super::{Phrases, Words};

pub(super) const WORDS: Words = Words {
    language: "it",
    phrases: Phrases {
        link: "link",
        link_to: "link a",
        image: "Immagine",
        footnote: "Nota a piè di pagina",
        done: "Fatto",
        to_do: "Da fare",
        note: "Nota",
        tip: "Suggerimento",
        important: "Importante",
        warning: "Avviso",
        caution: "Attenzione",
        formula: "una formula",
        yes: "sì",
        no: "no",
        partly: "in parte",
    },
    code: "Codice",
    code_in: "Codice {}",
    text: "Testo",
    diagram: "Un diagramma",
    lines: ["una riga", "{} righe", "{} righe"],
    diff: "Modifiche",
    added: "righe aggiunte: {}",
    removed: "righe rimosse: {}",
    table: "Una tabella con {} e {}",
    rows: ["una riga", "{} righe", "{} righe"],
    columns: ["una colonna", "{} colonne", "{} colonne"],
    and: "e",
    more: "e altre {}",
};
