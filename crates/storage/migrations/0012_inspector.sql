-- An inspector's entrance: asked for by one operator, granted by another, for a few days, and what was drawn as a sample meanwhile.
CREATE TABLE inspections (
    id         BLOB    NOT NULL PRIMARY KEY,
    authority  TEXT    NOT NULL,
    -- As the operator wrote it.
    inspector  TEXT    NOT NULL,
    -- Why, or the number of the order.
    reason     TEXT    NOT NULL,
    begins_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    asked_at   INTEGER NOT NULL,
    asked_by   BLOB    NOT NULL REFERENCES operators (id),
    granted_at INTEGER,
    granted_by BLOB    REFERENCES operators (id),
    ended_at   INTEGER,
    ended_by   BLOB    REFERENCES operators (id),
    CHECK (granted_by IS NULL OR granted_by <> asked_by)
) STRICT;

CREATE TABLE inspection_links (
    code_hash     BLOB    NOT NULL PRIMARY KEY,
    inspection_id BLOB    NOT NULL UNIQUE REFERENCES inspections (id),
    used_at       INTEGER
) STRICT;

CREATE TABLE inspection_sessions (
    token_hash    BLOB    NOT NULL PRIMARY KEY,
    inspection_id BLOB    NOT NULL REFERENCES inspections (id),
    begun_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE inspection_samples (
    id            BLOB    NOT NULL PRIMARY KEY,
    inspection_id BLOB    NOT NULL REFERENCES inspections (id),
    -- Promised by its hash, with the list's, in a leaf before anything is drawn.
    nonce         BLOB    NOT NULL,
    -- Ids of all consents that were ever signed, one after another, as they stood then.
    listed        BLOB    NOT NULL,
    promised_at   INTEGER NOT NULL,
    -- The inspector's own word, which the server did not know when it promised.
    word          TEXT,
    drawn_at      INTEGER
) STRICT;
