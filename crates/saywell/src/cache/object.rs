//! The far layer: two objects an entry, in a folder or a bucket.
//!
//! ```text
//! renditions/ab/ab12….0123456789abcdef.mp3   the sound, named by key and content
//! renditions/ab/ab12….notes                  a line of JSON (the `Header`), then the notes as given
//! clips/ab/…                                 likewise
//! ```
//!
//! Because a sound's name is made from its content, a write never changes a sound that somebody is
//! reading, and the notes, which name the sound by its hash and are put in place in one step, decide
//! alone which sound counts. So two writers of one key, in whatever order their writes come, leave
//! one of the two entries, whole.

use super::{CacheError, Entry, EntryFacts, Held, Storage, check, storage};
use crate::service::Service;
use crate::telemetry;

use crate::clock::{Clock, from_millis, to_millis};
use crate::key::{Key, KeyKind};
use crate::store::Row;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::signer::{Method, Url};
use object_store::{Attribute, Attributes, ObjectMeta, ObjectStoreExt, PutOptions, PutPayload};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// The form of the notes object; another one needs another number.
const VERSION: u32 = 1;
/// Digits of the content's hash in a sound's name.
const NAME_DIGITS: usize = 16;
/// Longer sounds are hashed on a thread that may be kept busy; this takes about 0.1 ms.
const HASH_INLINE_BYTES: usize = 64 << 10;

/// The first line of a notes object: what the entry is, and which sound belongs to it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Header {
    version: u32,
    pub(super) kind: KeyKind,
    pub(super) provider: String,
    pub(super) voice: String,
    pub(super) format: String,
    content_type: String,
    #[serde(with = "exact")]
    pub(super) duration_seconds: f64,
    /// SHA-256 of the sound, in 64 hexadecimal digits.
    sound_sha256: String,
    pub(super) sound_bytes: u64,
    notes_bytes: u64,
    /// Milliseconds since 1970-01-01 UTC.
    pub(super) created_at: i64,
    /// Likewise.
    pub(super) expires_at: i64,
}

/// The bytes are no notes object.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// There is no whole first line.
    #[error("the header is cut short")]
    CutShort,
    /// The first line is something else.
    #[error("the header cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// A field is out of its bounds, or the notes are not as long as stated.
    #[error("the header's {0} is out of bounds")]
    OutOfBounds(&'static str),
}

impl Header {
    /// Takes a notes object apart into its header and the notes. Everything in the header that a
    /// path is made of has been checked.
    pub fn parse(object: &Bytes) -> Result<(Self, Bytes), HeaderError> {
        let end = object.iter().position(|&byte| byte == b'\n').ok_or(HeaderError::CutShort)?;
        let header: Self = serde_json::from_slice(&object.slice(..end))?;
        let notes = object.slice(end + 1..);
        let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let hash = header.sound_sha256.as_bytes();
        if header.version != VERSION {
            return Err(HeaderError::OutOfBounds("version"));
        }
        if hash.len() != 64 || !hash.iter().copied().all(lower_hex) {
            return Err(HeaderError::OutOfBounds("sound_sha256"));
        }
        if header.notes_bytes != notes.len() as u64 {
            return Err(HeaderError::OutOfBounds("notes_bytes"));
        }
        match check(&header.about()) {
            Err(CacheError::BadEntry { field, .. }) => Err(HeaderError::OutOfBounds(field)),
            _ => Ok((header, notes)),
        }
    }

    fn about(&self) -> EntryFacts {
        EntryFacts {
            kind: self.kind,
            provider: self.provider.clone(),
            voice: self.voice.clone(),
            format: self.format.clone(),
            content_type: self.content_type.clone(),
            duration_seconds: self.duration_seconds,
        }
    }

    /// The start of the hash, as it stands in the sound's name.
    fn tag(&self) -> &str {
        self.sound_sha256.get(..NAME_DIGITS).unwrap_or_default()
    }
}

/// How long somebody who wants to hear something may wait for the storage's answer, and for each megabyte of it.
const READ_DEADLINE: Duration = Duration::from_millis(500);
/// How long no address is signed after one could not be.
const SIGNING_RESTS: Duration = Duration::from_mins(1);
/// How long one write or removal beside speech may take.
const WORK_DEADLINE: Duration = Duration::from_secs(15);

#[derive(Debug)]
pub(super) struct ObjectLayer {
    storage: Storage,
    service: Service,
    clock: Arc<dyn Clock>,
    /// No address is signed before that: it could not be the last time.
    signs_from: Mutex<Option<Instant>>,
}

/// An entry ready to be written.
#[derive(Debug)]
pub(super) struct Prepared {
    header: Header,
    sound: Bytes,
    sound_path: Path,
    notes: PutPayload,
    notes_path: Path,
    key: Key,
}

impl Prepared {
    /// What the two objects take.
    pub(super) fn bytes(&self) -> u64 {
        (self.sound.len() + self.notes.content_length()) as u64
    }

    /// The row to index it by.
    pub(super) fn row(&self) -> Row {
        row(self.key, &self.header, &self.sound_path, self.bytes())
    }
}

/// The row to index a stored entry by, as if nobody had listened to it yet.
pub(super) fn row(key: Key, header: &Header, sound: &Path, bytes: u64) -> Row {
    Row {
        key,
        kind: header.kind,
        provider: header.provider.clone(),
        voice: header.voice.clone(),
        format: header.format.clone(),
        path: sound.to_string(),
        duration_seconds: header.duration_seconds,
        size_bytes: bytes,
        expires_at: from_millis(header.expires_at),
        created_at: from_millis(header.created_at),
        last_accessed_at: from_millis(header.created_at),
    }
}

/// The objects found under one key.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) notes: Option<ObjectMeta>,
    pub(super) sounds: Vec<ObjectMeta>,
}

/// What became of the half-written files in a folder.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Staged {
    pub(super) removed: u64,
    /// Not yet old enough to be given up.
    pub(super) young: u64,
    /// What those take.
    pub(super) young_bytes: u64,
}

impl ObjectLayer {
    pub(super) fn new(storage: Storage, clock: Arc<dyn Clock>) -> Self {
        let probe = storage::probe(Arc::clone(&storage.objects), &storage.prefix);
        let of = telemetry::SideService::Storage;
        let service =
            if storage.folder.is_some() { Service::own(of, probe) } else { Service::new(of, probe) };
        Self { storage, service, clock, signs_from: Mutex::default() }
    }

    /// Whether the storage answers.
    pub(super) fn service(&self) -> &Service {
        &self.service
    }

    /// Whether a write that fails leaves nothing behind: in a folder, or where nothing is sent. A bucket may carry one out that
    /// nobody waits for any more.
    pub(super) fn fails_clean(&self) -> bool {
        self.storage.folder.is_some() || !self.service.is_well()
    }

    /// Waits for the storage, but not for long, and not at all while it is ill.
    async fn ask<T>(
        &self,
        deadline: Duration,
        answer: impl Future<Output = Result<T, CacheError>>,
    ) -> Result<T, CacheError> {
        // One file that cannot be read or a full disk says nothing of the rest of a folder; a bucket is one service.
        let is_bucket = self.storage.folder.is_none();
        self.service.ask(deadline, answer, |_| is_bucket).await
    }

    /// Hashes the sound and lays out both objects.
    pub(super) async fn prepare(&self, key: &Key, held: &Held) -> Result<Prepared, CacheError> {
        let Entry { about, sound, notes, .. } = &*held.entry;
        let header = Header {
            version: VERSION,
            kind: about.kind,
            provider: about.provider.clone(),
            voice: about.voice.clone(),
            format: about.format.clone(),
            content_type: about.content_type.clone(),
            duration_seconds: about.duration_seconds,
            sound_sha256: hashed(&held.entry).await?,
            sound_bytes: sound.len() as u64,
            notes_bytes: notes.len() as u64,
            created_at: to_millis(held.created_at),
            expires_at: to_millis(held.expires_at),
        };
        let mut line = serde_json::to_vec(&header).map_err(unavailable("describe an entry"))?;
        line.push(b'\n');
        Ok(Prepared {
            sound: sound.clone(),
            sound_path: self.sound_path(key, &header),
            notes: [Bytes::from(line), notes.clone()].into_iter().collect(),
            notes_path: self.notes_path(header.kind, key),
            key: *key,
            header,
        })
    }

    /// Writes the sound, then the notes, each in one step.
    pub(super) async fn write(&self, prepared: &Prepared) -> Result<(), CacheError> {
        let sound = PutPayload::from_bytes(prepared.sound.clone());
        let content_type = &prepared.header.content_type;
        self.write_object(&prepared.sound_path, sound, content_type).await?;
        self.write_object(&prepared.notes_path, prepared.notes.clone(), "application/octet-stream").await
    }

    async fn write_object(
        &self,
        path: &Path,
        payload: PutPayload,
        content_type: &str,
    ) -> Result<(), CacheError> {
        let mut options = PutOptions::default();
        if self.storage.keeps_attributes {
            let immutable = "public, max-age=31536000, immutable".to_owned();
            options.attributes = Attributes::from_iter([
                (Attribute::ContentType, content_type.to_owned()),
                (Attribute::CacheControl, immutable),
            ]);
        }
        let put = async {
            let put = self.storage.objects.put_opts(path, payload, options).await;
            put.map(drop).map_err(unavailable("write to the storage"))
        };
        self.ask(WORK_DEADLINE, put).await
    }

    /// The entry, if it is there, whole, undamaged, and has not expired. `guess` is where its sound
    /// most likely lies, and saves a round trip when right.
    pub(super) async fn load(
        &self,
        key: &Key,
        kind: KeyKind,
        guess: Option<Path>,
    ) -> Result<Option<Held>, CacheError> {
        let notes_path = self.notes_path(kind, key);
        let guessed = async {
            match &guess {
                Some(path) => self.read(path).await,
                None => Ok(None),
            }
        };
        let (object, guessed) = tokio::try_join!(self.read(&notes_path), guessed)?;
        let Some(object) = object else { return Ok(None) };
        let Ok((header, notes)) = Header::parse(&object) else { return Ok(None) };
        let expires_at = from_millis(header.expires_at);
        if header.kind != kind || expires_at <= self.clock.now() {
            return Ok(None);
        }
        let path = self.sound_path(key, &header);
        let sound = if guess.as_ref() == Some(&path) { guessed } else { self.read(&path).await? };
        let Some(sound) = sound else { return Ok(None) };
        let entry = Arc::new(Entry::new(header.about(), sound, notes));
        if entry.sound.len() as u64 != header.sound_bytes || hashed(&entry).await? != header.sound_sha256 {
            return Ok(None);
        }
        let created_at = from_millis(header.created_at);
        Ok(Some(Held { entry, created_at, expires_at }))
    }

    async fn read(&self, path: &Path) -> Result<Option<Bytes>, CacheError> {
        let found = self.ask(READ_DEADLINE, async {
            match self.storage.objects.get(path).await {
                Ok(found) => Ok(Some(found)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(unavailable("read from the storage")(error)),
            }
        });
        let Some(found) = found.await? else { return Ok(None) };
        let megabytes = u32::try_from(found.meta.size >> 20).unwrap_or(u32::MAX);
        let bytes = async { found.bytes().await.map_err(unavailable("read from the storage")) };
        self.ask(READ_DEADLINE.saturating_mul(megabytes.saturating_add(1)), bytes).await.map(Some)
    }

    /// The header of the notes at `path`, if they are whole, and their key's sound by them.
    pub(super) async fn header(&self, key: &Key, path: &Path) -> Result<Option<(Header, Path)>, CacheError> {
        let object = self.read(path).await?;
        let header = object.and_then(|object| Header::parse(&object).ok());
        Ok(header.map(|(header, _)| {
            let sound = self.sound_path(key, &header);
            (header, sound)
        }))
    }

    /// Removes objects, those that are there. Goes on after an error and tells of the first.
    pub(super) async fn remove(&self, paths: Vec<Path>) -> Result<(), CacheError> {
        let paths = futures::stream::iter(paths.into_iter().map(Ok)).boxed();
        let mut removed = self.storage.objects.delete_stream(paths);
        let mut outcome = Ok(());
        while let Some(result) = removed.next().await {
            match result {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => {
                    outcome = outcome.and(Err(unavailable("remove from the storage")(error)));
                }
            }
        }
        outcome
    }

    /// Removes both objects of each row.
    pub(super) async fn remove_rows(&self, rows: impl Iterator<Item = &Row>) -> Result<(), CacheError> {
        let paths = rows.flat_map(|row| [self.notes_path(row.kind, &row.key), Path::from(row.path.as_str())]);
        self.remove(paths.collect()).await
    }

    /// Every object of the keys of this kind that start with `shard`, two hexadecimal digits.
    /// Objects with foreign names are left alone.
    pub(super) async fn list(&self, kind: KeyKind, shard: &str) -> Result<BTreeMap<Key, Found>, CacheError> {
        let folder = self.folder(kind, shard);
        let mut listing = self.storage.objects.list(Some(&folder));
        let mut keys = BTreeMap::<Key, Found>::new();
        while let Some(meta) = listing.try_next().await.map_err(unavailable("list the storage"))? {
            let Some(name) = meta.location.filename() else { continue };
            let Some((key, rest)) = name.split_once('.') else { continue };
            let Ok(key) = key.parse::<Key>() else { continue };
            let found = keys.entry(key).or_default();
            if rest == "notes" {
                found.notes = Some(meta);
            } else if rest.split_once('.').is_some_and(|(tag, _)| tag.len() == NAME_DIGITS) {
                found.sounds.push(meta);
            }
        }
        Ok(keys)
    }

    /// The bytes of all objects of this kind, whoever they belong to: a request for a thousand of them.
    pub(super) async fn bytes(&self, kind: KeyKind) -> Result<u64, CacheError> {
        let listing = self.storage.objects.list(Some(&self.folder_of(kind)));
        let sum = listing.try_fold(0, async |sum: u64, meta| Ok(sum.saturating_add(meta.size))).await;
        sum.map_err(unavailable("list the storage"))
    }

    /// Removes the files in a folder that writers killed before `before` never finished. Buckets
    /// have none.
    pub(super) async fn remove_staged(
        &self,
        kind: KeyKind,
        shard: &str,
        before: SystemTime,
    ) -> Result<Staged, CacheError> {
        let Some(root) = &self.storage.folder else { return Ok(Staged::default()) };
        let folder = root.join(self.folder(kind, shard).as_ref());
        let work = move || remove_staged(&folder, before);
        let done = tokio::task::spawn_blocking(work).await.map_err(unavailable("clean a folder"))?;
        done.map_err(unavailable("clean a folder"))
    }

    /// Whether addresses can be signed now.
    pub(super) fn can_sign(&self) -> bool {
        let rests = self.signs_from().is_some_and(|from| Instant::now() < from);
        self.storage.signer.is_some() && !rests
    }

    fn signs_from(&self) -> MutexGuard<'_, Option<Instant>> {
        self.signs_from.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A URL for the object at `path`, if it is there and the storage can sign.
    pub(super) async fn signed_url(
        &self,
        path: &str,
        valid_for: Duration,
    ) -> Result<Option<Url>, CacheError> {
        let Some(signer) = &self.storage.signer else { return Ok(None) };
        let path = Path::from(path);
        let there = self.ask(READ_DEADLINE, async {
            match self.storage.objects.head(&path).await {
                Ok(_) => Ok(true),
                Err(object_store::Error::NotFound { .. }) => Ok(false),
                Err(error) => Err(unavailable("look into the storage")(error)),
            }
        });
        if !there.await? {
            return Ok(None);
        }
        // Without a key at hand its service is asked to sign, which is another than the storage.
        let why = "sign a URL of the storage";
        let asking = tokio::time::timeout(READ_DEADLINE, signer.signed_url(Method::GET, &path, valid_for));
        let url = match asking.await {
            Ok(answer) => answer.map_err(unavailable(why)),
            Err(late) => Err(unavailable(why)(late)),
        };
        if url.is_err() {
            *self.signs_from() = Some(Instant::now() + SIGNING_RESTS);
        }
        url.map(Some)
    }

    fn folder(&self, kind: KeyKind, shard: &str) -> Path {
        self.folder_of(kind).join(shard)
    }

    fn folder_of(&self, kind: KeyKind) -> Path {
        self.storage.prefix.clone().join(match kind {
            KeyKind::Rendition => "renditions",
            KeyKind::Clip => "clips",
        })
    }

    fn name(&self, kind: KeyKind, key: &Key, rest: &str) -> Path {
        let key = key.to_string();
        self.folder(kind, key.get(..2).unwrap_or_default()).join(format!("{key}.{rest}"))
    }

    pub(super) fn notes_path(&self, kind: KeyKind, key: &Key) -> Path {
        self.name(kind, key, "notes")
    }

    fn sound_path(&self, key: &Key, header: &Header) -> Path {
        self.name(header.kind, key, &format!("{}.{}", header.tag(), header.format))
    }
}

/// A number as text, which is read back to the bit; a JSON number may lose its last one.
mod exact {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The hash of an entry's sound, of a long one on a thread that may be kept busy.
async fn hashed(entry: &Arc<Entry>) -> Result<String, CacheError> {
    if entry.sound.len() <= HASH_INLINE_BYTES {
        return Ok(entry.sound_sha256().to_owned());
    }
    let entry = Arc::clone(entry);
    let hash = move || entry.sound_sha256().to_owned();
    tokio::task::spawn_blocking(hash).await.map_err(unavailable("hash a sound"))
}

/// In 64 hexadecimal digits.
pub(super) fn sha256(sound: &[u8]) -> String {
    hex::encode(Sha256::digest(sound))
}

/// A file in progress is named `NAME#NUMBER` by `object_store` until it is whole.
fn remove_staged(folder: &std::path::Path, before: SystemTime) -> std::io::Result<Staged> {
    let mut staged = Staged::default();
    let files = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(staged),
        files => files?,
    };
    for file in files {
        let file = file?;
        let name = file.file_name();
        let Some((name, number)) = name.to_str().and_then(|name| name.split_once('#')) else { continue };
        let ours = name.get(..64).is_some_and(|key| key.parse::<Key>().is_ok());
        if !ours || number.is_empty() || !number.bytes().all(|digit| digit.is_ascii_digit()) {
            continue;
        }
        // Whoever finished or removed it since is welcome to.
        let Ok(metadata) = file.metadata() else { continue };
        let Ok(modified) = metadata.modified() else { continue };
        if modified > before {
            staged.young += 1;
            staged.young_bytes += metadata.len();
        } else if std::fs::remove_file(file.path()).is_ok() {
            staged.removed += 1;
        }
    }
    Ok(staged)
}

pub(super) fn unavailable<E>(action: &'static str) -> impl FnOnce(E) -> CacheError
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |source| CacheError::Unavailable { action, source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::super::conformance::{self, Layer, held, key};
    use super::*;
    use crate::clock::ManualClock;
    use object_store::signer::Signer;
    use std::path::PathBuf;

    struct World {
        layer: ObjectLayer,
        clock: Arc<ManualClock>,
        folder: tempfile::TempDir,
    }

    fn world() -> World {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let layer = ObjectLayer::new(Storage::folder(folder.path()).unwrap(), clock.clone());
        World { layer, clock, folder }
    }

    fn files(folder: &std::path::Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
        }
        files.sort();
        files
    }

    #[tokio::test]
    async fn a_folder_conforms() {
        let World { layer, clock, folder: _folder } = world();
        conformance::layer(&layer, &clock).await;
    }

    #[tokio::test]
    async fn memory_conforms() {
        let clock = Arc::new(ManualClock::default());
        conformance::layer(&ObjectLayer::new(Storage::memory(), clock.clone()), &clock).await;
    }

    #[tokio::test]
    async fn the_stored_sound_is_the_very_bytes() {
        let World { layer, clock, folder } = world();
        let held = held(1, 5000, &clock);
        layer.put(&key(0xab), &held).await.unwrap();
        let files = files(folder.path());
        assert_eq!(files.len(), 2);
        assert!(files[0].starts_with(folder.path().join("renditions/ab")), "{files:?}");
        assert_eq!(files[0].extension().unwrap(), "mp3");
        assert_eq!(std::fs::read(&files[0]).unwrap(), held.entry.sound);
    }

    /// Whoever signs never answers.
    #[derive(Debug)]
    struct Silent;

    #[async_trait::async_trait]
    impl Signer for Silent {
        async fn signed_url(&self, _: Method, _: &Path, _: Duration) -> object_store::Result<Url> {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_cannot_be_signed_is_not_waited_for_again() {
        let clock = Arc::new(ManualClock::default());
        let storage = Storage { signer: Some(Arc::new(Silent)), ..Storage::memory() };
        let layer = ObjectLayer::new(storage, clock.clone());
        let held = held(1, 5000, &clock);
        let prepared = layer.prepare(&key(1), &held).await.unwrap();
        layer.write(&prepared).await.unwrap();
        let begun = Instant::now();
        assert!(layer.can_sign());
        layer.signed_url(prepared.sound_path.as_ref(), Duration::from_secs(9)).await.unwrap_err();
        assert_eq!(begun.elapsed(), READ_DEADLINE);
        assert!(!layer.can_sign());
        tokio::time::advance(SIGNING_RESTS).await;
        assert!(layer.can_sign());
    }

    #[tokio::test]
    async fn damage_of_any_kind_is_a_miss() {
        let World { layer, clock, folder } = world();
        let damages: [fn(&mut Vec<u8>); 6] = [
            |bytes| bytes.clear(),
            |bytes| bytes.truncate(bytes.len() / 2),
            |bytes| bytes.truncate(bytes.len() - 1),
            |bytes| bytes.push(0),
            |bytes| bytes[20] ^= 1,
            |bytes| bytes.fill(0),
        ];
        for file in 0..2 {
            for (number, damage) in damages.iter().enumerate() {
                layer.put(&key(1), &held(1, 5000, &clock)).await.unwrap();
                assert!(layer.get(&key(1), KeyKind::Rendition).await.unwrap().is_some());
                let path = &files(folder.path())[file];
                let mut bytes = std::fs::read(path).unwrap();
                damage(&mut bytes);
                std::fs::write(path, bytes).unwrap();
                let found = layer.get(&key(1), KeyKind::Rendition).await.unwrap();
                assert_eq!(found, None, "damage {number} of {}", path.display());
            }
        }
    }

    #[test]
    fn headers_that_would_lead_astray_are_refused() {
        let good = br#"{"version":1,"kind":"clip","provider":"p","voice":"v","format":"mp3",
            "content_type":"audio/mpeg","duration_seconds":"1.0","sound_sha256":"HASH","sound_bytes":3,
            "notes_bytes":2,"created_at":1,"expires_at":2}"#;
        let good = String::from_utf8_lossy(good).replace('\n', "").replace("HASH", &"0".repeat(64));
        let parse = |header: &str, notes: &str| Header::parse(&Bytes::from(format!("{header}\n{notes}")));
        assert_eq!(parse(&good, "{}").unwrap().1, "{}");
        for (from, to) in [
            ("\"version\":1", "\"version\":2"),
            ("\"mp3\"", "\"../../x\""),
            ("\"mp3\"", "\"\""),
            ("000\"", "../\""),
            ("\"duration_seconds\":\"1.0\"", "\"duration_seconds\":\"-1.0\""),
            ("\"duration_seconds\":\"1.0\"", "\"duration_seconds\":\"NaN\""),
            ("\"notes_bytes\":2", "\"notes_bytes\":3"),
            ("\"clip\"", "\"song\""),
            ("\"created_at\":1,", ""),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good);
            assert!(parse(&bad, "{}").is_err(), "{bad}");
        }
        assert!(matches!(Header::parse(&Bytes::from(good)), Err(HeaderError::CutShort)));
        assert!(Header::parse(&Bytes::new()).is_err());
    }
}
