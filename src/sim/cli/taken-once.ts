import { single } from "./run-options-parser.ts";

/** Reads an option that takes one value, once, by its usage: "--output <file>". */
export function takenOnce(usage: string): ReturnType<typeof single> {
  return single(usage.split(" ")[0] ?? usage);
}
