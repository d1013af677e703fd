//! Code: announced by its language and length, or read line by line.

use super::Walker;
use crate::Code;
use crate::clean::{clean, trim};
use crate::spoken::Relation;
use crate::utterance::{Kind, Omitted, Pause};
use pulldown_cmark::CodeBlockKind;
use std::ops::Range;

/// A block of code while it is read.
pub(super) struct Listing {
    pub(super) label: String,
    pub(super) lines: usize,
    pub(super) ends_line: bool,
}

impl Walker<'_> {
    pub(super) fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        self.flush(Pause::Paragraph);
        let label = match kind {
            CodeBlockKind::Fenced(info) => language_name(info),
            CodeBlockKind::Indented => String::new(),
        };
        self.listing = Some(Listing { label, lines: 0, ends_line: true });
    }

    pub(super) fn code_text(&mut self, text: &str, range: Range<usize>) {
        let Some(listing) = &mut self.listing else { return };
        listing.lines += text.matches('\n').count();
        listing.ends_line = text.ends_with('\n');
        if self.code != Code::Read || !self.heard() {
            return;
        }
        let start = self.reply(range.clone()).start;
        let verbatim = self.source[range.clone()] == *text;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let code = line.trim_end_matches(['\r', '\n']);
            if verbatim {
                self.open.push(code, start + at, Relation::Literal);
            } else {
                let source = self.reply(range.clone());
                self.open.replace(code, source);
            }
            at += line.len();
            if line.ends_with('\n') {
                let line = clean(std::mem::take(&mut self.open));
                self.push_passage(line, Kind::Code, Pause::Clause);
            }
        }
    }

    pub(super) fn end_code(&mut self, range: Range<usize>) {
        let Some(listing) = self.listing.take() else { return };
        if !self.heard() {
            return;
        }
        if self.code == Code::Read {
            let line = clean(std::mem::take(&mut self.open));
            self.push_passage(line, Kind::Code, Pause::Paragraph);
            if let Some(last) = self.rendered.passages.last_mut().filter(|last| last.kind == Kind::Code) {
                last.pause = Pause::Paragraph;
            }
            return;
        }
        let lines = listing.lines + usize::from(!listing.ends_line);
        if lines == 0 {
            return;
        }
        let count = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
        let name =
            if listing.label.is_empty() { "Code".to_owned() } else { format!("{} code", listing.label) };
        let note = format!("{name}, {count}");
        if self.code == Code::Announce {
            self.begin();
            let written = range.start..range.start + self.source[range.clone()].trim_end().len();
            let source = self.reply(written);
            self.open.replace(&format!("{note}."), source);
            let announcement = trim(std::mem::take(&mut self.open));
            self.push_passage(announcement, Kind::Code, Pause::Paragraph);
        }
        self.omit(Omitted::Code, range, &note);
    }
}

/// How the language in the opening line of fenced code is said; empty when none is named.
fn language_name(info: &str) -> String {
    let tag: String =
        info.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '+' | '#' | '-')).take(20).collect();
    let known = match tag.to_ascii_lowercase().as_str() {
        "" | "text" | "txt" | "plaintext" | "plain" | "none" | "code" => "",
        "rs" | "rust" => "Rust",
        "py" | "python" | "python3" => "Python",
        "js" | "javascript" | "mjs" | "jsx" => "JavaScript",
        "ts" | "typescript" | "tsx" => "TypeScript",
        "sh" | "bash" | "zsh" | "shell" | "console" | "terminal" | "fish" => "Shell",
        "ps1" | "powershell" | "pwsh" => "PowerShell",
        "c" => "C",
        "cpp" | "c++" | "cxx" => "C++",
        "cs" | "csharp" | "c#" => "C#",
        "fs" | "fsharp" | "f#" => "F#",
        "go" | "golang" => "Go",
        "rb" | "ruby" => "Ruby",
        "kt" | "kotlin" => "Kotlin",
        "php" => "PHP",
        "sql" | "postgresql" | "mysql" | "sqlite" => "SQL",
        "html" => "HTML",
        "css" => "CSS",
        "scss" => "SCSS",
        "xml" => "XML",
        "json" | "jsonc" | "json5" => "JSON",
        "yaml" | "yml" => "YAML",
        "toml" => "TOML",
        "ini" => "INI",
        "md" | "markdown" => "Markdown",
        "tex" | "latex" => "LaTeX",
        "dockerfile" | "docker" => "Dockerfile",
        "graphql" => "GraphQL",
        "objc" | "objective-c" => "Objective-C",
        "vb" => "Visual Basic",
        "asm" => "Assembly",
        "http" => "HTTP",
        "csv" => "CSV",
        _ => {
            let mut letters = tag.chars();
            return letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
        }
    };
    known.to_owned()
}
