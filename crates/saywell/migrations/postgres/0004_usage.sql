-- Every request for speech, and what became of it. Times are milliseconds since 1970-01-01 UTC. What is not known is empty.
CREATE TABLE tts_usage (
    id              BIGINT           PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at              BIGINT           NOT NULL,
    -- Whom limits count for, such as user:ann, and the key it came by.
    subject         TEXT             NOT NULL,
    api_key         TEXT             NOT NULL,
    "user"          TEXT             NOT NULL,
    room            TEXT             NOT NULL,
    plan            TEXT             NOT NULL,
    message_id      TEXT             NOT NULL,
    rendition       TEXT             NOT NULL,
    provider        TEXT             NOT NULL,
    voice           TEXT             NOT NULL,
    format          TEXT             NOT NULL,
    cache           TEXT             NOT NULL CHECK (cache IN ('', 'hit', 'partial', 'miss', 'joined')),
    outcome         TEXT             NOT NULL CHECK (outcome IN ('spoken', 'refused', 'failed', 'cancelled')),
    error           TEXT             NOT NULL,
    characters      BIGINT           NOT NULL CHECK (characters >= 0),
    seconds         DOUBLE PRECISION NOT NULL CHECK (seconds >= 0),
    first_sound_ms  DOUBLE PRECISION,
    -- What providers were sent and sent back for it.
    sent_characters BIGINT           NOT NULL CHECK (sent_characters >= 0),
    made_seconds    DOUBLE PRECISION NOT NULL CHECK (made_seconds >= 0),
    cost            DOUBLE PRECISION NOT NULL,
    currency        TEXT             NOT NULL,
    unpriced        BIGINT           NOT NULL,
    -- The reply, where the operator wants it kept.
    text            TEXT,
    -- Whether it is in tts_usage_daily already.
    rolled          BOOLEAN          NOT NULL DEFAULT FALSE
);

CREATE INDEX tts_usage_time ON tts_usage (at);
CREATE INDEX tts_usage_fresh ON tts_usage (at) WHERE NOT rolled;

-- The same, summed up by day; days are counted from 1970-01-01 UTC.
CREATE TABLE tts_usage_daily (
    day             BIGINT           NOT NULL,
    "user"          TEXT             NOT NULL,
    room            TEXT             NOT NULL,
    plan            TEXT             NOT NULL,
    provider        TEXT             NOT NULL,
    voice           TEXT             NOT NULL,
    currency        TEXT             NOT NULL,
    requests        BIGINT           NOT NULL,
    cached          BIGINT           NOT NULL,
    refused         BIGINT           NOT NULL,
    failed          BIGINT           NOT NULL,
    cancelled       BIGINT           NOT NULL,
    characters      BIGINT           NOT NULL,
    seconds         DOUBLE PRECISION NOT NULL,
    sent_characters BIGINT           NOT NULL,
    made_seconds    DOUBLE PRECISION NOT NULL,
    cost            DOUBLE PRECISION NOT NULL,
    unpriced        BIGINT           NOT NULL,
    PRIMARY KEY (day, "user", room, plan, provider, voice, currency)
);
