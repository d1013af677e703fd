//! How loud voices are: the table `tts_voice_levels`.

use std::fmt::Debug;

use async_trait::async_trait;
use sqlx::FromRow;

use super::StoreError;
use super::rows::Columns;

/// The table `tts_voice_levels`: the gain of each voice whose own level was measured as it was heard.
#[async_trait]
pub trait VoiceLevels: Send + Sync + Debug {
    /// Every voice that was heard for long enough, at most `limit` of them.
    async fn voice_levels(&self, limit: u32) -> Result<Vec<VoiceLevel>, StoreError>;

    /// Keeps the gain of a voice, in the place of what was kept before.
    async fn keep_voice_level(&self, level: &VoiceLevel) -> Result<(), StoreError>;
}

/// By how much a voice is raised or lowered.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceLevel {
    /// Who speaks.
    pub provider: String,
    /// By which model.
    pub model: String,
    /// In which voice.
    pub voice: String,
    /// The gain in dB, from -12 to 12.
    pub gain_db: f64,
}

/// Keeps one, in either database.
pub(super) const KEEP: &str =
    "INSERT INTO tts_voice_levels (provider, model, voice, gain_db) VALUES ($1, $2, $3, $4)
     ON CONFLICT (provider, model, voice) DO UPDATE SET gain_db = excluded.gain_db";

/// All, in either database.
pub(super) const ALL: &str =
    "SELECT provider, model, voice, gain_db FROM tts_voice_levels ORDER BY provider, model, voice LIMIT $1";

impl<R: Columns> FromRow<'_, R> for VoiceLevel {
    fn from_row(row: &R) -> sqlx::Result<Self> {
        Ok(Self {
            provider: row.text("provider")?,
            model: row.text("model")?,
            voice: row.text("voice")?,
            gain_db: row.real("gain_db")?,
        })
    }
}
