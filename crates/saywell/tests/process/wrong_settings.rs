//! What operators are told of settings that cannot be used: every message, word for word, in
//! `golden/wrong-settings.txt`. `UPDATE_GOLDEN=1` renews it.

use super::*;

const SECRET: &str = "a secret of thirty-two letters, or more";

/// Settings in the environment, and a settings file.
const WRONG: &[(&[(&str, &str)], &str)] = &[
    (&[("TTS_MAX_SECOND", "90")], ""),
    (&[("TTS_MAX_SECONDS", "soon")], ""),
    (&[("TTS_MAX_SECONDS", "0")], ""),
    (&[("TTS_ENABLED", "maybe")], ""),
    (&[("TTS_CACHE_MAX_BYTES", "two gigabytes")], ""),
    (&[("TTS_LISTEN", "0.0.0.0")], ""),
    (&[("TTS_LISTEN", "my computer")], ""),
    (&[("PORT", "70000")], ""),
    (&[("TTS_AUTH", "password")], ""),
    (&[("TTS_AUTH", "jwt")], ""),
    (&[("TTS_AUTH", "jwt"), ("TTS_JWT_SECRET", "short")], ""),
    (&[("TTS_AUTH", "jwt"), ("TTS_JWT_JWKS_URL", "http://id.example.com/keys")], ""),
    (&[("TTS_AUTH", "jwt"), ("TTS_JWT_JWKS_URL", "https://id.example.com/keys")], ""),
    (&[("TTS_JWT_SECRET", SECRET), ("TTS_JWT_SECRET_FILE", "secret")], ""),
    (&[("TTS_SIGNING_KEY_FILE", "nowhere")], ""),
    (&[("TTS_PROVIDER", "opeanai")], ""),
    (&[("TTS_PROVIDER", "playht")], ""),
    (&[("TTS_PROVIDER", "openai")], ""),
    (&[("TTS_FALLBACK", "openai,nobody"), ("OPENAI_API_KEY", "sk-nobody")], ""),
    (&[("TTS_DEFAULT_VOICE", "nobody")], ""),
    (&[("TTS_UNSUPPORTED_LANGUAGE", "translate")], ""),
    (
        &[("DATABASE_URL", "mysql://ann:hidden@db/saywell"), ("REDIS_URL", "redis-cluster://:hidden@cache")],
        "",
    ),
    (&[("DATABASE_URL", "postgres://ann:hidden@db:port/saywell")], ""),
    (
        &[("DATABASE_URL", "postgres://ann:hidden@127.0.0.1:1/saywell"), ("TTS_START_TIMEOUT_SECONDS", "0")],
        "",
    ),
    (&[("REDIS_URL", "localhost:6379")], ""),
    (&[("TTS_STORAGE_URL", "ftp://sound")], ""),
    (&[("TTS_STORAGE_URL", "s3://")], ""),
    (&[("TTS_DATA_DIR", "/proc/saywell")], ""),
    (&[("TTS_CORS_ORIGINS", "chat.example.com"), ("TTS_PUBLIC_URL", "chat.example.com")], ""),
    (&[("TTS_TRUSTED_PROXIES", "all")], ""),
    (&[("TTS_LOG", "saywell=loud=er")], ""),
    (&[("SAYWELL_CONFIG", "none.toml")], ""),
    (&[], "= 3"),
    (&[], "[server]\nlistn = \"127.0.0.1\"\n"),
    (&[], "[providers.house]\nkind = \"opnai\"\n"),
    (&[], "[providers.openai]\nkey = \"sk-nobody\"\n"),
    (&[], "[plans.gold]\nmoney_per_day = -1\nflight = 2\n"),
    (&[], "[[pronunciations]]\nword = \"nginx\"\n"),
    (&[], "[[prices]]\nkind = \"openai\"\n"),
    (&[("TTS_RETRIES", "many")], "colour = 1\n[cache]\nttl_seconds = -1\n"),
];

#[cfg(target_os = "linux")]
#[test]
fn whoever_sets_something_wrong_is_told_what_and_what_would_be_right() {
    assert!(WRONG.len() >= 20);
    // All at once: each is a process that ends by itself.
    let told: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = WRONG.iter().map(|wrong| scope.spawn(|| tell(wrong))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let told = told.join("\n");
    // Once where each was set, and nowhere else.
    assert_eq!(told.matches("hidden").count(), 4, "a password is repeated: {told}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/wrong-settings.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    for (told, expected) in told.split("\n\n").zip(golden.split("\n\n")) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), golden.len());
}

/// What was set, and the answer with its exit code.
fn tell((environment, file): &(&[(&str, &str)], &str)) -> String {
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join("secret"), SECRET).unwrap();
    let mut set: String = environment.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    if !file.is_empty() {
        std::fs::write(data.path().join("saywell.toml"), file).unwrap();
        set.push_str(file.trim_end());
        set.push('\n');
    }
    let mut command = saywell(data.path());
    command.args(["serve", "--port", "0"]).envs(environment.iter().copied());
    if environment.iter().any(|(name, _)| *name == "PORT") {
        command = saywell(data.path());
        command.arg("serve").envs(environment.iter().copied());
    }
    let (code, said, told) = run(&mut command);
    assert_eq!(said, "", "it started: {set}");
    let told = told.replace(&data.path().display().to_string(), "FOLDER");
    // Log lines that come before have the time in them, and the list of providers grows.
    let lines = told.lines().filter(|line| !line.starts_with("20"));
    let lines = lines.map(|line| match line.split_once("choose one of: ") {
        Some((reason, all)) if all.contains("elevenlabs, ") => format!("{reason}choose one of: …"),
        _ => line.to_owned(),
    });
    format!("{set}→ {code}: {}\n", lines.collect::<Vec<_>>().join("\n"))
}
