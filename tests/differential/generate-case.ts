import { createRng, type Rng } from "../../src/std/rng.ts";
import type { Plain } from "../judge/firestore-wire.ts";
import { aggregation, query } from "./generate-query.ts";
import {
  BULK_IDS,
  COLLECTIONS,
  DOCUMENT_IDS,
  documentName,
  fieldPath,
  fields,
  several,
  SUBCOLLECTIONS,
} from "./generate-value.ts";
import { write } from "./generate-write.ts";
import type { Call, Case, Pages, Step, Transaction } from "./step.ts";

/** Enough for a database of a few dozen documents with some history. */
const STEPS = 50;
/** The part of the cases that have a hundred and more documents. */
const LARGE = 0.3;

/** The seed's case: some writes to have a database, then everything mixed. */
export function generateCase(seed: number): Case {
  return new CaseWriter(createRng(`differential:${seed}`)).steps();
}

class CaseWriter {
  readonly #rng: Rng;
  #nextId = 1;
  /** Steps that commit, whose times later steps may name. */
  readonly #committed: number[] = [];

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  steps(): Case {
    const filling = Array.from({ length: 6 }, () => this.#commit(8));
    if (this.#rng.chance(LARGE)) filling.push(this.#bulk());
    return [...filling, ...Array.from({ length: STEPS }, () => this.#step())];
  }

  #step(): Step {
    const kind = this.#rng.integer(0, 99);
    if (kind < 18) return this.#commit(4);
    if (kind < 24) return this.#batchWrite();
    if (kind < 30) return this.#singleWrite();
    if (kind < 40) return this.#read();
    if (kind < 75) return this.#query();
    if (kind < 85) return this.#call("RunAggregationQuery", aggregation(this.#rng));
    if (kind < 92) return this.#pages();
    return this.#transaction();
  }

  #call(method: Call["method"], request: Plain): Call {
    return { kind: "call", id: this.#nextId++, method, request };
  }

  #commit(most: number): Call {
    const writes = several(this.#rng, 1, most, () => write(this.#rng, this.#committed));
    const call = this.#call("Commit", { database: "$DB", writes });
    this.#committed.push(call.id);
    return call;
  }

  /** Two collections with many documents each, one at the root and one beneath it. */
  #bulk(): Call {
    const rng = this.#rng;
    const beneath = `$DB/documents/${rng.pick(COLLECTIONS)}/d1/${rng.pick(SUBCOLLECTIONS)}`;
    const writes = BULK_IDS.map((id, index) => ({
      update: {
        name: `${index % 3 === 0 ? beneath : "$DB/documents/a"}/${id}`,
        fields: fields(rng),
      },
    }));
    const call = this.#call("Commit", { database: "$DB", writes });
    this.#committed.push(call.id);
    return call;
  }

  #batchWrite(): Call {
    const writes = several(this.#rng, 1, 5, () => write(this.#rng, this.#committed));
    const call = this.#call("BatchWrite", { database: "$DB", writes });
    this.#committed.push(call.id);
    return call;
  }

  #singleWrite(): Call {
    const rng = this.#rng;
    switch (rng.integer(0, 2)) {
      case 0:
        return this.#call("CreateDocument", {
          parent: "$DB/documents",
          collectionId: rng.pick(COLLECTIONS),
          documentId: rng.pick(DOCUMENT_IDS),
          document: { fields: fields(rng) },
          ...this.#mask(0.2),
        });
      case 1:
        return this.#call("UpdateDocument", {
          document: { name: documentName(rng), fields: fields(rng) },
          ...(rng.chance(0.5)
            ? { updateMask: { fieldPaths: several(rng, 0, 2, () => fieldPath(rng)) } }
            : {}),
          ...(rng.chance(0.3) ? { currentDocument: { exists: rng.chance(0.5) } } : {}),
          ...this.#mask(0.2),
        });
      default:
        return this.#call("DeleteDocument", {
          name: documentName(rng),
          ...(rng.chance(0.3) ? { currentDocument: { exists: rng.chance(0.7) } } : {}),
        });
    }
  }

  #mask(probability: number): Plain {
    if (!this.#rng.chance(probability)) return {};
    return { mask: { fieldPaths: several(this.#rng, 0, 2, () => fieldPath(this.#rng)) } };
  }

  /** Once in a while as of a commit before. */
  #readTime(): Plain {
    const last = this.#committed.slice(-3);
    if (last.length === 0 || !this.#rng.chance(0.1)) return {};
    return { readTime: { $timeOf: this.#rng.pick(last) } };
  }

  #read(): Call {
    const rng = this.#rng;
    if (rng.chance(0.5)) {
      return this.#call("GetDocument", {
        name: documentName(rng),
        ...this.#mask(0.3),
        ...this.#readTime(),
      });
    }
    return this.#call("BatchGetDocuments", {
      database: "$DB",
      documents: [...new Set(several(rng, 1, 5, () => documentName(rng)))],
      ...this.#mask(0.3),
      ...this.#readTime(),
    });
  }

  #query(): Call {
    return this.#call("RunQuery", { ...query(this.#rng), ...this.#readTime() });
  }

  #pages(): Pages {
    const rng = this.#rng;
    const parent = rng.chance(0.6)
      ? "$DB/documents"
      : `$DB/documents/${rng.pick(COLLECTIONS)}/${rng.pick(DOCUMENT_IDS)}`;
    const id = this.#nextId++;
    if (rng.chance(0.3)) {
      const pageSize = rng.integer(0, 2);
      return { kind: "pages", id, method: "ListCollectionIds", request: { parent, pageSize } };
    }
    const showMissing = rng.chance(0.4);
    const collectionId = rng.chance(0.6) ? rng.pick(COLLECTIONS) : rng.pick(SUBCOLLECTIONS);
    const request = {
      parent,
      collectionId,
      pageSize: rng.integer(0, 4),
      showMissing,
      ...(rng.chance(showMissing ? 0.1 : 0.3)
        ? { orderBy: rng.pick(["a", "b desc", "__name__", "a, __name__ desc", "m.x asc"]) }
        : {}),
      ...this.#mask(0.3),
    };
    return { kind: "pages", id, method: "ListDocuments", request };
  }

  #transaction(): Transaction {
    const rng = this.#rng;
    const id = this.#nextId++;
    const reads = several(rng, 0, 3, () =>
      rng.chance(0.5) ? this.#plainRead() : this.#plainQuery(),
    );
    if (rng.chance(0.4)) {
      const last = this.#committed.slice(-3);
      const readTime =
        last.length > 0 && rng.chance(0.3) ? { readTime: { $timeOf: rng.pick(last) } } : {};
      const outside = several(rng, 0, 2, () => this.#commit(3));
      const again = reads.map((read) => ({ ...read, id: this.#nextId++ }));
      const writes = rng.chance(0.1) ? [write(rng, this.#committed)] : [];
      return { kind: "transaction", id, options: { readOnly: readTime }, reads, outside, readsAgain: again, writes }; // prettier-ignore
    }
    const writes = rng.chance(0.8)
      ? several(rng, 0, 4, () => write(rng, this.#committed))
      : undefined;
    if (writes !== undefined && writes.length > 0) this.#committed.push(id);
    return { kind: "transaction", id, options: { readWrite: {} }, reads, outside: [], readsAgain: [], writes }; // prettier-ignore
  }

  #plainRead(): Call {
    const documents = [...new Set(several(this.#rng, 1, 3, () => documentName(this.#rng)))];
    return this.#call("BatchGetDocuments", { database: "$DB", documents });
  }

  #plainQuery(): Call {
    return this.#call("RunQuery", query(this.#rng));
  }
}
