-- What stands at a door for everybody: the opinion behind an open search; and stops of faces, which everybody is told of.
ALTER TABLE doors ADD COLUMN opinion_hash TEXT;
ALTER TABLE doors ADD COLUMN opinion_author TEXT;
ALTER TABLE doors ADD COLUMN opinion_given_at INTEGER;

-- A stop is no erasure: templates stay, and nothing is enrolled or compared in its scope until it is lifted.
CREATE TABLE stops (
    id         BLOB    NOT NULL PRIMARY KEY,
    -- Exactly one of the two, or neither for the whole site.
    what       TEXT    NOT NULL CHECK (what IN ('person', 'purpose', 'site')),
    person_id  BLOB    REFERENCES persons (id),
    purpose_id BLOB    REFERENCES purposes (id),
    begun_at   INTEGER NOT NULL,
    begun_by   BLOB    NOT NULL REFERENCES operators (id),
    ended_at   INTEGER,
    ended_by   BLOB    REFERENCES operators (id)
) STRICT;
