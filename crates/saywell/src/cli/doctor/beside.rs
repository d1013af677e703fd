//! What lies beside the gateway: the data folder, the database, Redis, the bucket.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};

use super::{Clock, Failed, Finding, Findings, in_time};
use crate::app;
use crate::cache::{CacheError, open_storage};
use crate::clock::{Clock as _, SystemClock};

/// Less room than this in the data folder is told.
const LITTLE_ROOM: u64 = 1 << 30;
/// What a browser says in place of a page's origin once it has followed a redirect from one origin to another.
const REDIRECTED: &str = "null";

/// Whether it can be written, and how much room there is.
pub(super) fn data_folder(findings: &mut Findings) -> Result<(), Failed> {
    const WHAT: &str = "data folder";
    let folder = &findings.settings.data_dir;
    let named = folder.display();
    let finding = match std::fs::create_dir_all(folder).and_then(|()| app::try_writing(folder)) {
        Err(error) => Finding::wrong(
            WHAT,
            format!("{named} cannot be written: {error}"),
            "Name another in TTS_DATA_DIR, or give this one to the user that the gateway runs as (`chown`).",
        ),
        Ok(()) => match room(folder) {
            Some(bytes) if bytes < LITTLE_ROOM => Finding::wrong(
                WHAT,
                format!("{named} has {} MiB left", bytes >> 20),
                "Free some space, or lower TTS_CACHE_MAX_BYTES: sound that cannot be kept is made, and bought, again.",
            ),
            _ => Finding::fine(WHAT, format!("{named} can be written")),
        },
    };
    findings.add(finding)
}

/// Bytes that this process may still write there.
fn room(folder: &std::path::Path) -> Option<u64> {
    #[cfg(unix)]
    if let Ok(room) = rustix::fs::statvfs(folder) {
        return Some(room.f_bavail.saturating_mul(room.f_frsize));
    }
    None
}

/// Whether it can be opened, and its tables are of this version.
pub(super) async fn database(findings: &mut Findings) -> Result<(), Failed> {
    const REMEDY: &str = "Look at DATABASE_URL (user, password, host, database) and whether the server lets this machine in; \
                          without it, the gateway keeps a file in the data folder.";
    let finding = match in_time(app::open_store(&findings.settings)).await {
        Ok(store) => match in_time(store.keys.list()).await {
            Ok(_) => Finding::fine("database", "can be opened and read"),
            Err(reason) => Finding::wrong("database", reason, REMEDY),
        },
        Err(reason) => Finding::wrong("database", reason, REMEDY),
    };
    findings.add(finding)
}

/// Whether it answers, and what time it has.
pub(super) async fn redis(findings: &mut Findings) -> Result<(), Failed> {
    const REMEDY: &str = "Look at REDIS_URL (redis://user:password@host:port/database) and whether the server listens for this machine; \
                          until it answers, each gateway counts by itself, or refuses with TTS_LIMITS_WITHOUT_REDIS=refuse.";
    let address = match findings.settings.redis() {
        Ok(Some(address)) => address,
        Ok(None) => {
            return findings.add(Finding::skipped("Redis", "not set (REDIS_URL): limits are this process's"));
        }
        Err(error) => return findings.add(Finding::wrong("Redis", error.to_string(), REMEDY)),
    };
    let asked = SystemClock.now();
    let time = async {
        let mut connection = address.client().await?.get_multiplexed_async_connection().await?;
        redis::cmd("TIME").query_async::<(u64, u64)>(&mut connection).await
    };
    let finding = match in_time(time).await {
        Ok((seconds, microseconds)) => {
            let told = UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_micros(microseconds);
            findings.clocks.push(Clock::read("Redis", asked, told));
            match address.refuse_cluster(super::PATIENCE).await {
                Ok(()) => Finding::fine("Redis", "answers"),
                Err(error) => Finding::wrong("Redis", error.to_string(), REMEDY),
            }
        }
        Err(reason) => Finding::wrong("Redis", reason, REMEDY),
    };
    findings.add(finding)?;
    match findings.settings.not_shared() {
        Some(missing) => findings.add(Finding::wrong("shared by gateways", missing, SHARED)),
        None => Ok(()),
    }
}

/// Whether sound can be written, read and removed, and pages may fetch it from the bucket.
pub(super) async fn storage(findings: &mut Findings) -> Result<(), Failed> {
    let Some(url) = findings.settings.storage_url.clone() else {
        return findings.add(Finding::skipped("storage", "not set (TTS_STORAGE_URL): in the data folder"));
    };
    let storage = match open_storage(&url, &findings.settings.data_dir, std::env::vars()) {
        Ok(storage) => storage,
        Err(CacheError::BadSetting { field, problem }) => {
            return findings.add(Finding::wrong("storage", format!("{field} {problem}"), CREDENTIALS));
        }
        Err(error) => return findings.add(Finding::wrong("storage", error.to_string(), CREDENTIALS)),
    };
    let client = findings.client.clone();
    let asked = SystemClock.now();
    let fetch = async |url: reqwest::Url| client.get(url).header(ORIGIN, REDIRECTED).send().await;
    match in_time(storage.try_out(fetch)).await {
        Err(reason) => findings.add(Finding::wrong("storage", reason, CREDENTIALS)),
        Ok(None) => findings.add(Finding::fine("storage", "sound can be written, read and removed")),
        Ok(Some(Err(error))) => findings.add(Finding::wrong(
            "storage",
            format!("its signed addresses cannot be fetched: {error}"),
            "Name an endpoint that browsers reach too, or set TTS_STORAGE_REDIRECTS=false.",
        )),
        Ok(Some(Ok(answer))) => {
            findings.add(Finding::fine("storage", "sound can be written, read and removed"))?;
            findings.clocks.extend(Clock::of_answer("the bucket", asked, &answer));
            let allowed = answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
            let cors = match (answer.status().is_success(), allowed.and_then(|allowed| allowed.to_str().ok()))
            {
                _ if !findings.settings.storage_redirects => {
                    Finding::skipped("bucket's CORS", "not needed: TTS_STORAGE_REDIRECTS is off")
                }
                (false, _) => Finding::wrong(
                    "bucket's CORS",
                    format!("a signed address is answered with {}", answer.status()),
                    "Let the credentials sign addresses for reading, or set TTS_STORAGE_REDIRECTS=false.",
                ),
                (true, Some("*" | REDIRECTED)) => Finding::fine("bucket's CORS", "pages may fetch from it"),
                (true, _) => Finding::wrong(
                    "bucket's CORS",
                    "the bucket does not let pages fetch from it",
                    "Add a CORS rule that allows GET from any origin (`*`), or set TTS_STORAGE_REDIRECTS=false.",
                ),
            };
            findings.add(cors)
        }
    }
}

const SHARED: &str =
    "Several gateways are one where they share all of it (docs/SCALING.md); a single one needs no REDIS_URL.";

const CREDENTIALS: &str = "Look at TTS_STORAGE_URL and the variables of its service (AWS_…, GOOGLE_…, AZURE_…; docs/OPERATIONS.md, \
                           \"Where audio lives\"): the credentials have to read, write and remove objects there.";
