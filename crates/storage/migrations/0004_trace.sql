-- What gates report. A leaf and its sealed record are kept for the ledger; what can be read here is kept for the passage retention only.

CREATE TABLE frames (
    gate_id     INTEGER NOT NULL REFERENCES gates (id),
    sequence    INTEGER NOT NULL,
    leaf        BLOB    NOT NULL,
    record      BLOB    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (gate_id, sequence)
) STRICT;

CREATE TABLE passages (
    gate_id   INTEGER NOT NULL REFERENCES gates (id),
    sequence  INTEGER NOT NULL,
    attempt   BLOB    NOT NULL,
    at        INTEGER NOT NULL,
    door_id   BLOB    NOT NULL REFERENCES doors (id),
    lanes     TEXT    NOT NULL,
    person_id BLOB    REFERENCES persons (id),
    opened    INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    demo      INTEGER NOT NULL,
    PRIMARY KEY (gate_id, sequence)
) STRICT;

CREATE INDEX passages_by_time ON passages (at);
CREATE INDEX passages_by_person ON passages (person_id, at);

CREATE TABLE windows (
    gate_id   INTEGER NOT NULL REFERENCES gates (id),
    sequence  INTEGER NOT NULL,
    attempt   BLOB    NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    frames    INTEGER NOT NULL,
    faces_max INTEGER NOT NULL,
    embedded  INTEGER NOT NULL,
    PRIMARY KEY (gate_id, sequence)
) STRICT;

CREATE INDEX windows_by_time ON windows (opened_at);
