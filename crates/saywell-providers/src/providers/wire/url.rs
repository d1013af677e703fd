//! The address of a service.

use serde::Deserialize;

/// Where a service is: an address over HTTP, without a `/` at its end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "String")]
pub struct BaseUrl(String);

impl BaseUrl {
    /// An address that is part of this program, such as the one a cloud has.
    #[must_use]
    pub fn known(address: &'static str) -> Self {
        Self(address.to_owned())
    }

    /// The address of `path`, which begins with `/`.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = &'static str;

    fn try_from(address: String) -> Result<Self, Self::Error> {
        const WANTED: &str =
            "must be an address such as https://host/path, without a key, a query or a password";
        // An upgrade to WebSocket begins as a request like any other.
        let address = address.trim().trim_end_matches('/');
        let address = match address.split_once("://") {
            Some(("ws", rest)) => format!("http://{rest}"),
            Some(("wss", rest)) => format!("https://{rest}"),
            _ => address.to_owned(),
        };
        let url = reqwest::Url::parse(&address).map_err(|_| WANTED)?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if matches!(url.scheme(), "http" | "https") && url.has_host() && plain {
            Ok(Self(address))
        } else {
            Err(WANTED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged() {
        for (given, kept) in [
            ("https://host/v1/", Some("https://host/v1")),
            (" http://127.0.0.1:80 ", Some("http://127.0.0.1:80")),
            ("wss://host/v1", Some("https://host/v1")),
            ("host:80", None),
            ("ftp://host", None),
            ("https://ann:secret@host", None),
            ("https://host?key=1", None),
            ("", None),
        ] {
            let url = BaseUrl::try_from(given.to_owned());
            assert_eq!(url.as_ref().map(BaseUrl::as_str).ok(), kept, "{given}");
        }
    }
}
