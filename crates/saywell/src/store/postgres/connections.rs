//! Connections to the database: a gateway's own, or through a pooler that has each transaction on whichever connection is free.
//!
//! Behind a pooler nothing may outlast its transaction: every statement is in one, has no name, and brings its bounds along.

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::error::BoxDynError;
use sqlx::postgres::{
    PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo,
};
use sqlx::{Either, Execute, Executor, Postgres, SqlStr};

use super::{ACQUIRE_TIMEOUT, CONNECTIONS};

/// How long the database may take for a statement before it gives up on it.
const STATEMENT_TIMEOUT: &str = "SET statement_timeout = '10s'";
const BEGIN_POOLED: &str = "BEGIN; SET LOCAL statement_timeout = '10s'";

/// Connections to one database. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct PgConnections {
    pool: PgPool,
    pooled: bool,
}

/// A transaction; what it did is undone unless it is committed.
#[derive(Debug)]
pub(super) struct Transaction {
    begun: sqlx::Transaction<'static, Postgres>,
    pooled: bool,
}

/// A statement that is not kept under a name.
struct Unnamed<E>(E);

/// Takes what says that a pooler is in between out of an address.
pub(super) fn without_pooler(url: &str) -> (String, bool) {
    let Some((address, query)) = url.split_once('?') else { return (url.to_owned(), false) };
    let (of_pooler, rest): (Vec<_>, Vec<_>) =
        query.split('&').partition(|pair| pair.split('=').next() == Some("pgbouncer"));
    let pooled = of_pooler.iter().any(|pair| *pair != "pgbouncer=false");
    (if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) }, pooled)
}

/// How a connection through a pooler differs: it keeps no statements, and asks for nothing that poolers do not know.
pub(super) fn through_pooler(options: PgConnectOptions) -> PgConnectOptions {
    options.statement_cache_capacity(0).extra_float_digits(None)
}

impl PgConnections {
    pub(super) async fn open(options: PgConnectOptions, pooled: bool) -> sqlx::Result<Self> {
        let mut pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT);
        if !pooled {
            pool = pool.after_connect(|connection, _| {
                Box::pin(async move { sqlx::query(STATEMENT_TIMEOUT).execute(connection).await.map(drop) })
            });
        }
        Ok(Self { pool: pool.connect_with(options).await?, pooled })
    }

    pub(super) async fn begin(&self) -> sqlx::Result<Transaction> {
        let begun =
            if self.pooled { self.pool.begin_with(BEGIN_POOLED).await } else { self.pool.begin().await };
        Ok(Transaction { begun: begun?, pooled: self.pooled })
    }
}

impl Transaction {
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        self.begun.commit().await
    }
}

type Step = Either<PgQueryResult, PgRow>;

impl<'c> Executor<'c> for &'c mut Transaction {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if self.pooled { self.begun.fetch_many(Unnamed(query)) } else { self.begun.fetch_many(query) }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if self.pooled { self.begun.fetch_optional(Unnamed(query)) } else { self.begun.fetch_optional(query) }
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        self.begun.prepare_with(sql, parameters)
    }
}

impl<'c> Executor<'c> for &'c PgConnections {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if !self.pooled {
            return self.pool.fetch_many(query);
        }
        let all = async move {
            let mut transaction = self.begin().await?;
            let all: Vec<Step> = transaction.fetch_many(query).try_collect().await?;
            transaction.commit().await?;
            Ok(stream::iter(all.into_iter().map(Ok)))
        };
        all.try_flatten_stream().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if !self.pooled {
            return self.pool.fetch_optional(query);
        }
        let one = async move {
            let mut transaction = self.begin().await?;
            let one = transaction.fetch_optional(query).await?;
            transaction.commit().await?;
            Ok(one)
        };
        one.boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        self.pool.prepare_with(sql, parameters)
    }
}

impl<'q, E: Execute<'q, Postgres>> Execute<'q, Postgres> for Unnamed<E> {
    fn sql(self) -> SqlStr {
        self.0.sql()
    }

    fn statement(&self) -> Option<&PgStatement> {
        self.0.statement()
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        self.0.take_arguments()
    }

    fn persistent(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_whether_a_pooler_is_in_between() {
        for (url, rest, pooled) in [
            ("postgres://ann@db/x", "postgres://ann@db/x", false),
            ("postgres://ann@db/x?pgbouncer=true", "postgres://ann@db/x", true),
            ("postgres://ann@db/x?pgbouncer=false", "postgres://ann@db/x", false),
            (
                "postgres://ann@db/x?sslmode=verify-full&pgbouncer=true&sslrootcert=ca.pem",
                "postgres://ann@db/x?sslmode=verify-full&sslrootcert=ca.pem",
                true,
            ),
        ] {
            assert_eq!(without_pooler(url), (rest.to_owned(), pooled));
        }
    }
}
