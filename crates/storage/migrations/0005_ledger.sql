-- The site's ledger: whose key signs it, and where in it each leaf of a gate's journal lies.
CREATE TABLE ledger (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    key TEXT    NOT NULL
) STRICT;

ALTER TABLE frames ADD COLUMN place INTEGER;

CREATE UNIQUE INDEX frames_by_place ON frames (place);

CREATE INDEX frames_without_place ON frames (received_at, gate_id, sequence) WHERE place IS NULL;
