//! Numbers in square brackets: what cites a source and is not said, and what is an index, a list, an interval.

/// The length of the citation mark at byte `at` of `text`: `[1]`, `[2, 3]`, `[^note]`, `【3†source】`.
pub(super) fn citation(text: &str, at: usize) -> Option<usize> {
    const LONGEST: usize = 64;
    let rest = &text[at..];
    let window = &rest[..rest.floor_char_boundary(LONGEST)];
    if let Some(inside) = window.strip_prefix('【') {
        let close = inside.find('】')?;
        let cited = inside[..close].contains('†') || inside[..close].bytes().all(|b| b.is_ascii_digit());
        return cited.then_some("【".len() + close + "】".len());
    }
    let close = window.find(']')?;
    let inside = &window[1..close];
    let note = inside
        .strip_prefix('^')
        .is_some_and(|label| !label.is_empty() && !label.contains(char::is_whitespace));
    // Perplexity, `DeepSeek` and others: [web:1], [citation:2], [3†L5-L9], [oai_citation:1].
    let named = ["web", "citation", "cite", "source", "ref", "doc", "oai_citation", "attached_file", "page"]
        .iter()
        .any(|kind| {
            inside
                .strip_prefix(kind)
                .and_then(|rest| rest.strip_prefix(':'))
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
    let dagger = inside.contains('†') && inside.starts_with(|c: char| c.is_ascii_digit());
    let doubled = inside.starts_with('[')
        && window[close..].starts_with("]]")
        && inside[1..].bytes().all(|b| b.is_ascii_digit())
        && inside.len() > 1;
    if doubled {
        return Some(close + 2);
    }
    // Of encyclopedias.
    let wanted = matches!(
        inside,
        "citation needed"
            | "clarification needed"
            | "better source needed"
            | "page needed"
            | "who?"
            | "when?"
            | "according to whom?"
    );
    let cites = wanted
        || note
        || named
        || dagger
        || is_file(inside)
        || (are_sources(inside) && !is_data(text, at, close) && !is_object(&text[..at]));
    cites.then_some(close + 1)
}

/// The numbers of sources, with their pages too: `12`, `2, 3`, `4-6`, `12, pp. 3–5`.
fn are_sources(inside: &str) -> bool {
    /// No reply has more sources.
    const MOST: u32 = 50;
    let number = |part: &str| {
        part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|number| (1..=MOST).contains(&number))
    };
    let parts = inside.split([',', '-', '–']).map(str::trim);
    let all = parts.clone().enumerate().all(|(count, part)| {
        let page = ["pp. ", "p. "].iter().find_map(|mark| part.strip_prefix(mark));
        let page = page.filter(|_| count > 0);
        page.is_some_and(|page| page.bytes().all(|b| b.is_ascii_digit()))
            || number(part)
            || inside.contains("p. ") && part.bytes().all(|b| b.is_ascii_digit())
    });
    // Three and more in a row are a list.
    let listed = inside.split(',').filter(|part| number(part.trim())).count();
    all && (inside.contains("p. ") || listed < 3 && parts.count() < 5)
}

/// A file of the model's own search: `handbook.pdf#page=12`.
fn is_file(inside: &str) -> bool {
    const KINDS: [&str; 9] = [".pdf", ".docx", ".doc", ".txt", ".md", ".pptx", ".xlsx", ".csv", ".html"];
    let name = inside.split('#').next().unwrap_or_default();
    name.len() < 60
        && !name.starts_with(['.', '*'])
        && !name.contains(['*', '[', '('])
        && KINDS.iter().any(|kind| name.ends_with(kind) && name.len() > kind.len())
}

/// Whether a sentence that goes on after `before` needs what is cited: `According to [1] and [2]`.
fn is_object(before: &str) -> bool {
    let Some(before) = before.strip_suffix(' ') else { return false };
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    match word {
        "and" | "or" => before[..before.len() - word.len()].ends_with("] "),
        _ => ["to", "in", "by", "from", "see", "See", "per"].contains(&word),
    }
}

/// Whether what stands before or after the brackets, which close at `close`, says that they hold data.
fn is_data(text: &str, at: usize, close: usize) -> bool {
    const NEAR: usize = 160;
    const DATA: [&str; 22] = [
        "list", "array", "vector", "input", "output", "returns", "return", "interval", "set", "range",
        "tuple", "nums", "indices", "index", "slice", "matrix", "print", "prints", "gives", "sequence",
        "values", "elements",
    ];
    let mut before = &text[text.ceil_char_boundary(at.saturating_sub(NEAR))..at];
    let mut after = &text[at + close + 1..text.floor_char_boundary(at + close + 1 + NEAR)];
    // `board[2][3] = 0`: what stands before and after all of its indexes.
    while let Some(open) = before.strip_suffix(']').and_then(|inside| inside.rfind('[')) {
        before = &before[..open];
    }
    while let Some(end) = after.strip_prefix('[').and_then(|inside| inside.find(']')) {
        after = &after[end + 2..];
    }
    let word = |text: &str| -> String {
        let name: Vec<char> =
            text.chars().rev().take(24).take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        name.into_iter().rev().collect()
    };
    // Right after a name: an index, if the name is one of code or has another.
    if before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | '"' | '\'')) {
        let name = word(before);
        let code =
            name.chars().count() == 1 || name.contains('_') || name.chars().any(|c| c.is_ascii_digit());
        let rest = after.trim_start();
        let used = rest.starts_with(['=', '+', '*', '/', '<', '>', '-']) && !rest.starts_with("- ");
        let member = after.starts_with('.') && after[1..].starts_with(|c: char| c.is_ascii_lowercase());
        let around =
            &text[text.ceil_char_boundary(at.saturating_sub(NEAR))..text.floor_char_boundary(at + NEAR)];
        let indexed = !name.is_empty() && around.matches(&[name.as_str(), "["].concat()).take(2).count() > 1;
        return code || used || member || indexed || before.ends_with(['"', '\'']);
    }
    let trimmed = before.trim_end();
    if trimmed.ends_with(['=', ':', '(', ',', '{', '[', '+', '*', '<', '>', '∈', '≤'])
        && !trimmed.ends_with("),")
    {
        // After a clause it cites: "…, [3]" stands before nothing.
        return !(trimmed.ends_with(',') && !before.ends_with("[,") && !inside_list(trimmed));
    }
    DATA.contains(&word(trimmed).to_lowercase().as_str())
        // `and [2] is one point`, where the line speaks of intervals.
        || after.starts_with(" is ") && (before.contains("interval") || before.contains("list") || before.contains("array"))
}

/// Whether brackets are open before a comma.
fn inside_list(before: &str) -> bool {
    before.matches(['[', '(', '{']).count() > before.matches([']', ')', '}']).count()
}
