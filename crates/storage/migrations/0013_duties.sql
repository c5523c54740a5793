-- Filings with the police, findings of an audit that was ordered, waits at each way, and which program a gate says it runs.

-- A filing counts with the authority's number only.
ALTER TABLE duties_done ADD COLUMN acknowledgement TEXT;
-- Of an audit: ordered by the authority, and something was found.
ALTER TABLE duties_done ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE duties_done ADD COLUMN findings INTEGER NOT NULL DEFAULT 0;
-- The audit that this answers.
ALTER TABLE duties_done ADD COLUMN about INTEGER;

-- Whether the site runs a public security video system, and since when; nobody has said while it is empty.
ALTER TABLE oversight ADD COLUMN video INTEGER;
ALTER TABLE oversight ADD COLUMN video_since TEXT;

-- SHA-256 of the gate's program, as the gate said last; nothing attests it.
ALTER TABLE gates ADD COLUMN program BLOB;

-- How many openings of a day were of which step of waiting: nobody's, and beside no passage. Days are those of the site's time zone.
CREATE TABLE lane_waits (
    door_id BLOB    NOT NULL REFERENCES doors (id),
    day     TEXT    NOT NULL,
    lanes   TEXT    NOT NULL,
    step    INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (door_id, day, lanes, step)
) STRICT;
