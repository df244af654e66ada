-- Form 1 of wraps.sqlite: who can open what. A file of its own, with a backup of its own.

CREATE TABLE wrap (
    data_key  BLOB NOT NULL,
    recipient TEXT NOT NULL,
    wrap      BLOB NOT NULL,
    UNIQUE (data_key, recipient)
) STRICT;

CREATE TABLE shredded (data_key BLOB NOT NULL UNIQUE) STRICT;
