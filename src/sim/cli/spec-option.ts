import { Option } from "commander";
import type { OptionSpec } from "../gateway/gateway-settings.ts";
import { single } from "./run-options-parser.ts";

/** An option that takes one value, once, as text: the command's own schema reads it. */
export function toOption({ flag, placeholder, summary, accepts, byDefault }: OptionSpec): Option {
  const text = `${summary} (${accepts}; default: ${byDefault})`;
  return new Option(`${flag} <${placeholder}>`, text).argParser(single(flag));
}
