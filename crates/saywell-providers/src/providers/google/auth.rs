//! Who asks Google: an API key, or an account whose short-lived token is fetched and kept.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::provider::ProviderError;
use crate::providers::Opening;
use crate::providers::wire::{Http, Kept, Meaning};
use saywell_base::clock::to_millis;
use saywell_base::secret::Secret;

/// What a token may be used for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// Where Google's own machines give tokens to what runs on them.
const MACHINE: &str = "http://metadata.google.internal";
/// How long an assertion is valid: the longest that Google takes.
const ASSERTION: Duration = Duration::from_hours(1);
/// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_mins(1);
/// No token is kept for longer, whatever it says of itself.
const LONGEST: Duration = Duration::from_hours(1);

/// Says with every call who asks.
#[derive(Debug)]
pub(super) struct Access {
    identity: Identity,
    /// The project that is charged, where that is not the account's own.
    project: Option<String>,
    http: Http,
    token: Kept<Token>,
}

/// Who asks.
#[derive(Debug)]
pub(super) enum Identity {
    Key(Secret),
    ServiceAccount(Box<ServiceAccount>),
    User(User),
    Machine { url: String },
}

/// A service account.
pub(super) struct ServiceAccount {
    email: String,
    key: EncodingKey,
    key_id: Option<String>,
    token_uri: String,
}

impl std::fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceAccount").field("email", &self.email).finish_non_exhaustive()
    }
}

/// A person who has logged in.
#[derive(Debug, Deserialize)]
pub(super) struct User {
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

/// A credentials file, as Google's console and command line write it.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum File {
    ServiceAccount(AccountFile),
    AuthorizedUser(User),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct AccountFile {
    client_email: String,
    private_key: Secret,
    private_key_id: Option<String>,
    token_uri: String,
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

#[derive(Debug, Clone)]
struct Token {
    value: Secret,
    until: SystemTime,
}

impl Identity {
    /// The API key; else the account in the credentials file; else the user that Google's command line has logged in
    /// on this machine; else the account that Google gives the machine.
    ///
    /// # Errors
    /// What is wrong with the credentials file, without any of its contents.
    pub(super) fn find(key: Option<Secret>, credentials: Option<&Path>) -> Result<Self, String> {
        if let Some(key) = key {
            return Ok(Self::Key(key));
        }
        match credentials.map(Path::to_owned).or_else(logged_in_user) {
            Some(path) => Self::read(&path).map_err(|reason| format!("{}: {reason}", path.display())),
            None => Ok(Self::Machine { url: MACHINE.into() }),
        }
    }

    fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let file: File = serde_json::from_str(&text).map_err(|error| {
            format!("is no credentials file (line {}, column {})", error.line(), error.column())
        })?;
        match file {
            File::ServiceAccount(file) => {
                let key = EncodingKey::from_rsa_pem(file.private_key.reveal().as_bytes())
                    .map_err(|_| "its private key is no RSA key")?;
                let AccountFile { client_email: email, private_key_id: key_id, token_uri, .. } = file;
                Ok(Self::ServiceAccount(Box::new(ServiceAccount { email, key, key_id, token_uri })))
            }
            File::AuthorizedUser(user) => Ok(Self::User(user)),
            File::Other => Err("must be of the type service_account or authorized_user".into()),
        }
    }
}

/// Where Google's command line keeps the user that `gcloud auth application-default login` logged in.
fn logged_in_user() -> Option<PathBuf> {
    let named = std::env::var_os("CLOUDSDK_CONFIG").map(PathBuf::from);
    let folder = named.or_else(|| Some(std::env::home_dir()?.join(".config/gcloud")))?;
    Some(folder.join("application_default_credentials.json")).filter(|path| path.is_file())
}

impl Access {
    pub(super) fn new(identity: Identity, project: Option<String>, opening: &Opening<'_>) -> Self {
        let project = project.or_else(|| match &identity {
            Identity::User(user) => user.quota_project_id.clone(),
            _ => None,
        });
        Self { identity, project, http: Http::new(opening), token: Kept::new(LONGEST, opening.clock) }
    }

    /// What to send with a call.
    ///
    /// # Errors
    /// Why there is no token.
    pub(super) async fn headers(&self) -> Result<HeaderMap, ProviderError> {
        let mut headers = HeaderMap::new();
        let (name, mut value) = match &self.identity {
            Identity::Key(key) => (HeaderName::from_static("x-goog-api-key"), header(key.reveal())?),
            _ => (AUTHORIZATION, header(&format!("Bearer {}", self.token().await?.reveal()))?),
        };
        value.set_sensitive(true);
        headers.insert(name, value);
        if let Some(project) = &self.project {
            headers.insert("x-goog-user-project", header(project)?);
        }
        Ok(headers)
    }

    /// Forgets the token that a call was refused with; whether another may fare better.
    pub(super) fn renew(&self) -> bool {
        self.token.forget();
        !matches!(self.identity, Identity::Key(_))
    }

    async fn token(&self) -> Result<Secret, ProviderError> {
        let kept = self.token.get(self.fetch()).await?;
        if self.http.now() < kept.until {
            return Ok(kept.value);
        }
        self.token.forget();
        Ok(self.token.get(self.fetch()).await?.value)
    }

    async fn fetch(&self) -> Result<Token, ProviderError> {
        let request = match &self.identity {
            Identity::ServiceAccount(account) => self.http.post(&account.token_uri).form(&[
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", &account.assertion(self.http.now())?),
            ]),
            Identity::User(user) => self.http.post(&user.token_uri).form(&[
                ("grant_type", "refresh_token"),
                ("client_id", &user.client_id),
                ("client_secret", user.client_secret.reveal()),
                ("refresh_token", user.refresh_token.reveal()),
            ]),
            Identity::Machine { url } => return self.machine(url).await,
            // A key is never exchanged.
            Identity::Key(key) => {
                return Ok(Token { value: key.clone(), until: self.http.now() + LONGEST });
            }
        };
        self.grant(request).await
    }

    /// Asks the machine, where there is no other identity: outside of Google's cloud nobody answers.
    async fn machine(&self, url: &str) -> Result<Token, ProviderError> {
        let request = self
            .http
            .get(format!("{url}/computeMetadata/v1/instance/service-accounts/default/token"))
            .query(&[("scopes", SCOPE)])
            .header("Metadata-Flavor", "Google");
        self.grant(request).await.map_err(|error| {
            ProviderError::Misconfigured(format!(
                "has no credentials (set GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_API_KEY), and the machine {error}"
            ))
        })
    }

    async fn grant(&self, request: RequestBuilder) -> Result<Token, ProviderError> {
        // What is wrong with an account is for an operator to change, whatever the status.
        const MEANING: Meaning = |failure| {
            let refused = matches!(failure.status.as_u16(), 400..=404);
            refused
                .then(|| ProviderError::Misconfigured(format!("refuses the account: {}", failure.in_words())))
        };
        let Granted { access_token: value, expires_in } = self.http.json(request, MEANING).await?;
        let lifetime = Duration::from_secs(expires_in).saturating_sub(MARGIN).min(LONGEST);
        Ok(Token { value, until: self.http.now() + lifetime })
    }
}

impl ServiceAccount {
    /// What proves that we hold the account's key.
    fn assertion(&self, now: SystemTime) -> Result<String, ProviderError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid.clone_from(&self.key_id);
        let iat = to_millis(now) / 1000;
        let claims = Claims {
            iss: &self.email,
            scope: SCOPE,
            aud: &self.token_uri,
            iat,
            exp: iat + ASSERTION.as_secs().cast_signed(),
        };
        jsonwebtoken::encode(&header, &claims, &self.key)
            .map_err(|_| ProviderError::Misconfigured("has an account whose private key cannot sign".into()))
    }
}

fn header(value: &str) -> Result<HeaderValue, ProviderError> {
    HeaderValue::from_str(value).map_err(|_| {
        ProviderError::Misconfigured("has a key or a token with characters that no header may have".into())
    })
}
