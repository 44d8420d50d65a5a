import { z } from "zod";
import { STATUS_CODES } from "../../system/store/status.ts";
import { clientOperation } from "../config/scenario.ts";
import { LINE_PREFIX, type K6Line } from "./line-format.ts";

const ofArrival = { operation: clientOperation, n: z.int().nonnegative() };
const carried = {
  ...ofArrival,
  startedMs: z.number().nonnegative(),
  finishedMs: z.number().nonnegative(),
  attempts: z.int().positive(),
};
const lineSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ok"), ...carried, documents: z.int().nonnegative() }),
  z.strictObject({
    kind: z.literal("failed"),
    ...carried,
    code: z.enum(STATUS_CODES),
    message: z.string(),
    ambiguous: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("dropped"), ...ofArrival }),
  z.strictObject({ kind: z.literal("fault"), message: z.string() }),
]);

/** A line of ours, with the operation's name checked. */
export type ReadLine = z.infer<typeof lineSchema>;

/** What a line of k6's output is: ours, ours and not to be read, or k6's own chatter. */
export type SeenLine =
  | { readonly kind: "ours"; readonly line: ReadLine }
  | { readonly kind: "unreadable"; readonly text: string }
  | { readonly kind: "chatter"; readonly text: string };

/** Our prefix anywhere but at the start is a line of ours that was cut or run into another. */
export function parseLine(text: string): SeenLine {
  if (!text.includes(LINE_PREFIX.trimEnd())) return { kind: "chatter", text };
  if (!text.startsWith(LINE_PREFIX)) return { kind: "unreadable", text };
  const content = parseJson(text.slice(LINE_PREFIX.length));
  const parsed = lineSchema.safeParse(content);
  if (!parsed.success) return { kind: "unreadable", text };
  const line: ReadLine & K6Line = parsed.data;
  return { kind: "ours", line };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
