import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { openEgress } from "../core/egress.ts";
import { IsletError } from "../core/errors.ts";
import type { HeatRecord } from "../core/heat.ts";
import type { TenantTerms } from "../core/limits.ts";
import type { TrustRecord } from "../core/trust.ts";
import { BundleFiles } from "./bundle-files.ts";
import { migrate } from "./migrations.ts";
import { type Maxima, type Row, toFunction, toTerms, toVersion } from "./rows.ts";
import type { NewDeployment, Store, StoredFunction, StoredVersion } from "./store.ts";

/** A server that is being replaced by another needs a moment to let go. */
const lockWaitMs = 2_000;
const sqliteBusy = 5;

export interface StoreOptions {
  /** False trades safety in a power cut for speed. */
  readonly flush?: boolean;
  /** To which functions are held as they are read. Absent: to those of their tenant alone. */
  readonly maxima?: Maxima;
}

/** The embedded store: `<dataDir>/islet.db` and `<dataDir>/bundles/`. One process has it open. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #files: BundleFiles;
  readonly #maxima: Maxima | null;
  readonly #statements = new Map<string, StatementSync>();
  /** Files and rows change together, one change after the other: a removal must not take a bundle being deployed. */
  #changes: Promise<unknown> = Promise.resolve();

  /** Opens the store and makes it where there is none. */
  static async open(dataDir: string, options: StoreOptions = {}): Promise<SqliteStore> {
    const { flush = true, maxima = null } = options;
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const db = new DatabaseSync(join(dataDir, "islet.db"), { enableForeignKeyConstraints: true, timeout: lockWaitMs });
    try {
      takeForOneself(db, dataDir);
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${flush ? "FULL" : "NORMAL"};`);
      migrate(db);
      const store = new SqliteStore(db, new BundleFiles(dataDir, flush), maxima);
      await store.#files.prepare(new Set(store.#all("SELECT DISTINCT id FROM versions").map((row) => String(row.id))));
      return store;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private constructor(db: DatabaseSync, files: BundleFiles, maxima: Maxima | null) {
    this.#db = db;
    this.#files = files;
    this.#maxima = maxima;
  }

  async list(): Promise<readonly StoredFunction[]> {
    return this.#all(`${selectFunctions} ORDER BY f.name`).map((row) => toFunction(row, this.#maxima));
  }

  async get(name: string): Promise<StoredFunction | null> {
    return this.#function(name);
  }

  async versions(name: string): Promise<readonly StoredVersion[]> {
    return this.#all(selectVersions, name).map(toVersion);
  }

  deploy(deployment: NewDeployment): Promise<StoredFunction> {
    const { fn, atMs } = deployment;
    return this.#change(async () => {
      await this.#files.write(fn.versionId, deployment.original, deployment.compiled);
      try {
        return this.#transaction(() => {
          const previous =
            this.#one("SELECT live_deployment FROM functions WHERE name = ?", fn.name)?.live_deployment ?? null;
          this.#run(insertFunction, fn.name, atMs);
          this.#run(insertVersion, fn.name, fn.versionId, deployment.bytes, JSON.stringify(fn.limits), atMs);
          const { lastInsertRowid } = this.#run(
            "INSERT INTO deployments (function_name, version_id, tenant, tier, asked, why, routes, egress, scaling, deployed_at_ms, previous) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            fn.name,
            fn.versionId,
            fn.tenant,
            fn.tier ?? "isolate",
            fn.asked ?? fn.tier ?? "isolate",
            deployment.why,
            JSON.stringify(fn.routes),
            JSON.stringify(fn.egress ?? openEgress),
            JSON.stringify(fn.scaling ?? {}),
            atMs,
            previous,
          );
          return this.#goLive(fn.name, Number(lastInsertRowid), fn.routes);
        });
      } catch (error) {
        await this.#removeUnused([fn.versionId]);
        throw error;
      }
    });
  }

  withdraw(name: string): Promise<StoredFunction | null> {
    return this.#change(async () => {
      const live = this.#function(name);
      if (!live) return null;
      const versionId = live.fn.versionId;
      const left = this.#transaction(() => {
        const previous = this.#one("SELECT previous FROM deployments WHERE id = ?", live.deploymentId)?.previous;
        if (typeof previous !== "number") {
          this.#run("DELETE FROM functions WHERE name = ?", name);
          return null;
        }
        const before = this.#goLive(name, previous, this.#routesOf(name, previous));
        this.#run("DELETE FROM deployments WHERE id = ?", live.deploymentId);
        this.#run(deleteUnusedVersion, name, versionId);
        return before;
      });
      await this.#removeUnused([versionId]);
      return left;
    });
  }

  async rollbackTarget(name: string, versionId: string | null): Promise<number | null> {
    const row =
      versionId === null
        ? this.#one(
            "SELECT d.previous AS id FROM functions f JOIN deployments d ON d.id = f.live_deployment WHERE f.name = ?",
            name,
          )
        : this.#one(
            "SELECT max(id) AS id FROM deployments WHERE function_name = ? AND version_id = ?",
            name,
            versionId,
          );
    const id = row?.id;
    return typeof id === "number" ? id : null;
  }

  activate(name: string, deploymentId: number): Promise<StoredFunction> {
    return this.#change(async () =>
      this.#transaction(() => this.#goLive(name, deploymentId, this.#routesOf(name, deploymentId))),
    );
  }

  move(name: string, versionId: string, moved: { readonly atMs: number; readonly why: string } | null): Promise<void> {
    return this.#change(async () => {
      const { changes } = this.#run(
        "UPDATE versions SET moved_at_ms = ?, moved_why = ? WHERE function_name = ? AND id = ?",
        moved?.atMs ?? null,
        moved?.why ?? null,
        name,
        versionId,
      );
      if (Number(changes) === 0) throw new Error(`store: function ${name} has no version ${versionId}`);
    });
  }

  async trust(): Promise<readonly TrustRecord[]> {
    return this.#all("SELECT record FROM trust").map((row) => JSON.parse(String(row.record)) as TrustRecord);
  }

  saveTrust(changed: ReadonlyMap<string, TrustRecord | null>): Promise<void> {
    return this.#change(async () =>
      this.#transaction(() => {
        for (const [key, record] of changed) {
          if (record)
            this.#run("INSERT OR REPLACE INTO trust (key, record) VALUES (?, ?)", key, JSON.stringify(record));
          else this.#run("DELETE FROM trust WHERE key = ?", key);
        }
      }),
    );
  }

  async heat(): Promise<readonly HeatRecord[]> {
    return this.#all("SELECT key, heat, at_ms FROM heat").map((row) => ({
      ...{ key: String(row.key), heat: Number(row.heat), atMs: Number(row.at_ms) },
    }));
  }

  saveHeat(records: readonly HeatRecord[]): Promise<void> {
    return this.#change(async () =>
      this.#transaction(() => {
        this.#run("DELETE FROM heat");
        for (const { key, heat, atMs } of records)
          this.#run("INSERT INTO heat (key, heat, at_ms) VALUES (?, ?, ?)", key, heat, atMs);
      }),
    );
  }

  async tenants(): Promise<ReadonlyMap<string, TenantTerms>> {
    return new Map(this.#all("SELECT name, terms FROM tenants").map((row) => [String(row.name), toTerms(row)]));
  }

  async tenant(name: string): Promise<TenantTerms | null> {
    const row = this.#one("SELECT terms FROM tenants WHERE name = ?", name);
    return row ? toTerms(row) : null;
  }

  saveTenant(name: string, terms: TenantTerms | null): Promise<void> {
    return this.#change(async () => {
      if (terms) this.#run("INSERT OR REPLACE INTO tenants (name, terms) VALUES (?, ?)", name, JSON.stringify(terms));
      else this.#run("DELETE FROM tenants WHERE name = ?", name);
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#change(async () => {
      const ids = this.#all("SELECT id FROM versions WHERE function_name = ?", name).map((row) => String(row.id));
      const { changes } = this.#run("DELETE FROM functions WHERE name = ?", name);
      await this.#removeUnused(ids);
      return Number(changes) > 0;
    });
  }

  readBundle(versionId: string): Promise<Uint8Array> {
    return this.#files.readOriginal(versionId);
  }

  readCompiled(versionId: string): Promise<Uint8Array> {
    return this.#files.readCompiled(versionId);
  }

  async close(): Promise<void> {
    await this.#change(async () => {
      this.#statements.clear();
      this.#db.close();
    });
  }

  /** Inside a transaction. */
  #goLive(name: string, deploymentId: number, routes: readonly string[]): StoredFunction {
    this.#run("DELETE FROM routes WHERE function_name = ?", name);
    for (const route of routes) {
      const { changes } = this.#run("INSERT OR IGNORE INTO routes (route, function_name) VALUES (?, ?)", route, name);
      if (Number(changes) === 0) {
        const owner = this.#one("SELECT function_name FROM routes WHERE route = ?", route)?.function_name;
        throw new IsletError("route_taken", `The route ${route} belongs to the function ${owner}.`);
      }
    }
    this.#run("UPDATE functions SET live_deployment = ? WHERE name = ?", deploymentId, name);
    const live = this.#function(name);
    if (!live) throw new Error(`store: function ${name} has no live deployment`);
    return live;
  }

  #routesOf(name: string, deploymentId: number): string[] {
    const row = this.#one("SELECT routes FROM deployments WHERE id = ? AND function_name = ?", deploymentId, name);
    if (!row) throw new Error(`store: function ${name} has no deployment ${deploymentId}`);
    return JSON.parse(String(row.routes)) as string[];
  }

  #function(name: string): StoredFunction | null {
    const row = this.#one(`${selectFunctions} WHERE f.name = ?`, name);
    return row ? toFunction(row, this.#maxima) : null;
  }

  async #removeUnused(versionIds: readonly string[]): Promise<void> {
    for (const id of versionIds) {
      if (!this.#one("SELECT 1 FROM versions WHERE id = ?", id)) await this.#files.remove(id);
    }
  }

  #change<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#changes.then(work);
    // The next change runs whatever became of this one, whose caller gets the error.
    this.#changes = Promise.allSettled([result]);
    return result;
  }

  #transaction<Result>(work: () => Result): Result {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite rolls back by itself after some errors, such as a full disk.
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #one(sql: string, ...values: SQLOutputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  #all(sql: string, ...values: SQLOutputValue[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  #run(sql: string, ...values: SQLOutputValue[]) {
    return this.#prepared(sql).run(...values);
  }
}

/** Keeps the database locked until it is closed, since two servers on one directory would undo each other. */
function takeForOneself(db: DatabaseSync, dataDir: string): void {
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;");
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    throw new Error(`The data directory ${dataDir} is in use by another Islet.`, { cause: error });
  }
}

const placementColumns = "d.tier, d.asked, d.why, d.deployed_at_ms, v.moved_at_ms, v.moved_why";

const selectFunctions = `
  SELECT f.name, d.tenant, f.created_at_ms, f.live_deployment, d.version_id, d.routes, d.egress, d.scaling, v.bytes, v.limits, t.terms, ${placementColumns}
  FROM functions f
  JOIN deployments d ON d.id = f.live_deployment
  LEFT JOIN tenants t ON t.name = d.tenant
  JOIN versions v ON v.function_name = f.name AND v.id = d.version_id`;

const selectVersions = `
  SELECT v.id, v.bytes, v.limits, v.created_at_ms, v.id = live.version_id AS live, ${placementColumns}
  FROM versions v
  JOIN functions f ON f.name = v.function_name
  JOIN deployments live ON live.id = f.live_deployment
  JOIN deployments d ON d.id = (
    SELECT max(any.id) FROM deployments any WHERE any.function_name = v.function_name AND any.version_id = v.id)
  WHERE v.function_name = ?
  ORDER BY d.id DESC`;

const insertFunction = `
  INSERT INTO functions (name, created_at_ms, live_deployment) VALUES (?, ?, 0) ON CONFLICT (name) DO NOTHING`;

const insertVersion = `
  INSERT INTO versions (function_name, id, bytes, limits, created_at_ms) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (function_name, id) DO NOTHING`;

const deleteUnusedVersion = `
  DELETE FROM versions AS v WHERE v.function_name = ? AND v.id = ?
  AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.function_name = v.function_name AND d.version_id = v.id)`;
