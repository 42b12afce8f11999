CREATE TABLE attempts (
  job_id             TEXT NOT NULL,
  unit_id            TEXT NOT NULL,
  epoch              INTEGER NOT NULL,
  worker_id          TEXT NOT NULL,
  worker_incarnation TEXT NOT NULL,
  outcome            TEXT NOT NULL,
  message            TEXT NOT NULL,
  run_micros         INTEGER NOT NULL,
  ended_unix_micros  INTEGER NOT NULL,
  PRIMARY KEY (job_id, unit_id, epoch),
  FOREIGN KEY (job_id, unit_id) REFERENCES unit_specs (job_id, unit_id)
) STRICT, WITHOUT ROWID
CREATE TABLE effects (
  job_id     TEXT NOT NULL,
  unit_id    TEXT NOT NULL,
  generation INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  action_key TEXT NOT NULL,
  PRIMARY KEY (job_id, unit_id, generation),
  FOREIGN KEY (job_id, unit_id) REFERENCES unit_specs (job_id, unit_id)
) STRICT, WITHOUT ROWID
CREATE TABLE events (
  ordinal     INTEGER NOT NULL PRIMARY KEY,
  unix_micros INTEGER NOT NULL,
  job_id      TEXT NOT NULL,
  kind        TEXT NOT NULL,
  message     TEXT NOT NULL
) STRICT
CREATE INDEX events_by_job ON events (job_id, ordinal)
CREATE TABLE jobs (
  ordinal              INTEGER NOT NULL PRIMARY KEY,
  id                   TEXT NOT NULL UNIQUE,
  name                 TEXT NOT NULL,
  state                TEXT NOT NULL,
  final_state          TEXT NOT NULL,
  message              TEXT NOT NULL,
  recipe_identity      TEXT NOT NULL,
  numerics_class       TEXT NOT NULL,
  output_path          TEXT NOT NULL,
  replace_output       INTEGER NOT NULL,
  plan_json            TEXT NOT NULL,
  progress_json        TEXT NOT NULL,
  gates_json           TEXT NOT NULL,
  published_path       TEXT NOT NULL,
  created_unix_micros  INTEGER NOT NULL,
  started_unix_micros  INTEGER NOT NULL,
  finished_unix_micros INTEGER NOT NULL,
  version              INTEGER NOT NULL
) STRICT
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT
CREATE TABLE results (
  action_key  TEXT NOT NULL PRIMARY KEY,
  result_json TEXT NOT NULL
) STRICT, WITHOUT ROWID
CREATE TABLE unit_specs (
  job_id    TEXT NOT NULL REFERENCES jobs (id),
  unit_id   TEXT NOT NULL,
  ordinal   INTEGER NOT NULL,
  spec_json TEXT NOT NULL,
  PRIMARY KEY (job_id, unit_id)
) STRICT, WITHOUT ROWID
CREATE TABLE units (
  job_id              TEXT NOT NULL,
  unit_id             TEXT NOT NULL,
  state               TEXT NOT NULL,
  epoch               INTEGER NOT NULL,
  generation          INTEGER NOT NULL,
  app_failures        INTEGER NOT NULL,
  infra_failures      INTEGER NOT NULL,
  losses              INTEGER NOT NULL,
  memory_floor_bytes  INTEGER NOT NULL,
  failed_workers_json TEXT NOT NULL,
  worker_id           TEXT NOT NULL,
  worker_incarnation  TEXT NOT NULL,
  action_key          TEXT NOT NULL,
  result_json         TEXT NOT NULL,
  cached              INTEGER NOT NULL,
  message             TEXT NOT NULL,
  run_micros          INTEGER NOT NULL,
  PRIMARY KEY (job_id, unit_id),
  FOREIGN KEY (job_id, unit_id) REFERENCES unit_specs (job_id, unit_id)
) STRICT, WITHOUT ROWID
CREATE TABLE workers (
  id                    TEXT NOT NULL PRIMARY KEY,
  incarnation           TEXT NOT NULL,
  host                  TEXT NOT NULL,
  numerics_class        TEXT NOT NULL,
  last_seen_unix_micros INTEGER NOT NULL
) STRICT
