//! Log lines for collectors: objects without a key twice, numbers as numbers, codes as the API has them, and who asked.

use std::collections::BTreeSet;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::*;

/// JSON that is refused where a key stands twice in an object.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Strict;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("anything")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some((key, Strict)) = map.next_entry::<String, Strict>()? {
                    if !keys.insert(key.clone()) {
                        return Err(A::Error::custom(format!("`{key}` stands twice")));
                    }
                }
                Ok(Strict)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Strict, A::Error> {
                while seq.next_element::<Strict>()?.is_some() {}
                Ok(Strict)
            }
            fn visit_str<E>(self, _: &str) -> Result<Strict, E> {
                Ok(Strict)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
                Ok(Strict)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Strict, E> {
                Ok(Strict)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Strict, E> {
                Ok(Strict)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Strict, E> {
                Ok(Strict)
            }
            fn visit_unit<E>(self) -> Result<Strict, E> {
                Ok(Strict)
            }
        }
        from.deserialize_any(Any)
    }
}

#[test]
fn a_key_that_stands_twice_is_found() {
    assert!(serde_json::from_str::<Strict>(r#"{"a": [{"b": 1, "c": null}], "d": {"b": "x"}}"#).is_ok());
    assert!(serde_json::from_str::<Strict>(r#"{"a": [{"b": 1, "b": 2}]}"#).is_err());
}

#[tokio::test]
async fn lines_of_json_suit_collectors_and_say_who_asked() {
    let data = TempDir::new().unwrap();
    let (code, key, told) = run(saywell(data.path()).args(["key", "mint", "--name", "our app"]));
    assert_eq!(code, 0, "{told}");
    let (key, log) = (key.trim(), data.path().join("log"));
    let id = key.split('_').nth(1).unwrap();
    let mut serve = saywell(data.path());
    serve.arg("serve").env("TTS_LISTEN", "127.0.0.1:0").env("TTS_AUTH", "key").env("TTS_LOG_JSON", "true");
    let server = Server::of(serve.stderr(std::fs::File::create(&log).unwrap()));
    let url = format!("{}/tts", server.address);
    let ask = async |body: &Value, user: Option<&str>| {
        let request = Client::new().post(&url).bearer_auth(key).json(body);
        let request = if let Some(user) = user { request.header("x-user-id", user) } else { request };
        request.send().await.unwrap().bytes().await.unwrap()
    };
    ask(&json!({ "text": "Who asked for this?" }), None).await;
    ask(&json!({ "text": "And who for this?" }), Some("ann")).await;
    ask(&json!({ "text": "This is refused.", "format": "8-track" }), None).await;
    reqwest::get(format!("{}/nowhere", server.address)).await.unwrap();
    assert!(server.stop());

    let log = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in log.lines() {
        assert!(serde_json::from_str::<Strict>(line).is_ok(), "a key stands twice: {line}");
    }
    let of = |message: &str| -> Vec<&Value> {
        lines.iter().filter(|line| line["fields"]["message"] == message).collect()
    };
    let spoken = of("spoken");
    assert!(spoken.iter().all(|line| line["fields"]["milliseconds"].is_u64()), "{spoken:?}");
    let callers: Vec<_> = of("asked").iter().map(|line| line["span"]["caller"].clone()).collect();
    assert_eq!(callers, [format!("key:{id}"), "user:ann".into()]);
    assert_eq!(spoken.len(), 2);
    let refused: Vec<_> =
        of("refused").iter().map(|line| (&line["fields"]["code"], &line["fields"]["status"])).collect();
    assert_eq!(refused, [(&json!("invalid_request"), &json!(400)), (&json!("not_found"), &json!(404))]);
    assert_eq!(of("refused")[0]["span"]["caller"], format!("key:{id}"));
    assert!(!log.contains("Who asked for this") && !log.contains(key), "neither texts nor keys are logged");
}
