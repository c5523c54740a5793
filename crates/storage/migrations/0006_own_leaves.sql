-- Leaves that the server itself writes, as writer 0, beside those of the gates.
ALTER TABLE site ADD COLUMN intake_key BLOB;

-- What the server did and has no leaf for yet; sealed to the intake key, so that nobody is named here.
CREATE TABLE trace_events (
    id     BLOB NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE frames_of_writers (
    gate_id     INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    leaf        BLOB    NOT NULL,
    record      BLOB    NOT NULL,
    received_at INTEGER NOT NULL,
    place       INTEGER,
    PRIMARY KEY (gate_id, sequence)
) STRICT;

INSERT INTO frames_of_writers (gate_id, sequence, leaf, record, received_at, place)
SELECT gate_id, sequence, leaf, record, received_at, place
FROM frames;

DROP TABLE frames;

ALTER TABLE frames_of_writers RENAME TO frames;

CREATE UNIQUE INDEX frames_by_place ON frames (place);

-- By the byte that says what kind of thing happened.
CREATE INDEX frames_by_class ON frames (gate_id, substr(leaf, 5, 1));

CREATE INDEX frames_without_place ON frames (received_at, gate_id, sequence) WHERE place IS NULL;

-- Stretches of the ledger whose tags were listed, and the server's leaf that commits to each list.
CREATE TABLE tag_lists (
    number   INTEGER NOT NULL PRIMARY KEY,
    first    INTEGER NOT NULL,
    past     INTEGER NOT NULL,
    sha256   BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    made_at  INTEGER NOT NULL
) STRICT;
