-- Duties with clocks: how many people, what was filed, what happened, who else processes, who is told.

-- What the rulebook asks about the whole site, and where word goes. One row, written by every change that bears on it.
CREATE TABLE oversight (
    one                         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    officer                     INTEGER NOT NULL DEFAULT 0,
    filing_acknowledged         INTEGER NOT NULL DEFAULT 0,
    -- The last instant in time; none while nothing is due.
    filing_due                  INTEGER,
    suppliers_without_contract  INTEGER NOT NULL DEFAULT 0,
    -- People at the handler's other sites.
    elsewhere                   INTEGER NOT NULL DEFAULT 0,
    counted_at                  INTEGER,
    feed_hash                   BLOB,
    webhook                     TEXT
) STRICT;

-- The most people on one day, at this site and at the handler's others. Days are those of the site's time zone.
CREATE TABLE stored_counts (
    day       TEXT    NOT NULL PRIMARY KEY,
    here      INTEGER NOT NULL,
    elsewhere INTEGER NOT NULL,
    -- Of those here, below the guardian age.
    children  INTEGER NOT NULL
) STRICT;

-- Other sites of the same handler, as somebody said.
CREATE TABLE handler_sites (
    number     INTEGER NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    persons    INTEGER NOT NULL,
    counted_on TEXT    NOT NULL,
    said_by    TEXT    NOT NULL,
    noted_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE filings (
    number          INTEGER NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('first', 'change', 'cancel')),
    made_at         INTEGER NOT NULL,
    pack            TEXT    NOT NULL,
    snapshot        BLOB    NOT NULL,
    acknowledgement TEXT,
    acknowledged_on TEXT,
    -- The first day on which the site differed from what was filed; empty again when it does no more.
    changed_on      TEXT
) STRICT;

CREATE TABLE officers (
    number          INTEGER NOT NULL PRIMARY KEY,
    name            TEXT    NOT NULL,
    contact_zh      TEXT    NOT NULL,
    contact_en      TEXT    NOT NULL,
    appointed_on    TEXT    NOT NULL,
    acknowledgement TEXT,
    reported_on     TEXT
) STRICT;

CREATE TABLE incidents (
    number          INTEGER NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('leak', 'outage', 'flaw')),
    words           TEXT    NOT NULL,
    known_at        INTEGER NOT NULL,
    -- At most so many people; none while nobody knows.
    persons         INTEGER,
    -- 0 below every grade, 1 middle, 2 high, 3 highest; none before somebody graded it.
    grade           INTEGER,
    critical        INTEGER NOT NULL,
    public_interest INTEGER NOT NULL,
    reported_at     INTEGER,
    acknowledgement TEXT,
    told_at         INTEGER,
    closed_at       INTEGER,
    closing         TEXT
) STRICT;

CREATE TABLE suppliers (
    number         INTEGER NOT NULL PRIMARY KEY,
    name_zh        TEXT    NOT NULL,
    name_en        TEXT    NOT NULL,
    contact        TEXT    NOT NULL,
    purpose_zh     TEXT    NOT NULL,
    purpose_en     TEXT    NOT NULL,
    kinds_zh       TEXT    NOT NULL,
    kinds_en       TEXT    NOT NULL,
    -- Empty without one.
    contract       TEXT    NOT NULL,
    contract_until TEXT,
    began_on       TEXT    NOT NULL,
    ended_on       TEXT
) STRICT;

-- What was done about a duty that has no table of its own: the hash of a document and where it lies.
CREATE TABLE duties_done (
    number   INTEGER NOT NULL PRIMARY KEY,
    duty     TEXT    NOT NULL,
    done_on  TEXT    NOT NULL,
    document BLOB    NOT NULL,
    place    TEXT    NOT NULL,
    noted_at INTEGER NOT NULL
) STRICT;

-- Of which duty the webhook was told on which day.
CREATE TABLE duties_told (
    duty TEXT NOT NULL,
    day  TEXT NOT NULL,
    PRIMARY KEY (duty, day)
) STRICT;
