//! The steps to today's tables: files such as `0001_cache.sql`, of which none that was released changes any more.

use rust_embed::RustEmbed;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

/// What brings a database to the tables of these files. `sqlx::migrate!` would do, and compiles every driver once more for
/// the compiler.
pub(super) fn migrator<Files: RustEmbed>() -> Migrator {
    let steps = Files::iter().filter_map(|file| {
        let (number, name) = file.strip_suffix(".sql")?.split_once('_')?;
        let sql = String::from_utf8(Files::get(&file)?.data.into_owned()).ok()?;
        let (number, name) = (number.parse().ok()?, name.replace('_', " "));
        let sql = AssertSqlSafe(sql).into_sql_str();
        Some(Migration::new(number, name.into(), MigrationType::Simple, sql, false))
    });
    Migrator::with_migrations(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::super::{postgres, sqlite};
    use super::*;
    use std::path::Path;

    #[tokio::test]
    async fn a_database_knows_them_as_it_did_before() {
        for (here, folder) in [(&*sqlite::MIGRATIONS, "sqlite"), (&*postgres::MIGRATIONS, "postgres")] {
            let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let there = Migrator::new(there).await.unwrap();
            let known = |steps: &Migrator| -> Vec<_> {
                let step = |step: &Migration| (step.version, step.description.clone(), step.checksum.clone());
                steps.iter().map(step).collect()
            };
            assert!(here.iter().count() > 9);
            assert_eq!(known(here), known(&there));
        }
    }
}
