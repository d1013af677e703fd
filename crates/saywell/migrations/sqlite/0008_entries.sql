-- Each row has a name of its own, so that what is written twice, after a failure or by the next start, is there once.
ALTER TABLE tts_calls ADD COLUMN entry TEXT;
CREATE UNIQUE INDEX tts_calls_entry ON tts_calls (entry);
ALTER TABLE tts_usage ADD COLUMN entry TEXT;
CREATE UNIQUE INDEX tts_usage_entry ON tts_usage (entry);
