import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import {
  StoreError,
  type Store,
  type StoreTransaction,
  type Write,
} from "../../system/store/store.ts";
import type { Fault } from "../config/fault.ts";
import { notedTransaction } from "../measure/noted-transaction.ts";
import { callFaultsOf, type CallFault, type CallFaultKind } from "./call-fault.ts";
import { isAimedAt, type TenantRankOf } from "./fault-aim.ts";
import { queryPlace } from "./query-place.ts";
import type { UserClient } from "./user-client.ts";

/** The faults of a phase that has begun. */
export interface FaultScript {
  readonly faults: readonly Fault[];
  /** When second 0 of the phase is, on the monotonic clock. */
  readonly startMs: number;
  readonly rng: Rng;
  readonly tenantRankOf: TenantRankOf;
}

/** A call that a fault of the script hit, at a moment of the monotonic clock. */
export interface FaultMet {
  readonly atMs: number;
  readonly fault: CallFault;
  /** "commit", "get", "query", "create". */
  readonly operation: string;
  readonly paths: readonly string[];
}

/** How often each kind of fault was injected. */
export type FaultCounts = Readonly<Record<CallFaultKind, number>>;

/**
 * Stands between a run and its database, and does to the calls of a phase what its script says. A
 * call is hit by the first fault of the script that is on, aims at it, and draws it.
 */
export class FaultInjector {
  readonly #clock: Clock;
  readonly #onFault: ((met: FaultMet) => void) | undefined;
  #script: FaultScript | undefined;
  #faults: readonly CallFault[] = [];
  #counts = noCounts();

  /** `onFault` hears of every call that a fault hits, before it does. */
  constructor(clock: Clock, onFault?: (met: FaultMet) => void) {
    this.#clock = clock;
    this.#onFault = onFault;
  }

  begin(script: FaultScript): void {
    this.#faults = callFaultsOf(script.faults);
    this.#script = this.#faults.length === 0 ? undefined : script;
    this.#counts = noCounts();
  }

  /** Ends the script, and tells what it did. */
  end(): FaultCounts {
    this.#script = undefined;
    return this.#counts;
  }

  /** The same store, with the script's faults. A transaction is hit as a whole, when it commits. */
  watchStore(store: Store): Store {
    return {
      commit: (writes) => {
        const paths = (): readonly string[] => writes.map(({ path }) => path);
        return this.#call("commits", "commit", paths, () => store.commit(writes));
      },
      get: (paths) =>
        this.#call(
          "reads",
          "get",
          () => paths,
          () => store.get(paths),
        ),
      query: (query) =>
        this.#call(
          "reads",
          "query",
          () => [queryPlace(query)],
          () => store.query(query),
        ),
      transaction: <T>(body: (transaction: StoreTransaction) => Promise<T>) => {
        let written: Write[] = [];
        return this.#transaction(
          () => written,
          (strike) =>
            store.transaction(async (transaction) => {
              written = [];
              const result = await body(notedTransaction(transaction, written));
              await strike();
              return result;
            }),
        );
      },
    };
  }

  /** The same client, with the script's faults. */
  watchClient(client: UserClient): UserClient {
    return {
      query: (user, query, signal) =>
        this.#call(
          "reads",
          "query",
          () => [queryPlace(query)],
          () => client.query(user, query, signal),
        ),
      get: (user, path, signal) =>
        this.#call(
          "reads",
          "get",
          () => [path],
          () => client.get(user, path, signal),
        ),
      create: (user, write, signal) =>
        this.#call(
          "commits",
          "create",
          () => [write.path],
          () => client.create(user, write, signal),
        ),
      close: () => client.close(),
    };
  }

  #call<T>(
    operations: "commits" | "reads",
    operation: string,
    pathsOf: () => readonly string[],
    work: () => Promise<T>,
  ): Promise<T> {
    if (this.#script === undefined) return work();
    const paths = pathsOf();
    const fault = this.#draw(this.#script, operations, operation, paths);
    return fault === undefined ? work() : this.#strike(fault, operation, paths, work);
  }

  async #strike<T>(
    fault: CallFault,
    operation: string,
    paths: readonly string[],
    work: () => Promise<T>,
  ): Promise<T> {
    await this.#strikeBefore(fault, operation, paths);
    const result = await work();
    this.#strikeAfter(fault, operation, paths);
    return result;
  }

  /** Refused or slow before the commit, within the body; its answer lost after it. */
  async #transaction<T>(
    writtenOf: () => readonly Write[],
    run: (strike: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    let fault: CallFault | undefined;
    let paths: readonly string[] = [];
    const result = await run(async () => {
      paths = writtenOf().map(({ path }) => path);
      fault = this.#script && this.#draw(this.#script, "commits", "commit", paths);
      if (fault !== undefined) await this.#strikeBefore(fault, "commit", paths);
    });
    if (fault !== undefined) this.#strikeAfter(fault, "commit", paths);
    return result;
  }

  #draw(
    script: FaultScript,
    operations: "commits" | "reads",
    operation: string,
    paths: readonly string[],
  ): CallFault | undefined {
    const atMs = this.#clock.monotonicMs();
    const second = (atMs - script.startMs) / 1000;
    for (const fault of this.#faults) {
      if (second < fault.fromSecond || second >= (fault.untilSecond ?? Infinity)) continue;
      if (fault.operations !== "all" && fault.operations !== operations) continue;
      if (!paths.some((path) => isAimedAt(fault, path, script.tenantRankOf))) continue;
      if (fault.share < 1 && !script.rng.chance(fault.share)) continue;
      const { countedAs } = fault;
      this.#counts = { ...this.#counts, [countedAs]: this.#counts[countedAs] + 1 };
      this.#onFault?.({ atMs, fault, operation, paths });
      return fault;
    }
    return undefined;
  }

  async #strikeBefore(
    fault: CallFault,
    operation: string,
    paths: readonly string[],
  ): Promise<void> {
    if (fault.kind === "slow") await this.#clock.sleep(fault.addedMs);
    if (fault.kind === "refuse") throw injected(fault.code, operation, paths);
  }

  #strikeAfter(fault: CallFault, operation: string, paths: readonly string[]): void {
    if (fault.kind === "lose-answer") throw injected(fault.code, operation, paths);
  }
}

function noCounts(): FaultCounts {
  return { refuse: 0, "lose-answer": 0, slow: 0, "brown-out": 0 };
}

function injected(
  code: StoreError["code"],
  operation: string,
  paths: readonly string[],
): StoreError {
  return new StoreError(code, operation, paths[0] ?? "", "injected by the scenario");
}
