import { describe, expect, test } from "vitest";
import { createRng } from "../../src/std/rng.ts";
import { type Action, type DocumentsState, documentsModel } from "./documents-model.ts";
import { judge, type Operation } from "./linearizable.ts";

function operation(startMs: number, endMs: number, action: Action): Operation<Action> {
  return { client: 0, startMs, endMs, action };
}

const set = (at: number, value: number): Action => ({
  kind: "write",
  changes: [{ kind: "set", at, value }],
});
const add = (at: number, by: number): Action => ({
  kind: "write",
  changes: [{ kind: "increment", at, by }],
});
const read = (at: number, value: number | undefined): Action => ({
  kind: "read",
  seen: [{ at, value }],
});

const histories: readonly {
  readonly name: string;
  readonly history: readonly Operation<Action>[];
  readonly kind: "linearizable" | "not-linearizable";
}[] = [
  { name: "nothing happened", history: [], kind: "linearizable" },
  {
    name: "a read during a write may see either side of it",
    history: [
      operation(0, 1, set(0, 1)),
      operation(2, 9, set(0, 2)),
      operation(3, 4, read(0, 1)),
      operation(5, 6, read(0, 2)),
    ],
    kind: "linearizable",
  },
  {
    name: "no read goes back behind another",
    history: [
      operation(0, 1, set(0, 1)),
      operation(2, 9, set(0, 2)),
      operation(3, 4, read(0, 2)),
      operation(5, 6, read(0, 1)),
    ],
    kind: "not-linearizable",
  },
  {
    name: "a stale read",
    history: [operation(0, 1, set(0, 1)), operation(2, 3, set(0, 2)), operation(4, 5, read(0, 1))],
    kind: "not-linearizable",
  },
  {
    name: "a lost increment",
    history: [operation(0, 5, add(0, 1)), operation(0, 5, add(0, 1)), operation(6, 7, read(0, 1))],
    kind: "not-linearizable",
  },
  {
    name: "two transactions that read the same and both commit",
    history: [1, 2].map((client) => ({
      client,
      startMs: 0,
      endMs: 9,
      action: {
        kind: "transaction",
        seen: [{ at: 0, value: undefined }],
        changes: [{ kind: "set", at: 0, value: client }],
      },
    })),
    kind: "not-linearizable",
  },
  {
    name: "two creates of one document that both succeed",
    history: [
      operation(0, 9, { kind: "create", at: 0, value: 1, created: true }),
      operation(0, 9, { kind: "create", at: 0, value: 2, created: true }),
    ],
    kind: "not-linearizable",
  },
  {
    name: "half of a batch",
    history: [
      operation(0, 9, {
        kind: "write",
        changes: [
          { kind: "set", at: 0, value: 1 },
          { kind: "set", at: 1, value: 1 },
        ],
      }),
      operation(3, 4, {
        kind: "read",
        seen: [
          { at: 0, value: 1 },
          { at: 1, value: undefined },
        ],
      }),
    ],
    kind: "not-linearizable",
  },
  {
    name: "a write without an answer that is seen later",
    history: [
      operation(0, Infinity, { kind: "lost", changes: [{ kind: "set", at: 0, value: 7 }] }),
      operation(1, 2, read(0, undefined)),
      operation(3, 4, read(0, 7)),
    ],
    kind: "linearizable",
  },
  {
    name: "a write without an answer that is never seen",
    history: [
      operation(0, Infinity, { kind: "lost", changes: [{ kind: "set", at: 0, value: 7 }] }),
      operation(1, 2, read(0, undefined)),
    ],
    kind: "linearizable",
  },
  {
    name: "an update that did not find what was there all the time",
    history: [
      operation(0, 1, set(0, 1)),
      operation(2, 3, { kind: "update", at: 0, value: 2, found: false }),
    ],
    kind: "not-linearizable",
  },
  {
    name: "what was refused changed nothing",
    history: [operation(0, 1, { kind: "refused" }), operation(2, 3, read(0, undefined))],
    kind: "linearizable",
  },
];

describe("judge", () => {
  test.each(histories)("$name: $kind", ({ history, kind }) => {
    expect(judge(history, documentsModel(2)).kind).toBe(kind);
  });

  test("what a one-at-a-time server did is linearizable, and is not once one read is wrong", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const { history, readAt } = simulated(seed);
      expect(judge(history, documentsModel(3)).kind).toBe("linearizable");
      const wrong = history.map((one, index) =>
        index === readAt ? { ...one, action: read(0, 999) } : one,
      );
      expect(judge(wrong, documentsModel(3)).kind).toBe("not-linearizable");
    }
  });
});

/** A history of overlapping clients whose operations take effect at one instant in between. */
function simulated(seed: number): {
  readonly history: readonly Operation<Action>[];
  readonly readAt: number;
} {
  const rng = createRng(seed);
  const model = documentsModel(3);
  let state: DocumentsState = model.initial;
  const history: Operation<Action>[] = [];
  for (let instant = 10; instant < 90; instant += 1) {
    const at = rng.integer(0, 2);
    const action = rng.chance(0.4)
      ? read(at, state[at])
      : rng.pick([set(at, rng.integer(1, 9)), add(at, 1), deletion(at)]);
    state = model.apply(state, action) ?? state;
    const [startMs, endMs] = [instant - rng.next() * 4, instant + rng.next() * 4];
    history.push({ client: 0, startMs, endMs, action });
  }
  history.push(operation(100, 101, read(0, state[0])));
  return { history, readAt: history.length - 1 };
}

function deletion(at: number): Action {
  return { kind: "write", changes: [{ kind: "delete", at }] };
}
