-- Every request for speech, and what became of it. Times are milliseconds since 1970-01-01 UTC. What is not known is empty.
CREATE TABLE tts_usage (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    -- Whom limits count for, such as user:ann, and the key it came by.
    subject         TEXT    NOT NULL,
    api_key         TEXT    NOT NULL,
    user            TEXT    NOT NULL,
    room            TEXT    NOT NULL,
    plan            TEXT    NOT NULL,
    message_id      TEXT    NOT NULL,
    rendition       TEXT    NOT NULL,
    provider        TEXT    NOT NULL,
    voice           TEXT    NOT NULL,
    format          TEXT    NOT NULL,
    cache           TEXT    NOT NULL CHECK (cache IN ('', 'hit', 'partial', 'miss', 'joined')),
    outcome         TEXT    NOT NULL CHECK (outcome IN ('spoken', 'refused', 'failed', 'cancelled')),
    error           TEXT    NOT NULL,
    characters      INTEGER NOT NULL CHECK (characters >= 0),
    seconds         REAL    NOT NULL CHECK (seconds >= 0),
    first_sound_ms  REAL,
    -- What providers were sent and sent back for it.
    sent_characters INTEGER NOT NULL CHECK (sent_characters >= 0),
    made_seconds    REAL    NOT NULL CHECK (made_seconds >= 0),
    cost            REAL    NOT NULL,
    currency        TEXT    NOT NULL,
    unpriced        INTEGER NOT NULL,
    -- The reply, where the operator wants it kept.
    text            TEXT,
    -- Whether it is in tts_usage_daily already.
    rolled          INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX tts_usage_time ON tts_usage (at);
CREATE INDEX tts_usage_fresh ON tts_usage (at) WHERE rolled = 0;

-- The same, summed up by day; days are counted from 1970-01-01 UTC.
CREATE TABLE tts_usage_daily (
    day             INTEGER NOT NULL,
    user            TEXT    NOT NULL,
    room            TEXT    NOT NULL,
    plan            TEXT    NOT NULL,
    provider        TEXT    NOT NULL,
    voice           TEXT    NOT NULL,
    currency        TEXT    NOT NULL,
    requests        INTEGER NOT NULL,
    cached          INTEGER NOT NULL,
    refused         INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    cancelled       INTEGER NOT NULL,
    characters      INTEGER NOT NULL,
    seconds         REAL    NOT NULL,
    sent_characters INTEGER NOT NULL,
    made_seconds    REAL    NOT NULL,
    cost            REAL    NOT NULL,
    unpriced        INTEGER NOT NULL,
    PRIMARY KEY (day, user, room, plan, provider, voice, currency)
) WITHOUT ROWID;
