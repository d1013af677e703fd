//! The Model Context Protocol's messages, as far as a server with one tool needs them: JSON-RPC without batches, and both ways
//! to begin: the handshake of the versions up to 2025-11-25, and since 2026-07-28 the version in every request.
//!
//! Nothing is remembered between two requests: each says by itself which way it goes.

use serde_json::{Map, Value, json};

/// The versions that begin with `initialize`, newest first. The one before them has no sound in answers.
const HANDSHAKE: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];
/// The version that is named in every request, in `_meta`.
pub const MODERN: &str = "2026-07-28";
/// The one tool.
pub const TOOL: &str = "speak";
/// How long what never changes while the server runs may be kept, milliseconds.
const KEPT_FOR: u64 = 3_600_000;

const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
const SERVER_KEY: &str = "io.modelcontextprotocol/serverInfo";

/// What a client says.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// Something that is answered.
    Request(Request),
    /// Something that is not.
    Notification(Notification),
    /// The answer to something that was never asked.
    Stray,
}

/// Something that is not answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// What it is about.
    pub method: String,
    /// More of it; null if there is none.
    pub params: Value,
}

/// Something that is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What the client calls it: a string or a number.
    pub id: Value,
    /// What is asked for.
    pub method: String,
    /// With what; null if with nothing.
    pub params: Value,
}

/// Where the sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlet {
    /// To the client, in the answer.
    Answer,
    /// Through the loudspeaker of this machine.
    Loudspeaker,
}

/// What a request comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Reaction {
    /// The result is known.
    Known(Value),
    /// Something is to be said: the tool's arguments.
    Speech(Value),
}

/// Why a message cannot be followed, as JSON-RPC has it. What the tool itself cannot do is no fault but a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// JSON-RPC's code, or one of the protocol's own.
    pub code: i64,
    /// In words.
    pub message: String,
    data: Option<Value>,
}

/// The codes of [`Fault`]s.
pub mod code {
    /// It is not JSON.
    pub const NOT_JSON: i64 = -32700;
    /// It is no message.
    pub const NO_MESSAGE: i64 = -32600;
    /// There is no such method.
    pub const NO_METHOD: i64 = -32601;
    /// Its parameters are not right.
    pub const WRONG_PARAMS: i64 = -32602;
    /// The headers say something else than the message.
    pub const HEADERS_DIFFER: i64 = -32020;
    /// There is no such version of the protocol here.
    pub const UNKNOWN_VERSION: i64 = -32022;
}

impl Fault {
    /// A fault with its code.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// As it is sent, to the request of this name: null for what had none.
    #[must_use]
    pub fn answer(&self, id: &Value) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(data) = &self.data {
            error["data"] = data.clone();
        }
        json!({ "jsonrpc": "2.0", "id": id, "error": error })
    }
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// A [`Fault`] for what is no message.
    pub fn read(message: Value) -> Result<Self, Fault> {
        let no_message = |reason: &str| Fault::new(code::NO_MESSAGE, reason);
        let Value::Object(mut message) = message else {
            return Err(no_message("A message is one JSON object; batches are not taken."));
        };
        if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return Err(no_message("`jsonrpc` must be \"2.0\"."));
        }
        let params = message.remove("params").unwrap_or_default();
        if !matches!(params, Value::Null | Value::Object(_)) {
            return Err(no_message("`params` must be an object."));
        }
        match (message.remove("method"), message.remove("id")) {
            (Some(Value::String(method)), None) => Ok(Self::Notification(Notification { method, params })),
            (Some(Value::String(method)), Some(id @ (Value::String(_) | Value::Number(_)))) => {
                Ok(Self::Request(Request { id, method, params }))
            }
            (Some(Value::String(_)), Some(_)) => Err(no_message("`id` must be a string or a number.")),
            (None, Some(_)) if message.contains_key("result") || message.contains_key("error") => {
                Ok(Self::Stray)
            }
            _ => Err(no_message("`method` must be a string.")),
        }
    }
}

impl Request {
    /// The version that the request itself names, as those since 2026-07-28 do.
    ///
    /// # Errors
    /// A [`Fault`] for a version that is not spoken here, or one that is named wrongly.
    pub fn version(&self) -> Result<Option<&str>, Fault> {
        let Some(version) = self.params["_meta"].get(VERSION_KEY) else { return Ok(None) };
        let Some(version) = version.as_str() else {
            return Err(Fault::new(
                code::WRONG_PARAMS,
                format!("`_meta` has a `{VERSION_KEY}` that is no string."),
            ));
        };
        if version != MODERN {
            let data = json!({ "supported": versions(), "requested": version });
            let fault = Fault::new(code::UNKNOWN_VERSION, "This version of the protocol is not spoken here.");
            return Err(Fault { data: Some(data), ..fault });
        }
        if self.params["_meta"].get(CAPABILITIES_KEY).is_none() {
            return Err(Fault::new(code::WRONG_PARAMS, format!("`_meta` has no `{CAPABILITIES_KEY}`.")));
        }
        Ok(Some(version))
    }

    /// What it comes to.
    ///
    /// # Errors
    /// A [`Fault`] for what nobody here does.
    pub fn understand(&self, outlet: Outlet) -> Result<Reaction, Fault> {
        let modern = self.version()?.is_some();
        let known = match self.method.as_str() {
            "initialize" => greeting(self.params["protocolVersion"].as_str()),
            "server/discover" if modern => kept(json!({
                "supportedVersions": versions(),
                "capabilities": capabilities(),
                "instructions": INSTRUCTIONS,
            })),
            "ping" => json!({}),
            "tools/list" => kept(json!({ "tools": [tool(outlet)] })),
            "tools/call" => {
                let name = self.params["name"].as_str().unwrap_or_default();
                if name != TOOL {
                    let name: String = name.chars().take(64).collect();
                    let message = format!("There is no tool `{name}`; there is `{TOOL}`.");
                    return Err(Fault::new(code::WRONG_PARAMS, message));
                }
                let none = || Value::Object(Map::new());
                return Ok(Reaction::Speech(self.params.get("arguments").cloned().unwrap_or_else(none)));
            }
            other => {
                let other: String = other.chars().take(64).collect();
                return Err(Fault::new(code::NO_METHOD, format!("There is no method `{other}` here.")));
            }
        };
        Ok(Reaction::Known(known))
    }

    /// The answer with this result, with what the request's version wants beside it.
    #[must_use]
    pub fn answer(&self, mut result: Value) -> Value {
        if matches!(self.version(), Ok(Some(_))) {
            result["resultType"] = "complete".into();
            result["_meta"] = json!({ SERVER_KEY: server() });
        }
        json!({ "jsonrpc": "2.0", "id": self.id, "result": result })
    }
}

const INSTRUCTIONS: &str =
    "Reads texts aloud with a natural voice. Hand over the text as it is, Markdown included.";

fn versions() -> Vec<&'static str> {
    [MODERN].into_iter().chain(HANDSHAKE).collect()
}

fn server() -> Value {
    json!({ "name": "saywell", "title": "Saywell", "version": env!("CARGO_PKG_VERSION") })
}

fn capabilities() -> Value {
    json!({ "tools": {} })
}

/// The answer to `initialize`: in the client's version if it is spoken here, else in the newest that has a handshake.
fn greeting(wished: Option<&str>) -> Value {
    let version = HANDSHAKE.into_iter().find(|known| Some(*known) == wished).unwrap_or(HANDSHAKE[0]);
    json!({
        "protocolVersion": version,
        "capabilities": capabilities(),
        "serverInfo": server(),
        "instructions": INSTRUCTIONS,
    })
}

/// Says how long it may be kept; older versions pass that over.
fn kept(mut result: Value) -> Value {
    result["ttlMs"] = KEPT_FOR.into();
    result["cacheScope"] = "private".into();
    result
}

fn tool(outlet: Outlet) -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut properties = json!({
        "text": text("What to say: Markdown or plain text. Markdown is read as a person would read it."),
        "voice": text("A voice's name; the usual one when left out."),
        "language": text("BCP 47 language of the text, such as en-US; found in the text when left out."),
        "speed": { "type": "number", "minimum": 0.25, "maximum": 4, "description": "1 is the usual speed." },
    });
    let description = match outlet {
        Outlet::Answer => {
            properties["format"] = json!({ "type": "string", "enum": ["mp3", "wav", "flac", "opus"], "description": "mp3 when left out." });
            "Reads a text aloud with a natural voice, and answers with the sound."
        }
        Outlet::Loudspeaker => {
            "Reads a text aloud with a natural voice, through the loudspeaker of the user's machine. Texts are spoken one after the other."
        }
    };
    json!({
        "name": TOOL,
        "title": "Speak",
        "description": description,
        "inputSchema": { "type": "object", "properties": properties, "required": ["text"] },
        "annotations": { "title": "Speak", "readOnlyHint": false, "destructiveHint": false, "openWorldHint": false },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(message: Value) -> Request {
        match Message::read(message) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_no_message_is_told_why() {
        for (message, reason) in [
            (json!([]), "batches"),
            (json!({}), "jsonrpc"),
            (json!({ "jsonrpc": "2.0" }), "method"),
            (json!({ "jsonrpc": "2.0", "method": 7, "id": 1 }), "method"),
            (json!({ "jsonrpc": "2.0", "method": "ping", "id": null }), "id"),
            (json!({ "jsonrpc": "2.0", "method": "ping", "id": 1, "params": [] }), "params"),
        ] {
            let fault = Message::read(message.clone()).unwrap_err();
            assert!(fault.code == code::NO_MESSAGE && fault.message.contains(reason), "{message}: {fault:?}");
        }
        let told = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert!(matches!(Message::read(told), Ok(Message::Notification(_))));
        assert_eq!(Message::read(json!({ "jsonrpc": "2.0", "id": 1, "result": {} })), Ok(Message::Stray));
    }

    #[test]
    fn the_handshake_takes_the_clients_version_or_offers_another() {
        for (wished, offered) in [
            (json!("2025-06-18"), "2025-06-18"),
            (json!("2025-11-25"), "2025-11-25"),
            (json!("2024-11-05"), "2025-11-25"),
            (Value::Null, "2025-11-25"),
        ] {
            let request = request(
                json!({ "jsonrpc": "2.0", "id": "a", "method": "initialize", "params": { "protocolVersion": wished } }),
            );
            let Ok(Reaction::Known(result)) = request.understand(Outlet::Answer) else { panic!("{wished}") };
            assert_eq!(result["protocolVersion"], offered);
            let answer = request.answer(result);
            assert!(answer["id"] == "a" && answer["result"].get("resultType").is_none(), "{answer}");
        }
    }

    #[test]
    fn a_version_in_the_request_is_minded() {
        let discover = |version: Value, capabilities: bool| {
            let mut meta = json!({ VERSION_KEY: version });
            if capabilities {
                meta[CAPABILITIES_KEY] = json!({});
            }
            request(
                json!({ "jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": { "_meta": meta } }),
            )
        };
        let known = discover(MODERN.into(), true);
        let Ok(Reaction::Known(result)) = known.understand(Outlet::Answer) else { panic!() };
        assert_eq!(result["supportedVersions"][0], MODERN);
        let answer = known.answer(result);
        assert_eq!(answer["result"]["resultType"], "complete");
        assert_eq!(answer["result"]["_meta"][SERVER_KEY]["name"], "saywell");
        let newer = discover("2030-01-01".into(), true).understand(Outlet::Answer).unwrap_err();
        assert_eq!(newer.code, code::UNKNOWN_VERSION);
        let told = newer.answer(&json!(1));
        assert_eq!(told["error"]["data"]["supported"][0], MODERN, "{told}");
        for wrong in [discover(json!(7), true), discover(MODERN.into(), false)] {
            assert_eq!(wrong.understand(Outlet::Answer).unwrap_err().code, code::WRONG_PARAMS);
        }
        let old = request(json!({ "jsonrpc": "2.0", "id": 1, "method": "server/discover" }));
        assert_eq!(old.understand(Outlet::Answer).unwrap_err().code, code::NO_METHOD);
    }
}
