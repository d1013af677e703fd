//! Tags of HTML that are written of: `<div>`.

use super::cursor::{Cursor, is_word};
use super::kinds::Reader;
use super::spelled::Edit;

/// Tags of HTML that are written of.
const TAGS: [&str; 54] = [
    "a", "article", "aside", "audio", "b", "body", "br", "button", "canvas", "code", "dialog", "div", "em",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe",
    "img", "input", "label", "li", "link", "main", "meta", "nav", "ol", "option", "p", "pre", "script",
    "section", "select", "span", "strong", "style", "svg", "table", "tbody", "td", "th", "thead", "tr", "ul",
    "video",
];

/// `<div>`, `</div>` → `div tag`, `closing div tag`.
pub fn tag(start: Cursor<'_>, _: Reader) -> Option<Edit> {
    let mut at = start;
    (!start.before().is_some_and(is_word) && at.eat('<')).then_some(())?;
    // `<YOUR_API_KEY>`
    let upper = at.window_after(40).split('>').next().unwrap_or_default();
    if upper.len() > 2
        && upper
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
        && let Some(end) = at.past(|at| at.eat_text(upper) && at.eat('>'))
    {
        return Some(Edit::new(
            start,
            end,
            upper
                .replace(['_', '-'], " ")
                .to_lowercase()
                .replace("api", "A P I")
                .replace(" id", " I D")
                .replace("url", "U R L"),
        ));
    }
    let closing = at.eat('/');
    let name = at;
    at.eat_if(|found| found.is_ascii_lowercase())?;
    at.eat_while(|found| found.is_ascii_lowercase() || found.is_ascii_digit() || found == '-');
    let name = name.until(at);
    at.eat(' ');
    at.eat('/');
    // `<name>` may hold the place of something.
    (name.len() <= 24 && at.eat('>')).then_some(())?;
    // `the <div> element` names what it is.
    let named = matches!(at.next_word(), "element" | "elements" | "tag" | "tags");
    let words = match (TAGS.contains(&name), closing) {
        (true, true) if named => format!("closing {name}"),
        (true, false) if !named => format!("{name} tag"),
        (true, true) => format!("closing {name} tag"),
        _ => name.to_owned(),
    };
    Some(Edit::new(start, at, words))
}
