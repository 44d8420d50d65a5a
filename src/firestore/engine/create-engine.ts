import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import type { DatabaseName } from "../data/document.ts";
import { EmbeddedDatabase } from "./database.ts";
import type { Engine } from "./engine.ts";
import { DEFAULT_HISTORY_LIMITS, type HistoryLimits } from "./history.ts";

export interface EngineOptions {
  /** How much of the past each database remembers. */
  readonly history?: Partial<HistoryLimits>;
}

export interface EmbeddedEngine extends Engine {
  database(name: DatabaseName): EmbeddedDatabase;
}

/** An engine without databases. Everything it does is fixed by the clock, the seed and the calls. */
export function createEngine(clock: Clock, rng: Rng, options: EngineOptions = {}): EmbeddedEngine {
  const databases = new Map<string, EmbeddedDatabase>();
  const history = { ...DEFAULT_HISTORY_LIMITS, ...options.history };
  return {
    database(name) {
      const key = `${name.projectId}/${name.databaseId}`;
      const known = databases.get(key);
      if (known !== undefined) return known;
      const database = new EmbeddedDatabase(clock, rng.fork(key), name, history);
      databases.set(key, database);
      return database;
    },
  };
}
