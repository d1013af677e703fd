//! `saywell mcp`: the Model Context Protocol over standard input and output, a message a line.
//!
//! What is said is played here, one text after the other, and a call is answered when it has been heard; or, where there is
//! no player, the answer holds the sound.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::player::{Player, Playing};
use super::{Failed, PATIENCE, complain, open_without_trace};
use crate::app::App;
use crate::config::Settings;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::mcp::message::{Fault, Message, Notification, Outlet, Reaction, Request, code};
use crate::http::mcp::{failed, in_full, spoken, summary, wished};
use crate::identity::Caller;
use crate::speak::{Sound, SpokenReply};

/// Longest line, bytes: as the largest body over HTTP.
const LONGEST_LINE: u64 = 8 << 20;
/// Calls at once; they wait for each other's end.
const MOST_CALLS: usize = 8;
/// How long a call waits until it has been heard: clients give up on a tool after a minute. What is longer is played on.
const HEARD_WITHIN: Duration = Duration::from_secs(45);
/// How much a player is given at once, bytes: a third of a second, after which it can be stopped.
const PIECE: usize = 16 << 10;

/// Arguments of `saywell mcp`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Answer with the sound, in place of playing it
    #[arg(long)]
    return_sound: bool,
}

pub(super) async fn run(arguments: Arguments, settings: Settings) -> Result<(), Failed> {
    let player = if arguments.return_sound { None } else { Player::find().ok() };
    let app = open_without_trace(settings).await?;
    let (out, mut queue) = mpsc::channel::<Value>(MOST_CALLS);
    // Waited for when everything was read.
    let writing = tokio::spawn(async move {
        let mut output = tokio::io::stdout();
        while let Some(answer) = queue.recv().await {
            // Whoever reads no more has left.
            if output.write_all(format!("{answer}\n").as_bytes()).await.is_err()
                || output.flush().await.is_err()
            {
                return;
            }
        }
    });
    let tool = Tool { app: app.clone(), player, turn: Arc::new(Semaphore::new(1)) };
    // Whoever says no more is gone: what is still being spoken ends with them.
    converse(tool, out).await?;
    let _ = writing.await;
    app.close(PATIENCE).await;
    Ok(())
}

/// Answers until nothing more is said.
async fn converse(tool: Tool, out: mpsc::Sender<Value>) -> Result<(), Failed> {
    let mut input = BufReader::new(tokio::io::stdin());
    let mut calls: HashMap<String, AbortOnDropHandle<()>> = HashMap::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        if line.len() as u64 == LONGEST_LINE && line.last() != Some(&b'\n') {
            return Err(Failed::Run(format!("a line of more than {LONGEST_LINE} bytes came in")));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        calls.retain(|_, call| !call.is_finished());
        let answer = match read(&line) {
            Ok(Message::Request(request)) => match request.understand(tool.outlet()) {
                Ok(Reaction::Known(result)) => request.answer(result),
                Ok(Reaction::Speech(_)) if calls.len() == MOST_CALLS => {
                    let busy = format!(
                        "{MOST_CALLS} texts are waiting to be spoken: try again when one of them was."
                    );
                    request.answer(failed(&ApiError::new(ErrorCode::Overloaded, busy)))
                }
                Ok(Reaction::Speech(arguments)) => {
                    let name = request.id.to_string();
                    let call = tool.clone().call(request, arguments, out.clone());
                    // Not waited for: who does not wait for the answer has left, and it ends with them.
                    calls.insert(name, AbortOnDropHandle::new(tokio::spawn(call)));
                    continue;
                }
                Err(fault) => fault.answer(&request.id),
            },
            Ok(Message::Notification(Notification { method, params })) => {
                if method == "notifications/cancelled" {
                    calls.remove(&params["requestId"].to_string());
                }
                continue;
            }
            Ok(Message::Stray) => continue,
            Err(fault) => fault.answer(&Value::Null),
        };
        if out.send(answer).await.is_err() {
            return Ok(());
        }
    }
}

fn read(line: &[u8]) -> Result<Message, Fault> {
    let message = serde_json::from_slice(line);
    Message::read(
        message.map_err(|error| Fault::new(code::NOT_JSON, format!("The line is not JSON: {error}.")))?,
    )
}

/// The tool, as it is used over this connection.
#[derive(Clone)]
struct Tool {
    app: App,
    /// What plays it, where that is wished and possible.
    player: Option<Player>,
    /// Whose turn it is to be heard.
    turn: Arc<Semaphore>,
}

impl Tool {
    fn outlet(&self) -> Outlet {
        if self.player.is_some() { Outlet::Loudspeaker } else { Outlet::Answer }
    }

    async fn call(self, request: Request, arguments: Value, out: mpsc::Sender<Value>) {
        let result = match self.speak(arguments).await {
            Ok(result) => result,
            Err(error) => failed(&error),
        };
        // Nobody is there any more if it cannot be sent.
        let _ = out.send(request.answer(result)).await;
    }

    async fn speak(&self, arguments: Value) -> Result<Value, ApiError> {
        let mut request = wished(arguments)?;
        let Some(player) = self.player.clone() else {
            return in_full(spoken(&self.app, Caller::operator(None), request).await?).await;
        };
        request.format = player.format();
        let speech = spoken(&self.app, Caller::operator(None), request).await?;
        let said = summary(&speech);
        let turn = Arc::clone(&self.turn);
        let playing = async move {
            // The semaphore is never closed.
            let _turn = turn.acquire_owned().await;
            play(speech, player).await
        };
        // Waited for here, and not after that: a reply that is still heard ends with the program.
        let mut playing = AbortOnDropHandle::new(tokio::spawn(playing));
        let text = match timeout(HEARD_WITHIN, &mut playing).await {
            Ok(Ok(heard)) => heard.map(|()| format!("Spoken: {said}"))?,
            Ok(Err(broken)) => return Err(ApiError::new(ErrorCode::InternalError, broken.to_string())),
            Err(_) => {
                playing.detach();
                format!("It is still being spoken, and goes on: {said}")
            }
        };
        Ok(json!({ "content": [{ "type": "text", "text": text }], "isError": false }))
    }
}

/// A player that is ended when nobody wants to hear on.
struct Until(Playing);

impl Drop for Until {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Until {
    /// Hands sound on, in pieces between which it can be given up; whether more is wanted.
    async fn give(&mut self, sound: &[u8]) -> Result<bool, ApiError> {
        for piece in sound.chunks(PIECE) {
            if !tokio::task::block_in_place(|| self.0.play(piece)).map_err(cannot_play)? {
                return Ok(false);
            }
            tokio::task::yield_now().await;
        }
        Ok(true)
    }
}

/// Plays all of it.
async fn play(speech: SpokenReply, player: Player) -> Result<(), ApiError> {
    let mut playing = Until(player.start().map_err(cannot_play)?);
    let mut open = true;
    match speech.sound {
        Sound::Complete(entry) => open = playing.give(&entry.sound).await?,
        Sound::Flight(mut listener) => {
            while open && let Some(piece) = listener.next().await {
                let piece =
                    piece.inspect_err(|failure| complain(format_args!("speech broke off: {failure}")))?;
                open = playing.give(&piece).await?;
            }
        }
    }
    if open { tokio::task::block_in_place(|| playing.0.finish()).map_err(cannot_play) } else { Ok(()) }
}

fn cannot_play(failed: Failed) -> ApiError {
    ApiError::new(ErrorCode::InternalError, failed.words())
}
