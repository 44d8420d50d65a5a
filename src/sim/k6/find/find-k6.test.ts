import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createFakeMachine } from "../../targets/fake-machine.fixture.ts";
import type { FakeMachineOptions } from "../../targets/fake-machine.fixture.ts";
import { findK6 } from "./find-k6.ts";
import { GET_K6 } from "./get-k6.ts";
import { PINNED_K6_VERSION, readK6Version } from "./k6-version.ts";
import { requireK6 } from "./require-k6.ts";

const CACHED = `/home/ada/.cache/plimsoll/k6/${PINNED_K6_VERSION}/k6`;
const answer = (version: string) => ({
  exitCode: 0,
  output: `{"go_arch":"amd64","go_os":"linux","go_version":"go1.26.8","version":"${version}"}\n`,
});

/** A machine with a k6 of that version at each path. */
function machineWith(
  k6s: Readonly<Record<string, string>>,
  environment: FakeMachineOptions["environment"] = {},
) {
  return createFakeMachine({
    environment: { PATH: "/usr/bin:/opt/bin", ...environment },
    files: Object.fromEntries(Object.keys(k6s).map((path) => [path, "binary"])),
    commands: Object.fromEntries(
      Object.entries(k6s).map(([path, version]) => [`${path} version --json`, answer(version)]),
    ),
  });
}

describe("findK6", () => {
  it("takes K6_BIN before the PATH, and the PATH before the cache", async () => {
    const all = { "/my/k6": "v1.0.0", "/opt/bin/k6": "v1.8.1", [CACHED]: "v2.2.0" };
    expect(await findK6(machineWith(all, { K6_BIN: "/my/k6" }))).toEqual({
      kind: "found",
      k6: { path: "/my/k6", version: "v1.0.0", major: 1, source: "K6_BIN" },
    });
    expect(await findK6(machineWith(all))).toMatchObject({
      k6: { path: "/opt/bin/k6", source: "PATH" },
    });
    expect(await findK6(machineWith({ [CACHED]: "v2.2.0" }))).toMatchObject({
      k6: { path: CACHED, version: "v2.2.0", major: 2, source: "cache" },
    });
  });

  it("looks for the cache where XDG_CACHE_HOME says", async () => {
    const path = `/cache/plimsoll/k6/${PINNED_K6_VERSION}/k6`;
    const machine = machineWith({ [path]: "v2.2.0" }, { XDG_CACHE_HOME: "/cache" });
    expect(await findK6(machine)).toMatchObject({ k6: { path } });
  });

  it.each([
    { version: "v0.57.0", kind: "missing" }, // the last before scripts in TypeScript were stable
    { version: "v1.0.0", kind: "found" }, // the oldest that will do
    { version: "v2.9.9-rc.1", kind: "found" },
    { version: "v3.0.0", kind: "missing" }, // nobody has seen it
  ])("$version on the PATH: $kind", async ({ version, kind }) => {
    expect(await findK6(machineWith({ "/usr/bin/k6": version }))).toMatchObject({ kind });
  });

  it("passes over one on the PATH that is too old, and says so when there is no other", async () => {
    const old = { "/usr/bin/k6": "v0.49.0" };
    const found = await findK6(machineWith({ ...old, [CACHED]: "v2.2.0" }));
    expect(found).toMatchObject({ k6: { source: "cache" } });
    expect(await findK6(machineWith(old))).toEqual({
      kind: "missing",
      looked: [
        "K6_BIN (not set)",
        "PATH (/usr/bin/k6: v0.49.0, needed: >=1.0 <3)",
        `cache (${CACHED})`,
      ],
    });
  });

  it.each([
    { what: "is not there", output: undefined, why: /cannot be started/ },
    { what: "is too old", output: answer("v0.49.0"), why: /v0\.49\.0, needed: >=1\.0 <3/ },
    { what: "fails", output: { exitCode: 1, output: "" }, why: /does not answer/ },
    { what: "is another tool", output: { exitCode: 0, output: "k9 1.0" }, why: /does not answer/ },
  ])("never falls through a K6_BIN that $what", async ({ output, why }) => {
    const machine = createFakeMachine({
      environment: { K6_BIN: "/my/k6" },
      files: { [CACHED]: "binary" },
      commands: {
        [`${CACHED} version --json`]: answer("v2.2.0"),
        ...(output && { "/my/k6 version --json": output }),
      },
    });
    expect(await findK6(machine)).toEqual({
      kind: "unusable",
      path: "/my/k6",
      why: expect.stringMatching(why),
    });
    await expect(requireK6(machine)).rejects.toMatchObject({ code: "E_K6_UNUSABLE" });
  });
});

describe("requireK6", () => {
  it("names every place and the install commands of each platform", async () => {
    const error = await requireK6(machineWith({})).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "E_NO_K6", exitCode: 2 });
    expect(String(error)).toContain(`K6_BIN (not set), PATH, cache (${CACHED})`);
    const { hint } = error as { hint: string };
    for (const line of GET_K6) expect(hint).toContain(line);
    expect(hint).toMatch(/Debian[\s\S]*Fedora[\s\S]*macOS[\s\S]*Windows/);
  });
});

it("reads the version past what stands before the JSON", () => {
  expect(readK6Version(`level=warning msg="x"\n${answer("v1.8.1").output}`)).toEqual({
    version: "v1.8.1",
    major: 1,
  });
  expect(readK6Version("k6 v1.8.1 (go1.26)")).toBeUndefined();
});

it("pins the version that the tool module builds", () => {
  const goMod = readFileSync(new URL("../../../../tools/k6/go.mod", import.meta.url), "utf8");
  expect(/go\.k6\.io\/k6\/v2 (v\S+)/.exec(goMod)?.[1]).toBe(PINNED_K6_VERSION);
});
