//! What every store of API keys has to do.

use super::time_at;
use crate::identity::{KeyLimits, Scopes};
use crate::store::{ApiKeys, KeyRow};
use std::time::Duration;

/// A key, made `n` seconds after 1000 seconds of 1970.
pub(in crate::store) fn key(n: u8) -> KeyRow {
    KeyRow {
        id: format!("{n:016x}"),
        name: format!("key '{n}'"),
        hash: [n; 32],
        scopes: Scopes { speak: true, admin: n.is_multiple_of(2) },
        limits: KeyLimits::default(),
        created_at: time_at(1000 + u64::from(n)) + Duration::from_millis(7),
        expires_at: None,
        revoked_at: None,
    }
}

/// Tries everything that [`ApiKeys`] promises on an empty table.
pub async fn api_keys(keys: &dyn ApiKeys) {
    assert_eq!(keys.list().await.unwrap(), []);
    assert_eq!(keys.find(&key(1).id).await.unwrap(), None);
    let limits = KeyLimits {
        requests_per_minute: Some(60),
        seconds_per_day: Some(0.5),
        characters_per_month: Some(u64::from(u32::MAX) * 4),
        ..KeyLimits::default()
    };
    let limited = KeyRow { limits, expires_at: Some(time_at(5000)), ..key(2) };
    keys.insert(&key(1)).await.unwrap();
    keys.insert(&limited).await.unwrap();
    assert_eq!(keys.find(&key(1).id).await.unwrap(), Some(key(1)));
    assert_eq!(keys.find("' OR 1 = 1 --").await.unwrap(), None);
    assert_eq!(keys.list().await.unwrap(), [limited.clone(), key(1)]);

    let imposter = KeyRow { hash: [9; 32], ..key(1) };
    assert!(keys.insert(&imposter).await.is_err(), "an id is given once");
    assert_eq!(keys.find(&key(1).id).await.unwrap().unwrap().hash, key(1).hash);

    assert!(keys.revoke(&limited.id, time_at(3000)).await.unwrap());
    assert!(!keys.revoke(&limited.id, time_at(4000)).await.unwrap(), "once is enough");
    assert!(!keys.revoke("nobody", time_at(3000)).await.unwrap());
    let revoked = KeyRow { revoked_at: Some(time_at(3000)), ..limited };
    assert_eq!(keys.find(&revoked.id).await.unwrap(), Some(revoked));
    assert_eq!(keys.find(&key(1).id).await.unwrap(), Some(key(1)), "the others are as they were");
}
