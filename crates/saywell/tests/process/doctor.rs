//! `saywell doctor`: each thing that operators get wrong, and what they are told.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::routing::any;

use saywell::clock::{Clock as _, SystemClock};

use super::*;

/// Serves this on a port of its own until the test ends.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// What it says of each thing, by name.
async fn findings(mut command: Command) -> (i32, Value) {
    let (code, printed, told) =
        tokio::task::spawn_blocking(move || run(command.args(["doctor", "--json"]))).await.unwrap();
    let findings: Value = serde_json::from_str(&printed).unwrap_or_else(|_| json!(told));
    let of = |finding: &Value| (finding["what"].as_str().unwrap().to_owned(), finding.clone());
    (code, findings.as_array().unwrap().iter().map(of).collect::<serde_json::Map<_, _>>().into())
}

fn state(findings: &Value, what: &str) -> String {
    findings[what]["state"].as_str().unwrap_or("not tried").to_owned()
}

#[test]
fn a_gateway_that_is_well_is_told_so_in_plain_words() {
    let data = TempDir::new().unwrap();
    let (code, said, told) = run(saywell(data.path()).arg("doctor"));
    assert_eq!((code, told.as_str()), (0, ""), "{said}");
    for line in ["✓ data folder: ", "✓ database: ", "- Redis: not set", "✓ provider local: speaks as `heart`"]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
    let kept = data.path().join("kept");
    let left = std::fs::read_dir(kept)
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with(".writable"));
    assert_eq!(left.count(), 0, "what was tried is taken away again");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_away_or_wrong_is_named_with_its_remedy() {
    let data = TempDir::new().unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = saywell(data.path());
    command.env("TTS_DATA_DIR", "/sys/saywell").env("REDIS_URL", format!("redis://{nobody}"));
    command.env("DATABASE_URL", "sqlite::memory:").env("OPENAI_API_KEY", "sk-wrong");
    command.env("TTS_PROVIDER", "openai").env("OPENAI_BASE_URL", format!("http://{nobody}/v1"));
    command.env("TTS_PUBLIC_URL", format!("http://{nobody}"));
    let (code, found) = findings(command).await;
    assert_eq!(code, 1);
    for (what, remedy) in [
        ("data folder", "TTS_DATA_DIR"),
        ("Redis", "REDIS_URL"),
        ("provider openai", "its key"),
        ("public address", "Start the gateway"),
    ] {
        assert_eq!(state(&found, what), "wrong", "{what}: {found}");
        assert!(found[what]["remedy"].as_str().unwrap().contains(remedy), "{what}: {found}");
    }
    assert_eq!(state(&found, "database"), "fine");
    assert_eq!(state(&found, "storage"), "skipped");
}

/// A bucket that keeps one object, and lets pages of these origins fetch it.
fn bucket(origins: Option<&'static str>, date: &'static str) -> Router {
    Router::new().fallback(any(async move |request: Request| {
        let answer = axum::http::Response::builder().header("etag", "\"one\"").header("date", date);
        let answer = match origins {
            Some(origins) => answer.header("access-control-allow-origin", origins),
            None => answer,
        };
        let body = match *request.method() {
            Method::GET => Body::from("saywell"),
            // Objects are removed by a list.
            Method::POST => Body::from("<DeleteResult><Deleted><Key>x</Key></Deleted></DeleteResult>"),
            _ => Body::empty(),
        };
        answer.header("last-modified", "Sun, 29 Nov 2026 12:00:00 GMT").body(body).unwrap()
    }))
}

#[tokio::test]
async fn a_bucket_that_pages_may_not_fetch_from_is_found_and_so_is_a_clock_that_is_wrong() {
    let now: &'static str = httpdate::fmt_http_date(SystemClock.now()).leak();
    let old = "Sun, 29 Nov 2020 12:00:00 GMT";
    for (origins, date, cors, clock) in
        [(None, now, "wrong", "fine"), (Some("*"), now, "fine", "fine"), (Some("*"), old, "fine", "wrong")]
    {
        let data = TempDir::new().unwrap();
        let endpoint = serve(bucket(origins, date)).await;
        let mut command = saywell(data.path());
        command.envs([
            ("TTS_STORAGE_URL", "s3://sound"),
            ("AWS_ENDPOINT", endpoint.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "somebody"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-north-1"),
        ]);
        let (code, found) = findings(command).await;
        let all = [state(&found, "storage"), state(&found, "bucket's CORS"), state(&found, "clock")];
        assert_eq!(all, ["fine", cors, clock], "{found}");
        assert_eq!(code, i32::from(cors == "wrong" || clock == "wrong"));
        if clock == "wrong" {
            assert!(found["clock"]["found"].as_str().unwrap().contains("ahead of"), "{found}");
        }
    }
}

/// A proxy in front of this address that sends an answer on when it has all of it.
fn gathering(behind: String) -> Router {
    Router::new().fallback(any(async move |request: Request| {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let mut call = Client::new().request(head.method, format!("{behind}{}", head.uri.path())).body(body);
        for name in ["content-type", "authorization"] {
            if let Some(value) = head.headers.get(name) {
                call = call.header(name, value);
            }
        }
        let answer = call.send().await.unwrap();
        let status = answer.status();
        (status, answer.bytes().await.unwrap())
    }))
}

#[tokio::test]
async fn a_proxy_that_gathers_sound_is_found() {
    let data = TempDir::new().unwrap();
    let auth = [("TTS_AUTH", "jwt"), ("TTS_JWT_SECRET", "a secret of thirty-two letters, or more")];
    let server = Server::start_with(data.path(), &auth);
    let proxy = serve(gathering(server.address.clone())).await;
    for (url, expected) in [(&server.address, "fine"), (&proxy, "wrong")] {
        let mut command = saywell(data.path());
        // The token that it may speak with, it signs itself.
        command.envs(auth).env("TTS_PUBLIC_URL", url);
        let (_, found) = findings(command).await;
        assert_eq!(state(&found, "public address"), "fine", "{found}");
        assert_eq!(state(&found, "sound as it is made"), expected, "{found}");
    }
    let mut command = saywell(data.path());
    command.env("TTS_AUTH", "key").env("TTS_PUBLIC_URL", &server.address);
    let (_, found) = findings(command).await;
    assert_eq!(state(&found, "sound as it is made"), "skipped", "{found}");
}
