import { styleText } from "node:util";
import type { TextStream } from "./text-stream.ts";

export type Colour = "green" | "red" | "yellow" | "dim" | "bold";

/** Colours a text, or returns it as it is where colour is not wanted. */
export type Paint = (colour: Colour, text: string) => string;

/** Colour is for people at a terminal who have not refused it (https://no-color.org). */
export function createPaint(
  stream: TextStream,
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const refused = Boolean(environment["NO_COLOR"]) || environment["TERM"] === "dumb";
  if (stream.isTTY !== true || refused) return (_colour, text) => text;
  return (colour, text) => styleText(colour, text, { validateStream: false });
}
