//! What a model writes to itself before its answer: blocks between tags, which are never spoken.

/// Names of tags that hold reasoning.
const NAMES: [&str; 4] = ["think", "thinking", "thought", "reasoning"];

/// A block of reasoning that opens where it was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Bytes of the opening tag.
    pub(crate) length: usize,
    /// The tag's name.
    pub(crate) name: &'static str,
}

/// Whether reasoning opens at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opens {
    Yes(Opening),
    No,
    /// The text so far does not tell.
    Unknown,
}

/// Whether reasoning opens at the start of `text`, after which more may come unless it is `complete`.
pub(crate) fn opens(text: &str, complete: bool) -> Opens {
    let Some(tag) = text.strip_prefix('<') else {
        return Opens::No;
    };
    for name in NAMES {
        if strip_name(tag, name).is_some_and(|after| after.starts_with('>')) {
            return Opens::Yes(Opening { length: name.len() + "<>".len(), name });
        }
    }
    if let Some(attributes) = strip_name(tag, "details").filter(|after| after.starts_with(' ')) {
        const LONGEST: usize = 400;
        return match attributes.bytes().take(LONGEST).position(|b| b == b'>' || b == b'\n') {
            Some(end) if attributes.as_bytes()[end] == b'>' => {
                let attributes = &attributes[..end];
                let typed =
                    attributes.contains("type=\"reasoning\"") || attributes.contains("type='reasoning'");
                let opening = Opening { length: "<details".len() + end + 1, name: "details" };
                if typed { Opens::Yes(opening) } else { Opens::No }
            }
            None if attributes.len() < LONGEST && !complete => Opens::Unknown,
            _ => Opens::No,
        };
    }
    let may_become = |name: &str| name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    if !complete && (NAMES.into_iter().any(may_become) || may_become("details")) {
        Opens::Unknown
    } else {
        Opens::No
    }
}

/// Looks for the end of a block of `name` in `text` from byte `from` on. `depth` counts the blocks of
/// that name open inside one another.
pub(crate) fn closes(text: &str, from: usize, name: &str, depth: &mut usize) -> Search {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(offset) = text[at..].find('<') {
        let here = at + offset;
        let longest = name.len() + "</>".len();
        if bytes.len() - here < longest {
            return Search::NotYet { from: here };
        }
        let tag = &text[here + 1..];
        // Only `details` nests; a model that writes about `<think>` does not open another block.
        if name == "details" && strip_name(tag, name).is_some() {
            *depth += 1;
        } else if let Some(after) = tag.strip_prefix('/').and_then(|tag| strip_name(tag, name))
            && after.starts_with('>')
        {
            *depth = depth.saturating_sub(1);
            if *depth == 0 {
                return Search::Found { end: here + longest };
            }
        }
        at = here + 1;
    }
    Search::NotYet { from: text.len() }
}

/// What [`closes`] found.
pub(crate) enum Search {
    /// The block ends at byte `end`, its closing tag included.
    Found { end: usize },
    /// Not in this text; look again from byte `from` when there is more.
    NotYet { from: usize },
}

/// Whether a tag of HTML, such as `<think>` or `</think>`, belongs to reasoning; and if it closes.
pub(crate) fn is_tag(html: &str) -> Option<bool> {
    let inside = html.trim().strip_prefix('<')?;
    if matches!(opens(html.trim(), true), Opens::Yes(_)) {
        return Some(false);
    }
    let inside = inside.strip_prefix('/')?;
    NAMES
        .into_iter()
        .any(|name| strip_name(inside, name).is_some_and(|after| after.starts_with('>')))
        .then_some(true)
}

fn strip_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let start = text.get(..name.len())?;
    start.eq_ignore_ascii_case(name).then(|| &text[name.len()..])
}
