import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { startEmulator } from "./emulator.ts";
import { createRealMachine } from "./real-machine.ts";
import { selectEmulator } from "./select-target.ts";

const clock = createRealClock();
const folder = mkdtempSync(join(tmpdir(), "plimsoll-emulator-"));
afterAll(() => rmSync(folder, { recursive: true }));

function rulesFile(name: string, condition: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /open/{id} { allow read, write: if ${condition}; }
  }
}
`,
  );
  return path;
}

const OPTIONS = {
  projectId: "demo-targets",
  rulesFile: rulesFile("good.rules", "true"),
  heapMiB: 256,
};

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for a moment that must come within the limit. */
async function within(limitMs: number, reached: () => boolean): Promise<void> {
  const startedAtMs = clock.monotonicMs();
  while (!reached()) {
    expect(clock.monotonicMs() - startedAtMs).toBeLessThan(limitMs);
    await clock.sleep(20);
  }
}

const documents = "v1/projects/demo-targets/databases/(default)/documents";

describe("startEmulator", () => {
  it("starts the jar with the rules in force, clears, and stops without a trace", async () => {
    const target = await startEmulator(OPTIONS);
    try {
      const root = `http://${target.endpoint}/${documents}`;
      const create = { method: "POST", body: JSON.stringify({ fields: {} }) };
      const headers = { "content-type": "application/json" };
      const open = await fetch(`${root}/open?documentId=a`, { ...create, headers });
      expect(open.status).toBe(200);
      const closed = await fetch(`${root}/closed?documentId=a`, { ...create, headers });
      expect(closed.status).toBe(403);
      expect(await target.collectionIds()).toEqual(["open"]);
      expect(await target.collectionIds("open/a")).toEqual([]);
      await target.clear();
      expect((await fetch(`${root}/open/a`)).status).toBe(404);
      expect(target.description).toMatch(
        /^official Firestore emulator \d+\.\d+\.\d+ \(.*jar\) on Java/,
      );
    } finally {
      await target.stop();
    }
    expect(isAlive(target.processId!)).toBe(false);
  });

  it("names file, line and column of rules that do not compile, and leaves nothing running", async () => {
    const bad = rulesFile("bad.rules", "(");
    const machine = createRealMachine();
    let processId = 0;
    const started = startEmulator(
      { ...OPTIONS, rulesFile: bad },
      {
        ...machine,
        start: async (...parameters) => {
          const process = await machine.start(...parameters);
          processId = process.processId;
          return process;
        },
      },
    );
    await expect(started).rejects.toMatchObject({ code: "E_RULES_DO_NOT_COMPILE" });
    await expect(started).rejects.toThrow(`${bad}:4:`);
    expect(isAlive(processId)).toBe(false);
  });

  it("reports warnings of the rules compiler", async () => {
    const lines: string[] = [];
    const path = rulesFile("odd.rules", "nope.auth != null");
    const target = await startEmulator({
      ...OPTIONS,
      rulesFile: path,
      log: (line) => lines.push(line),
    });
    await target.stop();
    expect(lines.find((line) => line.startsWith(`${path}:4:`))).toContain("Invalid variable name");
  });

  it("finds out that a port is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await expect(startEmulator({ ...OPTIONS, port })).rejects.toMatchObject({
      code: "E_PORT_TAKEN",
    });
    server.close();
  });

  it("settles `died` within 2 s of a kill -9", async () => {
    const target = await startEmulator(OPTIONS);
    const killedAtMs = clock.monotonicMs();
    process.kill(target.processId!, "SIGKILL");
    const error = await target.died;
    expect(clock.monotonicMs() - killedAtMs).toBeLessThan(2_000);
    expect(error.message).toContain("ended by itself (signal SIGKILL)");
    await target.stop();
  });

  it("ends with a run that is killed with -9", async () => {
    const module = new URL("emulator.ts", import.meta.url).href;
    const script = `
      const { startEmulator } = await import(${JSON.stringify(module)});
      const target = await startEmulator(${JSON.stringify(OPTIONS)});
      console.log(target.processId);
      setInterval(() => {}, 1000);`;
    const parameters = ["--import", "tsx", "--input-type=module", "-e", script];
    const parent = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const processId = Number(line.toString());
    expect(isAlive(processId)).toBe(true);
    parent.kill("SIGKILL");
    await within(5_000, () => !isAlive(processId));
  });
});

describe("selectEmulator", () => {
  it("uses a running emulator, watches it and leaves it running", async () => {
    const started = await startEmulator(OPTIONS);
    try {
      const environment = { FIRESTORE_EMULATOR_HOST: started.endpoint };
      const target = await selectEmulator(OPTIONS, { ...createRealMachine(), environment });
      expect(target).toMatchObject({
        endpoint: started.endpoint,
        processId: null,
        reason: "FIRESTORE_EMULATOR_HOST is set",
      });
      await target.stop();
      expect(isAlive(started.processId!)).toBe(true);

      const watching = await selectEmulator(OPTIONS, { ...createRealMachine(), environment });
      process.kill(started.processId!, "SIGKILL");
      expect((await watching.died).message).toContain("refuses connections");
      await watching.stop();
    } finally {
      await started.stop();
    }
  });

  it("says so when nothing answers at FIRESTORE_EMULATOR_HOST", async () => {
    const machine = createRealMachine();
    const environment = { FIRESTORE_EMULATOR_HOST: `127.0.0.1:${await machine.freePort()}` };
    const selected = selectEmulator(OPTIONS, { ...machine, environment });
    await expect(selected).rejects.toMatchObject({ code: "E_EMULATOR_UNREACHABLE" });
  });
});
