-- What ends by order: destructions with their certificates, holds against the clock, holders that were lost.
ALTER TABLE gates ADD COLUMN lost_at INTEGER;
ALTER TABLE consent_gates ADD COLUMN lost_at INTEGER;

-- What the gate signed for everybody about an erasure; it names nobody.
ALTER TABLE receipts ADD COLUMN ending BLOB;

-- A purpose that ends by itself at this time: a concert, a day at a scenic spot.
ALTER TABLE purposes ADD COLUMN event_ends_at INTEGER;

CREATE TABLE destructions (
    id           BLOB    NOT NULL PRIMARY KEY,
    what         TEXT    NOT NULL CHECK (what IN ('person', 'purpose', 'event', 'site')),
    -- Emptied when it is done: the certificate names nobody.
    person_id    BLOB,
    purpose_id   BLOB,
    ordered_at   INTEGER NOT NULL,
    -- The hash of the nonce that an auditor promised before the order.
    promise      BLOB,
    destroyed_at INTEGER,
    -- What ended in these tables, in the certificate's words.
    rows_ended   TEXT,
    certificate  TEXT,
    stamp        BLOB,
    sample       TEXT
) STRICT;

CREATE UNIQUE INDEX destructions_of_person ON destructions (person_id) WHERE person_id IS NOT NULL;

-- The copies of one destruction: the leaf that made each, and the leaf that ended it.
CREATE TABLE destruction_copies (
    destruction_id BLOB    NOT NULL REFERENCES destructions (id),
    number         INTEGER NOT NULL,
    gate_id        INTEGER NOT NULL REFERENCES gates (id),
    -- None at a lost gate that never told of it.
    enrolled       INTEGER,
    -- The gate's own leaf, or the server's when the gate is lost.
    ended_writer   INTEGER NOT NULL,
    ended          INTEGER NOT NULL,
    -- What the gate signed for everybody; none when it is lost.
    ending         BLOB,
    PRIMARY KEY (destruction_id, number)
) STRICT;

-- What stays of an erased person for a court: sealed to the evidence key, which two of three holders of shares open together.
CREATE TABLE evidence (
    id         BLOB    NOT NULL PRIMARY KEY,
    sealed     BLOB    NOT NULL,
    kept_until INTEGER NOT NULL
) STRICT;

CREATE TABLE holds (
    id          BLOB    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    -- Of whom; of everybody when there is none.
    person_id   BLOB    REFERENCES persons (id),
    covers_from INTEGER NOT NULL,
    covers_to   INTEGER NOT NULL,
    begun_at    INTEGER NOT NULL,
    begun_by    BLOB    NOT NULL REFERENCES operators (id),
    ends_at     INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;

-- Who may read the ledger without being of the site: auditors and witnesses.
CREATE TABLE auditor_passes (
    token_hash BLOB    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    -- With which the auditor signs samples, as a note key.
    key        TEXT,
    made_at    INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL
) STRICT;

-- Hashes of nonces that auditors promised; each serves one destruction.
CREATE TABLE promises (
    hash    BLOB    NOT NULL PRIMARY KEY,
    auditor TEXT    NOT NULL,
    made_at INTEGER NOT NULL,
    used_by BLOB
) STRICT;
