import type { DatabaseSync } from "node:sqlite";

/** One step a release that changed the tables; a step is never edited once it has shipped. */
const steps: readonly string[] = [
  `
  CREATE TABLE functions (
    name TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    live_deployment INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE versions (
    function_name TEXT NOT NULL REFERENCES functions(name) ON DELETE CASCADE,
    id TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    limits TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (function_name, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX versions_by_id ON versions(id);

  CREATE TABLE deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    function_name TEXT NOT NULL,
    version_id TEXT NOT NULL,
    routes TEXT NOT NULL,
    deployed_at_ms INTEGER NOT NULL,
    previous INTEGER,
    FOREIGN KEY (function_name, version_id) REFERENCES versions(function_name, id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX deployments_by_function ON deployments(function_name, version_id);

  -- Only the routes of live deployments: the primary key is what keeps two functions off one route.
  CREATE TABLE routes (
    route TEXT PRIMARY KEY,
    function_name TEXT NOT NULL REFERENCES functions(name) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX routes_by_function ON routes(function_name);
  `,
  // Whose a function is goes with each deployment, so that a roll-back brings it back.
  `
  ALTER TABLE deployments ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
  UPDATE deployments SET tenant = function_name;
  ALTER TABLE functions DROP COLUMN tenant;
  `,
  // Like routes, what a deployment may reach is no part of its version: the bytes are the same.
  `
  ALTER TABLE deployments ADD COLUMN egress TEXT NOT NULL DEFAULT '{"allow":null,"deny":[]}';
  `,
  // And where it runs.
  `
  ALTER TABLE deployments ADD COLUMN tier TEXT NOT NULL DEFAULT 'isolate';
  `,
  // What was asked for, and why it became that tier. What limits a version was seen to need is a fact about its bytes.
  `
  ALTER TABLE deployments ADD COLUMN asked TEXT NOT NULL DEFAULT 'auto';
  UPDATE deployments SET asked = tier;
  ALTER TABLE deployments ADD COLUMN why TEXT;
  ALTER TABLE versions ADD COLUMN moved_at_ms INTEGER;
  ALTER TABLE versions ADD COLUMN moved_why TEXT;
  `,
  // How many containers it may have, and how much each takes at a time.
  `
  ALTER TABLE deployments ADD COLUMN scaling TEXT NOT NULL DEFAULT '{}';
  `,
  // What is held against versions: a restart of the server, which anybody's crash may bring about, is no pardon.
  `
  CREATE TABLE trust (key TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // How much versions were used, so that the hottest are loaded first after a restart.
  `
  CREATE TABLE heat (key TEXT PRIMARY KEY, heat REAL NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // What the operator has laid down for single tenants. They need not have functions.
  `
  CREATE TABLE tenants (name TEXT PRIMARY KEY, terms TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

/** @throws Error when the database was written by a later release. */
export function migrate(db: DatabaseSync): void {
  const row = db.prepare("PRAGMA user_version").get();
  const version = Number(row?.user_version);
  if (version > steps.length) {
    throw new Error(
      `The store was written by a later release of Islet (schema ${version}; this one knows ${steps.length}).`,
    );
  }
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    db.exec(`BEGIN IMMEDIATE; ${step} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
