//! French.

use super::{Phrases, Words};

pub(super) const WORDS: Words = Words {
    language: "fr",
    phrases: Phrases {
        link: "lien",
        link_to: "lien vers",
        image: "Image",
        footnote: "Note de bas de page",
        done: "Fait",
        to_do: "À faire",
        note: "Remarque",
        tip: "Conseil",
        important: "Important",
        warning: "Avertissement",
        caution: "Attention",
        formula: "une formule",
        yes: "oui",
        no: "non",
        partly: "en partie",
    },
    code: "Code",
    code_in: "Code {}",
    text: "Texte",
    diagram: "Un diagramme",
    lines: ["une ligne", "{} lignes", "{} lignes"],
    diff: "Modifications",
    added: "lignes ajoutées : {}",
    removed: "lignes supprimées : {}",
    table: "Un tableau à {} et {}",
    rows: ["une ligne", "{} lignes", "{} lignes"],
    columns: ["une colonne", "{} colonnes", "{} colonnes"],
    and: "et",
    more: "et {} de plus",
};
