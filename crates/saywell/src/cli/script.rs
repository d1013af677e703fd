//! `saywell script`.

use std::path::PathBuf;

use saywell_text::{Code, Language};

use super::say::read_text;
use super::{Failed, PATIENCE, open_without_trace, print};
use crate::config::Settings;
use crate::http::script::{Script, ScriptLine};
use crate::identity::Caller;
use crate::limits::Demand;
use crate::request::{Markup, SpeechRequest};
use crate::speak::SpeakError;

/// Arguments of `saywell script`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A file with a reply; `-` or nothing: standard input
    file: Option<PathBuf>,
    /// It is in SSML, not in Markdown
    #[arg(long)]
    ssml: bool,
    /// What becomes of code: announce, skip or read
    #[arg(long, default_value = "announce")]
    code: String,
    /// BCP 47 language of the text; found in the text when not given
    #[arg(long)]
    language: Option<Language>,
    /// As JSON, like `POST /tts/script`
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments, settings: Settings) -> Result<(), Failed> {
    let code = match arguments.code.as_str() {
        "announce" => Code::Announce,
        "skip" => Code::Skip,
        "read" => Code::Read,
        other => return Err(Failed::Usage(format!("--code is `{other}`; it may be announce, skip or read"))),
    };
    let text = match arguments.file {
        Some(path) if path.as_os_str() != "-" => std::fs::read_to_string(&path)
            .map_err(|error| Failed::Run(format!("{}: {error}", path.display())))?,
        _ => read_text(None)?,
    };
    let request = SpeechRequest {
        markup: if arguments.ssml { Markup::Ssml } else { Markup::Markdown },
        code,
        language: arguments.language,
        ..SpeechRequest::new(text)
    };
    // As the server does it, with its providers: what they speak decides what becomes of other languages.
    let app = open_without_trace(settings).await?;
    let permit = app.limits.admit(&Caller::operator(None), &Demand::default()).await;
    let permit = permit.map_err(SpeakError::from)?;
    let script = Script::new(app.speak.script(&permit, &request).await?);
    drop(permit);
    app.close(PATIENCE).await;
    if arguments.json {
        return print(serde_json::to_string_pretty(&script)?);
    }
    for ScriptLine { utterance, written_out, .. } in &script.utterances {
        let kind = format!("{:?}", utterance.kind).to_lowercase();
        let language = utterance.language.as_deref().unwrap_or("-");
        print(format_args!("{kind:<10} {language:<5} {}", utterance.text))?;
        if let Some(words) = written_out {
            print(format_args!("{:<16} = {words}", ""))?;
        }
    }
    for omission in &script.omissions {
        let what = format!("{:?}", omission.what).to_lowercase();
        print(format!("not said: {what} ({})", omission.note).replace(" ()", ""))?;
    }
    for note in &script.notes {
        print(format_args!("note: {}", note.note))?;
    }
    let (characters, seconds) = (script.characters, script.estimated_seconds);
    print(format_args!(
        "{} utterances, {characters} characters, about {seconds:.0} s",
        script.utterances.len()
    ))
}
