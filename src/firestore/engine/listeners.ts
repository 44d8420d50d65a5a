import type { DatabaseName } from "../data/document.ts";
import { lastSegment } from "../data/document-path.ts";
import { checkDocumentPath } from "./check-path.ts";
import type { ListenEvent, Listening, ListenTarget } from "./engine.ts";
import type { CommitTimes } from "./commit-times.ts";
import {
  differenceOf,
  type View,
  type ViewChange,
  type Watched,
  watchDocuments,
  watchQuery,
} from "./listener-view.ts";
import { type Micros, microsOf, timestampOf } from "./micros.ts";
import { normaliseQuery, type QueryScope } from "./normal-query.ts";
import { decodeToken, encodeToken } from "./resume-token.ts";
import type { Store } from "./store.ts";
import type { Change } from "./version.ts";

interface Listener {
  readonly watched: Watched;
  readonly sink: (event: ListenEvent) => void;
  /** Where it is registered: see keysOf. */
  readonly keys: readonly string[];
  view: View;
  /** Changes when the database is cleared. */
  home: Listeners;
}

/**
 * Who watches what. A commit asks only those who watch a changed document, its collection, or
 * collections of that name, and a listener keeps no more than its own view.
 */
export class Listeners {
  readonly #database: DatabaseName;
  readonly #store: Store;
  readonly #times: CommitTimes;
  /** Sets resume tokens of this database apart from those of another, or of one before `clear`. */
  readonly #life: number;
  readonly #byKey = new Map<string, Set<Listener>>();
  #size = 0;

  constructor(database: DatabaseName, store: Store, times: CommitTimes, life: number) {
    this.#database = database;
    this.#store = store;
    this.#times = times;
    this.#life = life;
  }

  get size(): number {
    return this.#size;
  }

  listen(target: ListenTarget, sink: (event: ListenEvent) => void): Listening {
    const { watched, keys } = this.#watch(target);
    const view = watched.read(this.#store);
    const listener: Listener = { watched, sink, keys, view, home: this };
    this.#add(listener);
    sink(this.#firstEvent(listener, this.#resumePoint(target)));
    return { stop: () => listener.home.#remove(listener) };
  }

  /** Tells everybody concerned what a commit changed. */
  notify(changes: readonly Change[], commit: Micros): void {
    if (this.#size === 0) return;
    const concerned = new Map<Listener, Change[]>();
    for (const change of changes) {
      for (const key of keysOfChange(change)) {
        for (const listener of this.#byKey.get(key) ?? []) {
          if (!listener.watched.concerns(change)) continue;
          const own = concerned.get(listener) ?? [];
          concerned.set(listener, own);
          own.push(change);
        }
      }
    }
    for (const [listener, own] of concerned) {
      const moved = listener.watched.move(listener.view, own, this.#store);
      if (moved.changed.length + moved.removed.length > 0) {
        listener.sink(this.#event(listener, commit, moved, false));
      }
    }
  }

  /** Tells everybody to begin anew with what the other has; for `clear`. */
  moveTo(others: Listeners): void {
    for (const listener of new Set([...this.#byKey.values()].flatMap((set) => [...set]))) {
      others.#adopt(listener);
    }
  }

  #add(listener: Listener): void {
    for (const key of listener.keys) {
      this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(listener));
    }
    this.#size += 1;
  }

  #adopt(listener: Listener): void {
    listener.view = listener.watched.read(this.#store);
    listener.home = this;
    this.#add(listener);
    listener.sink(this.#firstEvent(listener, undefined));
  }

  #remove(listener: Listener): void {
    let isKnown = false;
    for (const key of listener.keys) {
      const listeners = this.#byKey.get(key);
      isKnown = listeners?.delete(listener) === true || isKnown;
      if (listeners?.size === 0) this.#byKey.delete(key);
    }
    if (isKnown) this.#size -= 1;
  }

  #watch({ query }: ListenTarget): Pick<Listener, "watched" | "keys"> {
    if ("documents" in query) {
      const { documents } = query;
      documents.forEach((path) => {
        checkDocumentPath(this.#database, path);
      });
      return {
        watched: watchDocuments(documents),
        keys: [...new Set(documents)].map((path) => `document ${path}`),
      };
    }
    const normal = normaliseQuery(this.#database, query);
    return { watched: watchQuery(normal), keys: [keyOfScope(normal.scope)] };
  }

  /** The time to go on from; undefined: from nothing. */
  #resumePoint({ resume }: ListenTarget): Micros | undefined {
    if (resume === undefined) return undefined;
    const micros =
      "token" in resume ? decodeToken(this.#life, resume.token) : microsOf(resume.readTime);
    if (micros === undefined) return undefined;
    return this.#store.history.reaches(micros, this.#times.now()) ? micros : undefined;
  }

  #firstEvent(listener: Listener, resumePoint: Micros | undefined): ListenEvent {
    const { watched, view } = listener;
    const now = this.#times.forRead();
    if (resumePoint !== undefined) {
      const past = watched.read(this.#store, this.#store.changedSince(resumePoint));
      return this.#event(listener, now, differenceOf(past, view, this.#store), false);
    }
    const removed = watched.missing(view).map((path) => ({ path, deleted: true }));
    return this.#event(listener, now, { changed: [...view.values()], removed }, true);
  }

  #event({ view }: Listener, micros: Micros, change: ViewChange, reset: boolean): ListenEvent {
    return {
      ...change,
      readTime: timestampOf(micros),
      resumeToken: encodeToken(this.#life, micros),
      reset,
      current: true,
      count: view.size,
    };
  }
}

function keyOfScope(scope: QueryScope): string {
  if (scope.kind === "collection") return `collection ${scope.path}`;
  return scope.collectionId === undefined ? "everything" : `group ${scope.collectionId}`;
}

function keysOfChange({ row }: Change): readonly string[] {
  return [
    `document ${row.path}`,
    `collection ${row.collectionPath}`,
    `group ${lastSegment(row.collectionPath)}`,
    "everything",
  ];
}
