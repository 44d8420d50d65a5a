import { z } from "zod";

/** So many calls one fault may hit; enough for any rehearsal. */
const CALLS_MAX = 1_000_000;

/** A fault that was asked for. It hits the calls that it names, after some, for some. */
export const faultSchema = z.strictObject({
  /** A method of Firestore: "Commit". Default: all of them. */
  method: z.string().min(1).optional(),
  kind: z.enum(["unavailable", "drop"]),
  /** So many calls pass first. */
  after: z.number().int().nonnegative().max(CALLS_MAX).default(0),
  /** So many calls are hit. */
  count: z.number().int().positive().max(CALLS_MAX).default(1),
});

export type Fault = z.infer<typeof faultSchema>;

interface Armed {
  readonly fault: Fault;
  toPass: number;
  toHit: number;
}

/** Faults on request: what a rehearsal has go wrong. */
export class Faults {
  #armed: readonly Armed[] = [];
  #refusesTokens = false;

  add(fault: Fault): void {
    const armed = { fault, toPass: fault.after, toHit: fault.count };
    this.#armed = [...this.#armed, armed];
  }

  clear(): void {
    this.#armed = [];
    this.#refusesTokens = false;
  }

  /** Whether the token server refuses to issue any. */
  get refusesTokens(): boolean {
    return this.#refusesTokens;
  }

  set refusesTokens(refuses: boolean) {
    this.#refusesTokens = refuses;
  }

  /** What is to happen to this call of Firestore; undefined: nothing. One fault hits it at most. */
  next(method: string): Fault["kind"] | undefined {
    let hit: Armed | undefined;
    for (const armed of this.#armed) {
      if (armed.fault.method !== undefined && armed.fault.method !== method) continue;
      if (armed.toPass > 0) armed.toPass -= 1;
      else hit ??= armed;
    }
    if (hit === undefined) return undefined;
    hit.toHit -= 1;
    if (hit.toHit === 0) this.#armed = this.#armed.filter((other) => other !== hit);
    return hit.fault.kind;
  }
}
