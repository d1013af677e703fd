-- How many requests a row stands for: none where it is the rest of one that another gateway had begun, which has its own row.
ALTER TABLE tts_usage ADD COLUMN requests INTEGER NOT NULL DEFAULT 1 CHECK (requests IN (0, 1));
