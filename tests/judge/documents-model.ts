import type { Model } from "./linearizable.ts";

/** The numbers in the documents' one field, by the documents' places; undefined where there is none. */
export type DocumentsState = readonly (number | undefined)[];

/** A change of one document. */
export type Change =
  | { readonly kind: "set"; readonly at: number; readonly value: number }
  | { readonly kind: "increment"; readonly at: number; readonly by: number }
  | { readonly kind: "delete"; readonly at: number };

/** What a document was seen to hold. */
export interface Seen {
  readonly at: number;
  readonly value: number | undefined;
}

/** What one client did and was told. */
export type Action =
  /** One consistent read of some documents: a lookup, or a query. */
  | { readonly kind: "read"; readonly seen: readonly Seen[] }
  /** One commit without conditions. */
  | { readonly kind: "write"; readonly changes: readonly Change[] }
  | { readonly kind: "create"; readonly at: number; readonly value: number; readonly created: boolean } // prettier-ignore
  /** Sets a document only where there is one. */
  | { readonly kind: "update"; readonly at: number; readonly value: number; readonly found: boolean } // prettier-ignore
  /** A transaction that committed: what it read was so when it wrote. */
  | {
      readonly kind: "transaction";
      readonly seen: readonly Seen[];
      readonly changes: readonly Change[];
    }
  /** Sent, and never heard of again. */
  | { readonly kind: "lost"; readonly changes: readonly Change[] }
  /** Refused as a whole. */
  | { readonly kind: "refused" };

/** Documents that hold one number each, as Firestore's API describes them for one client at a time. */
export function documentsModel(count: number): Model<DocumentsState, Action> {
  return {
    initial: Array.from({ length: count }, () => undefined),
    apply,
    keyOf: (state) => state.join(),
  };
}

function apply(state: DocumentsState, action: Action): DocumentsState | undefined {
  switch (action.kind) {
    case "read":
      return sees(state, action.seen) ? state : undefined;
    case "write":
    case "lost":
      return changed(state, action.changes);
    case "create": {
      if (action.created !== (state[action.at] === undefined)) return undefined;
      return action.created ? state.with(action.at, action.value) : state;
    }
    case "update": {
      if (action.found !== (state[action.at] !== undefined)) return undefined;
      return action.found ? state.with(action.at, action.value) : state;
    }
    case "transaction":
      return sees(state, action.seen) ? changed(state, action.changes) : undefined;
    case "refused":
      return state;
  }
}

function sees(state: DocumentsState, seen: readonly Seen[]): boolean {
  return seen.every(({ at, value }) => state[at] === value);
}

function changed(state: DocumentsState, changes: readonly Change[]): DocumentsState {
  return changes.reduce<DocumentsState>((before, change) => {
    switch (change.kind) {
      case "set":
        return before.with(change.at, change.value);
      case "increment":
        return before.with(change.at, (before[change.at] ?? 0) + change.by);
      case "delete":
        return before.with(change.at, undefined);
    }
  }, state);
}
