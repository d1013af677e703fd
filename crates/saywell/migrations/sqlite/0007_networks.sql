-- Which network a request came from, where limits count networks: sealed anew each month with the signing key, so that
-- nobody without it can tell the address. Limits are counted from it after a restart.
ALTER TABLE tts_usage ADD COLUMN network TEXT NOT NULL DEFAULT '';
