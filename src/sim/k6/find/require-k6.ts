import { UserError } from "../../cli/errors.ts";
import type { Machine } from "../../targets/machine.ts";
import { findK6 } from "./find-k6.ts";
import type { K6 } from "./find-k6.ts";
import { GET_K6 } from "./get-k6.ts";

/** Finds k6, or throws the UserError that says what is missing and how to get it. */
export async function requireK6(machine: Machine): Promise<K6> {
  const search = await findK6(machine);
  switch (search.kind) {
    case "found":
      return search.k6;
    case "unusable":
      throw new UserError(
        "E_K6_UNUSABLE",
        `K6_BIN: ${search.path}: ${search.why}`,
        "Name a k6 in K6_BIN that runs, or unset it to have the PATH and the cache looked at.",
      );
    case "missing":
      throw new UserError(
        "E_NO_K6",
        `no k6 found; looked in ${search.looked.join(", ")}`,
        ["The Node driver (--driver node, the default) needs none. To get k6:", ...GET_K6].join(
          "\n  ",
        ),
      );
  }
}
