//! Spanish.

use super::{Phrases, Words};

pub(super) const WORDS: Words = Words {
    language: "es",
    phrases: Phrases {
        link: "enlace",
        link_to: "enlace a",
        image: "Imagen",
        footnote: "Nota al pie",
        done: "Hecho",
        to_do: "Pendiente",
        note: "Nota",
        tip: "Consejo",
        important: "Importante",
        warning: "Advertencia",
        caution: "Precaución",
        formula: "una fórmula",
        yes: "sí",
        no: "no",
        partly: "en parte",
    },
    code: "Código",
    code_in: "Código {}",
    text: "Texto",
    diagram: "Un diagrama",
    lines: ["una línea", "{} líneas", "{} líneas"],
    diff: "Cambios",
    added: "líneas añadidas: {}",
    removed: "líneas eliminadas: {}",
    table: "Una tabla con {} y {}",
    rows: ["una fila", "{} filas", "{} filas"],
    columns: ["una columna", "{} columnas", "{} columnas"],
    and: "y",
    more: "y {} más",
};
