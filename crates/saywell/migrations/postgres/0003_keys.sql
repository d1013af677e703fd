-- API keys. Of the key itself there is only its SHA-256. Times are milliseconds since 1970-01-01 UTC.
CREATE TABLE tts_keys (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    speak      BOOLEAN NOT NULL,
    admin      BOOLEAN NOT NULL,
    -- As JSON: what the key may use in all.
    limits     TEXT    NOT NULL DEFAULT '{}',
    created_at BIGINT  NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
