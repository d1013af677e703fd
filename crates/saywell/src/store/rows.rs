//! What rows are read and written with, whichever the database: each record says once which columns it has.

use std::str::FromStr;
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use sqlx::{ColumnIndex, Database, Decode, Encode, Result, Row, Type};

use crate::clock::from_millis;

/// The columns of a row by name. Reading fails where there is none of that name, or it holds something else; but SQLite
/// gives zero for an integer that is missing, so one that may be is read as `maybe_integer` or `maybe_time`.
pub(super) trait Columns: Row {
    fn integer(&self, column: &str) -> Result<i64>;
    fn maybe_integer(&self, column: &str) -> Result<Option<i64>>;
    fn real(&self, column: &str) -> Result<f64>;
    fn maybe_real(&self, column: &str) -> Result<Option<f64>>;
    fn flag(&self, column: &str) -> Result<bool>;
    fn text(&self, column: &str) -> Result<String>;

    /// A count, which databases have as a signed number.
    fn unsigned(&self, column: &str) -> Result<u64> {
        u64::try_from(self.integer(column)?).map_err(|error| undecodable(column, error))
    }

    /// A time, written as [`to_millis`](crate::clock::to_millis) does.
    fn time(&self, column: &str) -> Result<SystemTime> {
        self.integer(column).map(from_millis)
    }

    fn maybe_time(&self, column: &str) -> Result<Option<SystemTime>> {
        Ok(self.maybe_integer(column)?.map(from_millis))
    }

    /// A text that stands for something.
    fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(&self, column: &str) -> Result<T> {
        self.text(column)?.parse().map_err(|error| undecodable(column, error))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.text(column)?).map_err(|error| undecodable(column, error))
    }
}

impl<R: Row> Columns for R
where
    for<'c> &'c str: ColumnIndex<R>,
    i64: Value<R::Database>,
    f64: Value<R::Database>,
    bool: Value<R::Database>,
    String: Value<R::Database>,
{
    fn integer(&self, column: &str) -> Result<i64> {
        self.try_get(column)
    }

    fn maybe_integer(&self, column: &str) -> Result<Option<i64>> {
        self.try_get(column)
    }

    fn real(&self, column: &str) -> Result<f64> {
        self.try_get(column)
    }

    fn maybe_real(&self, column: &str) -> Result<Option<f64>> {
        self.try_get(column)
    }

    fn flag(&self, column: &str) -> Result<bool> {
        self.try_get(column)
    }

    fn text(&self, column: &str) -> Result<String> {
        self.try_get(column)
    }
}

/// A table that rows are added to, and its columns by name: rows are objects of JSON that have these, so that none can
/// take the place of another.
pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Holds)],
}

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    Text,
    Integer,
    Real,
}

impl Table {
    /// One statement for any number of rows, which SQLite takes as an array in its only parameter. What is there already, by
    /// its `entry`, stays as it is.
    pub(super) fn sqlite(&self) -> String {
        let values = self.columns.iter().map(|(name, _)| format!("value ->> '{name}'"));
        let (name, columns, values) = (self.name, self.names(), values.collect::<Vec<_>>().join(", "));
        format!(
            "INSERT INTO {name} ({columns}) SELECT {values} FROM json_each(?1) WHERE true
             ON CONFLICT (entry) DO NOTHING"
        )
    }

    /// As [`sqlite`](Self::sqlite), for PostgreSQL.
    pub(super) fn postgres(&self) -> String {
        let typed = self.columns.iter().map(|(name, of)| {
            let of = match of {
                Holds::Text => "text",
                Holds::Integer => "bigint",
                Holds::Real => "float8",
            };
            format!("\"{name}\" {of}")
        });
        let (name, columns, typed) = (self.name, self.names(), typed.collect::<Vec<_>>().join(", "));
        format!(
            "INSERT INTO {name} ({columns}) SELECT {columns} FROM jsonb_to_recordset($1::jsonb) AS row ({typed})
             ON CONFLICT (entry) DO NOTHING"
        )
    }

    /// Whether a row has just these columns: another would be passed over without a word, and one that is missing be nothing.
    pub(super) fn fits(&self, row: &serde_json::Value) -> bool {
        row.as_object().is_some_and(|row| {
            row.len() == self.columns.len() && self.columns.iter().all(|(name, _)| row.contains_key(*name))
        })
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    }
}

/// The name under which what has this number is a row.
pub(super) fn entry(id: u64) -> String {
    format!("{id:016x}")
}

/// What a database can be given and gives back.
pub(super) trait Value<D: Database>: for<'q> Encode<'q, D> + for<'r> Decode<'r, D> + Type<D> {}

impl<D: Database, T: for<'q> Encode<'q, D> + for<'r> Decode<'r, D> + Type<D>> Value<D> for T {}

/// What a column holds is not what it should.
pub(super) fn undecodable(
    column: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyKind;
    use sqlx::{Connection as _, SqliteConnection};

    #[tokio::test]
    async fn what_is_not_as_it_should_be_is_named() {
        let mut database = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let query = sqlx::query("SELECT -1 AS entries, 'song' AS kind, '{' AS limits, NULL AS expires_at");
        let row = query.fetch_one(&mut database).await.unwrap();
        let faults = [
            row.unsigned("entries").map(drop),
            row.parsed::<KeyKind>("kind").map(drop),
            row.json::<serde_json::Value>("limits").map(drop),
        ];
        for (fault, column) in faults.into_iter().zip(["entries", "kind", "limits"]) {
            let named = matches!(&fault, Err(sqlx::Error::ColumnDecode { index, .. }) if index == column);
            assert!(named, "{column}: {fault:?}");
        }
        assert!(matches!(row.text("voice"), Err(sqlx::Error::ColumnNotFound(_))));
        assert_eq!(row.maybe_time("expires_at").unwrap(), None);
    }
}
