//! What a model writes to itself or to its tools: reasoning and tool calls, which are never spoken.
//!
//! The forms are those that the models' own chat templates define. They reach a reply where the server
//! does not parse them, or parses those of another model.

use crate::utterance::Omitted;

/// Tags that hold reasoning: `DeepSeek`, Qwen, GLM, `MiniMax`, Nemotron, Granite and most others
/// (`think`), EXAONE (`thought`), Hermes (`scratch_pad`), Reflection, Claude's prompts (`thinking`).
/// Seed's `<seed:think>` and the like are these with a name space.
const REASONING: &[&str] = &[
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reflection",
    "scratchpad",
    "scratch_pad",
    "antthinking",
    "inner_monologue",
    "longcat_think",
];

/// Tags that hold a call of a tool or its result: Hermes and Qwen (`tool_call`), Llama and Qwen Coder
/// (`function`, with `=` and a name), Claude (`function_calls`, `invoke`), Jamba (`tool_calls`),
/// Nemotron (`TOOLCALL`). `MiniMax` and `DeepSeek` put a name space before them.
const TOOLS: &[&str] = &[
    "tool_call",
    "tool_calls",
    "toolcall",
    "tool_use",
    "tool_code",
    "tool_result",
    "tool_results",
    "tool_response",
    "tool_output",
    "tool_outputs",
    "function_call",
    "function_calls",
    "function_result",
    "function_results",
    "function",
    "invoke",
    "longcat_tool_call",
];

/// Marks that are no tags, what ends them, and what they hold.
const MARKS: &[(&str, &[&str], Omitted)] = &[
    // Magistral; Kimi-VL; Cohere; Apertus; Sky-T1; Gemma 4; Solar.
    ("[THINK]", &["[/THINK]"], Omitted::Reasoning),
    ("◁think▷", &["◁/think▷"], Omitted::Reasoning),
    ("<|START_THINKING|>", &["<|END_THINKING|>"], Omitted::Reasoning),
    ("<|inner_prefix|>", &["<|inner_suffix|>"], Omitted::Reasoning),
    ("<|begin_of_thought|>", &["<|end_of_thought|>"], Omitted::Reasoning),
    ("<|channel>", &["<channel|>"], Omitted::Reasoning),
    ("<|think|>", &["<|end|>", "<|content|>", "</think>"], Omitted::Reasoning),
    // Mistral (on one line), Cohere, Apertus, Llama, Kimi K2, LFM2, Phi and Granite, InternLM.
    ("[TOOL_CALLS]", &["\n\n", "</s>"], Omitted::ToolCall),
    ("[TOOL_RESULTS]", &["[/TOOL_RESULTS]"], Omitted::ToolCall),
    ("<|START_ACTION|>", &["<|END_ACTION|>"], Omitted::ToolCall),
    ("<|tools_prefix|>", &["<|tools_suffix|>"], Omitted::ToolCall),
    ("<|python_tag|>", &["<|eom_id|>", "<|eot_id|>"], Omitted::ToolCall),
    ("<|tool_calls_section_begin|>", &["<|tool_calls_section_end|>"], Omitted::ToolCall),
    ("<|tool_call_section_begin|>", &["<|tool_call_section_end|>"], Omitted::ToolCall),
    ("<|tool_call_begin|>", &["<|tool_call_end|>"], Omitted::ToolCall),
    ("<|tool_call_start|>", &["<|tool_call_end|>"], Omitted::ToolCall),
    ("<|tool_call|>", &["<|/tool_call|>", "<|end|>", "\n\n"], Omitted::ToolCall),
    ("<|action_start|>", &["<|action_end|>"], Omitted::ToolCall),
    // Gemma 4 and its functions; DeepSeek.
    ("<|tool_call>", &["<tool_call|>"], Omitted::ToolCall),
    ("<|tool_response>", &["<tool_response|>"], Omitted::ToolCall),
    ("<start_function_call>", &["<end_function_call>"], Omitted::ToolCall),
    ("<｜tool▁calls▁begin｜>", &["<｜tool▁calls▁end｜>"], Omitted::ToolCall),
    ("<｜tool▁call▁begin｜>", &["<｜tool▁call▁end｜>"], Omitted::ToolCall),
    ("<｜tool▁outputs▁begin｜>", &["<｜tool▁outputs▁end｜>"], Omitted::ToolCall),
];

/// Where a message of gpt-oss ends. It ends where the next begins, too.
const MESSAGE_ENDS: &[&str] = &["<|end|>", "<|call|>", "<|return|>", "<|start|>", "<|channel|>"];

/// What ends reasoning whose beginning is not in the reply, besides the closing tags.
const REASONING_ENDS: &[&str] =
    &["[/THINK]", "◁/think▷", "<|END_THINKING|>", "<|inner_suffix|>", "<|end_of_thought|>", "<channel|>"];

/// The longest opening tag or header of a message, in bytes: what is longer opens nothing.
pub(crate) const LONGEST_OPENING: usize = 400;
/// The longest name of a tag, in bytes, with its name space.
const LONGEST_NAME: usize = 40;

/// A hidden block that opens where it was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Bytes of the opening mark.
    pub(crate) length: usize,
    pub(crate) what: Omitted,
    pub(crate) close: Close,
}

/// What ends a hidden block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    /// The closing tag of this name; blocks of that name inside are counted where they nest.
    Tag { name: &'static str, nests: bool },
    /// The first of these.
    Marks(&'static [&'static str]),
    /// The end of a message of gpt-oss.
    Message,
    /// Whatever ends reasoning.
    Reasoning,
}

/// Whether a hidden block opens at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opens {
    Yes(Opening),
    No,
    /// The text so far does not tell.
    Unknown,
}

/// Whether a hidden block can open with this character.
pub(crate) fn may_open(c: char) -> bool {
    matches!(c, '<' | '[' | '◁')
}

/// Whether a hidden block opens at the start of `text`, after which more may come unless it is
/// `complete`.
pub(crate) fn opens(text: &str, complete: bool) -> Opens {
    if !text.starts_with(may_open) {
        return Opens::No;
    }
    let mut unknown = false;
    for (open, close, what) in MARKS {
        if text.starts_with(open) {
            return Opens::Yes(Opening { length: open.len(), what: *what, close: Close::Marks(close) });
        }
        unknown |= open.starts_with(text);
    }
    match message(text).or(tag(text)) {
        Opens::Unknown => unknown = true,
        Opens::No => {}
        yes @ Opens::Yes(_) => return yes,
    }
    if unknown && !complete { Opens::Unknown } else { Opens::No }
}

impl Opens {
    fn or(self, other: Self) -> Self {
        if self == Self::No { other } else { self }
    }
}

/// A message of gpt-oss that is not for the user: `<|channel|>analysis<|message|>`, or one to a tool.
fn message(text: &str) -> Opens {
    const END: &str = "<|message|>";
    let begins = ["<|channel|>", "<|start|>"];
    if !begins.iter().any(|begin| text.starts_with(begin)) {
        return if begins.iter().any(|begin| begin.starts_with(text)) { Opens::Unknown } else { Opens::No };
    }
    let window = &text[..text.floor_char_boundary(LONGEST_OPENING)];
    let line = window.split('\n').next().unwrap_or(window);
    let Some(end) = line.find(END) else {
        return if line.len() < text.len() { Opens::No } else { Opens::Unknown };
    };
    let header = &line[..end];
    let what = match () {
        () if header.contains(" to=") => Omitted::ToolCall,
        () if header.contains("analysis") => Omitted::Reasoning,
        () => return Opens::No,
    };
    Opens::Yes(Opening { length: end + END.len(), what, close: Close::Message })
}

/// An opening tag, with attributes or without.
fn tag(text: &str) -> Opens {
    let Some(inside) = text.strip_prefix('<') else {
        return Opens::No;
    };
    let Some(end) = inside.find(|c: char| !is_name(c)) else {
        return if inside.len() < LONGEST_NAME { Opens::Unknown } else { Opens::No };
    };
    let Some((name, what)) = known(&inside[..end]) else {
        return Opens::No;
    };
    let after = &inside[end..];
    let named = after.starts_with('=');
    if (name == "function" && !named)
        || !after.starts_with(['>', ' ', '=', '\t'])
        || (named && name != "function")
    {
        return Opens::No;
    }
    let window = &after.as_bytes()[..after.len().min(LONGEST_OPENING)];
    let length = text.len() - after.len();
    match window.iter().position(|b| matches!(b, b'>' | b'\n')) {
        Some(end) if window[end] == b'>' && (end == 0 || window[end - 1] != b'/') => {
            let attributes = &after[..end];
            let typed = |kind: &str| {
                attributes.contains(&format!("type=\"{kind}\""))
                    || attributes.contains(&format!("type='{kind}'"))
            };
            let what = match name {
                "details" if typed("reasoning") => Omitted::Reasoning,
                "details" if typed("tool_calls") || typed("code_interpreter") => Omitted::ToolCall,
                "details" => return Opens::No,
                _ => what,
            };
            let close = Close::Tag { name, nests: name == "details" };
            Opens::Yes(Opening { length: length + end + 1, what, close })
        }
        None if window.len() < LONGEST_OPENING => Opens::Unknown,
        _ => Opens::No,
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-' | '｜')
}

/// The tag of this name, in any name space (`seed:think`, `｜DSML｜invoke`), and what it holds.
fn known(name: &str) -> Option<(&'static str, Omitted)> {
    if name.len() >= LONGEST_NAME {
        return None;
    }
    let local = name.rsplit([':', '｜']).next().unwrap_or(name);
    let find = |names: &[&'static str]| names.iter().find(|known| known.eq_ignore_ascii_case(local)).copied();
    find(REASONING)
        .map(|name| (name, Omitted::Reasoning))
        .or_else(|| find(TOOLS).map(|name| (name, Omitted::ToolCall)))
        .or_else(|| find(&["details"]).map(|name| (name, Omitted::Reasoning)))
}

/// The tag that closes at the start of `text`: its name and length.
fn closing_tag(text: &str) -> Option<(&'static str, usize)> {
    let inside = text.strip_prefix("</")?;
    let end = inside.find(|c: char| !is_name(c)).filter(|end| inside[*end..].starts_with('>'))?;
    known(&inside[..end]).map(|(name, _)| (name, "</>".len() + end))
}

/// Looks for the end of a hidden block in `text` from byte `from` on. `depth` counts the blocks of its
/// name that are open inside one another.
pub(crate) fn closes(text: &str, from: usize, close: Close, depth: &mut usize) -> Search {
    match close {
        Close::Tag { name, nests } => closes_tag(text, from, name, nests, depth),
        Close::Marks(marks) => first_of(text, from, marks).map_or_else(
            |again| Search::NotYet { from: again },
            |(at, mark)| Search::Found { end: at + mark.len() },
        ),
        Close::Message => first_of(text, from, MESSAGE_ENDS).map_or_else(
            |again| Search::NotYet { from: again },
            |(at, mark)| {
                let begins = matches!(mark, "<|start|>" | "<|channel|>");
                Search::Found { end: if begins { at } else { at + mark.len() } }
            },
        ),
        Close::Reasoning => closes_reasoning(text, from),
    }
}

fn closes_tag(text: &str, from: usize, name: &str, nests: bool, depth: &mut usize) -> Search {
    let mut at = from;
    while let Some(offset) = text[at..].find('<') {
        let here = at + offset;
        let rest = &text[here..];
        // A name space may stand before the name.
        if rest.len() < name.len() + LONGEST_NAME && !rest[1..].contains(['>', '<', '\n']) {
            return Search::NotYet { from: here };
        }
        if let Some((closed, length)) = closing_tag(rest).filter(|(closed, _)| *closed == name) {
            debug_assert_eq!(closed, name);
            *depth = depth.saturating_sub(1);
            if *depth == 0 {
                return Search::Found { end: here + length };
            }
        } else if nests && rest[1..].get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name)) {
            // A model that writes about `<think>` does not open another block.
            *depth += 1;
        }
        at = here + 1;
    }
    Search::NotYet { from: text.len() }
}

/// The first of `marks` in `text` from byte `from` on, or from where to look again.
fn first_of(text: &str, from: usize, marks: &'static [&'static str]) -> Result<(usize, &'static str), usize> {
    let found = marks.iter().filter_map(|mark| Some((text[from..].find(mark)? + from, *mark)));
    let longest = marks.iter().map(|mark| mark.len()).max().unwrap_or(1);
    found
        .min_by_key(|(at, _)| *at)
        .ok_or_else(|| text.floor_char_boundary((text.len() + 1).saturating_sub(longest)).max(from))
}

fn closes_reasoning(text: &str, from: usize) -> Search {
    let mut at = from;
    while let Some(offset) = text[at..].find(may_open) {
        let here = at + offset;
        let rest = &text[here..];
        if let Some((_, length)) = closing_tag(rest).filter(|(name, _)| REASONING.contains(name)) {
            return Search::Found { end: here + length };
        }
        if let Some(mark) = REASONING_ENDS.iter().find(|mark| rest.starts_with(**mark)) {
            return Search::Found { end: here + mark.len() };
        }
        if rest.len() < LONGEST_NAME + 8 && !rest.contains(['>', ']', '▷', '\n']) {
            return Search::NotYet { from: here };
        }
        at = here + rest.chars().next().map_or(1, char::len_utf8);
    }
    Search::NotYet { from: text.len() }
}

/// What [`closes`] found.
pub(crate) enum Search {
    /// The block ends at byte `end`, its closing mark included.
    Found { end: usize },
    /// Not in this text; look again from byte `from` when there is more.
    NotYet { from: usize },
}

/// The first hidden block that opens in `line`, a whole line, outside of code: where, and how.
pub(crate) fn opens_in(line: &str) -> Option<(usize, Opening)> {
    const LONGEST_RUN: usize = 32;
    let mut at = 0;
    while let Some(offset) = line[at..].find(|c| c == '`' || may_open(c)) {
        let here = at + offset;
        let rest = &line[here..];
        if rest.starts_with('`') {
            let run = rest.len() - rest.trim_start_matches('`').len();
            at = here + run;
            // Code reaches to the next run of as many marks.
            let mut search = if run > LONGEST_RUN { line.len() } else { at };
            while let Some(offset) = line[search..].find('`') {
                let from = search + offset;
                let closing = line[from..].len() - line[from..].trim_start_matches('`').len();
                search = from + closing;
                if closing == run {
                    at = search;
                    break;
                }
            }
            continue;
        }
        if let Opens::Yes(opening) = opens(rest, true) {
            return Some((here, opening));
        }
        at = here + rest.chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// Whether a tag of HTML, such as `<think>` or `</think>`, opens or closes a hidden block.
pub(crate) fn is_tag(html: &str) -> Option<Tag> {
    let html = html.trim();
    if let Opens::Yes(opening) = opens(html, true) {
        return Some(Tag::Opens(opening.what));
    }
    closing_tag(html).filter(|(name, _)| *name != "details").map(|_| Tag::Closes)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Opens(Omitted),
    Closes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn hides(text: &str, what: Omitted, rest: &str) {
        let Opens::Yes(opening) = opens(text, true) else { panic!("{text:?} opens nothing") };
        assert_eq!(opening.what, what, "{text:?}");
        let mut depth = 1;
        let Search::Found { end } = closes(text, opening.length, opening.close, &mut depth) else {
            panic!("{text:?} is not closed")
        };
        assert_eq!(&text[end..], rest);
        // What opens is seen as soon as all of its mark is there, and never denied before.
        for at in (1..opening.length).filter(|at| text.is_char_boundary(*at)) {
            assert_ne!(opens(&text[..at], false), Opens::No, "{:?}", &text[..at]);
        }
    }

    #[test]
    fn the_forms_of_the_models() {
        use Omitted::{Reasoning, ToolCall};
        hides("<think>a <b> c</think>d", Reasoning, "d");
        hides("<Thinking mode=\"x\">a</THINKING>d", Reasoning, "d");
        hides("<seed:think>a</seed:think>d", Reasoning, "d");
        hides("[THINK]a[/THINK]d", Reasoning, "d");
        hides("◁think▷a◁/think▷d", Reasoning, "d");
        hides("<|START_THINKING|>a<|END_THINKING|>d", Reasoning, "d");
        hides("<|channel|>analysis<|message|>a<|end|>d", Reasoning, "d");
        hides("<|channel|>analysis<|message|>a<|start|>assistant", Reasoning, "<|start|>assistant");
        hides("<|channel>thought\na<channel|>d", Reasoning, "d");
        hides("<details type=\"reasoning\" done=\"true\">a<details>b</details></details>d", Reasoning, "d");
        hides("<tool_call>\n{}\n</tool_call>d", ToolCall, "d");
        hides("<function=get_weather>{}</function>d", ToolCall, "d");
        hides("<minimax:tool_call>a</minimax:tool_call>d", ToolCall, "d");
        hides("<｜DSML｜function_calls>a</｜DSML｜function_calls>d", ToolCall, "d");
        hides("<｜tool▁calls▁begin｜>a<｜tool▁calls▁end｜>d", ToolCall, "d");
        hides("<|channel|>commentary to=functions.x <|constrain|>json<|message|>{}<|call|>d", ToolCall, "d");
        hides("<|start|>assistant to=functions.x<|channel|>commentary<|message|>{}<|call|>d", ToolCall, "d");
        hides("<|tool_calls_section_begin|>a<|tool_calls_section_end|>d", ToolCall, "d");
        hides("<|python_tag|>a<|eom_id|>d", ToolCall, "d");
        hides("[TOOL_CALLS][{\"name\": \"x\"}]\n\nd", ToolCall, "d");
        hides("<invoke name=\"x\"><parameter name=\"y\">a</parameter></invoke>d", ToolCall, "d");
    }

    #[test]
    fn other_tags_hide_nothing() {
        for text in [
            "<b>x</b>",
            "<thinker>",
            "<details>",
            "<details open>",
            "<function>",
            "<invoke/>",
            "[1]",
            "[THIN",
            "<|im_end|>",
            "<|channel|>final<|message|>Hi",
            "<|channel|>commentary<|message|>Hi",
            "<",
            "< think>",
            "◁",
            "<invoke name=\"x\"/>",
        ] {
            assert_eq!(opens(text, true), Opens::No, "{text:?}");
        }
        assert_eq!(opens_in("a `<think>` b ``c` <think>``"), None);
        assert_eq!(opens_in("a ` b <think>").map(|(at, _)| at), Some(6));
    }
}
