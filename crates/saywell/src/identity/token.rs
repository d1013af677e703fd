//! Signed tokens (JWT): an application says who its user is.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value};

use super::jwks::{Jwks, MissingKey};
use super::session::cookies;
use super::{MEMBER, plain_id, plain_plan};
use crate::secret::Secret;

/// Longest token, bytes; a header that carries more is refused before it gets here.
const LONGEST: usize = 8 * 1024;

/// How tokens are made and what they have to say.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whom a token must be for; when nobody is named, it may be for nobody in particular only.
    pub audience: Option<String>,
    /// Who must have made it.
    pub issuer: Option<String>,
    /// How far the clocks of two machines may differ.
    pub skew: Duration,
    /// The claim that names the user.
    pub user_claim: String,
    /// The claim that names the room.
    pub room_claim: String,
    /// The claim that names the plan.
    pub plan_claim: String,
    /// The cookie that a token may come in.
    pub cookie: Option<String>,
}

/// Reads tokens.
pub struct Tokens {
    rules: Rules,
    secret: Option<DecodingKey>,
    published: Option<Jwks>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The user.
    pub user: String,
    /// The room, if it is bound to one.
    pub room: Option<String>,
    /// The plan.
    pub plan: String,
}

/// Why a token is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is none.
    #[error("it is no JSON Web Token")]
    Malformed,
    /// Signed in a way that is not taken here: what a token says of itself never chooses the kind of key.
    #[error("it is not signed in a way that is accepted here")]
    Algorithm,
    /// The signature is not right, or made with a key that is not known.
    #[error("its signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    Early,
    /// For somebody else.
    #[error("it is for another audience")]
    Audience,
    /// Of somebody else.
    #[error("it is from another issuer")]
    Issuer,
    /// A claim is missing, or is not what it must be.
    #[error("its claim `{0}` is missing or not right")]
    Claim(String),
    /// The keys that it could be signed with cannot be had at present.
    #[error("the keys to check it with cannot be had at present")]
    NoKeys,
}

impl From<MissingKey> for TokenFault {
    fn from(missing: MissingKey) -> Self {
        match missing {
            MissingKey::NotPublished => Self::Signature,
            MissingKey::Unknown => Self::NoKeys,
        }
    }
}

impl Tokens {
    /// Tokens that follow these rules, signed with this secret or with one of the published keys.
    #[must_use]
    pub fn new(rules: Rules, secret: Option<&Secret>, published: Option<Jwks>) -> Self {
        let secret = secret.map(|secret| DecodingKey::from_secret(secret.reveal().as_bytes()));
        Self { rules, secret, published }
    }

    /// The token that a request brings as a cookie.
    #[must_use]
    pub fn cookie<'a>(&'a self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookies(headers, self.rules.cookie.as_deref()?).find(|token| !token.is_empty())
    }

    /// What a token says, once everything about it is right.
    ///
    /// # Errors
    /// [`TokenFault`]
    pub async fn read(&self, token: &str, now: SystemTime) -> Result<Claims, TokenFault> {
        if token.len() > LONGEST {
            return Err(TokenFault::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| fault(&error))?;
        // RFC 7515, section 4.1.11: what is critical and not understood makes a token invalid.
        if header.crit.is_some() {
            return Err(TokenFault::Algorithm);
        }
        let claims = match header.alg {
            Algorithm::HS256 => {
                self.decode(token, header.alg, self.secret.as_ref().ok_or(TokenFault::Algorithm)?)?
            }
            Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA => {
                let published = self.published.as_ref().ok_or(TokenFault::Algorithm)?;
                let key = published.find(header.kid.as_deref(), header.alg, now).await?;
                self.decode(token, header.alg, &key)?
            }
            _ => return Err(TokenFault::Algorithm),
        };
        self.in_time(&claims, now)?;
        self.claims(&claims)
    }

    fn decode(
        &self,
        token: &str,
        algorithm: Algorithm,
        key: &DecodingKey,
    ) -> Result<Map<String, Value>, TokenFault> {
        let mut validation = Validation::new(algorithm);
        // Time comes from our own clock.
        validation.validate_exp = false;
        if let Some(audience) = &self.rules.audience {
            validation.set_audience(&[audience]);
            validation.required_spec_claims.insert("aud".to_owned());
        }
        if let Some(issuer) = &self.rules.issuer {
            validation.set_issuer(&[issuer]);
            validation.required_spec_claims.insert("iss".to_owned());
        }
        jsonwebtoken::decode(token, key, &validation).map(|data| data.claims).map_err(|error| fault(&error))
    }

    fn in_time(&self, claims: &Map<String, Value>, now: SystemTime) -> Result<(), TokenFault> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let skew = self.rules.skew.as_secs_f64();
        let time = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map(Some).ok_or_else(|| TokenFault::Claim(name.to_owned())),
        };
        match time("exp")? {
            None => return Err(TokenFault::Claim("exp".to_owned())),
            Some(expires) if now >= expires + skew => return Err(TokenFault::Expired),
            Some(_) => {}
        }
        match time("nbf")? {
            Some(begins) if now < begins - skew => Err(TokenFault::Early),
            _ => Ok(()),
        }
    }

    fn claims(&self, claims: &Map<String, Value>) -> Result<Claims, TokenFault> {
        let Rules { user_claim, room_claim, plan_claim, .. } = &self.rules;
        let of = |name: &String| id(claims.get(name)).map_err(|()| TokenFault::Claim(name.clone()));
        let user = of(user_claim)?.ok_or_else(|| TokenFault::Claim(user_claim.clone()))?;
        let plan = of(plan_claim)?.unwrap_or_else(|| MEMBER.to_owned());
        if !plain_plan(&plan) {
            return Err(TokenFault::Claim(plan_claim.clone()));
        }
        Ok(Claims { user, room: of(room_claim)?, plan })
    }
}

/// An id, if there is one: a text, or a whole number as databases count.
fn id(value: Option<&Value>) -> Result<Option<String>, ()> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => plain_id(text).map(Some).ok_or(()),
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(Some(number.to_string())),
        Some(_) => Err(()),
    }
}

fn fault(error: &jsonwebtoken::errors::Error) -> TokenFault {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidAudience => TokenFault::Audience,
        ErrorKind::InvalidIssuer => TokenFault::Issuer,
        ErrorKind::MissingRequiredClaim(claim) if claim == "aud" => TokenFault::Audience,
        ErrorKind::MissingRequiredClaim(claim) if claim == "iss" => TokenFault::Issuer,
        ErrorKind::MissingRequiredClaim(claim) => TokenFault::Claim(claim.clone()),
        ErrorKind::InvalidSignature => TokenFault::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenFault::Algorithm,
        _ => TokenFault::Malformed,
    }
}

/// A token for one user, signed with the shared secret.
///
/// # Errors
/// When it cannot be signed.
pub fn mint(
    rules: &Rules,
    secret: &Secret,
    claims: &Claims,
    now: SystemTime,
    lasts: Duration,
) -> Result<String, jsonwebtoken::errors::Error> {
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut body: BTreeMap<&str, Value> = BTreeMap::from([
        ("iat", seconds(now).into()),
        ("exp", seconds(now + lasts).into()),
        (rules.user_claim.as_str(), claims.user.clone().into()),
        (rules.plan_claim.as_str(), claims.plan.clone().into()),
    ]);
    if let Some(room) = &claims.room {
        body.insert(&rules.room_claim, room.clone().into());
    }
    if let Some(audience) = &rules.audience {
        body.insert("aud", audience.clone().into());
    }
    if let Some(issuer) = &rules.issuer {
        body.insert("iss", issuer.clone().into());
    }
    let key = EncodingKey::from_secret(secret.reveal().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &body, &key)
}
