import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, AssertionError } from "../../std/assert.ts";
import type { ClientOperation } from "../config/scenario.ts";
import type { ClientArrival } from "../drivers/client-arrivals.ts";
import type { ClientPhase, DriverRecorder, ReadyClients } from "../drivers/client-driver.ts";
import { DEFAULT_DRAIN_TIMEOUT_MS } from "../drivers/client-lane.ts";
import { DEFAULT_TIMEOUT_MS } from "../drivers/user-client.ts";
import type { Machine } from "../targets/machine.ts";
import { endProcess } from "../targets/watch-process.ts";
import { ArrivalBook } from "./arrival-book.ts";
import type { K6DriverOptions } from "./k6-driver.ts";
import { faultyEnd, faultySummary, startK6, type K6Process } from "./k6-process.ts";
import { LINE_PREFIX } from "./line-format.ts";
import { makePlan } from "./make-plan.ts";
import { ProcessorWatch, type ProcessorUse } from "./processor-time.ts";
import { serveSignUps, type SignUpServer } from "./sign-up-server.ts";
import { createStartBarrier, type StartBarrier } from "./start-barrier.ts";

/** From the word that the phase begins to the first arrival: k6 wakes its virtual users in it. */
const LEAD_MS = 1000;
/** k6 reads its plan and makes its virtual users; many of both on a busy machine take their time. */
const READY_MAX_MS = 180_000;
/** The script ends by itself after the drain; k6 is given so much longer to wind up. */
const WIND_UP_MS = 30_000;

/** The k6 processes of one phase, from their start to their end. */
export class K6Clients implements ReadyClients {
  readonly leadMs = LEAD_MS;
  readonly #options: K6DriverOptions;
  readonly #machine: Machine;
  readonly #phase: ClientPhase;
  readonly #arrivals: ReadonlyMap<ClientOperation, readonly ClientArrival[]>;
  readonly #faults: string[] = [];
  #processes: readonly K6Process[] = [];
  /** What a sign-up broke that should never break. */
  readonly #broken = Promise.withResolvers<unknown>();
  #barrier: StartBarrier | undefined;
  #signUps: SignUpServer | undefined;
  #folder: string | undefined;
  #book: ArrivalBook | undefined;
  #isEarly = false;

  constructor(options: K6DriverOptions, machine: Machine, phase: ClientPhase) {
    this.#options = options;
    this.#machine = machine;
    this.#phase = phase;
    this.#arrivals = new Map([...phase.arrivals].map(([kind, ofKind]) => [kind, [...ofKind]]));
  }

  /** Until all processes wait for the phase to begin, or one is known to be unable to. */
  async prepare(): Promise<void> {
    const { processes } = this.#options;
    const { signal, say } = this.#phase;
    this.#barrier = await createStartBarrier(processes);
    this.#signUps = await serveSignUps(() => this.#signUp());
    this.#folder = await mkdtemp(join(tmpdir(), "plimsoll-k6-"));
    const planFile = join(this.#folder, "plan.json");
    const plan = await this.#plan(this.#barrier.url, this.#signUps.url);
    await writeFile(planFile, JSON.stringify(plan), { mode: 0o600 });
    say(`k6 ${this.#options.k6.version} makes ready`);
    for (let index = 0; index < processes; index += 1) {
      const process = await startK6(this.#machine, {
        k6: this.#options.k6.path,
        planFile,
        summaryFile: join(this.#folder, `summary-${index}.json`),
        index,
        processes,
        onLine: (text) => this.#hear(text),
      });
      this.#processes = [...this.#processes, process];
    }
    await this.#untilReady(this.#barrier);
    signal.throwIfAborted();
  }

  async run(recorder: DriverRecorder, signal: AbortSignal): Promise<void> {
    const barrier = this.#barrier;
    assert(barrier !== undefined, "k6 runs before it was prepared");
    const { clock } = this.#phase;
    const startWallMs = clock.wallMs() + (recorder.startMs - clock.monotonicMs());
    const book = new ArrivalBook(this.#arrivals, { ...this.#phase, recorder, startWallMs });
    this.#book = book;
    const watch = new ProcessorWatch(
      clock,
      this.#processes.map(({ processId }) => processId),
    );
    barrier.open(startWallMs);
    const end = await this.#untilEnded(recorder.startMs, signal);
    const processor = await watch.stop();
    await this.#endAll();
    if (end === "in-time") await this.#readSummaries();
    book.close(clock.monotonicMs(), end === "cut-short");
    recorder.generator = this.#facts(book, processor);
    if (end !== "in-time" && end !== "cut-short" && end !== "too-late") throw end.fault;
  }

  async close(): Promise<void> {
    await this.#endAll();
    await this.#barrier?.close();
    await this.#signUps?.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** k6 takes a sign-up that fails for an outcome; what must never fail ends the run. */
  async #signUp(): Promise<void> {
    try {
      await this.#phase.signUp();
    } catch (error) {
      if (error instanceof AssertionError) this.#broken.resolve(error);
      throw error;
    }
  }

  async #plan(startUrl: string, signUpUrl: string) {
    const { scenario, target, outside, durationMs, rng } = this.#phase;
    return makePlan({
      scenario,
      target: {
        baseUrl: `${outside?.scheme ?? "http"}://${loopbackAddress(target.endpoint)}`,
        projectId: target.projectId,
        reach: outside?.isHere === false ? "anywhere" : "loopback",
      },
      tokens: await this.#tokens(),
      start: { kind: "harness", url: startUrl },
      durationMs,
      requestTimeoutMs: DEFAULT_TIMEOUT_MS,
      arrivals: this.#arrivals,
      signUpUrl,
      seed: rng.fork("back-off").integer(0, 2 ** 32 - 1),
      instances: this.#options.processes,
    });
  }

  /** k6 cannot renew them: they must be good for the whole phase. */
  async #tokens(): Promise<ReadonlyMap<string, string> | undefined> {
    const { outside, durationMs } = this.#phase;
    if (outside === undefined) return undefined;
    const forMs = READY_MAX_MS + LEAD_MS + durationMs + DEFAULT_DRAIN_TIMEOUT_MS;
    const tokens = new Map<string, string>();
    for (const ofKind of this.#arrivals.values()) {
      for (const { user } of ofKind) {
        const known = tokens.has(user.uid);
        if (!known) tokens.set(user.uid, await outside.tokenOf(user, forMs));
      }
    }
    return tokens;
  }

  #hear(text: string): void {
    if (this.#book !== undefined) this.#book.hear(text);
    else if (text.startsWith(LINE_PREFIX)) this.#isEarly = true;
  }

  /** A process that cannot begin is a fault of the phase, which goes on without its clients. */
  async #untilReady(barrier: StartBarrier): Promise<void> {
    const { clock, signal } = this.#phase;
    const over = new AbortController();
    const late = clock.sleep(READY_MAX_MS, AbortSignal.any([signal, over.signal])).then(
      () => void this.#faults.push(`k6 was not ready within ${READY_MAX_MS / 1000} s`),
      () => undefined, // It was ready, or the run was interrupted.
    );
    await Promise.race([barrier.allWait, late, this.#anyFaultyEnd()]);
    over.abort();
    await late;
  }

  /** Resolves when some process has ended; only a run that is over may end one. */
  async #anyFaultyEnd(): Promise<void> {
    await Promise.race(this.#processes.map(({ ended }) => ended));
  }

  /**
   * Until every process has ended by itself or the phase's time is over. Others go on when one is
   * killed: their part of the load is still what it was to be.
   */
  async #untilEnded(
    startMs: number,
    signal: AbortSignal,
  ): Promise<"in-time" | "too-late" | "cut-short" | { readonly fault: unknown }> {
    const { clock, durationMs } = this.#phase;
    const over = new AbortController();
    const endMs = startMs + durationMs + DEFAULT_DRAIN_TIMEOUT_MS + WIND_UP_MS;
    const timer = clock
      .sleep(endMs - clock.monotonicMs(), AbortSignal.any([signal, over.signal]))
      .then(
        () => "too-late" as const,
        () => "cut-short" as const,
      );
    const ended = this.#faults.length > 0 ? Promise.resolve([]) : this.#faultyEnds();
    let faults: readonly string[] = [];
    const end = await Promise.race([
      ended.then((found) => ((faults = found), "in-time" as const)),
      timer,
      this.#broken.promise.then((fault) => ({ fault })),
    ]);
    over.abort();
    await timer;
    // Those that the harness ends itself end in no fault of theirs.
    if (end === "in-time") this.#faults.push(...faults);
    if (end === "too-late") this.#faults.push("k6 did not end after the phase, and was ended");
    return end;
  }

  /** Once all have ended. */
  async #faultyEnds(): Promise<readonly string[]> {
    const faults = await Promise.all(
      this.#processes.map(async (process) => faultyEnd(process, await process.ended)),
    );
    return faults.filter((fault) => fault !== undefined);
  }

  async #readSummaries(): Promise<void> {
    for (const process of this.#processes) {
      const fault = await faultySummary(this.#machine, process);
      if (fault !== undefined) this.#faults.push(fault);
    }
  }

  async #endAll(): Promise<void> {
    const { clock } = this.#phase;
    await Promise.all(this.#processes.map(({ started }) => endProcess(clock, started)));
  }

  #facts(book: ArrivalBook, processor: ProcessorUse | null) {
    if (this.#isEarly) this.#faults.push("k6 began before the phase did");
    return {
      name: `k6 ${this.#options.k6.version}`,
      processes: this.#options.processes,
      processor,
      arrivals: book.total,
      answered: book.answered,
      faults: [...this.#faults, ...book.faults],
    };
  }
}

/** k6 looks no name up in a run on this machine, so it is told the address that this one stands for. */
function loopbackAddress(endpoint: string): string {
  return endpoint.replace(/^localhost(?=:|$)/, "127.0.0.1");
}
