-- API keys. Of the key itself there is only its SHA-256. Times are milliseconds since 1970-01-01 UTC.
CREATE TABLE tts_keys (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    speak      INTEGER NOT NULL CHECK (speak IN (0, 1)),
    admin      INTEGER NOT NULL CHECK (admin IN (0, 1)),
    -- As JSON: what the key may use in all.
    limits     TEXT    NOT NULL DEFAULT '{}',
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
);
