-- Impact assessments in versions: written by one operator, approved by another, about one method.
CREATE TABLE assessments (
    purpose_id  BLOB    NOT NULL REFERENCES purposes (id),
    version     INTEGER NOT NULL,
    -- SHA-256 of how faces were used at the door when it was written; another one makes the assessment stale. NULL: nobody knows.
    method      BLOB,
    -- The live system as the form showed it, one fact a line.
    system      TEXT    NOT NULL,
    written_by  BLOB    NOT NULL REFERENCES operators (id),
    written_at  INTEGER NOT NULL,
    approved_by BLOB    REFERENCES operators (id),
    approved_at INTEGER,
    kept_until  INTEGER,
    -- A major incident happened after the approval.
    outdated_at INTEGER,
    PRIMARY KEY (purpose_id, version)
) STRICT;

-- Statutory heads and working fields by their word.
CREATE TABLE assessment_texts (
    purpose_id BLOB    NOT NULL,
    version    INTEGER NOT NULL,
    field      TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (purpose_id, version, field),
    FOREIGN KEY (purpose_id, version) REFERENCES assessments (purpose_id, version)
) STRICT;

-- What was assessed before is kept. Nobody knows about which method, so it is stale: the face lane waits for a new one.
INSERT INTO assessments (purpose_id, version, system, written_by, written_at, approved_by, approved_at, kept_until)
SELECT id, 1, '', assessed_by, assessed_at, assessed_by, assessed_at, assessment_kept_until
FROM purposes
WHERE assessed_at IS NOT NULL;

INSERT INTO assessment_texts (purpose_id, version, field, text)
SELECT id, 1, 'necessity', assessment_necessity FROM purposes WHERE assessed_at IS NOT NULL AND assessment_necessity IS NOT NULL;

INSERT INTO assessment_texts (purpose_id, version, field, text)
SELECT id, 1, 'impact', assessment_impact FROM purposes WHERE assessed_at IS NOT NULL AND assessment_impact IS NOT NULL;

INSERT INTO assessment_texts (purpose_id, version, field, text)
SELECT id, 1, 'risk', assessment_risk FROM purposes WHERE assessed_at IS NOT NULL AND assessment_risk IS NOT NULL;

INSERT INTO assessment_texts (purpose_id, version, field, text)
SELECT id, 1, 'safeguards', assessment_safeguards FROM purposes WHERE assessed_at IS NOT NULL AND assessment_safeguards IS NOT NULL;

-- `assessed_by` refers to another table, so that one engine cannot drop it: it is not read any more.
ALTER TABLE purposes DROP COLUMN assessment_necessity;
ALTER TABLE purposes DROP COLUMN assessment_impact;
ALTER TABLE purposes DROP COLUMN assessment_risk;
ALTER TABLE purposes DROP COLUMN assessment_safeguards;
ALTER TABLE purposes DROP COLUMN assessment_author;
ALTER TABLE purposes DROP COLUMN assessment_by_another;
ALTER TABLE purposes DROP COLUMN assessed_at;
ALTER TABLE purposes DROP COLUMN assessment_kept_until;
