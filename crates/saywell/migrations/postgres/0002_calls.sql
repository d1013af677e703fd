-- Every call to a provider, and what it cost. Times are milliseconds since 1970-01-01 UTC. No text of replies.
CREATE TABLE tts_calls (
    id              BIGINT           PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at              BIGINT           NOT NULL,
    provider        TEXT             NOT NULL,
    model           TEXT             NOT NULL,
    voice           TEXT             NOT NULL,
    "user"          TEXT,
    room            TEXT,
    message_id      TEXT,
    rendition       TEXT,
    characters      BIGINT           NOT NULL CHECK (characters >= 0),
    seconds         DOUBLE PRECISION NOT NULL CHECK (seconds >= 0),
    first_sound_ms  DOUBLE PRECISION,
    took_ms         DOUBLE PRECISION NOT NULL,
    outcome         TEXT             NOT NULL CHECK (outcome IN ('spoken', 'failed', 'cancelled')),
    -- 0 for free calls; none for calls that have no price.
    cost            DOUBLE PRECISION,
    currency        TEXT             NOT NULL DEFAULT ''
);

CREATE INDEX tts_calls_time ON tts_calls (at);
