import { missingValue, repeatedOption } from "./commander-errors.ts";

/** Reads an option that takes one value, once: "--output <file>". */
export function takenOnce(flag: string): (value: string, previous: unknown) => string {
  const name = flag.split(" ")[0] ?? flag;
  return (value, previous) => {
    if (value.startsWith("--")) throw missingValue(name, value);
    if (typeof previous === "string") throw repeatedOption(name, previous, value);
    return value;
  };
}
