import { repeatsDocument } from "../data/repeated-documents.ts";
import type { Write } from "../data/write.ts";
import type { DocumentTree } from "./document-tree.ts";
import type { Row } from "./row.ts";

/** A commit's writes with the places of their documents, looked up once for all who need them. */
export class LocatedWrites {
  readonly writes: readonly Write[];
  /** By the writes' places; undefined where there is none. */
  readonly rows: readonly (Row | undefined)[];
  /** Whether a document is written more than once. */
  readonly repeats: boolean;
  readonly #tree: DocumentTree;

  private constructor(
    tree: DocumentTree,
    writes: readonly Write[],
    rows: readonly (Row | undefined)[],
    repeats: boolean,
  ) {
    this.#tree = tree;
    this.writes = writes;
    this.rows = rows;
    this.repeats = repeats;
  }

  static in(tree: DocumentTree, writes: readonly Write[]): LocatedWrites {
    const rows = writes.map(({ path }) => tree.row(path));
    return new LocatedWrites(tree, writes, rows, repeatsDocument(writes));
  }

  /** The same documents, written otherwise. */
  with(writes: readonly Write[]): LocatedWrites {
    return new LocatedWrites(this.#tree, writes, this.rows, this.repeats);
  }

  /** The same for the tree as it is now: time has passed, and documents may have come and gone. */
  now(tree: DocumentTree): LocatedWrites {
    // A row stays for as long as its document does.
    const holds = (row: Row | undefined): boolean => row?.version.document !== undefined;
    return tree === this.#tree && this.rows.every(holds)
      ? this
      : LocatedWrites.in(tree, this.writes);
  }
}
