import type { DatabaseName } from "../data/document.ts";
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
  /** Where it is registered. */
  readonly watches: readonly Watch[];
  view: View;
  /** Changes when the database is cleared. */
  home: Listeners;
}

/** What a commit has to touch to concern a listener; `name` is a path, or a collection's ID. */
interface Watch {
  readonly kind: "document" | "collection" | "group" | "everything";
  readonly name: string;
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
  readonly #groups: Readonly<Record<Watch["kind"], Map<string, Set<Listener>>>> = {
    document: new Map(),
    collection: new Map(),
    group: new Map(),
    everything: new Map(),
  };
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
    const { watched, watches } = this.#watch(target);
    const view = watched.read(this.#store);
    const listener: Listener = { watched, sink, watches, view, home: this };
    this.#add(listener);
    sink(this.#firstEvent(listener, this.#resumePoint(target)));
    return { stop: () => listener.home.#remove(listener) };
  }

  /** Tells everybody concerned what a commit changed. */
  notify(changes: readonly Change[], commit: Micros): void {
    if (this.#size === 0) return;
    let concerned: Concerned | undefined;
    const { document, collection, group, everything } = this.#groups;
    for (const change of changes) {
      const { row } = change;
      if (document.size > 0) concerned = noted(concerned, change, document.get(row.path));
      if (collection.size > 0)
        concerned = noted(concerned, change, collection.get(row.collection.path));
      if (group.size > 0) concerned = noted(concerned, change, group.get(row.collection.id));
      if (everything.size > 0) concerned = noted(concerned, change, everything.get(""));
    }
    if (concerned === undefined) return;
    for (const [listener, own] of concerned) {
      const moved = listener.watched.move(listener.view, own, this.#store);
      if (moved.changed.length + moved.removed.length > 0) {
        listener.sink(this.#event(listener, commit, moved, false));
      }
    }
  }

  /** Tells everybody to begin anew with what the other has; for `clear`. */
  moveTo(others: Listeners): void {
    const all = Object.values(this.#groups).flatMap((group) => [...group.values()]);
    for (const listener of new Set(all.flatMap((listeners) => [...listeners]))) {
      others.#adopt(listener);
    }
  }

  #add(listener: Listener): void {
    for (const { kind, name } of listener.watches) {
      const group = this.#groups[kind];
      group.set(name, (group.get(name) ?? new Set()).add(listener));
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
    for (const { kind, name } of listener.watches) {
      const listeners = this.#groups[kind].get(name);
      isKnown = listeners?.delete(listener) === true || isKnown;
      if (listeners?.size === 0) this.#groups[kind].delete(name);
    }
    if (isKnown) this.#size -= 1;
  }

  #watch({ query }: ListenTarget): Pick<Listener, "watched" | "watches"> {
    if ("documents" in query) {
      const { documents } = query;
      documents.forEach((path) => {
        checkDocumentPath(this.#database, path);
      });
      return {
        watched: watchDocuments(documents),
        watches: [...new Set(documents)].map((name) => ({ kind: "document", name })),
      };
    }
    const normal = normaliseQuery(this.#database, query);
    return { watched: watchQuery(normal), watches: [watchOf(normal.scope)] };
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

function watchOf(scope: QueryScope): Watch {
  if (scope.kind === "collection") return { kind: "collection", name: scope.path };
  const { collectionId } = scope;
  return collectionId === undefined
    ? { kind: "everything", name: "" }
    : { kind: "group", name: collectionId };
}

/** Those whom a commit concerns, with what of it does. */
type Concerned = Map<Listener, Change[]>;

function noted(
  concerned: Concerned | undefined,
  change: Change,
  listeners: ReadonlySet<Listener> | undefined,
): Concerned | undefined {
  if (listeners === undefined) return concerned;
  const all: Concerned = concerned ?? new Map();
  for (const listener of listeners) {
    if (!listener.watched.concerns(change)) continue;
    const own = all.get(listener);
    if (own === undefined) all.set(listener, [change]);
    else own.push(change);
  }
  return all;
}
