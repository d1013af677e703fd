//! What is said instead of a block of code or a large table, in the languages whose words are known.

use crate::added::{Words, words};

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
    /// A table by its size and the names of its first columns: "A table with 30 rows and 3 columns: Name, Unit,
    /// and Price".
    Table { rows: usize, columns: usize, names: Vec<String>, unnamed: usize },
    /// What is in a language that nobody here speaks: "In Spanish, two sentences"; of a part of a sentence, "In
    /// Spanish".
    Foreign { language: String, sentences: usize },
}

/// Two and the numbers after it.
const SMALL: [&str; 11] =
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

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
            Self::Foreign { ref language, sentences } => {
                let name = crate::language_names::name(language).unwrap_or("another language");
                let sentences = match sentences {
                    0 => return format!("In {name}"),
                    1 => "one sentence".to_owned(),
                    few => format!(
                        "{} sentences",
                        SMALL.get(few - 2).map_or(few.to_string(), ToString::to_string)
                    ),
                };
                format!("In {name}, {sentences}")
            }
            Self::Table { rows, columns, ref names, unnamed } => {
                let size = format!("A table with {}", size(rows, columns));
                let and = if names.len() > 2 { ", and " } else { " and " };
                let more = format!(", and {unnamed} more");
                named(size, names, and, (unnamed > 0).then_some(&more))
            }
        }
    }

    /// In `language` (BCP 47), without its full stop; `None` where its words are not known.
    pub(crate) fn foreign(&self, language: &str) -> Option<String> {
        let words = words(language)?;
        let counted = |count| Words::counted(count, &words.lines);
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
            Self::Foreign { ref language, sentences } => {
                let name = words.in_language(language)?;
                match sentences {
                    0 => name,
                    count => format!("{name}, {}", Words::counted(count, &words.sentences)),
                }
            }
            Self::Table { rows, columns, ref names, unnamed } => {
                let size = words.table.replacen("{}", &Words::counted(rows, &words.rows), 1);
                let size = size.replacen("{}", &Words::counted(columns, &words.columns), 1);
                let more = [" ", &words.more.replace("{}", &unnamed.to_string())].concat();
                named(size, names, &[" ", words.and, " "].concat(), (unnamed > 0).then_some(&more))
            }
        })
    }
}

/// The size of a table in English: "30 rows and 1 column".
pub(crate) fn size(rows: usize, columns: usize) -> String {
    let plural = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!("{} and {}", plural(rows, "row"), plural(columns, "column"))
}

/// `size: names`, the last one after `and`, or else `more` after them.
fn named(size: String, names: &[String], and: &str, more: Option<&String>) -> String {
    let mut said = size;
    for (number, name) in names.iter().enumerate() {
        said.push_str(match number {
            0 => ": ",
            _ if number + 1 == names.len() && more.is_none() => and,
            _ => ", ",
        });
        said.push_str(name);
    }
    said.extend(more.map(String::as_str));
    said
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
    fn what_nobody_speaks_is_named_and_counted() {
        let foreign = |sentences| Announcement::Foreign { language: "es-MX".to_owned(), sentences };
        assert_eq!(foreign(2).english(), "In Spanish, two sentences");
        assert_eq!(foreign(1).english(), "In Spanish, one sentence");
        assert_eq!(foreign(0).english(), "In Spanish");
        assert_eq!(foreign(40).english(), "In Spanish, 40 sentences");
        for (language, expected) in [
            ("de", "Auf Spanisch, 2 Sätze"),
            ("fr", "En espagnol, 2 phrases"),
            ("pl", "Po hiszpańsku, 2 zdania"),
            ("nl", "In het Spaans, 2 zinnen"),
        ] {
            assert_eq!(foreign(2).foreign(language).unwrap(), expected);
        }
        let unknown = Announcement::Foreign { language: "cy".to_owned(), sentences: 1 };
        assert_eq!((unknown.english(), unknown.foreign("de")), ("In Welsh, one sentence".to_owned(), None));
    }

    #[test]
    fn what_is_no_code_in_a_language() {
        let said = |what: &Announcement| (what.english(), what.foreign("de").unwrap());
        let called = |name| Announcement::Named { name, lines: 1 };
        let table = |rows, names: &[&str], unnamed| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            Announcement::Table { rows, columns: names.len() + unnamed, names, unnamed }
        };
        let diff = |added, removed| Announcement::Diff { added, removed, lines: 4 };
        for (what, english, german) in [
            (called("JSON"), "JSON, 1 line", "JSON, eine Zeile"),
            (called("Text"), "Text, 1 line", "Text, eine Zeile"),
            (called("A grammar"), "A grammar, 1 line", "Code, eine Zeile"),
            (diff(0, 0), "Diff, 4 lines", "Änderungen, 4 Zeilen"),
            (diff(1, 0), "Diff, 1 line added", "Änderungen, neue Zeilen: 1"),
            (diff(0, 2), "Diff, 2 lines removed", "Änderungen, gelöschte Zeilen: 2"),
            (diff(2, 1), "Diff, 2 lines added, 1 removed", "Änderungen, neue Zeilen: 2, gelöschte Zeilen: 1"),
            (Announcement::Diagram("A flowchart"), "A flowchart", "Ein Diagramm"),
            (
                table(1, &["Ort"], 0),
                "A table with 1 row and 1 column: Ort",
                "Eine Tabelle mit einer Zeile und einer Spalte: Ort",
            ),
            (
                table(70, &["Ort", "Tag", "Grad"], 0),
                "A table with 70 rows and 3 columns: Ort, Tag, and Grad",
                "Eine Tabelle mit 70 Zeilen und 3 Spalten: Ort, Tag und Grad",
            ),
            (
                table(9, &["Ort", "Tag"], 9),
                "A table with 9 rows and 11 columns: Ort, Tag, and 9 more",
                "Eine Tabelle mit 9 Zeilen und 11 Spalten: Ort, Tag und 9 weitere",
            ),
        ] {
            assert_eq!(said(&what), (english.to_owned(), german.to_owned()));
        }
    }
}
