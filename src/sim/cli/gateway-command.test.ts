import { EventEmitter, once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { GATEWAY_OPTION_SPECS, gatewaySettingsSchema } from "../gateway/gateway-settings.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import type { FakeMachineOptions } from "../targets/fake-machine.fixture.ts";
import { runCli } from "./cli.ts";
import { recordStream } from "./text-stream.fixture.ts";

/** Starts the command; `until` sees its output as it grows, and its end comes by a signal. */
async function gateway(
  parameters: readonly string[],
  options: {
    readonly machine?: FakeMachineOptions;
    readonly use?: (port: number) => Promise<void>;
  } = {},
) {
  const signals = new EventEmitter();
  const recorded = recordStream();
  const stderr = recordStream();
  const { promise: ready, resolve } = Promise.withResolvers<number>();
  const stdout = {
    ...recorded,
    write: (text: string) => {
      recorded.write(text);
      const port = /listening on \S+:(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    },
  };
  const ended = runCli(["gateway", ...parameters], {
    clock: createRealClock(),
    machine: createFakeMachine(options.machine ?? {}),
    stdout,
    stderr,
    signals,
    exit: () => undefined,
    loadSimulate: () => Promise.reject(new Error("no run is asked for")),
    loadSimulateVirtually: () => Promise.reject(new Error("no run is asked for")),
  });
  const port = await Promise.race([ready, ended.then(() => undefined)]);
  if (port !== undefined) {
    await options.use?.(port);
    signals.emit("SIGTERM", "SIGTERM");
  }
  return {
    exitCode: await ended,
    stdout: recorded.text(),
    stderr: stderr.text(),
    port,
    listeners: signals.eventNames(),
  };
}

const EMBEDDED = ["--port", "0", "--backend", "embedded"];

describe("sim gateway", () => {
  it("listens, says so in one line with its port, serves, and ends with 0 on SIGTERM", async () => {
    const answers: unknown[] = [];
    const outcome = await gateway(EMBEDDED, {
      use: async (port) => {
        const get = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
        answers.push((await get("/")).status, await (await get("/plimsoll")).json());
        answers.push((await (await get("/metrics")).text()).includes("plimsoll_document_writes"));
      },
    });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: "", listeners: [] });
    expect(answers).toEqual([200, expect.objectContaining({ limits: "on" }), true]);
    expect(outcome.stdout.split("\n")).toEqual([
      expect.stringMatching(
        /^Plimsoll gateway listening on 127\.0\.0\.1:\d+ \(backend embedded: .*asked for\)$/,
      ),
      "  limits on, cold; latency off; seed 1; indexes: no firestore.indexes.json here, so automatic indexes alone",
      `  export FIRESTORE_EMULATOR_HOST=127.0.0.1:${outcome.port}`,
      expect.stringContaining("/plimsoll/v1/limits"),
      "  Ctrl-C ends it.",
      "Ending.",
      "",
    ]);
  });

  it("without --backend and without an emulator it takes the embedded engine, and says why", async () => {
    const { stdout, exitCode } = await gateway(["--port", "0"]);
    expect(stdout).toContain("(backend embedded: ");
    expect(stdout).toContain("no emulator: no Java found");
    expect(exitCode).toBe(0);
  });

  it("reads the index file that is there, and warms where asked", async () => {
    const files = { "firestore.indexes.json": '{"indexes": [], "fieldOverrides": []}' };
    const { stdout } = await gateway([...EMBEDDED, "--warm", "2000"], { machine: { files } });
    expect(stdout).toContain("limits on, warm for 2000 writes/s");
    expect(stdout).toContain("firestore.indexes.json (composite indexes: 0, field overrides: 0)");
  });

  it("takes figures of the model from a file, or names all that is wrong with it", async () => {
    const files = {
      "truth.json": JSON.stringify({
        format: "plimsoll-constants/1",
        constants: { "document-write-ceiling": 7 },
      }),
      "bad.json": JSON.stringify({
        format: "plimsoll-constants/1",
        constants: { "ramp-start": 900, "commit-p50": -1 },
      }),
      "not.json": "{",
    };
    const started = (file: string, use?: (port: number) => Promise<void>) =>
      gateway([...EMBEDDED, "--constants", file], { machine: { files }, ...(use && { use }) });
    let assumed: unknown;
    const { stdout, exitCode } = await started("truth.json", async (port) => {
      const limits = await fetch(`http://127.0.0.1:${port}/plimsoll/v1/limits`);
      ({ assumed } = (await limits.json()) as { assumed: unknown });
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("figures of the model: truth.json (1 figures)");
    expect(assumed).toContainEqual(
      expect.objectContaining({ id: "document-write-ceiling", value: 7 }),
    );
    const bad = await started("bad.json");
    expect(bad).toMatchObject({ exitCode: 2, port: undefined });
    expect(bad.stderr).toContain("E_CONSTANTS_FILE: bad.json: constants.ramp-start: is published");
    expect(bad.stderr).toContain("bad.json: constants.commit-p50: is -1; it must be from 0.01");
    expect((await started("not.json")).stderr).toContain("not.json: is not JSON");
    expect((await started("none.json")).stderr).toContain('"none.json" cannot be read');
  });

  it("tells each new kind of refusal in one line, with its reason", async () => {
    const outcome = await gateway(EMBEDDED, {
      use: async (port) => {
        const documents = `http://127.0.0.1:${port}/v1/projects/p/databases/(default)/documents`;
        const structuredQuery = {
          from: [{ collectionId: "trades" }],
          where: {
            fieldFilter: { field: { fieldPath: "a" }, op: "EQUAL", value: { integerValue: "1" } },
          },
          orderBy: [{ field: { fieldPath: "b" } }],
        };
        const query = { method: "POST", body: JSON.stringify({ structuredQuery }) };
        for (let turn = 0; turn < 3; turn += 1) {
          expect((await fetch(`${documents}:runQuery`, query)).status).toBe(400);
        }
        // Refusals are looked for once a second.
        await new Promise((resolve) => setTimeout(resolve, 1_300));
      },
    });
    const lines = outcome.stdout.split("\n").filter((line) => line.startsWith("refused"));
    expect(lines).toEqual([
      expect.stringMatching(
        /^refused FAILED_PRECONDITION \(.+\) query on trades: .+"collectionGroup": "trades"/,
      ),
    ]);
  });

  it.each([
    {
      given: ["--port", "70000"],
      says: 'E_BAD_OPTIONS: --port: "70000" is not accepted. Accepted: a whole number from 0 to 65535.',
    },
    { given: ["--port", "8e3"], says: '--port: "8e3" is not accepted' },
    {
      given: ["--backend", "emulater"],
      says: '--backend: "emulater" is not accepted (did you mean "emulator"?). Accepted: embedded, emulator or HOST:PORT.',
    },
    { given: ["--backend", "somewhere:0"], says: '--backend: "somewhere:0" is not accepted' },
    {
      given: ["--limits", "observ"],
      says: '--limits: "observ" is not accepted (did you mean "observe"?). Accepted: on, observe, off.',
    },
    {
      given: ["--latency", "mars"],
      says: '--latency: "mars" is not accepted. Accepted: off, us-central1, nam5.',
    },
    { given: ["--warm", "0"], says: '--warm: "0" is not accepted. Accepted: a positive number.' },
    {
      given: ["--heap", "1"],
      says: '--heap: "1" is not accepted. Accepted: a whole number from 128 to 65536.',
    },
    { given: ["--project", "No Project"], says: '--project: "No Project" is not accepted' },
    { given: ["--nonsense"], says: "E_UNKNOWN_OPTION: --nonsense: no such option." },
    { given: ["--port"], says: "E_MISSING_VALUE: --port: a value is missing" },
    {
      given: ["--port", "--host"],
      says: "E_MISSING_VALUE: --port: a value is missing, got the option --host.",
    },
    {
      given: ["--seed", "1", "--seed", "2"],
      says: 'E_REPEATED_OPTION: --seed: given twice, as "1" and "2".',
    },
    {
      given: ["--indexes", "none.json"],
      says: 'E_INDEXES_OPTION: --indexes: "none.json" cannot be read: ENOENT',
    },
    {
      given: ["--constants", "none.json"],
      says: 'E_CONSTANTS_FILE: --constants: "none.json" cannot be read: ENOENT',
    },
    { given: ["--backend", "emulator"], says: "E_NO_JAVA: " },
    {
      given: ["--backend", "127.0.0.1:1"],
      says: "E_EMULATOR_UNREACHABLE: --backend: no emulator answers at 127.0.0.1:1",
    },
    {
      given: [...EMBEDDED, "--host", "192.0.2.1"],
      says: "E_BAD_OPTIONS: --port: 0 of 192.0.2.1: ",
    },
  ])("refuses $given", async ({ given, says }) => {
    const { exitCode, stderr, stdout } = await gateway(given);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(says);
  });

  it("refuses an index file with all its faults, line by line", async () => {
    const files = { "x.json": '{\n  "indexes": [{"collectionGroup": 7}],\n  "colour": 1\n}' };
    const { exitCode, stderr } = await gateway([...EMBEDDED, "--indexes", "x.json"], {
      machine: { files },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^E_INDEXES_OPTION: x\.json:\d+: .+\nx\.json:\d+: /);
  });

  it("says that a port is taken", async () => {
    const holder = createServer();
    holder.listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port } = holder.address() as AddressInfo;
    const { exitCode, stderr } = await gateway(["--backend", "embedded", "--port", String(port)]);
    holder.close();
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`E_PORT_TAKEN: --port: ${port} of 127.0.0.1 is taken`);
  });

  it("explains every option that there is", () => {
    const explained = GATEWAY_OPTION_SPECS.map(({ key }) => key);
    expect(explained.toSorted()).toEqual(Object.keys(gatewaySettingsSchema.shape).toSorted());
    for (const { key, flag } of GATEWAY_OPTION_SPECS) expect(flag).toBe(`--${key}`);
  });
});
