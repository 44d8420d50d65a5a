import type { Query } from "../../system/store/store.ts";

/** Where a query looks: a collection's path, or the name of all collections that it asks. */
export function queryPlace({ from }: Query): string {
  return from.kind === "collection" ? from.path : from.name;
}
