//! What each concern gets of the settings.

use super::Settings;
use crate::redis_client::{Address, AddressError};
use crate::{cache, identity, limits, providers};

impl Settings {
    /// How callers say who they are.
    #[must_use]
    pub fn identity(&self) -> identity::Settings {
        identity::Settings {
            auth: self.auth.clone(),
            tokens: self.jwt.clone(),
            token_secret: self.jwt_secret.clone(),
            published_keys: self.jwt_jwks_url.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            origins: self.cors_origins.clone(),
            public_url: self.public_url.clone(),
            key_cache: self.key_cache,
            user_case: self.user_case,
        }
    }

    /// What this gateway is called among others.
    #[must_use]
    pub fn instance_name(&self) -> String {
        let of_machine = || {
            let kernels = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
            kernels.or_else(|| std::env::var("HOSTNAME").ok()).map(|name| name.trim().to_owned())
        };
        let named = self.instance.clone().or_else(of_machine).filter(|name| !name.is_empty());
        named.unwrap_or_else(|| "gateway".into())
    }

    /// Where Redis is, if gateways share anything.
    ///
    /// # Errors
    /// [`AddressError`], when the authorities that are named for it cannot be read.
    pub fn redis(&self) -> Result<Option<Address>, AddressError> {
        let Some(url) = &self.redis_url else { return Ok(None) };
        let address = Address::parse(url.reveal())?;
        match &self.redis_ca_file {
            Some(file) => address.with_authorities(file).map(Some),
            None => Ok(Some(address)),
        }
    }

    /// What gateways with one Redis do not share by these settings, in words; `None` where nothing is missing, or there is no
    /// Redis.
    #[must_use]
    pub fn not_shared(&self) -> Option<String> {
        self.redis_url.as_ref()?;
        let starts_with = |setting: &Option<String>, schemes: &[&str]| {
            setting.as_deref().is_some_and(|url| schemes.iter().any(|scheme| url.starts_with(scheme)))
        };
        let missing = [
            (self.signing_key.is_none()).then_some(
                "TTS_SIGNING_KEY is not: links and sessions of one gateway are refused by the others",
            ),
            (!starts_with(&self.database_url, &["postgres"])).then_some(
                "DATABASE_URL names no PostgreSQL: keys, controls, usage and the index of the cache are each gateway's own",
            ),
            (!starts_with(&self.storage_url, &["s3:", "gs:", "az:"])).then_some(
                "TTS_STORAGE_URL names no bucket: unless all have the same folder, what one has bought another buys again",
            ),
        ];
        let missing: Vec<_> = missing.into_iter().flatten().collect();
        (!missing.is_empty()).then(|| missing.join("; "))
    }

    /// What limits are in force, in this process alone.
    #[must_use]
    pub fn limits(&self) -> limits::Settings {
        limits::Settings {
            enabled: self.enabled,
            plans: self.plans.clone(),
            max_flights: self.max_flights,
            max_seconds: self.max_seconds,
            count_cached: self.count_cached,
            redis: None,
            without_redis: self.without_redis,
        }
    }

    /// Whom to ask for speech, and with what.
    #[must_use]
    pub fn providers(&self) -> providers::Settings {
        providers::Settings {
            options: self.providers.clone(),
            inside: providers::Inside {
                threads: self.local_threads,
                queue_longest: self.queue_longest,
                max_flights: self.max_flights,
                data_dir: self.data_dir.clone(),
            },
        }
    }

    /// How the cache behaves.
    #[must_use]
    pub fn cache(&self) -> cache::Settings {
        cache::Settings {
            ttl: self.cache_ttl,
            max_bytes: self.cache_max_bytes,
            memory_bytes: self.cache_memory_bytes,
            ..cache::Settings::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concerns_ship_with_the_defaults_of_the_table() {
        assert_eq!(
            format!("{:?}", Settings::default().limits()),
            format!("{:?}", limits::Settings::default())
        );
        assert_eq!(
            format!("{:?}", Settings::default().providers()),
            format!("{:?}", providers::Settings::default())
        );
    }
}
