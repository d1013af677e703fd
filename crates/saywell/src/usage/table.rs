//! A report of usage as a table of values.

use crate::store::{By, UsageLine};

/// The lines as CSV, with a line of names before them. What a spreadsheet would take for a formula is quoted as text.
///
/// # Errors
/// When a line cannot be written out, which only a want of memory brings about.
pub fn csv(by: By, lines: &[UsageLine]) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    writer.write_record([
        by.name(),
        "currency",
        "requests",
        "cached",
        "refused",
        "failed",
        "cancelled",
        "characters",
        "seconds",
        "sent_characters",
        "made_seconds",
        "cost",
        "unpriced",
    ])?;
    for line in lines {
        let formula = line.name.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let name = if formula { format!("'{}", line.name) } else { line.name.clone() };
        writer.serialize(UsageLine { name, ..line.clone() })?;
    }
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

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
