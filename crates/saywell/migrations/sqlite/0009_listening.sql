-- How replies were listened to, summed up by day as it is told; days are counted from 1970-01-01 UTC. Nothing of a text, of a
-- message or of who listened.
CREATE TABLE tts_listening (
    day      INTEGER NOT NULL,
    room     TEXT    NOT NULL,
    provider TEXT    NOT NULL,
    voice    TEXT    NOT NULL,
    what     TEXT    NOT NULL CHECK (what IN ('started', 'quarter', 'finished', 'stopped', 'failed')),
    -- Which quarter, or at which percent of the reply it was stopped or failed, in steps of five; else 0.
    part     INTEGER NOT NULL,
    figures  INTEGER NOT NULL,
    -- Of what was finished, stopped or failed: how much was heard.
    seconds  REAL    NOT NULL,
    PRIMARY KEY (day, room, provider, voice, what, part)
) WITHOUT ROWID;
