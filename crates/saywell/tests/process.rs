//! The real binary: started, asked, stopped and started again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

#[path = "process/commands.rs"]
mod commands;
#[path = "process/doctor.rs"]
mod doctor;
#[path = "process/logs.rs"]
mod logs;
#[path = "process/traces.rs"]
mod traces;
#[path = "process/wrong_settings.rs"]
mod wrong_settings;

/// A server in a data folder, ended with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    fn start_with(data: &Path, settings: &[(&str, &str)]) -> Self {
        let mut serve = saywell(data);
        serve.arg("serve").env("TTS_LISTEN", "127.0.0.1:0").env("TTS_LOG", "warn");
        serve.envs(settings.iter().copied());
        Self::of(&mut serve)
    }

    /// Starts this command, which says where it listens.
    fn of(serve: &mut Command) -> Self {
        let mut process = serve.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "{line:?}");
        Self { process, address }
    }

    async fn speak(&self, body: &Value) -> Response {
        Client::new().post(format!("{}/tts", self.address)).json(body).send().await.unwrap()
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Asks it to stop, and waits until it has.
    fn stop(mut self) -> bool {
        self.signal("-TERM");
        self.process.wait().unwrap().success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn saywell(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
    // Nothing of the machine that runs the tests: no settings file, no variables.
    command.current_dir(data).env_clear().env("TTS_DATA_DIR", data.join("kept"));
    command
}

fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_spoken_is_kept_over_a_restart_and_a_kill() {
    let data = TempDir::new().unwrap();
    let body = json!({ "text": "Hello there. This will be kept." });
    let server = Server::start(data.path());
    let first = server.speak(&body).await;
    assert_eq!((first.status(), header(&first, "x-tts-cache")), (StatusCode::OK, "miss".into()));
    let first = first.bytes().await.unwrap();
    assert!(first.len() > 4_000, "{} bytes", first.len());
    assert!(server.stop(), "a server that is asked to stop succeeds");

    let server = Server::start(data.path());
    let again = server.speak(&body).await;
    assert_eq!(header(&again, "x-tts-cache"), "hit");
    assert_eq!(again.bytes().await.unwrap(), first);
    server.signal("-KILL");
    drop(server);

    let server = Server::start(data.path());
    let again = server.speak(&body).await;
    assert_eq!(header(&again, "x-tts-cache"), "hit");
    assert_eq!(again.bytes().await.unwrap(), first);
}

#[tokio::test]
async fn links_outlive_the_process_that_signed_them() {
    let data = TempDir::new().unwrap();
    let server = Server::start(data.path());
    let request = Client::new().post(format!("{}/tts", server.address)).header("accept", "application/json");
    let links: Value =
        request.json(&json!({ "text": "Signed." })).send().await.unwrap().json().await.unwrap();
    let path = links["url"].as_str().unwrap().to_owned();
    let sound = reqwest::get(format!("{}{path}", server.address)).await.unwrap().bytes().await.unwrap();
    assert!(server.stop());
    let server = Server::start(data.path());
    let again = reqwest::get(format!("{}{path}", server.address)).await.unwrap();
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(again.bytes().await.unwrap(), sound);
}

#[tokio::test]
async fn stopping_lets_what_is_being_heard_end() {
    let data = TempDir::new().unwrap();
    let server = Server::start(data.path());
    let text: String = (0..40).map(|n| format!("This is sentence number {n} of a long reply. ")).collect();
    let mut response = server.speak(&json!({ "text": text, "format": "pcm" })).await;
    let mut heard = response.chunk().await.unwrap().unwrap().len();
    server.signal("-TERM");
    while let Some(piece) = response.chunk().await.unwrap() {
        heard += piece.len();
    }
    assert!(heard > 40 * 48_000, "all of it: {heard} bytes");
    drop(response);
    assert!(server.stop());
}

#[tokio::test]
async fn a_gateway_that_a_balancer_watches_lets_everybody_in_until_that_knows_that_it_stops() {
    let data = TempDir::new().unwrap();
    let settings = [("TTS_PROVIDER", "local"), ("TTS_STOP_DELAY_SECONDS", "2")];
    let client = Client::builder().pool_max_idle_per_host(0).build().unwrap();
    let ready = async |server: &Server| client.get(format!("{}/readyz", server.address)).send().await;
    let mut server = Server::start_with(data.path(), &settings);
    for _ in 0..2 {
        assert_eq!(ready(&server).await.unwrap().status(), StatusCode::OK);
    }
    let asked = Instant::now();
    server.signal("-TERM");
    let told = async {
        loop {
            let answer = ready(&server).await.unwrap();
            if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
                return answer;
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(2), told).await.unwrap();
    assert_eq!(header(&told, "connection"), "close", "the next request comes by another connection");
    let spoken = server.speak(&json!({ "text": "Still said.", "format": "pcm" })).await;
    assert_eq!(spoken.status(), StatusCode::OK);
    assert!(!spoken.bytes().await.unwrap().is_empty());
    assert!(server.process.wait().unwrap().success());
    assert!(asked.elapsed() >= Duration::from_secs(2), "{:?}", asked.elapsed());

    // Whoever stops it by hand, or watches it not, does not wait for that.
    let settings = [("TTS_PROVIDER", "local"), ("TTS_STOP_DELAY_SECONDS", "600")];
    for (asks, signal) in [(2, "-INT"), (1, "-TERM")] {
        let mut server = Server::start_with(data.path(), &settings);
        for _ in 0..asks {
            assert_eq!(ready(&server).await.unwrap().status(), StatusCode::OK);
        }
        server.signal(signal);
        assert!(server.process.wait().unwrap().success());
    }
}

#[test]
fn a_head_that_never_ends_and_one_that_is_too_long_are_cut_off() {
    let data = TempDir::new().unwrap();
    let server = Server::start(data.path());
    let mut stream = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(1 << 20));
    // The server may close before it has read all of it.
    let _ = stream.write_all(long.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn say_agrees_with_itself_to_the_word() {
    let data = TempDir::new().unwrap();
    let text = "Hello there. The **second** sentence follows at once, doesn't it?";
    let mut command = saywell(data.path());
    command.args(["say", text, "-o", "a.wav", "--captions", "a.vtt"]);
    assert_eq!(run(&mut command), (0, String::new(), String::new()));
    let wav = std::fs::read(data.path().join("a.wav")).unwrap();
    let (rate, samples) = saywell_audio::read_wav(&wav).unwrap();
    let loud = |from: f64, to: f64| {
        let [from, to] = [from, to].map(|at| ((at * f64::from(rate)) as usize).min(samples.len()));
        samples[from..to].iter().fold(0.0_f32, |most, sample| most.max(sample.abs()))
    };

    let vtt = std::fs::read_to_string(data.path().join("a.vtt")).unwrap();
    let spoken: String =
        vtt.lines().filter(|line| !line.contains("-->")).skip(1).collect::<Vec<_>>().join(" ");
    let words = |text: &str| text.replace('*', "").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&spoken), words(text), "{vtt}");

    let mut command = saywell(data.path());
    command.args(["say", text, "-o", "b.wav", "--captions", "b.json"]);
    assert_eq!(run(&mut command).0, 0);
    assert_eq!(std::fs::read(data.path().join("b.wav")).unwrap(), wav, "the same text is the same sound");
    let captions: Value =
        serde_json::from_slice(&std::fs::read(data.path().join("b.json")).unwrap()).unwrap();
    let seconds = samples.len() as f64 / f64::from(rate);
    assert!((captions["duration_seconds"].as_f64().unwrap() - seconds).abs() < 0.001);
    for word in captions["words"].as_array().unwrap() {
        let [start, end] = [&word["start"], &word["end"]].map(|at| at.as_f64().unwrap());
        assert_eq!(word["exact"], true);
        assert!(loud(start, end) > 0.02, "{word} is silent");
    }
}

#[test]
fn say_reads_standard_input_and_refuses_what_makes_no_sense() {
    let data = TempDir::new().unwrap();
    let mut piped = saywell(data.path());
    let mut child = piped
        .args(["say", "-", "-o", "-", "--format", "pcm"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"From standard input.").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.len() > 24_000, "{} bytes", output.stdout.len());
    for (arguments, code, complaint) in [
        (&["say", "Hello.", "-o", "a.doc"][..], 2, "no format ends in .doc"),
        (&["say", "Hello.", "-o", "a.mp3", "--captions", "a.txt"], 2, "captions end in"),
        (&["say", "", "-o", "a.mp3"], 1, "the text is empty"),
        (&["say", "Hello.", "-o", "a.mp3", "--voice", "nobody"], 1, "there is no voice `nobody`"),
        (&["say", "Hello.", "-o", "no/such/folder.mp3"], 1, "no/such/folder.mp3"),
        (&["sing"], 2, "unrecognized subcommand"),
    ] {
        let (status, _, stderr) = run(saywell(data.path()).args(arguments));
        assert_eq!(status, code, "{arguments:?}: {stderr}");
        assert!(stderr.contains(complaint), "{arguments:?}: {stderr}");
    }
}

#[test]
fn settings_are_checked_as_a_whole_before_anything_starts() {
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join("saywell.toml"), "colour = \"red\"\n").unwrap();
    let mut command = saywell(data.path());
    command.arg("serve").env("TTS_MAX_SECONDS", "soon").env("TTS_LISTEN", "0.0.0.0:1");
    let (status, stdout, stderr) = run(&mut command);
    assert_eq!((status, stdout.as_str()), (2, ""));
    for part in ["`colour` in saywell.toml", "TTS_MAX_SECONDS", "TTS_LISTEN", "TTS_AUTH"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

#[tokio::test]
async fn a_port_that_is_open_to_everybody_is_warned_of_and_speaks() {
    let data = TempDir::new().unwrap();
    for (address, warned) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let mut command = saywell(data.path());
        command.arg("serve").env("TTS_LISTEN", address).env("TTS_AUTH", "none").env("TTS_LOG", "warn");
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().unwrap();
        let url = format!("http://127.0.0.1:{port}/tts");
        let answer = Client::new().post(url).json(&json!({ "text": "Hello." })).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        process.kill().unwrap();
        let log = String::from_utf8(process.wait_with_output().unwrap().stderr).unwrap();
        let told = log.contains("TTS_AUTH=none: whoever reaches this port may speak");
        assert_eq!(told, warned, "{log}");
    }
}

#[test]
fn script_says_what_becomes_of_other_languages_as_the_server_does() {
    let data = TempDir::new().unwrap();
    let reply = "Sure! In German you say: Guten Morgen, wie geht es dir heute? It means good morning.";
    std::fs::write(data.path().join("reply.md"), reply).unwrap();
    for (policy, said) in [("announce", "In German, one sentence."), ("read", "Guten Morgen")] {
        let mut command = saywell(data.path());
        command.args(["script", "reply.md"]).env("TTS_UNSUPPORTED_LANGUAGE", policy);
        let (status, stdout, stderr) = run(&mut command);
        assert_eq!(status, 0, "{stderr}");
        assert!(stdout.contains(said), "{policy}: {stdout}");
        assert_eq!(stdout.contains("not said: language"), policy == "announce", "{stdout}");
    }
    let mut refusing = saywell(data.path());
    let (status, _, stderr) =
        run(refusing.args(["script", "reply.md"]).env("TTS_UNSUPPORTED_LANGUAGE", "refuse"));
    assert_eq!(status, 1);
    assert!(stderr.contains("German"), "{stderr}");
}

#[tokio::test]
#[ignore = "needs the pack of voices: tools/test.sh voices"]
async fn a_reply_goes_to_a_voice_of_its_language() {
    let data = TempDir::new().unwrap();
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../saywell-data/kokoro.pack");
    let kept = data.path().join("kept");
    std::fs::create_dir_all(&kept).unwrap();
    // It stands in the chain by itself where it lies in the data folder.
    std::fs::hard_link(&pack, kept.join("kokoro.pack"))
        .or_else(|_| std::fs::copy(&pack, kept.join("kokoro.pack")).map(drop))
        .unwrap();
    // Which voice speaks is asked here, not how fast on a machine that may do something else.
    let patient = [("TTS_FIRST_SOUND_TIMEOUT_SECONDS", "60"), ("TTS_PROVIDER_TIMEOUT_SECONDS", "60")];
    let server = Server::start_with(data.path(), &patient);
    let spanish = "Buenos días. El tren sale a las nueve y llega al mediodía.";
    let portuguese = "Bom dia. O trem sai às nove e chega ao meio-dia.";
    for (text, language, voice) in [
        (spanish, json!(null), "ef_dora"),
        ("Adiós.", json!("es"), "ef_dora"),
        (portuguese, json!(null), "pf_dora"),
        ("Bonjour. Le train part à neuf heures et arrive à midi.", json!(null), "ff_siwis"),
        ("Buongiorno. Il treno per Torino parte tra poco e arriva a mezzogiorno.", json!(null), "if_sara"),
        ("早上好，请坐。", json!(null), "zf_xiaobei"),
        ("नमस्ते, आप कैसे हैं?", json!(null), "hf_alpha"),
    ] {
        let answer = server.speak(&json!({ "text": text, "language": language })).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(header(&answer, "x-tts-voice"), voice, "{text}");
        assert!(answer.bytes().await.unwrap().len() > 5_000);
    }
    let answer = server.speak(&json!({ "text": "The train leaves at nine." })).await;
    assert_eq!(header(&answer, "x-tts-voice"), "heart");
}

#[test]
fn a_default_voice_that_nobody_has_is_told_at_the_start() {
    let data = TempDir::new().unwrap();
    let (status, _, stderr) = run(saywell(data.path()).args(["voices"]).env("TTS_DEFAULT_VOICE", "nobody"));
    assert_eq!(status, 1);
    assert!(stderr.contains("TTS_DEFAULT_VOICE is `nobody`"), "{stderr}");
}

#[test]
fn config_shows_what_is_in_force_and_hides_secrets() {
    let data = TempDir::new().unwrap();
    let mut command = saywell(data.path());
    command
        .arg("config")
        .env("TTS_MAX_SECONDS", "90")
        .env("OPENAI_API_KEY", "sk-nobody-may-see-this")
        .env("TTS_SIGNING_KEY", "a secret of thirty-two letters, or more");
    let (status, stdout, _) = run(&mut command);
    assert!(
        stdout.contains("providers.openai.api_key = ••••••") && !stdout.contains("sk-nobody"),
        "{stdout}"
    );
    assert_eq!(status, 0);
    assert!(stdout.contains("TTS_MAX_SECONDS = 90  # environment variable TTS_MAX_SECONDS"), "{stdout}");
    assert!(stdout.contains("TTS_PROVIDER = local  # default"), "{stdout}");
    assert!(!stdout.contains("thirty-two"), "{stdout}");
}

#[test]
fn the_pronunciations_are_printed_as_a_lexicon_that_accounts_take() {
    let data = TempDir::new().unwrap();
    let (status, _, stderr) = run(saywell(data.path()).arg("lexicon"));
    assert_eq!(status, 1);
    assert!(stderr.contains("there are no words for `en-US`"), "{stderr}");
    let file = "[[pronunciations]]\nword = \"nginx\"\nsay = \"engine x\"\n";
    std::fs::write(data.path().join("saywell.toml"), file).unwrap();
    let (status, stdout, _) = run(saywell(data.path()).args(["lexicon", "--language", "en-GB"]));
    assert_eq!(status, 0);
    assert!(stdout.contains("xml:lang=\"en-GB\"") && stdout.contains("<alias>engine x</alias>"), "{stdout}");
}

#[test]
fn check_voices_bench_and_cache_say_what_a_person_wants_to_know() {
    let data = TempDir::new().unwrap();
    for (arguments, expected) in [
        (&["check"][..], "✓ local: speaks as `heart`"),
        (&["voices"], "heart"),
        (&["voices", "list"], "en-US"),
        (&["bench", "--replies", "2"], "first sound, p50"),
        (&["cache", "stats"], "renditions"),
        (&["cache", "sweep"], "removed 0"),
        (&["licences"], "Kokoro-82M"),
        (&["--version"], "saywell "),
    ] {
        let (status, stdout, stderr) = run(saywell(data.path()).args(arguments));
        assert_eq!(status, 0, "{arguments:?}: {stderr}");
        assert!(stdout.contains(expected), "{arguments:?}: {stdout}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_what_of_a_provider_ends() {
    let data = TempDir::new().unwrap();
    let stub = saywell_stubs::Stub::start(&saywell_stubs::stubs::elevenlabs::KIND).await.unwrap();
    let mut check = saywell(data.path());
    check.arg("check").env("TTS_PROVIDER", "elevenlabs").env("ELEVENLABS_API_KEY", "k");
    check.env("ELEVENLABS_BASE_URL", stub.url());
    let (status, stdout, stderr) = run(&mut check);
    assert_eq!(status, 0, "{stdout}{stderr}");
    assert!(stdout.contains("✓ elevenlabs: speaks as `21m00Tcm4TlvDq8ikWAM`"), "{stdout}");
    assert!(stdout.contains("⚠ elevenlabs: the voice `21m00Tcm4TlvDq8ikWAM` end"), "{stdout}");
    assert!(stdout.contains("on 2026-12-31; choose a voice of the account's own"), "{stdout}");
}

#[tokio::test]
async fn keys_are_minted_listed_and_revoked_while_the_server_runs() {
    let data = TempDir::new().unwrap();
    let mut mint = saywell(data.path());
    mint.args(["key", "mint", "--name", "our app", "--expires", "90d", "--requests-per-minute", "60"]);
    let (status, key, hint) = run(&mut mint);
    assert_eq!(status, 0, "{hint}");
    let key = key.trim();
    let id = key.split('_').nth(1).unwrap();
    assert!(key.starts_with("saywell_") && key.len() == 89 && hint.contains(id), "{hint}");

    let server = Server::start_with(data.path(), &[("TTS_AUTH", "key")]);
    let ask = async || {
        let request = Client::new().get(format!("{}/tts/config", server.address)).bearer_auth(key);
        request.send().await.unwrap().status()
    };
    assert_eq!(ask().await, StatusCode::OK);
    let anonymous = reqwest::get(format!("{}/tts/config", server.address)).await.unwrap();
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);

    let list = |state: &str| {
        let (status, stdout, _) = run(saywell(data.path()).args(["key", "list"]));
        assert!(status == 0 && stdout.contains(id) && stdout.contains("our app"), "{stdout}");
        assert!(stdout.contains(state) && !stdout.contains(key), "{stdout}");
    };
    list("until ");
    let (status, stdout, _) = run(saywell(data.path()).args(["key", "revoke", id]));
    assert_eq!((status, stdout), (0, format!("revoked {id}\n")));
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED, "at once");
    list("revoked ");
    let (status, _, stderr) = run(saywell(data.path()).args(["key", "revoke", id]));
    assert!(status == 1 && stderr.contains("in force"), "{stderr}");
}

#[tokio::test]
async fn tokens_are_signed_for_a_server_with_the_same_secret() {
    let data = TempDir::new().unwrap();
    let secret = ("TTS_JWT_SECRET", "a secret of thirty-two letters, or more");
    let (status, _, stderr) = run(saywell(data.path()).args(["key", "token", "--user", "ann"]));
    assert!(status == 2 && stderr.contains("TTS_JWT_SECRET"), "{stderr}");
    let mut sign = saywell(data.path());
    sign.args(["key", "token", "--user", "ann", "--expires", "15m"]).env(secret.0, secret.1);
    let (status, token, _) = run(&mut sign);
    assert_eq!(status, 0);
    let server = Server::start_with(data.path(), &[("TTS_AUTH", "jwt"), secret]);
    let request = Client::new().get(format!("{}/tts/config", server.address)).bearer_auth(token.trim());
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    let (status, _, stderr) =
        run(saywell(data.path()).args(["key", "token", "--user", "a\nb"]).env(secret.0, secret.1));
    assert!(status == 2 && stderr.contains("128 characters"), "{stderr}");
}

#[test]
fn a_signing_key_that_is_none_is_refused_and_left_as_it_is() {
    let data = TempDir::new().unwrap();
    let kept = data.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    let file = kept.join("signing.key");
    for (bytes, problem) in [
        (&b""[..], "has 0 bytes"),
        (b"\n", "has 0 bytes"),
        (b"only thirty-one bytes long, so: ", "has 31 bytes"),
        (&[0xff; 64], "is not text"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let (status, stdout, stderr) =
            run(saywell(data.path()).arg("serve").env("TTS_LISTEN", "127.0.0.1:0"));
        assert_eq!((status, stdout.as_str()), (1, ""), "{stderr}");
        for part in ["signing.key", problem, "from a backup", "move the file away"] {
            assert!(stderr.contains(part), "{part}: {stderr}");
        }
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
    }
    std::fs::remove_file(&file).unwrap();
    drop(Server::start(data.path()));
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 64, "a new one");
}

#[tokio::test]
async fn a_bucket_that_answers_nobody_holds_nobody_up() {
    // Takes connections and says nothing, as a host does whose disk hangs.
    let frozen = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", frozen.local_addr().unwrap());
    let data = TempDir::new().unwrap();
    let server = Server::start_with(
        data.path(),
        &[
            ("TTS_STORAGE_URL", "s3://sound"),
            ("AWS_ENDPOINT", &endpoint),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "somebody"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-north-1"),
        ],
    );
    // Three that are new, one that is known, and one in another format.
    for (number, format) in [(0, "mp3"), (1, "mp3"), (2, "mp3"), (0, "mp3"), (1, "wav")] {
        let begun = Instant::now();
        let answer = server.speak(&json!({ "text": format!("Number {number}."), "format": format })).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.bytes().await.unwrap().len() > 1000);
        // Some of this is the voice, on a machine that may be busy; waiting for the bucket took 30 s.
        assert!(begun.elapsed() < Duration::from_secs(8), "{number}: {:?}", begun.elapsed());
    }
    // Nothing was stored, so nothing was read: the first write, which has 15 s, shows that the bucket is ill.
    let shown = async {
        loop {
            let ready = reqwest::get(format!("{}/readyz", server.address)).await.unwrap();
            match ready.text().await.unwrap().as_str() {
                "ready\nstorage is ill\n" => break,
                ready => assert_eq!(ready, "ready\n"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), shown).await.unwrap();
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_by_name_and_its_sound_found_again() {
    let data = TempDir::new().unwrap();
    let database = data.path().join("kept/saywell.db");
    let body = json!({ "text": "This was said before the damage." });
    let server = Server::start(data.path());
    let first = server.speak(&body).await.bytes().await.unwrap();
    assert!(server.stop());
    let whole = std::fs::read(&database).unwrap();
    // The header; the root of a table; all of it; every page but the first.
    let damages: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes[..100].fill(b'x'),
        |bytes| bytes[4096..4096 + 200].fill(0xee),
        |bytes| bytes.fill(0),
        |bytes| bytes[4096..].fill(0x55),
    ];
    for (number, damage) in (1..).zip(damages) {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        std::fs::write(&database, &bytes).unwrap();
        let server = Server::start(data.path());
        let aside = data.path().join(format!("kept/saywell.db.damaged-{number}"));
        // What opened it may have noted that in its first page, where that was whole.
        let kept = std::fs::read(&aside).unwrap();
        let from = if number == 4 { 4096 } else { 0 };
        assert!(kept[from..] == bytes[from..], "damage {number}: set aside as it was");
        again_until_hit(&server, &body, &first).await;
        assert!(server.stop());
    }
}

#[tokio::test]
async fn a_damaged_log_of_the_database_loses_no_sound() {
    let damages: [fn(&mut Vec<u8>); 3] = [
        |bytes| bytes[..32].fill(b'x'),
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle..middle + 512].fill(0xee);
        },
        |bytes| bytes.truncate(bytes.len() / 2 + 7),
    ];
    for damage in damages {
        let data = TempDir::new().unwrap();
        let server = Server::start(data.path());
        let body = json!({ "text": "This was said before the damage." });
        let first = server.speak(&body).await.bytes().await.unwrap();
        // It is stored when its notes are there.
        let stored = data.path().join("kept/audio");
        let found =
            || walk(&stored).iter().filter(|file| file.extension().is_some_and(|end| end == "notes")).count();
        let deadline = Instant::now() + Duration::from_secs(20);
        while found() < 2 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server.signal("-KILL");
        drop(server);
        let log = data.path().join("kept/saywell.db-wal");
        let mut bytes = std::fs::read(&log).unwrap();
        assert!(bytes.len() > 4096, "nothing is in it");
        damage(&mut bytes);
        std::fs::write(&log, bytes).unwrap();
        let server = Server::start(data.path());
        again_until_hit(&server, &body, &first).await;
        assert!(server.stop());
    }
}

/// Every file in a folder and those in it.
fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// Asks for what was said before until it comes from the cache: its index may be rebuilt in the background.
async fn again_until_hit(server: &Server, body: &Value, first: &[u8]) {
    let found = async {
        loop {
            let again = server.speak(body).await;
            assert_eq!(again.status(), StatusCode::OK);
            let hit = header(&again, "x-tts-cache") == "hit";
            assert!(again.bytes().await.unwrap() == first);
            if hit {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), found).await.unwrap();
}

/// Lets a process write no file beyond so many bytes, as on a disk that is full; as long as any without a number.
#[cfg(target_os = "linux")]
fn fill_disk(process: u32, most: Option<u64>) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let process = Pid::from_raw(process.cast_signed());
    prlimit(process, Resource::Fsize, Rlimit { current: most, maximum: None }).unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_full_disk_speech_goes_on_and_nothing_that_was_complete_is_lost() {
    let data = TempDir::new().unwrap();
    // What writes too much is told so, rather than ended by a signal.
    let serve = format!("trap '' XFSZ; exec {} serve", env!("CARGO_BIN_EXE_saywell"));
    let start = || {
        let mut process = Command::new("sh")
            .args(["-c", &serve])
            .current_dir(data.path())
            .env_clear()
            .env("TTS_DATA_DIR", data.path().join("kept"))
            .env("TTS_LISTEN", "127.0.0.1:0")
            .env("TTS_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        let mut errors = process.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            errors.read_to_string(&mut log).unwrap();
            log
        });
        (Server { process, address }, log)
    };
    let (server, log) = start();
    let before = json!({ "text": "This was said while there was room." });
    let first = server.speak(&before).await.bytes().await.unwrap();
    again_until_hit(&server, &before, &first).await;

    fill_disk(server.process.id(), Some(1024));
    for number in 0..4 {
        let body = json!({ "text": format!("Number {number}, said without any room at all.") });
        let answer = server.speak(&body).await;
        assert_eq!(answer.status(), StatusCode::OK, "{number}");
        assert!(answer.bytes().await.unwrap().len() > 4_000, "all of it is heard");
    }
    let known = server.speak(&before).await;
    assert!(known.bytes().await.unwrap() == first, "what was complete is heard as it was");

    fill_disk(server.process.id(), None);
    let after = json!({ "text": "This was said when there was room again." });
    let second = server.speak(&after).await.bytes().await.unwrap();
    again_until_hit(&server, &after, &second).await;
    assert!(server.stop());
    let log = log.join().unwrap();
    let told = log.lines().filter(|line| line.contains("sound cannot be kept"));
    assert_eq!(told.count(), 1, "one line says what is wrong, and what to do:\n{log}");
    assert!(log.contains("Free some space"), "{log}");

    let (server, _log) = start();
    for (body, sound) in [(&before, &first), (&after, &second)] {
        let kept = server.speak(body).await;
        assert_eq!(header(&kept, "x-tts-cache"), "hit", "{body}");
        assert!(kept.bytes().await.unwrap() == sound, "{body}");
    }
    assert!(server.stop());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn in_a_data_folder_that_cannot_be_written_speech_goes_on() {
    let data = TempDir::new().unwrap();
    // Nobody may make a folder there, not even root.
    let server = Server::start_with(data.path(), &[("TTS_DATA_DIR", "/sys/saywell")]);
    let body = json!({ "text": "Heard all the same." });
    for outcome in ["miss", "hit"] {
        let answer = server.speak(&body).await;
        assert_eq!((answer.status(), header(&answer, "x-tts-cache")), (StatusCode::OK, outcome.to_owned()));
        assert!(answer.bytes().await.unwrap().len() > 4_000);
    }
    assert!(server.stop());
}

#[test]
fn a_port_in_use_is_named() {
    let data = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (status, _, stderr) = run(saywell(data.path()).arg("serve").env("TTS_LISTEN", &address));
    assert_eq!(status, 1);
    assert!(stderr.contains(&address) && stderr.contains("cannot be listened on"), "{stderr}");
}

/// What `saywell usage` sums up of these days.
fn booked(data: &Path) -> Value {
    let (code, printed, complaints) = run(saywell(data).args(["usage", "--format", "json"]));
    assert_eq!(code, 0, "{complaints}");
    let report: Value = serde_json::from_str(&printed).unwrap();
    report["lines"].as_array().unwrap().iter().fold(json!({}), |mut sum, line| {
        for what in ["requests", "sent_characters", "cost"] {
            sum[what] = json!(sum[what].as_f64().unwrap_or_default() + line[what].as_f64().unwrap());
        }
        sum
    })
}

#[tokio::test]
async fn every_character_that_reached_a_provider_is_booked_however_often_the_gateway_is_killed() {
    let data = TempDir::new().unwrap();
    let stub = saywell_stubs::Stub::start(&saywell_stubs::stubs::openai::KIND).await.unwrap();
    let url = format!("{}/v1", stub.url());
    let settings = [
        ("TTS_PROVIDER", "openai"),
        ("OPENAI_API_KEY", "a-key-that-nobody-may-see"),
        ("OPENAI_BASE_URL", url.as_str()),
    ];
    for round in 0..3 {
        let server = Server::start_with(data.path(), &settings);
        // Some are spoken, some under way, when it is killed.
        let spoken =
            server.speak(&json!({ "text": format!("This is number {round}, spoken to its end.") })).await;
        assert_eq!(spoken.status(), StatusCode::OK);
        drop(spoken.bytes().await.unwrap());
        stub.fails(saywell_stubs::Fault::Hang, ..);
        let begun = stub.counts().begun;
        let asked: Vec<_> = (0..8)
            .map(|n| {
                let text = format!("Round {round} asks for {n}, and never hears of it again.");
                let request = Client::new().post(format!("{}/tts", server.address));
                tokio::spawn(request.json(&json!({ "text": text })).send())
            })
            .collect();
        assert!(stub.until(|counts| counts.begun >= begun + 8).await);
        server.signal("-KILL");
        drop(server);
        for request in asked {
            drop(request.await.unwrap());
        }
        stub.recovers();
    }
    // The next start reads what was open, and books it as sent.
    let server = Server::start_with(data.path(), &settings);
    assert_eq!(reqwest::get(format!("{}/healthz", server.address)).await.unwrap().status(), StatusCode::OK);
    assert!(server.stop());
    let booked = booked(data.path());
    let whole = |what: &str| booked[what].as_f64().unwrap() as u64;
    assert_eq!((whole("sent_characters"), whole("requests")), (stub.charged(), 27), "{booked}");
    assert!(booked["cost"].as_f64().unwrap() > 0.0, "{booked}");
}

/// Whatever callers write, each event is one line of at most 2 kB, in JSON as well; and refusals do not fill the log.
#[tokio::test]
async fn callers_neither_forge_log_lines_nor_fill_the_log() {
    for json_lines in ["false", "true"] {
        let data = TempDir::new().unwrap();
        let log = data.path().join("log");
        let mut process = saywell(data.path())
            .arg("serve")
            .envs([("TTS_LISTEN", "127.0.0.1:0"), ("TTS_LOG", "info"), ("TTS_LOG_JSON", json_lines)])
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        let server = Server { process, address };
        let forged = "x\n2026-11-29T00:00:00.000000Z  INFO saywell: forged user=admin";
        let endless = format!("{forged}{}", "q".repeat(1_000_000));
        for field in ["voice", "message_id", "room", "language", "format", &endless] {
            let mut body = json!({ "text": "Hello." });
            body[field] = json!(forged);
            assert_eq!(server.speak(&body).await.status(), StatusCode::BAD_REQUEST, "{field:.20}");
            body[field] = json!(endless);
            assert_eq!(server.speak(&body).await.status(), StatusCode::BAD_REQUEST, "{field:.20}");
        }
        for _ in 0..300 {
            server.speak(&json!({ "text": "Hello.", "x": 1 })).await;
        }
        assert!(server.stop());
        let log = std::fs::read_to_string(&log).unwrap();
        let lines: Vec<&str> = log.lines().collect();
        assert!(
            lines.iter().all(|line| line.len() <= 2048 && !line.starts_with("2026-11-29T00:00:00.000000Z"))
        );
        let refused = lines.iter().filter(|line| line.contains("refused")).count();
        assert!((100..312).contains(&refused), "{refused} of 312 refusals are written");
        if json_lines == "true" {
            for line in lines {
                let read: Value = serde_json::from_str(line).unwrap();
                let again = serde_json::to_string(&read).unwrap();
                let fields = |text: &str| text.matches("\":").count();
                assert!(fields(&again) >= fields(line), "a field stands twice in {line}");
            }
        }
    }
}
