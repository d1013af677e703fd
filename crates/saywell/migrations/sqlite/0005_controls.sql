-- What an operator steers at run time, in one row, and who steered what. Times are milliseconds since 1970-01-01 UTC.
CREATE TABLE tts_controls (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    -- Grows with every change; whoever changes says which one they saw.
    revision INTEGER NOT NULL CHECK (revision > 0),
    -- JSON.
    state    TEXT    NOT NULL
);

CREATE TABLE tts_audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    -- JSON, without secrets and without texts of replies.
    details TEXT    NOT NULL
);
