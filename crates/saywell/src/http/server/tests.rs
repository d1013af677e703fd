//! Connections in memory, on a clock that leaps.

use axum::body::{Body, Bytes};
use axum::extract::Request as Asked;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

use super::*;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A server with a page, a place that reads what it is sent, and an hour of sound.
fn server(bounds: ConnectionBounds) -> Server {
    let read = |request: Asked| async {
        match axum::body::to_bytes(request.into_body(), usize::MAX).await {
            Ok(body) => body.len().to_string().into_response(),
            Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        }
    };
    let sound = || async {
        let pieces = futures::stream::unfold(0, |piece| async move {
            tokio::time::sleep(Duration::from_mins(1)).await;
            (piece < 60).then(|| (Ok::<_, Infallible>(Bytes::from_static(b"sound")), piece + 1))
        });
        Body::from_stream(pieces)
    };
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/", post(read))
        .route("/sound", get(sound));
    Server::new(router, bounds, vec![])
}

fn connect(server: &Server) -> DuplexStream {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    server.welcome(theirs, "203.0.113.9:4711".parse().unwrap());
    ours
}

/// Sends this, and gives the seconds until the connection was closed, with all that came.
async fn until_closed(server: &Server, sent: &[u8]) -> (u64, Vec<u8>) {
    let mut client = connect(server);
    client.write_all(sent).await.unwrap();
    rest(&mut client).await
}

async fn rest(client: &mut DuplexStream) -> (u64, Vec<u8>) {
    let (begun, mut came) = (Instant::now(), Vec::new());
    client.read_to_end(&mut came).await.unwrap();
    (begun.elapsed().as_secs(), came)
}

async fn answer(client: &mut DuplexStream) -> String {
    let mut came = vec![0; 4096];
    let length = client.read(&mut came).await.unwrap();
    String::from_utf8_lossy(&came[..length]).into_owned()
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_or_half_of_something_is_gone_in_ten_seconds() {
    let server = server(ConnectionBounds::default());
    let half_headers = [PREFACE, &[0, 0, 0, 4, 0, 0, 0, 0, 0], &[0, 1, 0, 1, 0, 0, 0, 0, 1, 0x82]].concat();
    for sent in
        [&b""[..], b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", &PREFACE[..12], PREFACE, &half_headers]
    {
        let (seconds, _) = until_closed(&server, sent).await;
        assert_eq!(seconds, 10, "{}", String::from_utf8_lossy(sent));
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_has_ten_seconds_in_all() {
    let server = server(ConnectionBounds::default());
    let mut client = connect(&server);
    let begun = Instant::now();
    for byte in b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'a')) {
        if client.write_all(&[*byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!((10..13).contains(&begun.elapsed().as_secs()), "{begun:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_be_idle_for_seventy_five_seconds_again_and_again() {
    let server = server(ConnectionBounds::default());
    let mut client = connect(&server);
    for pause in [0, 70, 70] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        client.write_all(GET).await.unwrap();
        assert!(answer(&mut client).await.contains("200 OK"));
    }
    let (seconds, came) = rest(&mut client).await;
    assert_eq!((seconds, came), (75, vec![]));

    let mut client = connect(&server);
    client.write_all(GET).await.unwrap();
    answer(&mut client).await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    client.write_all(b"GET").await.unwrap();
    assert_eq!(rest(&mut client).await.0, 10, "a head that has begun is no idle time");
}

#[tokio::test(start_paused = true)]
async fn a_body_keeps_its_pace_or_is_answered_408() {
    let server = server(ConnectionBounds::default());
    let head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    let (seconds, came) = until_closed(&server, head).await;
    assert!(seconds == 10 && came.starts_with(b"HTTP/1.1 408"), "{seconds}");
    // Bytes every second, and after how many seconds it is answered how.
    for (pace, after, status) in [(1, 10, "408"), (900, 60, "408"), (1_100, 60, "408"), (2_000, 49, "200")] {
        let mut client = connect(&server);
        client.write_all(head).await.unwrap();
        let (begun, mut left) = (Instant::now(), 100_000);
        let came = loop {
            let piece = pace.min(left);
            left -= piece;
            // What is sent to a connection that has ended is lost.
            let _ = client.write_all(&vec![b'a'; piece]).await;
            let mut came = vec![0; 4096];
            let answered = tokio::time::timeout(Duration::from_secs(1), client.read(&mut came)).await;
            if let Ok(length) = answered {
                break String::from_utf8_lossy(&came[..length.unwrap()]).into_owned();
            }
        };
        let seconds = begun.elapsed().as_secs();
        assert!(came.starts_with(&format!("HTTP/1.1 {status}")), "{pace}: {came}");
        assert!((after..after + 2).contains(&seconds), "{pace}: {seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_sound_is_not_cut() {
    let server = server(ConnectionBounds::default());
    let (seconds, came) = until_closed(&server, b"GET /sound HTTP/1.1\r\nHost: x\r\n\r\n").await;
    // It ends after its last minute, and the connection is idle after it.
    assert_eq!(seconds, 61 * 60 + 75);
    assert_eq!(came.windows(5).filter(|window| window == b"sound").count(), 60);
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_for_ten_minutes_has_left() {
    let server = server(ConnectionBounds::default());
    let (mut client, theirs) = tokio::io::duplex(64);
    server.welcome(theirs, "203.0.113.9:4711".parse().unwrap());
    client.write_all(GET).await.unwrap();
    tokio::time::sleep(Duration::from_mins(9)).await;
    let mut some = [0; 16];
    client.read_exact(&mut some).await.unwrap();
    tokio::time::sleep(Duration::from_mins(9)).await;
    client.read_exact(&mut some).await.unwrap();
    tokio::time::sleep(Duration::from_mins(11)).await;
    let mut last = Vec::new();
    let _ = client.read_to_end(&mut last).await;
    assert!(!String::from_utf8_lossy(&last).contains("hello"), "it was given up");
}

#[tokio::test(start_paused = true)]
async fn past_what_an_address_may_have_its_oldest_idle_one_goes() {
    let server = server(ConnectionBounds { connections_per_address: 3, ..ConnectionBounds::default() });
    let mut clients: Vec<_> = std::iter::repeat_with(|| connect(&server)).take(3).collect();
    for client in &mut clients[..2] {
        client.write_all(GET).await.unwrap();
        assert!(answer(client).await.contains("200 OK"));
    }
    let mut listener = connect(&server);
    listener.write_all(b"GET /sound HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert_eq!(rest(&mut clients[0]).await.0, 0, "the first to be idle went, not the one before its request");
    clients[1].write_all(GET).await.unwrap();
    assert!(answer(&mut clients[1]).await.contains("200 OK"));
    while !answer(&mut listener).await.contains("sound") {}
}

#[tokio::test(start_paused = true)]
async fn http_2_is_idle_whatever_it_pings() {
    let server = server(ConnectionBounds::default());
    let mut client = connect(&server);
    // Settings, then `GET /` with all of its fields in HPACK's static table, but `:authority`.
    client.write_all(&[PREFACE, &[0, 0, 0, 4, 0, 0, 0, 0, 0]].concat()).await.unwrap();
    let fields = [0x82, 0x86, 0x84, 0x41, 1, b'x'];
    client.write_all(&[&[0, 0, 6, 1, 5, 0, 0, 0, 1][..], &fields].concat()).await.unwrap();
    let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    let begun = Instant::now();
    let mut came = Vec::new();
    loop {
        let mut some = vec![0; 4096];
        match tokio::time::timeout(Duration::from_secs(5), client.read(&mut some)).await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(length)) => came.extend_from_slice(&some[..length]),
            Err(_) => drop(client.write_all(&ping).await),
        }
        // The server's own question is answered, and from then on counts as an answer here too.
        if let Some(at) = came.windows(9).position(|head| head[..5] == [0, 0, 8, 6, 0]) {
            came[at + 4] = 1;
            let _ = client.write_all(&came[at..at + 17]).await;
        }
        assert!(begun.elapsed() < Duration::from_mins(5), "it never ends");
    }
    assert!((75..86).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert!(came.windows(5).any(|window| window == b"hello"));
    assert!(came.windows(5).any(|head| head == [0, 0, 8, 7, 0]), "it is told: GOAWAY");
}
