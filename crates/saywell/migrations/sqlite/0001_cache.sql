-- What sound is stored, where, and how it is used. Times are milliseconds since 1970-01-01 UTC.
-- AUTOINCREMENT: an id is never given twice, so "delete row 7" cannot hit a later row.
CREATE TABLE tts_cache (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    key_hash          TEXT    NOT NULL UNIQUE,
    kind              TEXT    NOT NULL CHECK (kind IN ('rendition', 'clip')),
    provider          TEXT    NOT NULL,
    voice             TEXT    NOT NULL,
    format            TEXT    NOT NULL,
    bytes_url_or_path TEXT    NOT NULL,
    duration_seconds  REAL    NOT NULL CHECK (duration_seconds >= 0),
    size_bytes        INTEGER NOT NULL CHECK (size_bytes >= 0),
    ttl_expires_at    INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    last_accessed_at  INTEGER NOT NULL,
    access_count      INTEGER NOT NULL DEFAULT 0 CHECK (access_count >= 0)
);

CREATE INDEX tts_cache_least_recently_used ON tts_cache (last_accessed_at, id);
CREATE INDEX tts_cache_expiry ON tts_cache (ttl_expires_at);
-- Sums the sizes without reading the rows, which every start does.
CREATE INDEX tts_cache_size ON tts_cache (size_bytes);
