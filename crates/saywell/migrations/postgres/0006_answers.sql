-- How requests for speech were answered, summed up by day; days are counted from 1970-01-01 UTC.
CREATE TABLE tts_usage_answers (
    day            BIGINT NOT NULL,
    cache          TEXT   NOT NULL,
    error          TEXT   NOT NULL,
    -- Rounded: to the millisecond below one second, to ten below ten seconds, else to a hundred. -1 without sound.
    first_sound_ms BIGINT NOT NULL,
    requests       BIGINT NOT NULL,
    PRIMARY KEY (day, cache, error, first_sound_ms)
);

INSERT INTO tts_usage_answers
SELECT at / 86400000, cache, error,
    CASE WHEN first_sound_ms IS NULL THEN -1
         WHEN first_sound_ms < 1000 THEN CAST(round(first_sound_ms) AS BIGINT)
         WHEN first_sound_ms < 10000 THEN CAST(round(first_sound_ms / 10) AS BIGINT) * 10
         ELSE CAST(round(first_sound_ms / 100) AS BIGINT) * 100 END,
    count(*)
FROM tts_usage WHERE rolled GROUP BY 1, 2, 3, 4;
