-- The site, its doors and gates, and the people who live behind them.
-- Every instant is INTEGER microseconds since 1970 UTC; every id is 16 bytes, a gate's id its registry number.

CREATE TABLE site (
    one          INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    id           BLOB    NOT NULL,
    name_zh      TEXT    NOT NULL,
    name_en      TEXT    NOT NULL,
    operator_zh  TEXT    NOT NULL,
    operator_en  TEXT    NOT NULL,
    contact_zh   TEXT    NOT NULL,
    contact_en   TEXT    NOT NULL,
    complaints_zh TEXT   NOT NULL,
    complaints_en TEXT   NOT NULL,
    time_zone    TEXT    NOT NULL,
    public_key   BLOB    NOT NULL,
    evidence_key BLOB    NOT NULL,
    -- Grows with every change that a gate must learn of.
    epoch        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE doors (
    id              BLOB    NOT NULL PRIMARY KEY,
    number          INTEGER NOT NULL UNIQUE,
    name_zh         TEXT    NOT NULL,
    name_en         TEXT    NOT NULL,
    -- What kind of place it belongs to and what its camera looks at, in the rulebook's words.
    place           TEXT    NOT NULL,
    area            TEXT    NOT NULL,
    camera          INTEGER NOT NULL,
    sign            INTEGER NOT NULL,
    public_security INTEGER NOT NULL,
    -- Choices separated by '|', lanes asked together by '+'.
    ways            TEXT    NOT NULL,
    open_ms         INTEGER NOT NULL,
    distance_max_mm INTEGER NOT NULL,
    zone_left       INTEGER NOT NULL,
    zone_top        INTEGER NOT NULL,
    zone_right      INTEGER NOT NULL,
    zone_bottom     INTEGER NOT NULL,
    -- 'passive' or 'challenge'.
    liveness        TEXT    NOT NULL,
    saved_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE gates (
    id               INTEGER NOT NULL PRIMARY KEY,
    door_id          BLOB    NOT NULL REFERENCES doors (id),
    claim_code_hash  BLOB    UNIQUE,
    claim_expires_at INTEGER,
    device_key       BLOB    UNIQUE,
    pack             BLOB,
    demo             INTEGER NOT NULL DEFAULT 0,
    claimed_at       INTEGER,
    last_sequence    INTEGER NOT NULL DEFAULT 0,
    last_seen_at     INTEGER,
    -- The longest journal that the gate has shown, which may be longer than what it has uploaded.
    head_size        INTEGER NOT NULL DEFAULT 0,
    head_hash        BLOB    NOT NULL,
    -- Leaves held durably here, and the hash of the last one.
    leaves           INTEGER NOT NULL DEFAULT 0,
    leaf_hash        BLOB    NOT NULL,
    forked_at        INTEGER
) STRICT;

CREATE TABLE gate_alarms (
    gate_id  INTEGER NOT NULL REFERENCES gates (id),
    code     TEXT    NOT NULL,
    since    INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (gate_id, code, since)
) STRICT;

CREATE TABLE households (
    id   BLOB NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE persons (
    id                 BLOB    NOT NULL PRIMARY KEY,
    household_id       BLOB    NOT NULL REFERENCES households (id),
    login              TEXT    NOT NULL UNIQUE,
    -- For the operator's desk; it never leaves the server.
    display_name       TEXT    NOT NULL,
    -- The only thing kept about age.
    under_guardian_age INTEGER NOT NULL CHECK (under_guardian_age IN (0, 1)),
    created_at         INTEGER NOT NULL
) STRICT;

CREATE INDEX persons_by_household ON persons (household_id);
