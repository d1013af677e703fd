//! Tokens: whose are good, and every way to make one that is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use saywell::clock::Clock;
use saywell::identity::token::{Claims, mint};
use saywell::identity::{Mode, UserCase};
use saywell::secret::Secret;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::identity::{ask, key, with_auth};
use crate::support::{Answer, Gateway};

const SECRET: &str = "a secret of at least thirty-two letters";

pub async fn with_secret() -> Gateway {
    with_auth(&[Mode::Jwt], |settings| {
        settings.jwt_secret = Some(Secret::new(SECRET));
        settings.jwt.cookie = Some("app_token".into());
    })
    .await
}

/// Claims that are right for the next hour, with these changes; `null` takes one away.
pub fn claims(gateway: &Gateway, changes: &Value) -> Value {
    let now = gateway.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut claims = json!({ "sub": "ann", "exp": now + 3600 });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

pub fn signed(claims: &Value) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

async fn show(gateway: &Gateway, token: &str) -> Answer {
    gateway.send(ask("Hello.", &[("authorization", &format!("Bearer {token}"))])).await
}

/// What a refused token is told.
async fn refused(gateway: &Gateway, token: &str) -> String {
    let answer = show(gateway, token).await;
    assert_eq!(answer.error(), (401, "unauthorized".into(), "Authorization".into()), "{token}");
    answer.json()["error"]["message"].as_str().unwrap().to_owned()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_token_is_good_for_its_time_and_no_longer() {
    let gateway = with_secret().await;
    let now = gateway.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let token = signed(&claims(&gateway, &json!({})));
    assert_eq!(show(&gateway, &token).await.status, 200);
    let early = signed(&claims(&gateway, &json!({ "nbf": now + 31 })));
    assert!(refused(&gateway, &early).await.contains("not valid yet"));
    let skewed = signed(&claims(&gateway, &json!({ "nbf": now + 29 })));
    assert_eq!(show(&gateway, &skewed).await.status, 200, "clocks differ by some seconds");
    gateway.clock.advance(Duration::from_secs(3629));
    assert_eq!(show(&gateway, &token).await.status, 200);
    gateway.clock.advance(Duration::from_secs(1));
    assert!(refused(&gateway, &token).await.contains("expired"));
}

#[tokio::test]
async fn claims_that_are_missing_or_strange_are_named() {
    let gateway = with_secret().await;
    for (changes, named) in [
        (json!({ "exp": null }), "`exp`"),
        (json!({ "exp": "tomorrow" }), "`exp`"),
        (json!({ "nbf": [] }), "`nbf`"),
        (json!({ "sub": null }), "`sub`"),
        (json!({ "sub": "" }), "`sub`"),
        (json!({ "sub": "a\nb" }), "`sub`"),
        (json!({ "sub": "x".repeat(129) }), "`sub`"),
        (json!({ "sub": 1.5 }), "`sub`"),
        (json!({ "room": true }), "`room`"),
        (json!({ "room": { "id": 1 } }), "`room`"),
        (json!({ "plan": "no such/plan" }), "`plan`"),
    ] {
        let message = refused(&gateway, &signed(&claims(&gateway, &changes))).await;
        assert!(message.contains(named), "{changes}: {message}");
    }
    let numbered = signed(&claims(&gateway, &json!({ "sub": 42, "room": 7 })));
    assert_eq!(show(&gateway, &numbered).await.status, 200, "databases count their users");
}

#[tokio::test]
async fn forgeries_are_refused() {
    let gateway = with_secret().await;
    let good = signed(&claims(&gateway, &json!({})));
    let [head, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let admin = part(&claims(&gateway, &json!({ "plan": "admin" })));
    let other = EncodingKey::from_secret(b"another secret of thirty-two letters");
    let own = encode(&Header::default(), &claims(&gateway, &json!({})), &other).unwrap();
    let empty =
        encode(&Header::default(), &claims(&gateway, &json!({})), &EncodingKey::from_secret(b"")).unwrap();
    let longer = {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        encode(&Header::new(Algorithm::HS512), &claims(&gateway, &json!({})), &key).unwrap()
    };
    let critical = {
        let header = Header { crit: Some(vec!["b64".into()]), ..Header::default() };
        encode(&header, &claims(&gateway, &json!({})), &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
    };
    let mut forged = vec![
        format!("{head}.{admin}.{signature}"),
        format!("{head}.{body}."),
        format!("{head}.{body}.{}", &signature[1..]),
        format!("{head}.{body}"),
        format!("{good}.{signature}"),
        own,
        empty,
        longer,
        critical,
    ];
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let head = part(&json!({ "alg": none, "typ": "JWT" }));
        forged.extend([format!("{head}.{admin}."), format!("{head}.{admin}.{signature}")]);
    }
    for token in forged {
        refused(&gateway, &token).await;
    }
    assert_eq!(gateway.calls.count(), 0);
    // A token is no longer than a page of text.
    let long = signed(&claims(&gateway, &json!({ "more": "x".repeat(9_000) })));
    refused(&gateway, &long).await;
}

#[tokio::test]
async fn a_token_is_for_this_server_and_from_its_issuer() {
    let strict = with_auth(&[Mode::Jwt], |settings| {
        settings.jwt_secret = Some(Secret::new(SECRET));
        settings.jwt.audience = Some("saywell".into());
        settings.jwt.issuer = Some("https://id.example.com".into());
    });
    let strict = strict.await;
    let of =
        |audience: Value, issuer: Value| signed(&claims(&strict, &json!({ "aud": audience, "iss": issuer })));
    let issuer = || json!("https://id.example.com");
    assert_eq!(show(&strict, &of(json!("saywell"), issuer())).await.status, 200);
    assert_eq!(show(&strict, &of(json!(["chat", "saywell"]), issuer())).await.status, 200);
    for audience in [json!("chat"), json!(["chat"]), json!([]), json!("Saywell"), json!(null), json!(7)] {
        let message = refused(&strict, &of(audience.clone(), issuer())).await;
        assert!(message.contains("audience"), "{audience}: {message}");
    }
    for issuer in [json!("https://id.example.com.evil.example"), json!(""), json!(null), json!(7)] {
        let message = refused(&strict, &of(json!("saywell"), issuer.clone())).await;
        assert!(message.contains("issuer"), "{issuer}: {message}");
    }
    // Where nobody is named, a token for somebody in particular is for somebody else.
    let open = with_secret().await;
    assert!(refused(&open, &signed(&claims(&open, &json!({ "aud": "chat" })))).await.contains("audience"));
}

#[tokio::test]
async fn a_minted_token_is_a_good_one_and_may_come_in_a_cookie() {
    let gateway = with_secret().await;
    let ann = Claims { user: "ann".into(), room: Some("r".into()), plan: "member".into() };
    let (rules, now) = (&gateway.app.settings.jwt, gateway.clock.now());
    let token = mint(rules, &Secret::new(SECRET), &ann, now, Duration::from_mins(15)).unwrap();
    assert_eq!(show(&gateway, &token).await.status, 200);
    let cookie = format!("theme=dark; app_token={token}");
    assert_eq!(gateway.send(ask("Hello.", &[("cookie", &cookie)])).await.status, 200);
    // It is the browser that shows a cookie, so the page must be one that may.
    let elsewhere = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    assert_eq!(gateway.send(ask("Hello.", &elsewhere)).await.error().0, 403);
    gateway.clock.advance(Duration::from_hours(1));
    assert_eq!(gateway.send(ask("Hello.", &[("cookie", &cookie)])).await.error().0, 401);
}

/// An identity provider: the keys that it publishes at present, and how often it was asked.
struct Provider {
    url: String,
    keys: Arc<std::sync::Mutex<Vec<Value>>>,
    asked: Arc<AtomicUsize>,
    down: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

impl Provider {
    async fn start() -> Self {
        let keys: Arc<std::sync::Mutex<Vec<Value>>> = Arc::default();
        let (asked, down): (Arc<AtomicUsize>, Arc<AtomicBool>) = Default::default();
        let hangs: Arc<AtomicBool> = Arc::default();
        let (published, count, fails) = (Arc::clone(&keys), Arc::clone(&asked), Arc::clone(&down));
        let stalls = Arc::clone(&hangs);
        let answer = move || {
            count.fetch_add(1, Ordering::SeqCst);
            let body = json!({ "keys": *published.lock().unwrap() }).to_string();
            let down = fails.load(Ordering::SeqCst);
            let stalls = stalls.load(Ordering::SeqCst);
            async move {
                if stalls {
                    std::future::pending::<()>().await;
                }
                if down { StatusCode::BAD_GATEWAY.into_response() } else { body.into_response() }
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, Router::new().route("/jwks.json", get(answer))).into_future());
        Self { url, keys, asked, down, hangs }
    }

    fn publish(&self, keys: &[&Value]) {
        *self.keys.lock().unwrap() = keys.iter().map(|key| (*key).clone()).collect();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn gateway(&self, secret: Option<&str>) -> Gateway {
        with_auth(&[Mode::Jwt], |settings| {
            settings.jwt_jwks_url = Some(self.url.clone());
            settings.jwt_secret = secret.map(Secret::new);
            settings.jwt.audience = Some("saywell".into());
        })
        .await
    }
}

/// A key pair of an identity provider: what it signs with, and what it publishes.
struct Pair {
    name: &'static str,
    algorithm: Algorithm,
    key: EncodingKey,
    public: Value,
}

impl Pair {
    fn rsa(name: &'static str) -> Self {
        let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der = AsDer::<Pkcs8V1Der>::as_der(&pair).unwrap();
        let pem = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            base64::engine::general_purpose::STANDARD.encode(der.as_ref())
        );
        Self::of(name, Algorithm::RS256, EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap())
    }

    fn ec(name: &'static str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self::of(name, Algorithm::ES256, EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref()))
    }

    fn of(name: &'static str, algorithm: Algorithm, key: EncodingKey) -> Self {
        let mut public = serde_json::to_value(Jwk::from_encoding_key(&key, algorithm).unwrap()).unwrap();
        public["kid"] = json!(name);
        Self { name, algorithm, key, public }
    }

    fn ed(name: &'static str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let key = EncodingKey::from_ed_der(pair.to_pkcs8v1().unwrap().as_ref());
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": name, "use": "sig" });
        Self { name, algorithm: Algorithm::EdDSA, key, public }
    }

    fn sign(&self, gateway: &Gateway) -> String {
        let header = Header { kid: Some(self.name.to_owned()), ..Header::new(self.algorithm) };
        encode(&header, &claims(gateway, &json!({ "aud": "saywell" })), &self.key).unwrap()
    }
}

#[tokio::test]
async fn published_keys_of_every_kind_are_asked_for_once() {
    let (provider, pairs) = (Provider::start().await, [Pair::rsa("r"), Pair::ec("e"), Pair::ed("d")]);
    let unknown = json!({ "kty": "AKP", "kid": "later", "alg": "ML-DSA-44", "pub": "AA" });
    provider.publish(&[&unknown, &pairs[0].public, &pairs[1].public, &pairs[2].public]);
    let gateway = provider.gateway(None).await;
    for pair in &pairs {
        assert_eq!(show(&gateway, &pair.sign(&gateway)).await.status, 200, "{:?}", pair.algorithm);
    }
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn what_a_token_says_of_itself_chooses_no_kind_of_key() {
    let (provider, pair) = (Provider::start().await, Pair::rsa("r"));
    provider.publish(&[&pair.public]);
    let gateway = provider.gateway(None).await;
    let body = claims(&gateway, &json!({ "aud": "saywell", "plan": "admin" }));
    // The public key, in each form that somebody could have taken it for a secret.
    let modulus = pair.public["n"].as_str().unwrap();
    for secret in [modulus.to_owned(), pair.public.to_string(), String::new()] {
        let header = Header { kid: Some("r".into()), ..Header::new(Algorithm::HS256) };
        let token = encode(&header, &body, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
        assert!(refused(&gateway, &token).await.contains("not signed in a way"));
    }
    // Nor does the shared secret open what has to be signed with a published key, and the other way round.
    let both = provider.gateway(Some(SECRET)).await;
    for secret in [modulus, &pair.public.to_string()] {
        let header = Header { kid: Some("r".into()), ..Header::new(Algorithm::HS256) };
        let token = encode(&header, &body, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
        assert!(refused(&both, &token).await.contains("signature"));
    }
    assert_eq!(show(&both, &pair.sign(&both)).await.status, 200);
    // A secret among the published keys, or a key that says where to find another.
    let secret = URL_SAFE_NO_PAD.encode(SECRET);
    provider.publish(&[&json!({ "kty": "oct", "kid": "r", "k": secret, "alg": "HS256" })]);
    let gateway = provider.gateway(None).await;
    assert!(refused(&gateway, &signed(&body)).await.contains("not signed in a way"));
    let header =
        Header { jku: Some(provider.url.clone()), kid: Some("x".into()), ..Header::new(Algorithm::RS256) };
    let own = Pair::rsa("x");
    let token = encode(&header, &body, &own.key).unwrap();
    assert!(refused(&gateway, &token).await.contains("signature"));
}

#[tokio::test]
async fn keys_rotate_and_unknown_ones_cost_the_provider_nothing() {
    let (provider, [old, new]) = (Provider::start().await, [Pair::ec("old"), Pair::ec("new")]);
    provider.publish(&[&old.public]);
    let gateway = provider.gateway(None).await;
    assert_eq!(show(&gateway, &old.sign(&gateway)).await.status, 200);
    provider.publish(&[&old.public, &new.public]);
    for _ in 0..5 {
        assert!(refused(&gateway, &new.sign(&gateway)).await.contains("signature"));
    }
    assert_eq!(provider.asked(), 1, "asked a moment ago");
    gateway.clock.advance(Duration::from_secs(1));
    assert_eq!(show(&gateway, &new.sign(&gateway)).await.status, 200, "a second after they were asked for");
    assert_eq!(provider.asked(), 2);
    // While the provider is down, what is known serves on, for a day.
    provider.down.store(true, Ordering::SeqCst);
    gateway.clock.advance(Duration::from_hours(23));
    assert_eq!(show(&gateway, &old.sign(&gateway)).await.status, 200);
    gateway.clock.advance(Duration::from_hours(2));
    let late = show(&gateway, &old.sign(&gateway)).await;
    assert_eq!(late.error(), (503, "overloaded".into(), String::new()));
    assert_eq!(late.header("retry-after"), "5");
    // Back, without the old key.
    provider.down.store(false, Ordering::SeqCst);
    provider.publish(&[&new.public]);
    gateway.clock.advance(Duration::from_secs(5));
    // Known trouble is not waited for: the keys are asked for beside the requests.
    let begun = std::time::Instant::now();
    while show(&gateway, &new.sign(&gateway)).await.status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the keys are there again");
        tokio::task::yield_now().await;
    }
    assert!(refused(&gateway, &old.sign(&gateway)).await.contains("signature"));
}

#[tokio::test]
async fn a_key_that_is_unknown_is_asked_for_at_once_and_then_once_a_second() {
    let (provider, [old, new]) = (Provider::start().await, [Pair::ec("old"), Pair::ec("new")]);
    provider.publish(&[&old.public]);
    let gateway = provider.gateway(None).await;
    assert_eq!(show(&gateway, &old.sign(&gateway)).await.status, 200);
    gateway.clock.advance(Duration::from_mins(1));
    // Made-up names, ten a second for a minute, and a key that is rotated in between.
    for tenth in 0..600 {
        let made_up = Pair { name: "made up", ..Pair::ec("made up") };
        assert!(refused(&gateway, &made_up.sign(&gateway)).await.contains("signature"));
        if tenth == 300 {
            provider.publish(&[&new.public]);
        }
        if tenth == 320 {
            assert_eq!(show(&gateway, &new.sign(&gateway)).await.status, 200, "within two seconds");
        }
        gateway.clock.advance(Duration::from_millis(100));
    }
    assert!((55..=62).contains(&provider.asked()), "{}", provider.asked());
}

#[tokio::test]
async fn a_provider_that_hangs_stops_nobody_whose_key_is_known() {
    let (provider, [old, new]) = (Provider::start().await, [Pair::ec("old"), Pair::ec("new")]);
    provider.publish(&[&old.public]);
    let gateway = provider.gateway(None).await;
    assert_eq!(show(&gateway, &old.sign(&gateway)).await.status, 200);
    provider.hangs.store(true, Ordering::SeqCst);
    gateway.clock.advance(Duration::from_mins(20));
    assert_eq!(show(&gateway, &old.sign(&gateway)).await.status, 200);
    let first = show(&gateway, &new.sign(&gateway)).await;
    // How long each of them waits is measured where the keys are kept: `identity/jwks.rs`.
    assert_eq!(
        first.error(),
        (503, "overloaded".into(), String::new()),
        "whether there is such a key cannot be known"
    );
    assert_eq!(show(&gateway, &old.sign(&gateway)).await.status, 200);
}

#[tokio::test]
async fn whether_case_counts_in_names_of_users_is_a_setting() {
    for (user_case, status) in [(UserCase::Counts, 200), (UserCase::Ignored, 403)] {
        let gateway = with_auth(&[Mode::Jwt, Mode::Key], |settings| {
            settings.jwt_secret = Some(Secret::new(SECRET));
            settings.user_case = user_case;
        })
        .await;
        let (operator, _) = key(&gateway, true, true).await;
        let steer = async |path: &str, body: Value| {
            let request = axum::http::Request::post(path).header("content-type", "application/json");
            let request = request.header("authorization", &operator);
            gateway.send(request.body(axum::body::Body::from(body.to_string())).unwrap()).await
        };
        let block =
            json!({ "action": "set_blocked", "subject": { "kind": "user", "id": "ANN" }, "blocked": true });
        assert_eq!(steer("/admin/api/controls", block).await.status, 200);
        let token = |name: &str| signed(&claims(&gateway, &json!({ "sub": name })));
        assert_eq!(show(&gateway, &token("Ann")).await.status, status, "{user_case:?}");
        assert_eq!(show(&gateway, &token("ANN")).await.status, 403);
        assert_eq!(show(&gateway, &token("Bob")).await.status, 200);
    }
}

#[tokio::test]
async fn what_was_made_for_a_user_is_purged_however_their_name_is_written() {
    let gateway = with_auth(&[Mode::Jwt, Mode::Key], |settings| {
        settings.jwt_secret = Some(Secret::new(SECRET));
        settings.user_case = UserCase::Ignored;
    })
    .await;
    let (operator, _) = key(&gateway, true, true).await;
    let token = signed(&claims(&gateway, &json!({ "sub": "Zo\u{eb}" })));
    assert_eq!(show(&gateway, &token).await.status, 200);
    gateway.settle().await;
    let purge = async |user: &str| {
        let request = axum::http::Request::post("/admin/api/cache/purge");
        let request = request.header("content-type", "application/json");
        let request = request.header("authorization", &operator);
        let body = json!({ "user": user }).to_string();
        gateway.send(request.body(axum::body::Body::from(body)).unwrap()).await
    };
    assert_eq!(purge("zo\u{200b}").await.error(), (400, "invalid_request".into(), "user".into()));
    // What was asked is written down beside the requests.
    let begun = std::time::Instant::now();
    let mut removed = 0;
    while removed == 0 && begun.elapsed() < Duration::from_secs(20) {
        removed = purge(" ZOE\u{308} ").await.json()["removed"].as_u64().unwrap();
        tokio::task::yield_now().await;
    }
    assert!(removed > 0, "nothing of theirs was found");
}
