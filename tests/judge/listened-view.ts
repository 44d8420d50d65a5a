import type { Plain } from "./firestore-wire.ts";

/** A consistent snapshot of one target, as Listen's protocol tells of it. */
export interface Snapshot {
  /** The read time, as a number that orders; from the TARGET_CHANGE that closes the snapshot. */
  readonly micros: bigint;
  readonly resumeToken: string;
  /** Rendered fields by document name. */
  readonly documents: ReadonlyMap<string, string>;
}

/**
 * Replays the messages of a Listen stream with one target: changes gather until a message without
 * targets closes the snapshot. Throws where the messages break the protocol.
 */
export class ListenedView {
  readonly snapshots: Snapshot[] = [];
  readonly #documents = new Map<string, string>();
  #isCurrent = false;

  /** `before`: what a client that resumes has from its stream before. */
  constructor(before?: Snapshot) {
    for (const [name, fields] of before?.documents ?? []) this.#documents.set(name, fields);
  }

  take(message: Plain): void {
    if (message["targetChange"] !== undefined) this.#change(message["targetChange"] as Plain);
    if (message["documentChange"] !== undefined) {
      const { document, targetIds, removedTargetIds } = message["documentChange"] as Plain;
      const { name, fields } = document as { name: string; fields?: Plain };
      if (isNonEmpty(targetIds)) this.#documents.set(name, JSON.stringify(fields ?? {}));
      else if (isNonEmpty(removedTargetIds)) this.#documents.delete(name);
      else throw new Error(`A change of ${name} names no target.`);
    }
    for (const kind of ["documentDelete", "documentRemove"]) {
      const gone = message[kind] as { document: string } | undefined;
      if (gone !== undefined) this.#documents.delete(gone.document);
    }
    const filter = message["filter"] as { count?: number } | undefined;
    if (filter !== undefined && (filter.count ?? 0) !== this.#documents.size) {
      throw new Error(`The server counts ${filter.count ?? 0}, we hold ${this.#documents.size}.`);
    }
  }

  #change({ targetChangeType, targetIds, cause, readTime, resumeToken }: Plain): void {
    if (cause !== undefined) throw new Error(`The target was ended: ${JSON.stringify(cause)}`);
    if (targetChangeType === "RESET") this.#documents.clear();
    if (targetChangeType === "CURRENT") this.#isCurrent = true;
    const closes = readTime !== undefined && !isNonEmpty(targetIds) && this.#isCurrent;
    if (!closes) return;
    const { seconds, nanos = 0 } = readTime as { seconds: string; nanos?: number };
    this.snapshots.push({
      micros: BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanos / 1000)),
      resumeToken: String(resumeToken),
      documents: new Map(this.#documents),
    });
  }
}

function isNonEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
