import { startGuarded } from "../../../src/sim/targets/guarded-process.ts";
import type { StartedProcess } from "../../../src/sim/targets/machine.ts";
import { fileURLToPath } from "node:url";

const READY = /listening on \S+?:(\d+)/;

export interface Child {
  readonly port: number;
  readonly process: StartedProcess;
  stop(): Promise<void>;
}

/** Starts a script of this repository that prints the port it listens on. */
export async function startChild(script: string, ...parameters: string[]): Promise<Child> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = await startGuarded(process.execPath, [path, ...parameters], (line) => {
    const port = READY.exec(line)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  const port = await Promise.race([
    promise,
    child.ended.then((how) => {
      throw new Error(`${script} ended with ${how}:\n${child.lastLines()}`);
    }),
  ]);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.ended;
  };
  return { port, process: child, stop };
}
