import type { StoreTransaction, Write } from "../../system/store/store.ts";

/** The same transaction; what its body writes is put down besides. */
export function notedTransaction(
  transaction: StoreTransaction,
  written: Write[],
): StoreTransaction {
  return {
    get: (paths) => transaction.get(paths),
    query: (query) => transaction.query(query),
    write: (...writes) => {
      written.push(...writes);
      transaction.write(...writes);
    },
  };
}
