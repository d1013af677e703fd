//! Bringing storage and index into agreement after a process was killed.
//!
//! The storage is gone through in 256 parts a kind, by the first two digits of the key, so that
//! neither memory nor a burst of work grows with the cache. Everything here may run while others
//! read, write, sweep and repair.

use super::object::{Found, row};
use super::{Cache, CacheError};
use crate::key::{Key, KeyKind};
use crate::store::{IndexedRow, Row, Selection};
use object_store::ObjectMeta;
use object_store::path::Path;
use std::collections::HashMap;
use std::time::SystemTime;

/// What a repair changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RepairReport {
    /// Rows whose objects were gone.
    pub rows_removed: u64,
    /// Whole entries that had no row and got one.
    pub entries_indexed: u64,
    /// Objects that belonged to no entry, and unfinished files.
    pub orphans_removed: u64,
    /// Objects that belong to no entry but may yet come to; a later repair sees to them.
    pub too_young: u64,
    /// What those take.
    pub young_bytes: u64,
}

impl RepairReport {
    /// How many things were changed.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.rows_removed + self.entries_indexed + self.orphans_removed
    }
}

impl Cache {
    /// Removes rows without objects, gives whole entries without a row one (or removes them when
    /// they have expired), and removes what belongs to no entry and is older than the grace.
    pub async fn repair(&self) -> Result<RepairReport, CacheError> {
        let mut report = RepairReport::default();
        for kind in KeyKind::ALL {
            for part in 0..=u8::MAX {
                self.repair_part(kind, &format!("{part:02x}"), &mut report).await?;
            }
        }
        self.shared.used.set_indexed(self.shared.index.stored_bytes().await?);
        self.shared.used.set_stray(report.young_bytes);
        Ok(report)
    }

    async fn repair_part(
        &self,
        kind: KeyKind,
        part: &str,
        report: &mut RepairReport,
    ) -> Result<(), CacheError> {
        let shared = &*self.shared;
        let now = shared.clock.now();
        let before = now.checked_sub(shared.settings.grace).unwrap_or(SystemTime::UNIX_EPOCH);

        let staged = shared.objects.remove_staged(kind, part, before).await?;
        report.orphans_removed += staged.removed;
        report.too_young += staged.young;
        report.young_bytes += staged.young_bytes;

        // Rows first, objects second: an entry's objects are written before its row, so a row that
        // was seen and whose objects are not there has really lost them.
        let rows = shared.index.with_prefix(kind, part).await?;
        let mut rows: HashMap<Key, IndexedRow> = rows.into_iter().map(|row| (row.row.key, row)).collect();
        let mut orphans = Vec::new();
        for (key, found) in shared.objects.list(kind, part).await? {
            let indexed = rows.remove(&key);
            if indexed.as_ref().is_some_and(|indexed| agree(&indexed.row, &found)) {
                continue;
            }
            // Something is not as it should be: the notes decide.
            let (kept, others) = self.judge(&key, found).await?;
            match kept {
                Some(row) if row.expires_at > now => {
                    report.entries_indexed += u64::from(self.index(&row, indexed).await?);
                }
                kept => {
                    if let Some(indexed) = indexed {
                        report.rows_removed += self.forget(&indexed).await?;
                    }
                    if let Some(expired) = kept {
                        orphans.push(shared.objects.notes_path(kind, &key));
                        orphans.push(Path::from(expired.path));
                    }
                }
            }
            for object in others {
                if SystemTime::from(object.last_modified) <= before {
                    orphans.push(object.location);
                } else {
                    report.too_young += 1;
                    report.young_bytes += object.size;
                }
            }
        }
        for indexed in rows.into_values() {
            report.rows_removed += self.forget(&indexed).await?;
        }
        report.orphans_removed += orphans.len() as u64;
        shared.objects.remove(orphans).await
    }

    /// Tells which row the objects of one key deserve, if they are a whole entry, and which objects
    /// are none of it.
    async fn judge(&self, key: &Key, found: Found) -> Result<(Option<Row>, Vec<ObjectMeta>), CacheError> {
        let Found { notes, mut sounds } = found;
        let Some(notes) = notes else { return Ok((None, sounds)) };
        if let Some((header, path)) = self.shared.objects.header(key, &notes.location).await? {
            let place =
                sounds.iter().position(|sound| sound.location == path && sound.size == header.sound_bytes);
            if let Some(place) = place {
                sounds.swap_remove(place);
                return Ok((Some(row(*key, &header, &path, notes.size + header.sound_bytes)), sounds));
            }
        }
        sounds.push(notes);
        Ok((None, sounds))
    }

    /// Gives a whole entry its row, in place of the wrong one it had.
    async fn index(&self, row: &Row, wrong: Option<IndexedRow>) -> Result<bool, CacheError> {
        if let Some(wrong) = wrong {
            self.forget(&wrong).await?;
        }
        let added = self.shared.index.put_if_absent(row).await?;
        if added {
            self.shared.used.add(row.size_bytes);
        }
        Ok(added)
    }

    /// Removes this version of a row from the index; a newer one stays.
    async fn forget(&self, indexed: &IndexedRow) -> Result<u64, CacheError> {
        let removed = self.shared.index.take(&Selection::Id(indexed.id), 1).await?;
        for row in &removed {
            self.shared.used.subtract(row.row.size_bytes);
        }
        Ok(removed.len() as u64)
    }
}

/// Whether the objects are what the row says, as far as can be told from names and sizes.
fn agree(row: &Row, found: &Found) -> bool {
    let [sound] = found.sounds.as_slice() else { return false };
    let Some(notes) = &found.notes else { return false };
    sound.location.as_ref() == row.path && sound.size.saturating_add(notes.size) == row.size_bytes
}
