-- What each gate signed last about its journal, for monitors.
ALTER TABLE gates ADD COLUMN seal BLOB;

ALTER TABLE gates ADD COLUMN sealed_at INTEGER;
