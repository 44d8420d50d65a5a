import type { Row } from "./row.ts";
import { Scope } from "./scope.ts";

/** The documents of one collection. */
export class Collection extends Scope {
  readonly path: string;
  readonly id: string;
  /** Also rows of deleted documents whose history is remembered. */
  readonly rows = new Set<Row>();
  /** IDs of documents, there or not, that have collections beneath them. */
  readonly nested = new Set<string>();
  #size = 0;

  constructor(path: string, id: string) {
    super();
    this.path = path;
    this.id = id;
  }

  override get size(): number {
    return this.#size;
  }

  /** Whether it has a document, or one beneath it has. */
  get isLive(): boolean {
    return this.#size > 0 || this.nested.size > 0;
  }

  override *liveRows(): Generator<Row> {
    for (const row of this.rows) if (row.version.document !== undefined) yield row;
  }

  /** A document came (+1) or went (-1). */
  resize(difference: 1 | -1): void {
    this.#size += difference;
  }
}
