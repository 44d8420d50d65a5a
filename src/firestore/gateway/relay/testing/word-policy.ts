import type { StatusCode } from "../../../data/status.ts";
import type { MethodShape, Policy, Ruling } from "../../policy/policy.ts";

const SHAPES: Readonly<Record<string, MethodShape>> = {
  "/t/Unary": "unary",
  "/t/Stream": "server-stream",
  "/t/Bidi": "bidi",
  "/t/Unpaired": "bidi-unpaired",
};

export const WORD_POLICY_BYTES_MAX = 100_000;

/**
 * A policy by a message's first words: "pass", "delay MS", "refuse CODE MS", "answer TEXT",
 * "replace TEXT" (the answer is the server's, in brackets), "swallow" (as replace, forwarding nothing).
 */
export class WordPolicy implements Policy {
  readonly largestMessageBytes = WORD_POLICY_BYTES_MAX;
  readonly asked: string[] = [];

  shapeOf(path: string): MethodShape | undefined {
    return SHAPES[path];
  }

  decide(path: string, message: Uint8Array): Ruling {
    const text = Buffer.from(message).toString("latin1");
    this.asked.push(`${path} ${text.slice(0, 40)}`);
    const [verb = "", first = "", second = "0"] = text.split(" ");
    switch (verb) {
      case "delay":
        return { kind: "pass", delayMs: Number(first) };
      case "refuse":
        return {
          kind: "refuse",
          delayMs: Number(second),
          status: {
            code: first as StatusCode,
            message: "100% refused: see https://e.x/a?b=c é",
            details: [["x-why", "because"]],
          },
        };
      case "answer":
        return { kind: "answer", delayMs: 0, message: Buffer.from(first) };
      case "replace":
        return {
          kind: "replace",
          delayMs: 0,
          forward: Buffer.from(first),
          answer: (got) => Buffer.from(`[${Buffer.from(got ?? []).toString()}]`),
        };
      case "swallow":
        return {
          kind: "replace",
          delayMs: 0,
          forward: undefined,
          answer: () => Buffer.alloc(Number(first) || 1, "s"),
        };
      default:
        return { kind: "pass", delayMs: 0 };
    }
  }

  tooLarge(_path: string, messageBytes: number) {
    return { code: "INVALID_ARGUMENT", message: `${messageBytes} bytes are too many` } as const;
  }
}
