import { Option } from "commander";
import type { OptionSpec } from "../gateway/gateway-settings.ts";
import { missingValue, repeatedOption } from "./commander-errors.ts";

/** An option that takes one value, once, as text: the command's own schema reads it. */
export function toOption({ flag, placeholder, summary, accepts, byDefault }: OptionSpec): Option {
  const text = `${summary} (${accepts}; default: ${byDefault})`;
  const option = new Option(`${flag} <${placeholder}>`, text);
  return option.argParser((value: string, previous: string | undefined): string => {
    if (value.startsWith("--")) throw missingValue(flag, value);
    if (previous !== undefined) throw repeatedOption(flag, previous, value);
    return value;
  });
}
