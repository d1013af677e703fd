//! Portuguese.

use super::{Phrases, Words};

pub(super) const WORDS: Words = Words {
    language: "pt",
    phrases: Phrases {
        link: "link",
        link_to: "link para",
        image: "Imagem",
        footnote: "Nota de rodapé",
        done: "Feito",
        to_do: "A fazer",
        note: "Nota",
        tip: "Dica",
        important: "Importante",
        warning: "Aviso",
        caution: "Cuidado",
        formula: "uma fórmula",
        yes: "sim",
        no: "não",
        partly: "em parte",
    },
    code: "Código",
    code_in: "Código {}",
    text: "Texto",
    diagram: "Um diagrama",
    lines: ["uma linha", "{} linhas", "{} linhas"],
    diff: "Alterações",
    added: "linhas adicionadas: {}",
    removed: "linhas removidas: {}",
    table: "Uma tabela com {} e {}",
    rows: ["uma linha", "{} linhas", "{} linhas"],
    columns: ["uma coluna", "{} colunas", "{} colunas"],
    and: "e",
    more: "e mais {}",
};
