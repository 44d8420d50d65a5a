import type { Consistency, Database, TransactionMode } from "../../../engine/engine.ts";
import type { Selector, TransactionOptions } from "../../../wire/read-selector.ts";

/** Transaction IDs are bytes on the wire and a string in the engine: one character a byte. */
export function transactionId(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

export function transactionBytes(id: string): Uint8Array {
  return Buffer.from(id, "latin1");
}

export function modeOf(options: TransactionOptions): TransactionMode {
  if (options.kind === "read-only") return options;
  const { kind, retryOf, concurrency } = options;
  return {
    kind,
    concurrency,
    retryOf: retryOf === undefined ? undefined : transactionId(retryOf),
  };
}

/** How to read, and the transaction that was begun for it, if one was asked for. */
export function consistencyOf(
  database: Database,
  selector: Selector,
): { readonly at: Consistency; readonly begun: Uint8Array | undefined } {
  switch (selector.kind) {
    case "latest":
    case "read-time":
      return { at: selector, begun: undefined };
    case "transaction":
      return {
        at: { kind: "transaction", transaction: transactionId(selector.transaction) },
        begun: undefined,
      };
    case "new-transaction": {
      const { transaction } = database.begin(modeOf(selector.options));
      return { at: { kind: "transaction", transaction }, begun: transactionBytes(transaction) };
    }
  }
}
