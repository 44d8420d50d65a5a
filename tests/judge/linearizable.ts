/**
 * Whether a concurrent history could have been the work of a server that does one thing at a time:
 * the search of Wing and Gong (1993) with Lowe's memory of what was already tried (2017).
 */

/** One operation of one client: what it asked, what it was told, and when, on one clock. */
export interface Operation<Action> {
  readonly client: number;
  /** Before the request was sent. */
  readonly startMs: number;
  /** After the answer came. Infinity when none came: it may have happened at any time since, or never. */
  readonly endMs: number;
  /** Request and answer together. */
  readonly action: Action;
}

export interface Model<State, Action> {
  readonly initial: State;
  /** The state afterwards; undefined when the action cannot have gone so in this state. */
  apply(state: State, action: Action): State | undefined;
  /** Equal for equal states. */
  keyOf(state: State): string;
}

export type Judgement<Action> =
  | { readonly kind: "linearizable"; readonly order: readonly Operation<Action>[] }
  | {
      readonly kind: "not-linearizable";
      /** The longest explainable beginning, and what none of its continuations explains. */
      readonly explained: readonly Operation<Action>[];
      readonly stuckAt: readonly Operation<Action>[];
    }
  /** The search ran out of its bound. */
  | { readonly kind: "undecided" };

/** States the search may visit: some seconds of work. */
const MAX_VISITS = 2_000_000;

interface Frame<State, Action> {
  readonly operation: Operation<Action>;
  readonly before: State;
}

export function judge<State, Action>(
  history: readonly Operation<Action>[],
  model: Model<State, Action>,
): Judgement<Action> {
  const pending = new Set(history.toSorted((left, right) => left.startMs - right.startMs));
  const bits = new Map([...pending].map((operation, index) => [operation, 1n << BigInt(index)]));
  const tried = new Set<string>();
  const chosen: Frame<State, Action>[] = [];
  // For each depth, the operations that are still to be tried there.
  const open: Operation<Action>[][] = [candidates(pending)];
  let state = model.initial;
  let done = 0n;
  let best: readonly Operation<Action>[] = [];
  let stuckAt: readonly Operation<Action>[] = candidates(pending);
  for (let visits = 0; visits < MAX_VISITS; visits += 1) {
    if ([...pending].every(({ endMs }) => endMs === Infinity)) {
      return { kind: "linearizable", order: chosen.map(({ operation }) => operation) };
    }
    const operation = open.at(-1)?.pop();
    if (operation === undefined) {
      open.pop();
      const frame = chosen.pop();
      if (frame === undefined) return { kind: "not-linearizable", explained: best, stuckAt };
      state = frame.before;
      done &= ~(bits.get(frame.operation) ?? 0n);
      pending.add(frame.operation);
      continue;
    }
    const next = model.apply(state, operation.action);
    if (next === undefined) continue;
    const nextDone = done | (bits.get(operation) ?? 0n);
    const key = `${nextDone}|${model.keyOf(next)}`;
    if (tried.has(key)) continue;
    tried.add(key);
    chosen.push({ operation, before: state });
    pending.delete(operation);
    state = next;
    done = nextDone;
    open.push(candidates(pending));
    if (chosen.length > best.length) {
      best = chosen.map((frame) => frame.operation);
      stuckAt = candidates(pending);
    }
  }
  return { kind: "undecided" };
}

/**
 * What may come next: everything that started before all that is pending had ended. The one that
 * ended first is tried first (the list is taken from its end).
 */
function candidates<Action>(pending: ReadonlySet<Operation<Action>>): Operation<Action>[] {
  let firstEndMs = Infinity;
  for (const { endMs } of pending) firstEndMs = Math.min(firstEndMs, endMs);
  return [...pending]
    .filter(({ startMs }) => startMs <= firstEndMs)
    .sort((left, right) => right.endMs - left.endMs);
}
