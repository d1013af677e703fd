//! Who asks Google: an API key, or an account whose short-lived token is fetched and kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, to_millis};
use crate::config::Secret;
use crate::provider::ProviderError;
use crate::providers::kept::Kept;
use crate::providers::wire;

/// What a token may be used for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// Where Google's own machines give tokens to what runs on them.
const METADATA_HOST: &str = "metadata.google.internal";
/// How long an assertion is valid: the longest that Google takes.
const ASSERTION_LIFETIME: Duration = Duration::from_hours(1);
/// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_mins(1);

/// Says who asks, on every call.
#[derive(Debug)]
pub(super) struct Access {
    identity: Identity,
    /// The project that is charged, where that is not the account's own.
    project: Option<String>,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    token: Kept<Secret>,
}

#[derive(Debug)]
enum Identity {
    Key(Secret),
    Account(Box<Account>),
    User(User),
    Machine { host: String },
}

/// A credentials file, as Google's console and command line write it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum File {
    ServiceAccount(AccountFile),
    AuthorizedUser(User),
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct AccountFile {
    client_email: String,
    private_key: Secret,
    private_key_id: Option<String>,
    token_uri: String,
}

struct Account {
    email: String,
    key: EncodingKey,
    key_id: Option<String>,
    token_uri: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("email", &self.email).finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
struct User {
    client_id: String,
    client_secret: Secret,
    refresh_token: Secret,
    #[serde(default = "user_token_uri")]
    token_uri: String,
    quota_project_id: Option<String>,
}

fn user_token_uri() -> String {
    "https://oauth2.googleapis.com/token".into()
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    expires_in: u64,
}

/// Where the identity comes from.
#[derive(Debug, Default)]
pub(super) struct Sources<'a> {
    pub(super) api_key: Option<&'a Secret>,
    pub(super) credentials: Option<&'a Path>,
    pub(super) quota_project: Option<&'a str>,
}

impl Access {
    /// The API key; else the account in the credentials file; else the user that Google's command line has logged
    /// in on this machine; else the account that Google gives the machine.
    ///
    /// # Errors
    /// [`ProviderError::Misconfigured`] when a credentials file is there but of no use.
    pub(super) fn open(
        sources: &Sources<'_>,
        client: &reqwest::Client,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, ProviderError> {
        let mut project = sources.quota_project.map(str::to_owned);
        let file = || sources.credentials.map(Path::to_owned).or_else(logged_in_user);
        let identity = match sources.api_key {
            Some(key) => Identity::Key(key.clone()),
            None => match file() {
                Some(path) => read(&path).map_err(|reason| {
                    ProviderError::Misconfigured(format!("credentials in {}: {reason}", path.display()))
                })?,
                None => Identity::Machine { host: format!("http://{METADATA_HOST}") },
            },
        };
        if let (Identity::User(user), None) = (&identity, &project) {
            project.clone_from(&user.quota_project_id);
        }
        let (client, clock) = (client.clone(), Arc::clone(clock));
        Ok(Self { identity, project, client, token: Kept::new(&clock), clock })
    }

    /// What to send with a call.
    ///
    /// # Errors
    /// Why there is no token.
    pub(super) async fn headers(&self) -> Result<HeaderMap, ProviderError> {
        let mut headers = HeaderMap::new();
        let (name, mut value) = if let Identity::Key(key) = &self.identity {
            (HeaderName::from_static("x-goog-api-key"), header(key.reveal())?)
        } else {
            let token = match self.token.get() {
                Some(token) => token,
                None => self.fetch().await?,
            };
            (AUTHORIZATION, header(&format!("Bearer {}", token.reveal()))?)
        };
        value.set_sensitive(true);
        headers.insert(name, value);
        if let Some(project) = &self.project {
            headers.insert("x-goog-user-project", header(project)?);
        }
        Ok(headers)
    }

    /// Forgets the token that a call was refused with; whether another one may fare better.
    pub(super) fn renew(&self) -> bool {
        self.token.forget();
        !matches!(self.identity, Identity::Key(_))
    }

    async fn fetch(&self) -> Result<Secret, ProviderError> {
        let request = match &self.identity {
            // A key is never exchanged.
            Identity::Key(key) => return Ok(key.clone()),
            Identity::Account(account) => self.client.post(&account.token_uri).form(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", &account.assertion(&*self.clock)?),
            ]),
            Identity::User(user) => self.client.post(&user.token_uri).form(&[
                ("grant_type", "refresh_token"),
                ("client_id", &user.client_id),
                ("client_secret", user.client_secret.reveal()),
                ("refresh_token", user.refresh_token.reveal()),
            ]),
            Identity::Machine { host } => self
                .client
                .get(format!("{host}/computeMetadata/v1/instance/service-accounts/default/token"))
                .query(&[("scopes", SCOPE)])
                .header("Metadata-Flavor", "Google"),
        };
        let Granted { access_token, expires_in } = grant(request).await.map_err(|error| match error {
            ProviderError::Unavailable(_) if matches!(self.identity, Identity::Machine { .. }) => {
                ProviderError::Misconfigured(
                    "has no credentials: set GOOGLE_APPLICATION_CREDENTIALS or an API key".into(),
                )
            }
            error => error,
        })?;
        let lifetime = Duration::from_secs(expires_in).saturating_sub(MARGIN);
        Ok(self.token.keep(access_token, lifetime))
    }
}

/// Asks for a token.
async fn grant(request: RequestBuilder) -> Result<Granted, ProviderError> {
    todo!("wire {request:?}")
}

impl Account {
    /// What proves that we hold the account's key.
    fn assertion(&self, clock: &dyn Clock) -> Result<String, ProviderError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.key_id);
        let iat = to_millis(clock.now()) / 1000;
        let claims = Claims {
            iss: &self.email,
            scope: SCOPE,
            aud: &self.token_uri,
            iat,
            exp: iat + ASSERTION_LIFETIME.as_secs() as i64,
        };
        jsonwebtoken::encode(&header, &claims, &self.key)
            .map_err(|_| ProviderError::Misconfigured("the account's private key cannot sign".into()))
    }
}

/// Reads a credentials file. The error never holds any of its contents.
fn read(path: &Path) -> Result<Identity, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let file: File = serde_json::from_str(&text)
        .map_err(|error| format!("not a credentials file (line {}, column {})", error.line(), error.column()))?;
    match file {
        File::ServiceAccount(account) => {
            let key = EncodingKey::from_rsa_pem(account.private_key.reveal().as_bytes())
                .map_err(|_| "its private key is no RSA key")?;
            Ok(Identity::Account(Box::new(Account {
                email: account.client_email,
                key,
                key_id: account.private_key_id,
                token_uri: account.token_uri,
            })))
        }
        File::AuthorizedUser(user) => Ok(Identity::User(user)),
        File::Other => Err("must be of type service_account or authorized_user".into()),
    }
}

/// Where Google's command line keeps the user that `gcloud auth application-default login` logged in.
fn logged_in_user() -> Option<PathBuf> {
    let folder = std::env::var_os("CLOUDSDK_CONFIG")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".config/gcloud")))?;
    Some(folder.join("application_default_credentials.json")).filter(|path| path.is_file())
}

fn header(value: &str) -> Result<HeaderValue, ProviderError> {
    HeaderValue::from_str(value)
        .map_err(|_| ProviderError::Misconfigured("a key or token holds characters that no header may".into()))
}
