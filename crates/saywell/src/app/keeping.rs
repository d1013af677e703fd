//! Where things are kept: the data folder, the database, the journal beside it, the cache.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::StartError;
use crate::cache::{self, Cache, Storage};
use crate::causes::causes;
use crate::clock::Clock;
use crate::config::Settings;
use crate::store::{self, Store};
use crate::usage::{Ledger, Scribe};

/// How often a database is asked that does not answer yet.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Whether other gateways have the same database.
pub(super) fn is_shared(settings: &Settings) -> bool {
    settings.database_url.as_deref().is_some_and(|url| url.starts_with("postgres"))
}

/// Opens the database that the settings name; one that does not answer yet may come while it is waited for.
pub(super) async fn wait_for_store(settings: &Settings) -> Result<Store, StartError> {
    let until = Instant::now() + settings.start_timeout;
    loop {
        let asked = Instant::now();
        let error = match open_store(settings).await {
            Err(StartError::Cache(error @ cache::CacheError::Unavailable { .. })) if is_shared(settings) => {
                error
            }
            opened => return opened,
        };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(error.into());
        }
        tracing::warn!(
            reason = %causes(&error),
            "the database does not answer yet: waiting {} s more", left.as_secs()
        );
        tokio::time::sleep_until((asked + ASK_AGAIN).into()).await;
    }
}

/// Opens the database that the settings name.
///
/// # Errors
/// [`StartError`] with what an operator has to change.
pub async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    let folder = &settings.data_dir;
    if settings.database_url.is_none()
        && let Err(error) = std::fs::create_dir_all(folder).and_then(|()| try_writing(folder))
    {
        if !forbidden(&error) {
            return Err(StartError::data(folder, error));
        }
        tracing::error!(
            folder = %folder.display(), %error,
            "the data folder cannot be written: speech goes on. API keys and what operators set hold as the folder has them; usage, \
             and what is changed, end with this process. Make room, or the folder writable, and start again, or name another in \
             TTS_DATA_DIR"
        );
        return Ok(store::open_beside(folder).await.map_err(cache::CacheError::from)?);
    }
    Ok(store::open(settings.database_url.as_deref(), folder).await.map_err(cache::CacheError::from)?)
}

/// Opens the journal of what providers are asked, beside the database.
pub(super) fn open_ledger(settings: &Settings, store: &Store) -> Result<(Ledger, Scribe), StartError> {
    let url = settings.database_url.as_deref();
    let journal = settings.data_dir.join("usage");
    let open = |folder| Ledger::open(folder, Arc::clone(&store.calls), Arc::clone(&store.usage));
    let opened = match open((url != Some("sqlite::memory:")).then_some(&*journal)) {
        // As the database does, of which operators were told, it then ends with this process.
        Err(error) if url.is_none() && forbidden(&error) => open(None),
        opened => opened,
    };
    opened.map_err(|error| StartError::data(&journal, error))
}

/// Writes a file into a folder, and takes it away again.
///
/// # Errors
/// Why it cannot be made.
pub fn try_writing(folder: &Path) -> std::io::Result<()> {
    let file = folder.join(format!(".writable.{:016x}", rand::random::<u64>()));
    // A file needs no room until something is in it.
    let written = std::fs::File::create_new(&file)?.write_all(&[0; 4096]);
    std::fs::remove_file(&file).and(written)
}

/// Whether an error says that a folder is not to be written to, or has no room.
fn forbidden(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::FileTooLarge
    )
}

/// Opens the cache that the settings describe.
///
/// # Errors
/// [`StartError`] with what an operator has to change.
pub async fn open_cache(
    settings: &Settings,
    store: &Store,
    clock: &Arc<dyn Clock>,
) -> Result<Cache, StartError> {
    let folder = &settings.data_dir;
    let storage = match &settings.storage_url {
        Some(url) => cache::open_storage(url, folder, std::env::vars())?,
        // What is there is read where it can be; the store has said what is wrong with the folder.
        None => match std::fs::create_dir_all(folder) {
            Err(error) if forbidden(&error) => Storage::memory(),
            Err(error) => return Err(StartError::data(folder, error)),
            Ok(()) => match cache::open_storage(cache::DEFAULT_STORAGE_URL, folder, std::env::vars()) {
                Err(_) if try_writing(folder).is_err_and(|error| forbidden(&error)) => Storage::memory(),
                opened => opened?,
            },
        },
    };
    Ok(Cache::open(settings.cache(), storage, Arc::clone(&store.cache), Arc::clone(clock)).await?)
}
