-- Why a face may be used, who said yes to it, and what a gate signed about it. Nothing is removed by a flag: a consent has an end.

CREATE TABLE purposes (
    id                    BLOB    NOT NULL PRIMARY KEY,
    door_id               BLOB    NOT NULL REFERENCES doors (id),
    -- The door's name and its ways without a face when the purpose was declared: what people read and sign does not change under them.
    door_name_zh          TEXT    NOT NULL,
    door_name_en          TEXT    NOT NULL,
    other_ways_zh         TEXT    NOT NULL,
    other_ways_en         TEXT    NOT NULL,
    mode                  TEXT    NOT NULL,
    basis                 TEXT    NOT NULL,
    sentence_zh           TEXT    NOT NULL,
    sentence_en           TEXT    NOT NULL,
    necessity_zh          TEXT    NOT NULL,
    necessity_en          TEXT    NOT NULL,
    -- One a line.
    alternatives          TEXT    NOT NULL,
    open_search_necessity TEXT,
    template_days         INTEGER NOT NULL,
    passage_days          INTEGER NOT NULL,
    -- A role, not a name.
    owner                 TEXT    NOT NULL,
    declared_at           INTEGER NOT NULL,
    declared_by           BLOB    NOT NULL REFERENCES operators (id),
    assessment_necessity  TEXT,
    assessment_impact     TEXT,
    assessment_risk       TEXT,
    assessment_safeguards TEXT,
    assessment_author     TEXT,
    assessment_by_another INTEGER,
    assessed_at           INTEGER,
    assessed_by           BLOB    REFERENCES operators (id),
    assessment_kept_until INTEGER,
    activated_at          INTEGER,
    activated_by          BLOB    REFERENCES operators (id),
    ended_at              INTEGER
) STRICT;

CREATE UNIQUE INDEX purposes_one_active ON purposes (door_id) WHERE activated_at IS NOT NULL AND ended_at IS NULL;

-- Every notice text that was ever shown, by its hash, so that the evidence can be read years later.
CREATE TABLE notices (
    hash     BLOB NOT NULL PRIMARY KEY,
    rulebook TEXT NOT NULL,
    version  TEXT NOT NULL,
    zh       TEXT NOT NULL,
    en       TEXT NOT NULL
) STRICT;

CREATE TABLE notices_shown (
    person_id   BLOB    NOT NULL REFERENCES persons (id),
    purpose_id  BLOB    NOT NULL REFERENCES purposes (id),
    notice_hash BLOB    NOT NULL REFERENCES notices (hash),
    shown_at    INTEGER NOT NULL,
    PRIMARY KEY (person_id, purpose_id, notice_hash)
) STRICT;

CREATE TABLE consents (
    id             BLOB    NOT NULL PRIMARY KEY,
    person_id      BLOB    NOT NULL REFERENCES persons (id),
    purpose_id     BLOB    NOT NULL REFERENCES purposes (id),
    door_id        BLOB    NOT NULL REFERENCES doors (id),
    version        INTEGER NOT NULL,
    mode           TEXT    NOT NULL,
    -- The exact text that the person signs.
    text           TEXT    NOT NULL,
    notice_hash    BLOB    NOT NULL REFERENCES notices (hash),
    state          TEXT    NOT NULL CHECK (state IN ('begun', 'signed', 'enrolled', 'withdrawn', 'expired')),
    given_at       INTEGER NOT NULL,
    until          INTEGER NOT NULL,
    signature      BLOB,
    key            BLOB,
    signed_at      INTEGER,
    enrolled_at    INTEGER,
    ended_at       INTEGER,
    -- 'portal', 'gate', 'expired' or 'purpose'.
    ended_by       TEXT
) STRICT;

CREATE INDEX consents_by_person ON consents (person_id);
CREATE UNIQUE INDEX consents_one_live ON consents (person_id, purpose_id) WHERE state IN ('signed', 'enrolled');

CREATE TABLE consent_gates (
    consent_id     BLOB    NOT NULL REFERENCES consents (id),
    gate_id        INTEGER NOT NULL REFERENCES gates (id),
    -- Names the match grant in every snapshot of this gate.
    match_grant_id BLOB    NOT NULL UNIQUE,
    -- An enrolment code was redeemed here: from then on a template may exist, whether its receipt has arrived or not.
    redeemed_at    INTEGER,
    -- Set by the gate's own signed receipts.
    enrolled_at    INTEGER,
    erased_at      INTEGER,
    PRIMARY KEY (consent_id, gate_id)
) STRICT;

CREATE TABLE enrolment_codes (
    id         BLOB    NOT NULL PRIMARY KEY,
    code_hash  BLOB    NOT NULL UNIQUE,
    person_id  BLOB    NOT NULL REFERENCES persons (id),
    consent_id BLOB    NOT NULL REFERENCES consents (id),
    gate_id    INTEGER NOT NULL REFERENCES gates (id),
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    grant_id   BLOB,
    -- A newer code for the same consent and gate ends the older one.
    ended_at   INTEGER
) STRICT;

CREATE TABLE receipts (
    gate_id     INTEGER NOT NULL REFERENCES gates (id),
    sequence    INTEGER NOT NULL,
    person_id   BLOB    NOT NULL REFERENCES persons (id),
    consent_id  BLOB    NOT NULL REFERENCES consents (id),
    cause       TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    -- The gate's signed bytes, so that the person can check them without us.
    envelope    BLOB    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (gate_id, sequence)
) STRICT;

CREATE INDEX receipts_by_person ON receipts (person_id);

-- Why the rulebook kept a consenting person out of a gate's snapshot; rewritten with every snapshot.
CREATE TABLE grant_findings (
    gate_id    INTEGER NOT NULL REFERENCES gates (id),
    consent_id BLOB    NOT NULL REFERENCES consents (id),
    rule       TEXT    NOT NULL,
    article_zh TEXT    NOT NULL,
    article_en TEXT    NOT NULL,
    text_zh    TEXT    NOT NULL,
    text_en    TEXT    NOT NULL,
    remedy_zh  TEXT    NOT NULL,
    remedy_en  TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    PRIMARY KEY (gate_id, consent_id, rule)
) STRICT;
