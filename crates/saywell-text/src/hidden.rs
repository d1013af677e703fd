//! What a model writes to itself or to its tools: reasoning and tool calls, which are never spoken.
//!
//! The forms are those that the models' own chat templates define. They reach a reply where the server
//! does not parse them, or parses those of another model.

use crate::utterance::Omitted;

/// Tags that hold reasoning: `DeepSeek`, Qwen, GLM, `MiniMax`, Nemotron, Granite and most others
/// (`think`), EXAONE (`thought`), Hermes (`scratch_pad`), Reflection, Claude's prompts (`thinking`).
/// Seed's `<seed:think>` and the like are these with a name space.
const REASONING: &[&str] = &[
    "think", "thinking", "thought", "thoughts", "reasoning", "reflection", "scratchpad", "scratch_pad",
    "antthinking", "inner_monologue", "longcat_think", "analysis", "plan", "planning", "monologue", "step",
];

/// What the names of other tags of reasoning and of tools say, where they are made of several words.
const REASONING_WORDS: [&str; 6] = ["think", "thought", "analysis", "plan", "monologue", "reasoning"];
const TOOL_WORDS: [&str; 16] = [
    "tool", "call", "function", "invoke", "execute", "command", "file", "search", "bash", "browser", "mcp",
    "terminal", "observation", "artifact", "run_", "_code",
];

/// Tags that hold a call of a tool or its result: Hermes and Qwen (`tool_call`), Llama and Qwen Coder
/// (`function`, with `=` and a name), Claude (`function_calls`, `invoke`), Jamba (`tool_calls`),
/// Nemotron (`TOOLCALL`). `MiniMax` and `DeepSeek` put a name space before them.
const TOOLS: &[&str] = &[
    "tool_call", "tool_calls", "toolcall", "tool_use", "tool_code", "tool_result", "tool_results",
    "tool_response", "tool_output", "tool_outputs", "function_call", "function_calls", "function_result",
    "function_results", "function", "invoke", "tool", "longcat_tool_call", "system-reminder",
    "system_reminder",
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

/// A name of a tag as it is compared: in small letters, without `_` and `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    letters: [u8; LONGEST_NAME],
    length: usize,
}

impl Name {
    fn new(written: &str) -> Self {
        let mut name = Self { letters: [0; LONGEST_NAME], length: 0 };
        let letters = written.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
        for letter in letters.take(LONGEST_NAME) {
            name.letters[name.length] = letter.to_ascii_lowercase();
            name.length += 1;
        }
        name
    }
}

/// What ends a hidden block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    /// The closing tag of a name that is judged by its words.
    Named(Name),
    /// The bracket that closes what has been opened: the end of a value of JSON.
    Json,
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
    match message(text).or(tool_calls(text)).or(tag(text)) {
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

/// Mistral's `[TOOL_CALLS]`, which ends where its JSON ends.
fn tool_calls(text: &str) -> Opens {
    const MARK: &str = "[TOOL_CALLS]";
    const LONGEST: usize = 100;
    let Some(rest) = text.strip_prefix(MARK) else {
        return if MARK.starts_with(text) { Opens::Unknown } else { Opens::No };
    };
    let window = &rest[..rest.floor_char_boundary(LONGEST)];
    match window.find(['[', '{', '\n']) {
        Some(at) if window[at..].starts_with('\n') => Opens::No,
        // The name of the call may stand before, and a mark: `[TOOL_CALLS]add[ARGS]{…}`.
        Some(at)
            if window[at..].starts_with("[ARGS]")
                || "[ARGS]".starts_with(&window[at..]) && window.len() > at + 1 =>
        {
            match window.find('{') {
                Some(open) => json(MARK.len() + open + 1),
                None if window.len() < LONGEST => Opens::Unknown,
                None => Opens::No,
            }
        }
        Some(at) if window.len() == at + 1 && window.ends_with('[') => Opens::Unknown,
        Some(at) => json(MARK.len() + at + 1),
        None if window.len() < LONGEST => Opens::Unknown,
        None => Opens::No,
    }
}

fn json(length: usize) -> Opens {
    Opens::Yes(Opening { length, what: Omitted::ToolCall, close: Close::Json })
}

/// Whether a hidden block opens at the start of `line`, in one of the forms that only the start of a line tells
/// from prose: gpt-oss without its tokens, Ollama, gptme, `LibreChat`, a call with JSON in its brackets.
pub(crate) fn opens_line(line: &str, complete: bool) -> Opens {
    /// What begins the line, what ends it, and whether a capital has to follow.
    const FORMS: [(&str, &[&str], bool, Omitted); 7] = [
        ("analysis", &["assistantfinal"], true, Omitted::Reasoning),
        ("assistantanalysis", &["assistantfinal"], false, Omitted::Reasoning),
        ("assistantcommentary", &["assistantfinal"], false, Omitted::ToolCall),
        (":::thinking", &["\n:::"], false, Omitted::Reasoning),
        (":::reasoning", &["\n:::"], false, Omitted::Reasoning),
        (":::thought", &["\n:::"], false, Omitted::Reasoning),
        (":::analysis", &["\n:::"], false, Omitted::Reasoning),
    ];
    const THINKING: &str = "Thinking...";
    let unknown = if complete { Opens::No } else { Opens::Unknown };
    for (mark, ends, capital, what) in FORMS {
        if mark.len() > line.len() && mark.starts_with(line) && !line.is_empty() {
            return unknown;
        }
        let Some(rest) = line.strip_prefix(mark) else { continue };
        match rest.chars().next() {
            None if !complete => return Opens::Unknown,
            None if capital => {}
            Some(next) if capital && !next.is_ascii_uppercase() => {}
            _ => return Opens::Yes(Opening { length: mark.len(), what, close: Close::Marks(ends) }),
        }
    }
    if line.trim_end() == THINKING && complete {
        let close = Close::Marks(&["...done thinking."]);
        return Opens::Yes(Opening { length: THINKING.len(), what: Omitted::Reasoning, close });
    }
    if !complete && (THINKING.starts_with(line) || line == THINKING) && !line.is_empty() {
        return Opens::Unknown;
    }
    call(line, complete)
}

/// A call written out: `@shell(call_1): {"command": …}`, `record_summary({"summary": …})`.
fn call(line: &str, complete: bool) -> Opens {
    const LONGEST: usize = 64;
    let unknown = if complete { Opens::No } else { Opens::Unknown };
    let (at, rest) = match line.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if length == 0 || length > LONGEST {
        return if at && rest.is_empty() { unknown } else { Opens::No };
    }
    let name = &rest[..length];
    let after = &rest[length..];
    if after.is_empty() {
        return unknown;
    }
    // Without a mark it is the name of a function: several words.
    if !at && !name.contains('_') {
        return Opens::No;
    }
    let Some(inside) = after.strip_prefix('(') else { return Opens::No };
    let before = line.len() - inside.len();
    if !at {
        let open = inside.strip_prefix('{');
        return match (
            open.map(str::trim_start).map(|open| (open.is_empty(), open.starts_with('"'))),
            inside.is_empty(),
        ) {
            (None, true) | (Some((true, _)), _) => unknown,
            (Some((_, true)), _) => json(before + 1),
            _ => Opens::No,
        };
    }
    let window = &inside[..inside.floor_char_boundary(LONGEST)];
    match window.find(')') {
        Some(close) if window[close..].starts_with("): {") => json(before + close + "): {".len()),
        Some(close) if "): {".starts_with(&window[close..]) => unknown,
        None if window.len() < LONGEST && !window.contains('\n') => unknown,
        _ => Opens::No,
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
        return judged(text, &inside[..end]);
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

/// A tag that is no HTML, judged by its name: several words, of which one is of reasoning or of tools. Placeholders
/// are written alike (`<file-name>`), so a tag of a tool has to be followed by another, by JSON, or by a new line.
fn judged(text: &str, name: &str) -> Opens {
    let local = name.rsplit(':').next().unwrap_or(name);
    let camel =
        local.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    if !(camel || local.chars().skip(1).any(|c| matches!(c, '_' | '-'))) || local.len() >= LONGEST_NAME {
        return Opens::No;
    }
    let lower = local.to_ascii_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let what = match () {
        () if holds(&["artifact"]) => Omitted::Html,
        () if holds(&REASONING_WORDS) => Omitted::Reasoning,
        () if holds(&TOOL_WORDS) => Omitted::ToolCall,
        () => return Opens::No,
    };
    let after = &text[1 + name.len()..];
    if !after.starts_with(['>', ' ']) {
        return Opens::No;
    }
    let window = &after.as_bytes()[..after.len().min(LONGEST_OPENING)];
    let end = match window.iter().position(|byte| matches!(byte, b'>' | b'\n')) {
        Some(end) if window[end] == b'>' && (end == 0 || window[end - 1] != b'/') => end,
        None if window.len() < LONGEST_OPENING => return Opens::Unknown,
        _ => return Opens::No,
    };
    let attributes = end > 0 && after[..end].contains('=');
    let next = after[end + 1..].chars().next();
    let sure = what == Omitted::Reasoning || attributes || camel && next.is_some_and(|next| next != ' ');
    if !sure {
        match next {
            None => return Opens::Unknown,
            Some('\n' | '\r' | '<' | '{' | '[') => {}
            Some(_) => return Opens::No,
        }
    }
    let length = text.len() - after.len() + end + 1;
    Opens::Yes(Opening { length, what, close: Close::Named(Name::new(local)) })
}

/// Whether the name of a tag says that it is for a tool.
pub(crate) fn names_tool(name: &str) -> bool {
    TOOL_WORDS.iter().any(|word| name.contains(word))
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
        Close::Named(name) => closes_named(text, from, name),
        Close::Json => closes_json(text, from, depth),
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

/// The closing tag of this name, however its words are joined.
fn closes_named(text: &str, from: usize, name: Name) -> Search {
    let mut at = from;
    while let Some(offset) = text[at..].find("</") {
        let here = at + offset;
        let inside = &text[here + 2..];
        let length =
            inside.bytes().take(2 * LONGEST_NAME).take_while(|byte| is_name(char::from(*byte))).count();
        if length == inside.len() {
            return Search::NotYet { from: here };
        }
        let local = inside[..length].rsplit(':').next().unwrap_or_default();
        if inside[length..].starts_with('>') && Name::new(local) == name {
            return Search::Found { end: here + 2 + length + 1 };
        }
        at = here + 2;
    }
    Search::NotYet { from: text.len() - usize::from(text[at..].ends_with('<')) }
}

/// The end of a value of JSON whose first bracket is open. In `depth`: how many are open, and whether a string is.
fn closes_json(text: &str, from: usize, depth: &mut usize) -> Search {
    const STRING: usize = 1 << 30;
    const ESCAPED: usize = 1 << 29;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        if *depth & ESCAPED != 0 {
            *depth &= !ESCAPED;
            continue;
        }
        match byte {
            b'\\' if *depth & STRING != 0 => *depth |= ESCAPED,
            b'"' => *depth ^= STRING,
            _ if *depth & STRING != 0 => {}
            b'{' | b'[' => *depth += 1,
            b'}' | b']' => {
                let open = std::mem::replace(depth, depth.saturating_sub(1));
                if *depth == 0 {
                    // What comes next may belong to it.
                    if at + 1 == text.len() {
                        *depth = open;
                        return Search::NotYet { from: at };
                    }
                    let closes = text[at + 1..].starts_with(')');
                    return Search::Found { end: at + 1 + usize::from(closes) };
                }
            }
            _ => {}
        }
    }
    Search::NotYet { from: text.len() }
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
        hides("[TOOL_CALLS][{\"name\": \"x\", \"a\": \"]}\"}]d", ToolCall, "d");
        hides("[TOOL_CALLS]add[ARGS]{\"a\": {}}d", ToolCall, "d");
        hides("<tool-use><shell>ls</shell></tool-use>d", ToolCall, "d");
        hides("<read_file>\n<path>a</path>\n</read_file>d", ToolCall, "d");
        hides("<toolUse>x</tool_use>d", ToolCall, "d");
        hides("<internal_monologue>x</internal_monologue>d", Reasoning, "d");
        hides("<antArtifact title=\"x\"><h1>a</h1></antArtifact>d", Omitted::Html, "d");
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
            "<file-name> and",
            "<your_function_name>.",
            "<my-element>x",
            "[TOOL_CALLS]\n",
        ] {
            assert_eq!(opens(text, true), Opens::No, "{text:?}");
        }
        for line in
            ["analysis", "analysis of it", "Thinking... about it", "@ana: hi", "print(x)", "f({\"a\": 1})"]
        {
            assert_eq!(opens_line(line, true), Opens::No, "{line:?}");
        }
        for line in
            ["analysisThe", "Thinking...", "@shell(call_1): {\"a\"", "save_it({\"a\": 1})", ":::thinking"]
        {
            assert!(matches!(opens_line(line, true), Opens::Yes(_)), "{line:?}");
            for at in 1..line.len() {
                assert_ne!(opens_line(&line[..at], false), Opens::No, "{:?}", &line[..at]);
            }
        }
        assert_eq!(opens_in("a `<think>` b ``c` <think>``"), None);
        assert_eq!(opens_in("a ` b <think>").map(|(at, _)| at), Some(6));
    }
}
