-- Form 1 of events.sqlite: what is kept for good.

CREATE TABLE event (
    number     INTEGER PRIMARY KEY,
    id         BLOB    NOT NULL UNIQUE,
    stream     TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    data_key   BLOB    NOT NULL,
    payload    BLOB    NOT NULL,
    commitment BLOB    NOT NULL,
    UNIQUE (stream, place)
) STRICT;

-- Commitments that the ledger does not hold yet, and those that it holds.
CREATE TABLE outbox (event INTEGER PRIMARY KEY REFERENCES event (number)) STRICT;
CREATE TABLE leaf (
    event INTEGER PRIMARY KEY REFERENCES event (number),
    leaf  INTEGER NOT NULL UNIQUE
) STRICT;

CREATE TABLE setting (name TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;

-- Keys that were shredded. Kept here too, so that an older backup of the wraps brings none of them back.
CREATE TABLE shredded (data_key BLOB NOT NULL UNIQUE) STRICT;

-- The views: functions of the events.

CREATE TABLE member (
    id   BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE person (
    id       BLOB    NOT NULL UNIQUE,
    member   BLOB    NOT NULL,
    name     TEXT    NOT NULL UNIQUE,
    roles    TEXT    NOT NULL,
    has_left INTEGER NOT NULL
) STRICT;

CREATE TABLE lease (
    id      BLOB    NOT NULL UNIQUE,
    target  BLOB    NOT NULL,
    method  TEXT    NOT NULL,
    member  BLOB    NOT NULL,
    token   INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    state   TEXT    NOT NULL
) STRICT;
CREATE INDEX lease_by_target ON lease (target, state, token);
CREATE INDEX lease_by_token ON lease (target, method, token);
CREATE INDEX lease_by_end ON lease (state, expires, id);

CREATE TABLE finding (
    id       BLOB    NOT NULL UNIQUE,
    member   BLOB    NOT NULL,
    person   BLOB    NOT NULL,
    state    TEXT    NOT NULL,
    terminal INTEGER NOT NULL,
    received INTEGER NOT NULL,
    changed  INTEGER NOT NULL,
    bundle   BLOB    NOT NULL,
    claim    BLOB    NOT NULL,
    target   BLOB    NOT NULL,
    case_id  BLOB,
    blob     BLOB
) STRICT;
CREATE INDEX finding_by_time ON finding (received, id);
CREATE INDEX finding_by_state ON finding (state, received, id);
CREATE INDEX finding_by_member ON finding (member, received, id);
CREATE INDEX finding_by_member_state ON finding (member, state, received, id);
CREATE INDEX finding_by_target ON finding (target, received, id);
CREATE INDEX finding_by_bundle ON finding (bundle, received, id);
CREATE INDEX finding_by_claim ON finding (claim, received, id);
CREATE INDEX finding_by_case ON finding (case_id, received, id) WHERE case_id IS NOT NULL;

-- `case` is a word of SQL.
CREATE TABLE case_file (
    id           BLOB    NOT NULL UNIQUE,
    word         TEXT    NOT NULL,
    embargo      TEXT    NOT NULL,
    embargo_ends INTEGER,
    ready        INTEGER NOT NULL,
    opened       INTEGER NOT NULL,
    published    INTEGER,
    advisory     TEXT UNIQUE,
    closed       INTEGER NOT NULL
) STRICT;
CREATE INDEX case_by_time ON case_file (opened, id);
CREATE INDEX case_by_publication ON case_file (published, id) WHERE published IS NOT NULL;
CREATE INDEX case_by_end ON case_file (embargo_ends, id) WHERE embargo IN ('active', 'revise');
CREATE INDEX case_by_ready ON case_file (opened, id) WHERE ready = 1 AND published IS NULL;

CREATE TABLE engagement (
    id          BLOB    NOT NULL UNIQUE,
    developer   TEXT    NOT NULL,
    family      BLOB    NOT NULL,
    state       TEXT    NOT NULL,
    opened      INTEGER NOT NULL,
    window_ends INTEGER
) STRICT;
CREATE INDEX engagement_by_time ON engagement (opened, id);
CREATE INDEX engagement_by_end ON engagement (window_ends, id) WHERE window_ends IS NOT NULL;
