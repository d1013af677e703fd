//! What every table of voices' levels has to do.

use crate::store::{VoiceLevel, VoiceLevels};

/// Tries everything that [`VoiceLevels`] promises, on an empty table.
pub async fn voice_levels(store: &impl VoiceLevels) {
    let level = |voice: &str, gain_db| VoiceLevel {
        provider: "cloud".to_owned(),
        model: String::new(),
        voice: voice.to_owned(),
        gain_db,
    };
    assert_eq!(store.voice_levels(10).await.unwrap(), []);
    store.keep_voice_level(&level("bob", -3.5)).await.unwrap();
    store.keep_voice_level(&level("\"ann\"", 2.0)).await.unwrap();
    store.keep_voice_level(&level("bob", 1.5)).await.unwrap();
    assert_eq!(store.voice_levels(10).await.unwrap(), [level("\"ann\"", 2.0), level("bob", 1.5)]);
    assert_eq!(store.voice_levels(1).await.unwrap().len(), 1, "no more than asked for");
}
