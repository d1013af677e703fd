-- By how much the sound of a voice is raised, or lowered, in dB: as measured when it was heard, so that what is made anew is
-- as loud as before, whoever makes it.
CREATE TABLE tts_voice_levels (
    provider TEXT             NOT NULL,
    model    TEXT             NOT NULL,
    voice    TEXT             NOT NULL,
    gain_db  REAL             NOT NULL,
    PRIMARY KEY (provider, model, voice)
) WITHOUT ROWID;
