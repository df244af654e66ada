-- Form 1 of wraps.sqlite: who can open what. A file of its own, with a backup of its own.

-- Rows are only ever appended, and a wrap that is taken away is overwritten where it lies by as many zeros. A row that
-- is deleted would make SQLite move its neighbours, and what they leave behind on a page is not always wiped.
CREATE TABLE wrap (
    number    INTEGER PRIMARY KEY,
    data_key  BLOB    NOT NULL,
    recipient TEXT    NOT NULL,
    wrap      BLOB    NOT NULL,
    kept      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX wrap_by_key ON wrap (data_key, recipient) WHERE kept = 1;

CREATE TABLE shredded (data_key BLOB NOT NULL UNIQUE) STRICT;
