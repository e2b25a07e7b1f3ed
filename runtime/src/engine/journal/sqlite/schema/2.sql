-- What is noted beside the runs: who has opted out, which messages the carrier has taken, parts of messages that are not
-- whole yet.
CREATE TABLE notes (
    number       INTEGER PRIMARY KEY,
    topic        TEXT NOT NULL,         -- opt_out, sent, word, part
    name         TEXT NOT NULL,         -- what it is found by; of an opt_out, the person's number
    value        TEXT NOT NULL,
    at           INTEGER NOT NULL,
    until        INTEGER,               -- when it is forgotten; NULL: never
    UNIQUE (topic, name)
) STRICT;

CREATE INDEX notes_until ON notes (until) WHERE until IS NOT NULL;
