import { NO_INDEX_FILE } from "../../firestore/indexes/create-catalogue.ts";
import { readIndexFile } from "../../firestore/indexes/index-file.ts";
import type { IndexFile } from "../../firestore/indexes/index-file.ts";
import { UserError } from "../cli/errors.ts";
import type { Machine } from "../targets/machine.ts";

const DEFAULT_FILE = "firestore.indexes.json";

export interface GatewayIndexes {
  readonly file: IndexFile;
  /** For people: where they are from and how many. */
  readonly description: string;
}

/** Reads the index file, or finds that there is none. @throws UserError */
export async function loadGatewayIndexes(
  machine: Machine,
  path: string | null,
): Promise<GatewayIndexes> {
  if (path === null && !(await machine.isFile(DEFAULT_FILE))) {
    return {
      file: NO_INDEX_FILE,
      description: `no ${DEFAULT_FILE} here, so automatic indexes alone`,
    };
  }
  const name = path ?? DEFAULT_FILE;
  const result = readIndexFile(await read(machine, name));
  if (result.kind === "faulty") {
    const faults = result.faults.map(({ line, message }) => `${name}:${line}: ${message}`);
    throw new UserError(
      "E_INDEXES_OPTION",
      faults.join("\n"),
      "Correct the index file. Nothing was started.",
    );
  }
  const { indexes, fieldOverrides } = result.file;
  return {
    file: result.file,
    description: `${name} (composite indexes: ${indexes.length}, field overrides: ${fieldOverrides.length})`,
  };
}

async function read(machine: Machine, path: string): Promise<string> {
  try {
    return await machine.readText(path);
  } catch (error) {
    throw new UserError(
      "E_INDEXES_OPTION",
      `--indexes: "${path}" cannot be read: ${(error as Error).message}`,
      "Give a file of the form of firestore.indexes.json. Nothing was started.",
      { cause: error },
    );
  }
}
