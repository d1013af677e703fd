//! A report of usage as a table of values.

use crate::store::{By, UsageLine, sums};

/// The lines as CSV, with a line of names before them. What a spreadsheet would take for a formula is quoted as text.
///
/// # Errors
/// When a line cannot be written out, which only a want of memory brings about.
pub fn csv(by: By, lines: &[UsageLine]) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record([by.name(), "currency"].into_iter().chain(sums::names()))?;
    for line in lines {
        let name = if is_formula(&line.name) { format!("'{}", line.name) } else { line.name.clone() };
        writer.serialize(UsageLine { name, ..line.clone() })?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a spreadsheet may take this for a formula: what it passes over at the beginning (space, byte order marks, what
/// cannot be seen or controls a terminal) does not hide one, nor do the wide forms of its signs.
fn is_formula(cell: &str) -> bool {
    let passed_over = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '"' | '\'')
    };
    let signs = ['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
    cell.starts_with(['\t', '\r', '\n', '\u{1b}']) || cell.trim_start_matches(passed_over).starts_with(signs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_disguise_makes_a_formula_pass() {
        for cell in [
            "=1", " =1", "\t=1", "\u{feff}=1", "\u{a0}\u{200b}@SUM(1)", "＝1", "\u{1b}[0m=1", "\u{1b}]0;x",
            "\r\n+1", "'=1", "\"=1", " −2", "|cmd",
        ] {
            assert!(is_formula(cell), "{cell:?}");
        }
        for cell in ["ann", "a=b", "Zoë +1", "", "7", "user@example.com"] {
            assert!(!is_formula(cell), "{cell:?}");
        }
    }

    #[test]
    fn names_are_quoted_and_never_formulas() {
        let named =
            |name: &str| UsageLine { name: name.into(), requests: 2, cost: 0.25, ..UsageLine::default() };
        let lines = [named("a, \"b\"\n"), named("=HYPERLINK(1)")];
        assert_eq!(
            csv(By::User, &lines).unwrap(),
            "user,currency,requests,cached,refused,failed,cancelled,characters,seconds,sent_characters,made_seconds,cost,unpriced\n\
             \"a, \"\"b\"\"\n\",,2,0,0,0,0,0,0.0,0,0.0,0.25,0\n\
             '=HYPERLINK(1),,2,0,0,0,0,0,0.0,0,0.0,0.25,0\n"
        );
    }
}
