import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import type { LineLog, Machine, StartedProcess } from "../targets/machine.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { formatLine, type K6Line } from "./line-format.ts";
import { k6PlanSchema, type K6Plan } from "./plan.ts";

/** What one made-up k6 process has at hand. */
interface FakeRun {
  readonly plan: K6Plan;
  readonly parameters: readonly string[];
  readonly summaryFile: string;
  readonly print: LineLog;
  /** Resolves when it was told to end. */
  readonly killed: Promise<string>;
  /** Waits with the others for the phase to begin. */
  readonly start: () => Promise<number>;
  readonly writeSummary: (content?: string) => Promise<void>;
  /** The line of an arrival that went well. */
  readonly okLine: (operation: string, n: number, startWallMs: number) => string;
}

/** Does what k6 would, and returns how it ended: "exit code 0". */
export type FakeK6 = (run: FakeRun) => Promise<string>;

/** A machine on which k6 is that function. `left` counts the processes that have not ended. */
export function machineWithK6(k6: FakeK6): Machine & { left(): number } {
  let left = 0;
  const start = (_command: string, parameters: readonly string[], log: LineLog): StartedProcess => {
    left += 1;
    const killed = Promise.withResolvers<string>();
    const ended = runFake(k6, parameters, log, killed.promise).finally(() => (left -= 1));
    return {
      processId: 2 ** 30,
      ended,
      lastLines: () => "",
      kill: (signal) => killed.resolve(`signal ${signal}`),
    };
  };
  const machine = createFakeMachine({
    start,
    environment: { K6_VUS: "7", K6_OUT: "json", A: "b" },
  });
  return { ...machine, readText: (path) => readFile(path, "utf8"), left: () => left };
}

async function runFake(
  k6: FakeK6,
  parameters: readonly string[],
  print: LineLog,
  killed: Promise<string>,
): Promise<string> {
  const valueOf = (name: string): string =>
    parameters.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const plan = k6PlanSchema.parse(
    JSON.parse(await readFile(valueOf("PLIMSOLL_PLAN"), "utf8")) as unknown,
  );
  const summaryFile = valueOf("PLIMSOLL_SUMMARY");
  const work = k6({
    plan,
    parameters,
    summaryFile,
    print,
    killed,
    start: async () => {
      if (plan.start.kind !== "harness") throw new Error("no harness");
      const answer = await ask(plan.start.url, "GET");
      return (JSON.parse(answer) as { readonly startWallMs: number }).startWallMs;
    },
    writeSummary: (content = SUMMARY) => writeFile(summaryFile, content),
    okLine: (operation, n, startWallMs) => {
      const startedMs = Math.ceil(startWallMs) + 10;
      const of = { operation, n, startedMs, finishedMs: startedMs + 5, attempts: 1 };
      const line: K6Line = { kind: "ok", ...of, documents: 1 };
      return formatLine(line);
    },
  });
  return Promise.race([work, killed]);
}

const SUMMARY = JSON.stringify({
  format: "plimsoll-k6-summary/1",
  iterations: 1,
  droppedIterations: 0,
});

/** Asks over HTTP, as k6 would. Rejects when the connection is closed without an answer. */
export function ask(url: string, method: "GET" | "POST", body = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method }, (incoming) => {
      let text = "";
      incoming.on("data", (chunk: Buffer) => (text += chunk.toString()));
      incoming.on("end", () => resolve(text));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
