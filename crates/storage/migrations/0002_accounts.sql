-- How people and operators prove who they are, and what opens doors for them. Codes and tokens are kept as keyed hashes only.

CREATE TABLE claim_codes (
    person_id  BLOB    NOT NULL PRIMARY KEY REFERENCES persons (id),
    code_hash  BLOB    NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    failures   INTEGER NOT NULL DEFAULT 0,
    wait_until INTEGER NOT NULL DEFAULT 0,
    used_at    INTEGER
) STRICT;

CREATE TABLE accounts (
    person_id   BLOB    NOT NULL PRIMARY KEY REFERENCES persons (id),
    pin_salt    BLOB    NOT NULL,
    pin_hash    BLOB    NOT NULL,
    -- Ed25519: signs consents and door codes. Made in the person's browser.
    signing_key BLOB    NOT NULL UNIQUE,
    -- X25519: what gates seal records about this person to.
    record_key  BLOB    NOT NULL,
    claimed_at  INTEGER NOT NULL,
    failures    INTEGER NOT NULL DEFAULT 0,
    wait_until  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE person_sessions (
    token_hash BLOB    NOT NULL PRIMARY KEY,
    person_id  BLOB    NOT NULL REFERENCES persons (id),
    begun_at   INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE operators (
    id           BLOB    NOT NULL PRIMARY KEY,
    display_name TEXT    NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE operator_links (
    code_hash   BLOB    NOT NULL PRIMARY KEY,
    operator_id BLOB    NOT NULL REFERENCES operators (id),
    made_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;

CREATE TABLE operator_sessions (
    token_hash  BLOB    NOT NULL PRIMARY KEY,
    operator_id BLOB    NOT NULL REFERENCES operators (id),
    begun_at    INTEGER NOT NULL,
    ends_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE credentials (
    id        BLOB    NOT NULL PRIMARY KEY,
    person_id BLOB    NOT NULL REFERENCES persons (id),
    lane      TEXT    NOT NULL CHECK (lane IN ('qr', 'pin')),
    -- A door PIN's verifier under the pepper; empty for a QR, whose key is the account's.
    sealed    BLOB    NOT NULL,
    began_at  INTEGER NOT NULL,
    ended_at  INTEGER
) STRICT;

CREATE UNIQUE INDEX credentials_one_live ON credentials (person_id, lane) WHERE ended_at IS NULL;
