-- The journal of a flow. Times are milliseconds since 1970 in UTC.

CREATE TABLE runs (
    number       INTEGER PRIMARY KEY,   -- in the order in which they were accepted
    id           TEXT NOT NULL UNIQUE,
    status       TEXT NOT NULL,         -- running, waiting, asked, completed, failed, cancelled, parked
    -- What it is at, or goes on with: ready, begun (whether its effect happened is unknown if the process ends), replied,
    -- timed_out, waited; waiting, asked. A parked run keeps it.
    phase        TEXT NOT NULL,
    trigger_line INTEGER NOT NULL,
    person       TEXT,
    own          TEXT,
    conversation TEXT,                  -- PERSON>OWN: in which it asks; of a running one, whose texts wait for it
    state        TEXT,                  -- JSON; none once it is over, but for a failed one, which can be retried
    reply        TEXT,                  -- JSON; the text that answers its question
    retries      INTEGER,               -- how often the person may still be asked again
    steps        INTEGER NOT NULL,
    accepted     INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    due          INTEGER,               -- when somebody may go on with it; NULL: it is over, parked, or held
    until        INTEGER,               -- when its wait is over
    place        TEXT,                  -- where it waits
    line         INTEGER,               -- where it waits or failed
    note         TEXT,                  -- why it failed or was parked
    ended        INTEGER,
    history      TEXT NOT NULL          -- JSON, a line a step: see the view steps
) STRICT;

-- With the column that it tests, so that runs are counted without being read.
CREATE INDEX runs_unfinished ON runs (status, conversation, ended) WHERE ended IS NULL;
CREATE INDEX runs_due ON runs (due) WHERE due IS NOT NULL;

-- Texts in line behind one of their conversation that is being dealt with.
CREATE TABLE texts (
    number       INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    key          TEXT,
    text         TEXT NOT NULL,         -- JSON
    start        TEXT                   -- JSON: the run that it starts if nobody has asked
) STRICT;

CREATE INDEX texts_line ON texts (conversation);

-- What was delivered, so that it is known when it comes again.
CREATE TABLE keys (
    number       INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    digest       TEXT NOT NULL,
    run          TEXT,                  -- the run that it started or continued, once it has been taken
    at           INTEGER NOT NULL
) STRICT;

CREATE TABLE schedules (
    schedule     TEXT PRIMARY KEY,
    last         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Written to learn whether writing is possible.
CREATE TABLE probe (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    count        INTEGER NOT NULL
) STRICT;

INSERT INTO probe VALUES (1, 0);

CREATE VIEW steps AS
SELECT runs.id AS run,
       each.key + 1 AS step,
       datetime(json_extract(each.value, '$.at') / 1000, 'unixepoch') AS at,
       json_extract(each.value, '$.line') AS line,
       json_extract(each.value, '$.step') AS what,
       json_extract(each.value, '$.outcome') AS outcome,
       json_extract(each.value, '$.ms') AS ms
FROM runs, json_each('[' || replace(rtrim(runs.history, char(10)), char(10), ',') || ']') AS each;
