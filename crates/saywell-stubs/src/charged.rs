//! What a service charges for what it was sent, in characters, each in its own way. Of the times of words as of the sound.

use serde_json::Value;

use crate::call::Recorded;

/// Characters that are charged for this request; none for one that asks for no speech.
pub(crate) fn characters(request: &Recorded) -> u64 {
    let json = request.json::<Value>().unwrap_or_default();
    let of = |field: &str| json[field].as_str().map(str::to_owned);
    let path = request.path.as_str();
    let characters = if path.ends_with("/cognitiveservices/v1") {
        azure(&String::from_utf8_lossy(&request.body))
    } else if path.ends_with("text:synthesize") {
        match json["input"]["ssml"].as_str() {
            Some(ssml) => without(ssml, |name| name == "mark"),
            None => json["input"]["text"].as_str().unwrap_or_default().to_owned(),
        }
        .chars()
        .count()
    } else if path.ends_with("/speech") && json.get("Text").is_some() {
        let text = of("Text").unwrap_or_default();
        // Elements are free, and what stands for a character is one.
        let said = if json["TextType"] == "ssml" { plain(&without(&text, |_| true)) } else { text };
        said.chars().count()
    } else {
        let parts = json["contents"][0]["parts"].as_array().into_iter().flatten();
        let parts: Vec<&str> = parts.filter_map(|part| part["text"].as_str()).collect();
        let text = ["input", "text", "transcript"].iter().find_map(|field| of(field));
        text.unwrap_or_else(|| parts.concat()).chars().count()
    };
    characters as u64
}

/// All but `speak` and `voice`; a Chinese character counts twice.
pub(crate) fn azure(document: &str) -> usize {
    let charged = without(document, |name| name == "speak" || name == "voice");
    charged.chars().map(|c| if ('\u{4e00}'..='\u{9fff}').contains(&c) { 2 } else { 1 }).sum()
}

/// The document without the tags of these names; what is between them stays.
fn without(document: &str, named: impl Fn(&str) -> bool) -> String {
    let mut rest = document;
    let mut left = String::new();
    while let Some((before, from)) = rest.split_once('<') {
        left.push_str(before);
        let (tag, after) = from.split_once('>').unwrap_or((from, ""));
        let name: String =
            tag.trim_matches('/').chars().take_while(|c| c.is_alphanumeric() || *c == ':').collect();
        if !named(&name) {
            left.extend(["<", tag, ">"]);
        }
        rest = after;
    }
    left + rest
}

fn plain(escaped: &str) -> String {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    signs.iter().fold(escaped.to_owned(), |text, (name, sign)| text.replace(name, sign))
}
