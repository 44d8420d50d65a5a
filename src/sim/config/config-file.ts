import { readFile } from "node:fs/promises";
import { UserError } from "../cli/errors.ts";
import type { ConfigFile } from "./resolve-options.ts";

/** Reads the file that --config names: a JSON object of options; its values are checked later. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const values = parse(path, await read(path));
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw bad(path, "holds no JSON object");
  }
  return { path, values: { ...values } };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw bad(
      path,
      missing ? "no such file" : `cannot be read: ${(error as Error).message}`,
      error,
    );
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bad(path, `is not JSON: ${(error as Error).message}`, error);
  }
}

function bad(path: string, fault: string, cause?: unknown): UserError {
  return new UserError(
    "E_CONFIG_FILE",
    `--config: ${JSON.stringify(path)}: ${fault}. Accepted: a JSON file such as {"users": 1000}.`,
    "Run `npm run sim -- --help` for the options a config file may hold.",
    { cause },
  );
}
