//! Links: what they open, for whom, and until when; and what is tried on the paths behind them.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use saywell::clock::Clock;
use saywell::identity::Mode;
use saywell::identity::token::{Claims, mint};
use saywell::secret::Secret;

use crate::identity::{ask, session, with_auth};
use crate::support::{Answer, Gateway};

const SECRET: &str = "a secret of at least thirty-two letters";

async fn follow(gateway: &Gateway, url: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(Request::get(url), |request, (name, value)| request.header(*name, *value));
    gateway.send(request.body(Body::empty()).unwrap()).await
}

fn link(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()[name].as_str().unwrap().to_owned()
}

fn forbidden(param: &str) -> (u16, String, String) {
    (403, "forbidden".into(), param.into())
}

#[tokio::test]
async fn one_session_does_not_hear_what_another_was_given() {
    let gateway = with_auth(&[Mode::Trial], |_| {}).await;
    let mut sessions = Vec::new();
    for _ in 0..2 {
        sessions.push(session(&gateway.get("/tts/config").await));
    }
    let [ann, ben] = [&sessions[0], &sessions[1]];
    let answer = gateway.send(ask("Between us.", &[("cookie", ann)])).await;
    gateway.settle().await;
    for name in ["url", "captions_url", "captions_ndjson_url"] {
        let url = link(&answer, name);
        assert_eq!(follow(&gateway, &url, &[("cookie", ann)]).await.status, 200);
        assert_eq!(follow(&gateway, &url, &[("cookie", ben)]).await.error(), forbidden("sub"));
        assert_eq!(follow(&gateway, &url, &[]).await.error(), forbidden("sub"));
        // Whom it is for cannot be taken off.
        let sub = url.split('&').find(|pair| pair.starts_with("sub=")).unwrap();
        let taken_off = url.replace(&format!("&{sub}"), "");
        assert_eq!(follow(&gateway, &taken_off, &[("cookie", ben)]).await.error(), forbidden("sig"));
    }
    // Who knows the text may have it said, and gets a link of their own.
    let own = link(&gateway.send(ask("Between us.", &[("cookie", ben)])).await, "url");
    assert_ne!(own, link(&answer, "url"));
    assert_eq!(follow(&gateway, &own, &[("cookie", ben)]).await.status, 200);
    let theirs = own.split('&').find(|pair| pair.starts_with("sub=")).unwrap().to_owned();
    let swapped = link(&answer, "url");
    let sub = swapped.split('&').find(|pair| pair.starts_with("sub=")).unwrap();
    let swapped = swapped.replace(sub, &theirs);
    assert_eq!(follow(&gateway, &swapped, &[("cookie", ben)]).await.error(), forbidden("sig"));
}

#[tokio::test]
async fn a_browser_without_cookies_hears_its_sound_all_the_same() {
    let gateway = with_auth(&[Mode::Trial], |_| {}).await;
    let answer = gateway.send(ask("Hello.", &[])).await;
    assert!(!session(&answer).is_empty());
    assert_eq!(follow(&gateway, &link(&answer, "url"), &[]).await.status, 200);
}

#[tokio::test]
async fn users_by_cookie_are_bound_and_users_by_header_hold_their_link() {
    let gateway = with_auth(&[Mode::Jwt], |settings| {
        settings.jwt_secret = Some(Secret::new(SECRET));
        settings.jwt.cookie = Some("app_token".into());
    });
    let gateway = gateway.await;
    let token = |user: &str| {
        let claims = Claims { user: user.into(), room: None, plan: "member".into() };
        let (rules, now) = (&gateway.app.settings.jwt, gateway.clock.now());
        mint(rules, &Secret::new(SECRET), &claims, now, Duration::from_hours(1)).unwrap()
    };
    let [ann, ben] = ["ann", "ben"].map(|user| format!("app_token={}", token(user)));
    let bound = link(&gateway.send(ask("Hello.", &[("cookie", &ann)])).await, "url");
    assert_eq!(follow(&gateway, &bound, &[("cookie", &ann)]).await.status, 200);
    assert_eq!(follow(&gateway, &bound, &[("cookie", &ben)]).await.error(), forbidden("sub"));
    // The same user by another way is the same user.
    let bearer = format!("Bearer {}", token("ann"));
    assert_eq!(follow(&gateway, &bound, &[("authorization", &bearer)]).await.status, 200);
    // An `<audio>` element sends no header: the link itself is what lets it in, and only that.
    let held = link(&gateway.send(ask("Hello.", &[("authorization", &bearer)])).await, "url");
    assert_eq!(follow(&gateway, &held, &[]).await.status, 200);
    let (path, _) = held.split_once('?').unwrap();
    let ben = format!("Bearer {}", token("ben"));
    assert_eq!(follow(&gateway, path, &[("authorization", &ben)]).await.error(), forbidden("exp"));
}

#[tokio::test]
async fn a_link_is_replayed_until_it_expires_and_every_change_is_seen() {
    let gateway = with_auth(&[Mode::Trial], |_| {}).await;
    let url = link(&gateway.send(ask("Hello.", &[])).await, "url");
    gateway.settle().await;
    assert_eq!(follow(&gateway, &url, &[]).await.status, 200);
    let (start, signature) = url.split_once("sig=").unwrap();
    for n in 0..signature.len() {
        let mut changed = signature.as_bytes().to_vec();
        changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
        let changed = format!("{start}sig={}", String::from_utf8(changed).unwrap());
        assert_eq!(follow(&gateway, &changed, &[]).await.error(), forbidden("sig"), "{changed}");
    }
    for (from, to) in [("exp=", "exp=9"), ("exp=", "exp=+"), ("sig=", "sub=&sig="), ("sig=", "sub=x&sig=")] {
        let changed = url.replace(from, to);
        assert!(follow(&gateway, &changed, &[]).await.error().0 == 403, "{changed}");
    }
    let twice = format!("{url}&exp=99999999999");
    assert!(follow(&gateway, &twice, &[]).await.status.is_client_error());
    gateway.clock.advance(Duration::from_hours(2));
    assert_eq!(follow(&gateway, &url, &[]).await.error(), forbidden("exp"));
}

#[tokio::test]
async fn paths_lead_nowhere_else() {
    let gateway = with_auth(&[Mode::Trial], |_| {}).await;
    let query = "exp=99999999999&sig=x";
    for file in [
        "..%2f..%2fetc%2fpasswd.mp3",
        "....mp3",
        "%00.mp3",
        "..mp3",
        ".mp3",
        "a.mp3",
        &format!("{}%2f..%2fsigning.key", "0".repeat(64)),
        &format!("{}.mp3", "0".repeat(63)),
        &format!("{}.mp3", "0".repeat(65)),
        &format!("{}.mp3", "g".repeat(64)),
        &format!("{}%0a.mp3", "0".repeat(64)),
    ] {
        for folder in ["audio", "captions"] {
            let answer = gateway.get(&format!("/tts/{folder}/{file}?{query}")).await;
            assert_eq!(answer.error().0, 404, "{folder}/{file}");
        }
    }
    let right = "0".repeat(64);
    assert_eq!(gateway.get(&format!("/tts/audio/{right}.mp3?{query}")).await.error(), forbidden("sig"));
    for path in ["/player/..%2f..%2fCargo.toml", "/demo/..%2f..%2fCargo.toml", "/player/%2e%2e/Cargo.toml"] {
        assert_eq!(gateway.get(path).await.status, 404, "{path}");
    }
}
