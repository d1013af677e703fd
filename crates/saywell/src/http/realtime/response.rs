//! The events of one response: a message of the assistant's with one part, which is sound and what is said in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Over;

/// The most sound of one event, bytes: a second of it.
const MOST_SOUND: usize = 48_000;

/// What is said in answer to `response.create`.
pub(super) struct Response {
    pub(super) id: String,
    /// Its message's name.
    pub(super) item: String,
    pub(super) conversation: Option<String>,
    pub(super) metadata: Value,
    pub(super) voice: Option<String>,
    /// Characters that were to be said.
    pub(super) characters: usize,
    /// What has been said so far.
    pub(super) transcript: String,
}

/// An event's type, and its fields but for its name.
type Told = (&'static str, Value);

impl Response {
    /// What comes before the first sound.
    pub(super) fn begins(&self) -> [Told; 4] {
        let item = self.message("in_progress");
        let part = json!({ "type": "audio", "transcript": "" });
        [
            ("response.created", json!({ "response": self.described("in_progress", &Value::Null, &[]) })),
            (
                "response.output_item.added",
                json!({ "response_id": self.id, "output_index": 0, "item": item }),
            ),
            ("conversation.item.added", json!({ "previous_item_id": null, "item": item })),
            ("response.content_part.added", self.of_part(json!({ "part": part }))),
        ]
    }

    /// An utterance has been said.
    pub(super) fn transcript_delta(&mut self, text: &str) -> Told {
        let delta = if self.transcript.is_empty() { text.to_owned() } else { format!(" {text}") };
        self.transcript.push_str(&delta);
        ("response.output_audio_transcript.delta", self.of_part(json!({ "delta": delta })))
    }

    /// Sound, 16-bit little-endian PCM.
    pub(super) fn deltas(&self, sound: &[u8]) -> impl Iterator<Item = Told> {
        let deltas = sound.chunks(MOST_SOUND).map(|piece| json!({ "delta": STANDARD.encode(piece) }));
        deltas.map(|delta| ("response.output_audio.delta", self.of_part(delta)))
    }

    /// What comes after the last sound, however it ended.
    pub(super) fn ends(&self, over: &Over) -> [Told; 6] {
        let (status, details) = match over {
            Over::Done => ("completed", json!({ "type": "completed" })),
            Over::Cancelled | Over::Left => {
                ("cancelled", json!({ "type": "cancelled", "reason": "client_cancelled" }))
            }
            Over::TooLarge => ("failed", json!({ "type": "failed" })),
            Over::Failed(error) => {
                let error =
                    json!({ "type": error.code.kind(), "code": error.code.name(), "message": error.message });
                ("failed", json!({ "type": "failed", "error": error }))
            }
        };
        let of_item = if status == "completed" { status } else { "incomplete" };
        let item = self.message(of_item);
        let part = json!({ "type": "audio", "transcript": self.transcript });
        [
            ("response.output_audio.done", self.of_part(json!({}))),
            ("response.output_audio_transcript.done", self.of_part(json!({ "transcript": self.transcript }))),
            ("response.content_part.done", self.of_part(json!({ "part": part }))),
            ("response.output_item.done", json!({ "response_id": self.id, "output_index": 0, "item": item })),
            ("conversation.item.done", json!({ "previous_item_id": null, "item": item })),
            ("response.done", json!({ "response": self.described(status, &details, &[item]) })),
        ]
    }

    /// The fields of what is about its only part.
    fn of_part(&self, mut fields: Value) -> Value {
        fields["response_id"] = json!(self.id);
        fields["item_id"] = json!(self.item);
        fields["output_index"] = json!(0);
        fields["content_index"] = json!(0);
        fields
    }

    fn message(&self, status: &str) -> Value {
        let content = if status == "in_progress" {
            json!([])
        } else {
            json!([{ "type": "output_audio", "transcript": self.transcript }])
        };
        json!({
            "id": self.item, "object": "realtime.item", "type": "message", "status": status, "role": "assistant",
            "content": content,
        })
    }

    fn described(&self, status: &str, details: &Value, output: &[Value]) -> Value {
        // OpenAI counts tokens; here a character is the unit.
        let usage = (status != "in_progress").then(|| {
            json!({
                "total_tokens": self.characters, "input_tokens": self.characters, "output_tokens": 0,
                "input_token_details": { "text_tokens": self.characters, "audio_tokens": 0, "cached_tokens": 0 },
                "output_token_details": { "text_tokens": 0, "audio_tokens": 0 },
            })
        });
        json!({
            "object": "realtime.response", "id": self.id, "status": status, "status_details": details, "output": output,
            "conversation_id": self.conversation, "output_modalities": ["audio"], "max_output_tokens": "inf",
            "audio": { "output": { "format": { "type": "audio/pcm", "rate": saywell_audio::SAMPLE_RATE }, "voice": self.voice } },
            "usage": usage, "metadata": self.metadata,
        })
    }
}
