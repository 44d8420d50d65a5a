import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../drivers/testing/fake-clock.ts";
import { createFakeMachine, createFakeProcess } from "../../targets/fake-machine.fixture.ts";
import type { CommandOutput, Machine } from "../../targets/machine.ts";
import { BUILD_TIMEOUT_MS, buildK6 } from "./build-k6.ts";
import { cachedK6 } from "./k6-cache.ts";
import { PINNED_K6_VERSION } from "./k6-version.ts";

let cache = "";
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "plimsoll-k6-"));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const GO = { "go version": { exitCode: 0, output: "go version go1.26.8 linux/amd64\n" } };

/** A machine whose `go build` writes a file that says it is k6 of that version, or ends badly. */
function machineWith(options: {
  readonly built?: string;
  readonly ends?: string;
  readonly goes?: Readonly<Record<string, CommandOutput>>;
}) {
  const go = createFakeProcess("k6.go:1: no space left on device");
  const fake = createFakeMachine({
    environment: { XDG_CACHE_HOME: cache },
    commands: options.goes ?? GO,
    start: (_command, parameters) => {
      const draft = parameters[parameters.indexOf("-o") + 1] ?? "";
      if (options.ends !== undefined) void writeFile(draft, "k6").then(() => go.end(options.ends!));
      return go.process;
    },
  });
  const machine: Machine = {
    ...fake,
    isFile: async (path) => existsSync(path),
    run: async (command, parameters) =>
      command.startsWith(cache)
        ? { exitCode: 0, output: `{"version":"${options.built ?? PINNED_K6_VERSION}"}` }
        : fake.run(command, parameters),
  };
  return { machine, go, started: fake.started };
}

const log = () => undefined;
const leftBehind = (machine: Machine) => readdir(dirname(cachedK6(machine))).catch(() => []);

describe("buildK6", () => {
  it("builds from the tool module and moves the whole binary into the cache", async () => {
    const { machine, started } = machineWith({ ends: "exit code 0" });
    const built = await buildK6(machine, new FakeClock(), { log });
    expect(built).toMatchObject({ path: cachedK6(machine), version: PINNED_K6_VERSION });
    expect(started[0]).toMatch(/^go -C \S+tools\/k6 build .* go\.k6\.io\/k6\/v2$/);
    expect(await readFile(built.path, "utf8")).toBe("k6");
    expect(await leftBehind(machine)).toEqual(["k6"]);
    // The second time there is nothing to do.
    expect(await buildK6(machine, new FakeClock(), { log })).toMatchObject({
      how: "it was there already",
    });
    expect(started).toHaveLength(1);
  });

  it.each([
    { what: "no Go", options: { goes: {} }, says: /no Go found/ },
    { what: "a failed build", options: { ends: "exit code 1" }, says: /exit code 1\n.*no space/ },
    {
      what: "another version",
      options: { ends: "exit code 0", built: "v2.1.0" },
      says: /says it is v2\.1\.0, not/,
    },
  ])("leaves nothing behind after $what", async ({ options, says }) => {
    const { machine } = machineWith(options);
    await expect(buildK6(machine, new FakeClock(), { log })).rejects.toMatchObject({
      code: "E_K6_BUILD",
      message: expect.stringMatching(says),
    });
    expect(await leftBehind(machine)).toEqual([]);
  });

  it("ends a build that takes too long, and one that is interrupted", async () => {
    for (const how of ["too long", "interrupted"]) {
      const { machine, go } = machineWith({});
      const clock = new FakeClock();
      const interruption = new AbortController();
      const building = buildK6(machine, clock, { log, signal: interruption.signal });
      const outcome = building.catch((error: unknown) => error);
      // The fake goes through the file system: wait until the build has been started.
      await expect.poll(() => clock.sleeping).toBe(1);
      if (how === "interrupted") interruption.abort();
      else await clock.advanceTo(BUILD_TIMEOUT_MS);
      await expect.poll(() => go.signals).toEqual(["SIGTERM"]);
      go.end("signal SIGTERM");
      expect(await outcome).toMatchObject({
        code: "E_K6_BUILD",
        message: expect.stringMatching(how === "interrupted" ? /was interrupted/ : /15 minutes/),
      });
      expect(await leftBehind(machine)).toEqual([]);
    }
  });
});
