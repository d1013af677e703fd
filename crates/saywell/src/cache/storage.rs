//! Where sound lies: a folder, this process's memory, or a bucket, as `TTS_STORAGE_URL` says.

use super::CacheError;
use crate::service::Probe;
use futures::TryStreamExt as _;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::signer::{Method, Signer, Url};
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig};
use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Where sound lies unless said otherwise: in the data folder.
pub const DEFAULT_URL: &str = "file:audio";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest that one request to a bucket may take, and the longest that it is tried again. Speech waits no such time:
/// see `READ_DEADLINE`.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How soon a storage has to answer to be well again.
const PROBE_DEADLINE: Duration = Duration::from_millis(300);
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_RETRIES: usize = 2;

/// A place for sound.
#[derive(Clone)]
pub struct Storage {
    pub(super) objects: Arc<dyn ObjectStore>,
    /// Before the name of every object.
    pub(super) prefix: Path,
    /// Makes URLs that anyone can fetch an object with.
    pub(super) signer: Option<Arc<dyn Signer>>,
    /// The folder, where it is one.
    pub(super) folder: Option<PathBuf>,
    /// Whether objects keep a content type.
    pub(super) keeps_attributes: bool,
}

/// Looks for objects where there are none. A bucket that is not there has no such list, and answers a look for one object as it would
/// if that alone were missing.
pub(super) fn probe(objects: Arc<dyn ObjectStore>, prefix: &Path) -> Probe {
    let nobody = prefix.clone().join("nothing");
    Box::new(move || {
        let (objects, nobody) = (Arc::clone(&objects), nobody.clone());
        Box::pin(async move {
            let mut found = objects.list(Some(&nobody));
            matches!(tokio::time::timeout(PROBE_DEADLINE, found.try_next()).await, Ok(Ok(_)))
        })
    })
}

impl fmt::Debug for Storage {
    // A bucket's own form may show its credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage")
            .field("objects", &format_args!("{}", self.objects))
            .field("prefix", &self.prefix)
            .field("signs", &self.signer.is_some())
            .finish_non_exhaustive()
    }
}

impl Storage {
    /// In this process's memory, gone with it.
    #[must_use]
    pub fn memory() -> Self {
        Self::unsigned(Arc::new(InMemory::new()), true)
    }

    /// In a folder, which is made if it is missing.
    pub fn folder(path: &FilePath) -> Result<Self, CacheError> {
        let cannot = |error: &dyn fmt::Display| bad(format!("the folder {}: {error}", path.display()));
        std::fs::create_dir_all(path).map_err(|error| cannot(&error))?;
        let path = path.canonicalize().map_err(|error| cannot(&error))?;
        let objects = LocalFileSystem::new_with_prefix(&path).map_err(|error| cannot(&error))?;
        Ok(Self { folder: Some(path), ..Self::unsigned(Arc::new(objects), false) })
    }

    /// Anything else that keeps objects.
    #[must_use]
    pub fn unsigned(objects: Arc<dyn ObjectStore>, keeps_attributes: bool) -> Self {
        Self { objects, prefix: Path::default(), signer: None, folder: None, keeps_attributes }
    }

    /// Writes a small object, reads it, hands an address that anyone can fetch it from to `fetch` where there can be one,
    /// and takes it away again. What `fetch` found.
    ///
    /// # Errors
    /// Whatever the storage would not do.
    pub async fn try_out<T>(
        &self,
        fetch: impl AsyncFnOnce(Url) -> T,
    ) -> Result<Option<T>, object_store::Error> {
        let path = self.prefix.clone().join(format!("trial-{:016x}.txt", rand::random::<u64>()));
        self.objects.put(&path, PutPayload::from_static(b"saywell")).await?;
        let tried = async {
            self.objects.get(&path).await?.bytes().await?;
            let Some(signer) = &self.signer else { return Ok(None) };
            let url = signer.signed_url(Method::GET, &path, Duration::from_mins(1)).await?;
            Ok(Some(fetch(url).await))
        };
        let tried: Result<_, object_store::Error> = tried.await;
        // An object that cannot be removed is a fault of its own: the cache could never shrink.
        let removed = self.objects.delete(&path).await;
        let found = tried?;
        removed.map(|()| found)
    }

    fn signed<T: ObjectStore + Signer>(objects: T, prefix: Path) -> Self {
        let objects = Arc::new(objects);
        Self { prefix, signer: Some(objects.clone()), ..Self::unsigned(objects, true) }
    }
}

/// That a storage URL can be right, as far as it says so itself.
///
/// # Errors
/// What is wrong with it.
pub fn check_url(url: &str) -> Result<(), String> {
    let rest = |scheme: &str| url.strip_prefix(scheme).and_then(|rest| rest.strip_prefix(':'));
    if rest("memory").is_some() {
        return Ok(());
    }
    if let Some(path) = rest("file") {
        let named = !path.strip_prefix("//").unwrap_or(path).is_empty();
        return named.then_some(()).ok_or_else(|| "names no folder after file:".to_owned());
    }
    match ["s3", "gs", "az"].into_iter().find_map(rest) {
        Some(bucket) => bucket_prefix(bucket).map(|_| ()),
        None => Err("must start with file:, memory:, s3://, gs:// or az://".to_owned()),
    }
}

/// Opens the place that `TTS_STORAGE_URL` names: `file:PATH` (a relative one lies in `data_folder`),
/// `memory:`, `s3://BUCKET/PREFIX`, `gs://…`, or `az://CONTAINER/PREFIX`. Buckets take their
/// credentials and region from the usual variables (`AWS_…`, `GOOGLE_…`, `AZURE_…`) among
/// `environment`, or files that `NAME_FILE` names. Reaches for nothing outside: a wrong credential shows at the first use.
pub fn open(
    url: &str,
    data_folder: &FilePath,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Storage, CacheError> {
    check_url(url).map_err(bad)?;
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    let client = ClientOptions::new().with_connect_timeout(CONNECT_TIMEOUT).with_timeout(REQUEST_TIMEOUT);
    let retry =
        RetryConfig { max_retries: MAX_RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() };
    match scheme {
        "file" => Storage::folder(&data_folder.join(rest.strip_prefix("//").unwrap_or(rest))),
        "s3" => {
            let mut builder = AmazonS3Builder::new().with_client_options(client).with_retry(retry);
            for (name, value) in of_service::<AmazonS3ConfigKey>("AWS_", environment)? {
                builder = builder.with_config(name, value);
            }
            let prefix = bucket_prefix(rest).map_err(bad)?;
            let objects = builder.with_url(url).build().map_err(|error| unusable(&error))?;
            Ok(Storage::signed(objects, prefix))
        }
        "gs" => {
            let mut builder = GoogleCloudStorageBuilder::new().with_client_options(client).with_retry(retry);
            for (name, value) in of_service::<GoogleConfigKey>("GOOGLE_", environment)? {
                builder = builder.with_config(name, value);
            }
            let prefix = bucket_prefix(rest).map_err(bad)?;
            let objects = builder.with_url(url).build().map_err(|error| unusable(&error))?;
            Ok(Storage::signed(objects, prefix))
        }
        "az" => {
            let mut builder = MicrosoftAzureBuilder::new().with_client_options(client).with_retry(retry);
            for (name, value) in of_service::<AzureConfigKey>("AZURE_", environment)? {
                builder = builder.with_config(name, value);
            }
            let prefix = bucket_prefix(rest).map_err(bad)?;
            let objects = builder.with_url(url).build().map_err(|error| unusable(&error))?;
            Ok(Storage::signed(objects, prefix))
        }
        _ => Ok(Storage::memory()),
    }
}

/// The options of a bucket's service among these variables. `NAME_FILE` names a file that holds the value of `NAME`, unless
/// the service has a variable of that very name.
fn of_service<Key: FromStr>(
    prefix: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<(Key, String)>, CacheError> {
    let named = environment.into_iter().filter(|(name, _)| name.starts_with(prefix));
    let option = |(name, value): (String, String)| {
        if let Ok(key) = name.to_ascii_lowercase().parse::<Key>() {
            return Some(Ok((key, value)));
        }
        let key = name.strip_suffix("_FILE")?.to_ascii_lowercase().parse::<Key>().ok()?;
        let read = std::fs::read_to_string(&value);
        Some(match read {
            Ok(read) => Ok((key, read.trim().to_owned())),
            Err(error) => Err(bad(format!("needs what {name} names: {value}: {error}"))),
        })
    };
    named.filter_map(option).collect()
}

/// What comes after the bucket's name.
fn bucket_prefix(rest: &str) -> Result<Path, String> {
    let rest = rest.strip_prefix("//").unwrap_or_default();
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err("names no bucket".to_owned());
    }
    Path::parse(prefix).map_err(|error| format!("has an unusable prefix: {error}"))
}

fn unusable(error: &object_store::Error) -> CacheError {
    bad(error.to_string())
}

fn bad(problem: String) -> CacheError {
    CacheError::BadSetting { field: "TTS_STORAGE_URL", problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn folders_lie_in_the_data_folder_unless_absolute() {
        let data = tempfile::tempdir().unwrap();
        let root = data.path().canonicalize().unwrap();
        let folder = |url: &str| open(url, data.path(), []).unwrap().folder.unwrap();
        assert_eq!(folder(DEFAULT_URL), root.join("audio"));
        assert_eq!(folder("file:a/b"), root.join("a/b"));
        assert_eq!(folder(&format!("file://{}", root.join("c").display())), root.join("c"));
        assert_eq!(folder(&format!("file:{}", root.join("d").display())), root.join("d"));
    }

    #[tokio::test]
    async fn buckets_take_their_prefix_and_can_sign() {
        let data = tempfile::tempdir().unwrap();
        let aws = env(&[
            ("AWS_ACCESS_KEY_ID", "someone"),
            ("AWS_SECRET_ACCESS_KEY", "top-secret"),
            ("AWS_DEFAULT_REGION", "eu-north-1"),
            ("UNRELATED", "x"),
        ]);
        let storage = open("s3://bucket/some/prefix", data.path(), aws).unwrap();
        assert_eq!(storage.prefix, Path::from("some/prefix"));
        assert!(!format!("{storage:?}").contains("top-secret"));
        let signer = storage.signer.unwrap();
        let path = storage.prefix.join("a.mp3");
        let url = signer.signed_url(Method::GET, &path, Duration::from_mins(1)).await.unwrap();
        assert!(url.path().ends_with("/some/prefix/a.mp3"), "{url}");
        assert!(url.as_str().contains("eu-north-1"), "{url}");
        assert!(url.query().unwrap().contains("X-Amz-Expires=60"), "{url}");

        let azure =
            env(&[("AZURE_STORAGE_ACCOUNT_NAME", "someone"), ("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0")]);
        assert!(open("az://container", data.path(), azure).unwrap().signer.is_some());
        assert!(open("gs://bucket/x", data.path(), []).unwrap().signer.is_some());
    }

    #[tokio::test]
    async fn a_secret_may_lie_in_a_file() {
        let data = tempfile::tempdir().unwrap();
        let file = |name: &str, value: &str| {
            std::fs::write(data.path().join(name), value).unwrap();
            data.path().join(name).display().to_string()
        };
        let secret = file("aws", "top-secret\n");
        let aws = |name, value: &str| {
            let region = ("AWS_DEFAULT_REGION", "eu-north-1");
            env(&[("AWS_ACCESS_KEY_ID", "someone"), region, (name, value)])
        };
        let url = async |environment| {
            let signer = open("s3://bucket", data.path(), environment).unwrap().signer.unwrap();
            let url = signer.signed_url(Method::GET, &Path::from("a.mp3"), Duration::from_mins(1)).await;
            url.unwrap().query().unwrap().split("X-Amz-Signature=").nth(1).unwrap().to_owned()
        };
        // Signed within one second, they are the same.
        let same = async || {
            let (given, read) =
                (aws("AWS_SECRET_ACCESS_KEY", "top-secret"), aws("AWS_SECRET_ACCESS_KEY_FILE", &secret));
            url(given).await == url(read).await
        };
        assert!(same().await || same().await);
        let key = file("azure", "c2VjcmV0\n");
        let azure =
            env(&[("AZURE_STORAGE_ACCOUNT_NAME", "someone"), ("AZURE_STORAGE_ACCOUNT_KEY_FILE", &key)]);
        assert!(open("az://container", data.path(), azure).is_ok());
        let wrong = file("google", "this is no key");
        for (name, path) in [
            ("GOOGLE_SERVICE_ACCOUNT_KEY_FILE", &*wrong),
            ("GOOGLE_SERVICE_ACCOUNT_KEY_FILE", "/nowhere/at/all"),
        ] {
            assert!(open("gs://bucket/x", data.path(), env(&[(name, path)])).is_err(), "{path}");
        }
        let of_their_own =
            [("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/at/all"), ("AWS_CONFIG_FILE", "/nowhere/at/all")];
        assert!(open("s3://bucket", data.path(), env(&of_their_own)).is_ok());
    }

    #[tokio::test]
    async fn a_trial_leaves_nothing_behind() {
        use futures::TryStreamExt as _;
        let data = tempfile::tempdir().unwrap();
        for storage in [Storage::memory(), open(DEFAULT_URL, data.path(), []).unwrap()] {
            let fetched = storage.try_out(async |url| url).await.unwrap();
            assert!(fetched.is_none(), "nobody else can fetch from there");
            assert!(storage.objects.list(None).try_next().await.unwrap().is_none());
        }
    }

    #[test]
    fn urls_name_their_fault() {
        let data = tempfile::tempdir().unwrap();
        for url in [
            "", "audio", "ftp://host/x", "file:", "s3:", "s3://", "s3:///prefix", "gs://", "az://",
            "s3://b/a//b",
        ] {
            let error = open(url, data.path(), []).unwrap_err();
            assert!(
                matches!(error, CacheError::BadSetting { field: "TTS_STORAGE_URL", .. }),
                "{url}: {error}"
            );
        }
        let file = data.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(open("file:file/folder", data.path(), []).is_err());
    }
}
