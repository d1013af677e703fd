//! What is said instead of a block of code, in the languages whose words are known here.

/// What is announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Announcement {
    /// Code in a language: "Rust code, 12 lines".
    Code { language: String, lines: usize },
    /// What has a name of its own: "JSON, 3 lines", "A Dockerfile, 9 lines".
    Named { name: &'static str, lines: usize },
    /// A change of files: "Diff, 2 lines added, 1 removed".
    Diff { added: usize, removed: usize, lines: usize },
    /// Text that draws something: "A flowchart".
    Diagram(&'static str),
}

/// The words of a language; `{}` stands for what is counted or named.
struct Words {
    language: &'static str,
    /// Code of which nothing more is known, and files whose English names nobody would understand.
    code: &'static str,
    code_in: &'static str,
    text: &'static str,
    diagram: &'static str,
    /// One line, two to four where that is a form of its own, and more.
    lines: [&'static str; 3],
    diff: &'static str,
    /// Without agreement in gender and number, which some of these languages ask of "added".
    added: &'static str,
    removed: &'static str,
}

const WORDS: [Words; 7] = [
    Words {
        language: "de",
        code: "Code",
        code_in: "{}-Code",
        text: "Text",
        diagram: "Ein Diagramm",
        lines: ["eine Zeile", "{} Zeilen", "{} Zeilen"],
        diff: "Änderungen",
        added: "neue Zeilen: {}",
        removed: "gelöschte Zeilen: {}",
    },
    Words {
        language: "es",
        code: "Código",
        code_in: "Código {}",
        text: "Texto",
        diagram: "Un diagrama",
        lines: ["una línea", "{} líneas", "{} líneas"],
        diff: "Cambios",
        added: "líneas añadidas: {}",
        removed: "líneas eliminadas: {}",
    },
    Words {
        language: "fr",
        code: "Code",
        code_in: "Code {}",
        text: "Texte",
        diagram: "Un diagramme",
        lines: ["une ligne", "{} lignes", "{} lignes"],
        diff: "Modifications",
        added: "lignes ajoutées : {}",
        removed: "lignes supprimées : {}",
    },
    Words {
        language: "it",
        code: "Codice",
        code_in: "Codice {}",
        text: "Testo",
        diagram: "Un diagramma",
        lines: ["una riga", "{} righe", "{} righe"],
        diff: "Modifiche",
        added: "righe aggiunte: {}",
        removed: "righe rimosse: {}",
    },
    Words {
        language: "nl",
        code: "Code",
        code_in: "{}-code",
        text: "Tekst",
        diagram: "Een diagram",
        lines: ["één regel", "{} regels", "{} regels"],
        diff: "Wijzigingen",
        added: "toegevoegde regels: {}",
        removed: "verwijderde regels: {}",
    },
    Words {
        language: "pl",
        code: "Kod",
        code_in: "Kod {}",
        text: "Tekst",
        diagram: "Diagram",
        lines: ["jedna linia", "{} linie", "{} linii"],
        diff: "Zmiany",
        added: "dodane linie: {}",
        removed: "usunięte linie: {}",
    },
    Words {
        language: "pt",
        code: "Código",
        code_in: "Código {}",
        text: "Texto",
        diagram: "Um diagrama",
        lines: ["uma linha", "{} linhas", "{} linhas"],
        diff: "Alterações",
        added: "linhas adicionadas: {}",
        removed: "linhas removidas: {}",
    },
];

/// What is called the same in every language.
const SAME: [&str; 6] = ["JSON", "YAML", "TOML", "XML", "CSV", "Markdown"];

impl Announcement {
    /// In English, without its full stop.
    pub(crate) fn english(&self) -> String {
        let counted = |count: usize| if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
        match *self {
            Self::Code { ref language, lines } => format!("{language} code, {}", counted(lines)),
            Self::Named { name, lines } => format!("{name}, {}", counted(lines)),
            Self::Diff { added: 0, removed: 0, lines } => format!("Diff, {}", counted(lines)),
            Self::Diff { added, removed: 0, .. } => format!("Diff, {} added", counted(added)),
            Self::Diff { added: 0, removed, .. } => format!("Diff, {} removed", counted(removed)),
            Self::Diff { added, removed, .. } => {
                format!("Diff, {} added, {removed} removed", counted(added))
            }
            Self::Diagram(name) => name.to_owned(),
        }
    }

    /// In `language` (BCP 47), without its full stop; `None` where its words are not known.
    pub(crate) fn foreign(&self, language: &str) -> Option<String> {
        let primary = language.split('-').next().unwrap_or_default();
        let words = WORDS.iter().find(|words| words.language.eq_ignore_ascii_case(primary))?;
        let counted = |count| words.counted(count);
        Some(match *self {
            Self::Code { language: ref name, lines } => {
                format!("{}, {}", words.code_in.replace("{}", name), counted(lines))
            }
            Self::Named { name, lines } => {
                let name = match name {
                    "Text" => words.text,
                    same if SAME.contains(&same) => same,
                    _ => words.code,
                };
                format!("{name}, {}", counted(lines))
            }
            Self::Diff { added: 0, removed: 0, lines } => format!("{}, {}", words.diff, counted(lines)),
            Self::Diff { added, removed, .. } => {
                let parts = [(words.added, added), (words.removed, removed)];
                let parts = parts.into_iter().filter(|(_, count)| *count > 0);
                parts.fold(words.diff.to_owned(), |said, (part, count)| {
                    format!("{said}, {}", part.replace("{}", &count.to_string()))
                })
            }
            Self::Diagram(_) => words.diagram.to_owned(),
        })
    }
}

impl Words {
    fn counted(&self, count: usize) -> String {
        let [one, few, many] = self.lines;
        let form = match (count, count % 10, count % 100) {
            (1, ..) => one,
            (_, _, 12..=14) => many,
            (_, 2..=4, _) => few,
            _ => many,
        };
        form.replace("{}", &count.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_words() {
        let code = |lines| Announcement::Code { language: "Rust".to_owned(), lines };
        let said = |what: Announcement, language: &str| what.foreign(language).unwrap();
        for (language, expected) in [
            ("de", "Rust-Code, 12 Zeilen"),
            ("de-AT", "Rust-Code, 12 Zeilen"),
            ("es-MX", "Código Rust, 12 líneas"),
            ("FR", "Code Rust, 12 lignes"),
            ("it", "Codice Rust, 12 righe"),
            ("nl", "Rust-code, 12 regels"),
            ("pl", "Kod Rust, 12 linii"),
            ("pt-BR", "Código Rust, 12 linhas"),
        ] {
            assert_eq!(said(code(12), language), expected);
        }
        assert_eq!(code(12).foreign("ja"), None);
        assert_eq!(code(12).foreign("en"), None);
        assert_eq!(said(code(1), "fr"), "Code Rust, une ligne");
        for (lines, expected) in [(1, "jedna linia"), (2, "2 linie"), (5, "5 linii"), (22, "22 linie")] {
            assert_eq!(said(code(lines), "pl"), format!("Kod Rust, {expected}"));
        }
    }

    #[test]
    fn what_is_no_code_in_a_language() {
        let said = |what: &Announcement| (what.english(), what.foreign("de").unwrap());
        let named = |name| Announcement::Named { name, lines: 1 };
        let diff = |added, removed| Announcement::Diff { added, removed, lines: 4 };
        for (what, english, german) in [
            (named("JSON"), "JSON, 1 line", "JSON, eine Zeile"),
            (named("Text"), "Text, 1 line", "Text, eine Zeile"),
            (named("A grammar"), "A grammar, 1 line", "Code, eine Zeile"),
            (diff(0, 0), "Diff, 4 lines", "Änderungen, 4 Zeilen"),
            (diff(1, 0), "Diff, 1 line added", "Änderungen, neue Zeilen: 1"),
            (diff(0, 2), "Diff, 2 lines removed", "Änderungen, gelöschte Zeilen: 2"),
            (diff(2, 1), "Diff, 2 lines added, 1 removed", "Änderungen, neue Zeilen: 2, gelöschte Zeilen: 1"),
            (Announcement::Diagram("A flowchart"), "A flowchart", "Ein Diagramm"),
        ] {
            assert_eq!(said(&what), (english.to_owned(), german.to_owned()));
        }
    }
}
