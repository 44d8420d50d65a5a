import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { resultSchema, type Result } from "../../src/sim/report/result.ts";
import { startRehearsal, type Outcome, type RehearsedProject } from "./rehearsed-commands.ts";

/**
 * The whole staging path as the commands that an engineer types, against a rehearsal in a process of
 * its own: guard, estimate, seed, load, witness, clean; and what must end it early.
 */
const PROJECT = "demo-whole-path";
const SMALL = ["--users", "20", "--scenario", "baseline", "--duration", "6s"];
/** Monitoring's figures come within seconds, not minutes. */
const QUICK = ["--backend", "embedded", "--sample-seconds", "1", "--ingest-seconds", "1"];
const SOON = { timeout: 20_000, interval: 100 };
const ALL_ROLES = [
  "datastore.user",
  "datastore.indexAdmin",
  "firebaserules.viewer",
  "firebaseauth.admin",
  "monitoring.viewer",
  "iam.serviceAccountTokenCreator",
  "browser",
].map((role) => `roles/${role}`);

let project: RehearsedProject;
beforeAll(async () => {
  project = await startRehearsal(PROJECT, QUICK);
});
afterAll(() => project.stop());
afterEach(async () => {
  await project.control("POST", "/roles", { roles: ALL_ROLES });
  await project.control("POST", "/labels", { labels: {} });
  await project.control("POST", "/tokens", { refuse: false });
  await project.control("DELETE", "/faults");
});

const reportsOf = (name: string): string => join(project.folder, name);

function resultIn(name: string): Result {
  const path = join(reportsOf(name), "latest", "result.json");
  return resultSchema.parse(JSON.parse(readFileSync(path, "utf8")));
}

const run = (name: string, ...more: readonly string[]): Promise<Outcome> =>
  project.sim(...project.target, ...SMALL, "--reports", reportsOf(name), ...more);

function verdictOf({ checks }: Result, id: string): string | undefined {
  return checks.find((check) => check.id === id)?.verdict;
}

const runIdIn = (output: string): string =>
  /Run (\S+): every ID begins with/.exec(output)?.[1] ?? "";

const clean = (runId: string, ...more: readonly string[]): Promise<Outcome> =>
  project.sim("clean", ...project.named, "--run", runId, ...more);

/** Documents with an ID of the run in their path. */
async function documentsOf(runId: string): Promise<readonly string[]> {
  return (await project.documents()).filter((path) => path.includes(`plimsoll-${runId}-`));
}

describe("the staging path", () => {
  it("runs, fails no check, and cleans up what the run made and nothing else", async () => {
    const first = await run("first");
    expect(first.output).toContain("Estimate of the run: ");
    expect(first.output).toContain("Security rules: what is deployed is what the files say.");
    expect(first.output).toContain("Indexes: what is deployed is what the files say.");
    // 20 users for seconds are too few for some checks: they say so, and none fails.
    expect([0, 3]).toContain(first.exitCode);
    const result = resultIn("first");
    expect(result.checks.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    expect(result.target).toMatchObject({ kind: "staging" });
    expect(verdictOf(result, "harness.monitoring-writes")).toBe("pass");
    expect(verdictOf(result, "harness.monitoring-reads")).toBe("pass");
    const report = join(reportsOf("first"), "latest");
    for (const asked of [
      ["--run", report],
      ["--since", "10m"],
    ]) {
      const monitored = await project.sim("monitor", ...project.named, ...asked);
      expect({ ...monitored }).toMatchObject({ exitCode: 0 });
    }
    const firstId = runIdIn(first.output);
    expect((await documentsOf(firstId)).length).toBeGreaterThan(20 * 7);

    const second = await run("second");
    const secondId = runIdIn(second.output);
    const kept = await documentsOf(secondId);
    const counted = await clean(firstId, "--dry-run");
    expect(counted.exitCode).toBe(0);
    expect((await documentsOf(firstId)).length).toBeGreaterThan(0);

    const cleaned = await clean(firstId);
    expect({ ...cleaned }).toMatchObject({ exitCode: 0 });
    expect(await documentsOf(firstId)).toEqual([]);
    expect(await documentsOf(secondId)).toEqual(kept);
    expect(await project.control("GET", "")).toMatchObject({ users: 20 });
    expect((await clean(secondId)).exitCode).toBe(0);
    expect(await project.control("GET", "")).toMatchObject({ users: 0 });
    // What is left is the harness's own lease, given back.
    expect((await project.documents()).length).toBeLessThanOrEqual(1);
  });

  it("goes on with a clean that was interrupted", async () => {
    const { output } = await run("interrupted");
    const runId = runIdIn(output);
    const before = await documentsOf(runId);
    // The lease, the manifest and the first documents get through; then the database is away.
    const fault = { kind: "unavailable", method: "Commit", after: 4, count: 10_000 };
    await project.control("POST", "/faults", fault);
    const cleaning = project.start("clean", ...project.named, "--run", runId);
    await expect.poll(() => documentsOf(runId), SOON).not.toHaveLength(before.length);
    cleaning.child.kill("SIGINT");
    await cleaning.printed(/Stopping;/);
    await project.control("DELETE", "/faults");
    const interrupted = await cleaning.ended;
    expect({ ...interrupted }).toMatchObject({ exitCode: 3 });
    expect((await documentsOf(runId)).length).toBeGreaterThan(0);
    const again = await clean(runId);
    expect({ ...again }).toMatchObject({ exitCode: 0 });
    expect(await documentsOf(runId)).toEqual([]);
  });
});

describe("what Cloud Monitoring says beside it", () => {
  it("finds out writes that the run did not make", async () => {
    const started = project.start(...project.target, ...SMALL, "--reports", reportsOf("aside"));
    await started.printed(/\bbaseline: /);
    await project.writeAside(200);
    const { exitCode, output } = await started.ended;
    expect({ exitCode, output }).toMatchObject({ exitCode: 99 });
    expect(verdictOf(resultIn("aside"), "harness.monitoring-writes")).toBe("fail");
    expect((await clean(runIdIn(output))).exitCode).toBe(0);
  });

  it("says nothing where the role is missing, and no more is claimed", async () => {
    const roles = ALL_ROLES.filter((role) => role !== "roles/monitoring.viewer");
    await project.control("POST", "/roles", { roles });
    const { exitCode, output } = await run("unwitnessed");
    expect({ exitCode, output }).toMatchObject({ exitCode: 3 });
    expect(verdictOf(resultIn("unwitnessed"), "harness.monitoring")).toBe("inconclusive");
    const monitored = await project.sim("monitor", ...project.named, "--since", "10m");
    expect(monitored.exitCode).toBe(2);
    expect(monitored.output).toContain("E_STAGING_ROLE");
    expect((await clean(runIdIn(output))).exitCode).toBe(0);
  });
});

describe("what ends it before anything is written", () => {
  const refused = async (outcome: Promise<Outcome>): Promise<string> => {
    const before = await project.writes();
    const { exitCode, output } = await outcome;
    expect({ exitCode, output }).toMatchObject({ exitCode: 2 });
    expect(await project.writes()).toBe(before);
    return output;
  };

  it("a project that is not on the allow-list", async () => {
    const given = ["--target", "staging", ...project.named, ...SMALL];
    expect(await refused(project.sim(...given))).toContain("E_STAGING_REFUSED");
  });

  it("another project than the file's", async () => {
    const given = [...project.target, ...SMALL];
    given[given.indexOf(PROJECT)] = "demo-another";
    expect(await refused(project.sim(...given))).toMatch(/E_STAGING_REFUSED|E_PROJECT_FILE/);
  });

  it("a label that says production", async () => {
    await project.control("POST", "/labels", { labels: { env: "production" } });
    expect(await refused(run("label"))).toContain("its label env=production says");
  });

  it.each(["datastore.user", "firebaserules.viewer", "firebaseauth.admin"])(
    "the missing role %s",
    async (role) => {
      const roles = ALL_ROLES.filter((one) => one !== `roles/${role}`);
      await project.control("POST", "/roles", { roles });
      expect(await refused(run("role"))).toContain("E_STAGING_ROLE");
    },
  );

  it("an estimate over --max-cost or --max-writes", async () => {
    const dear = ["--users", "5000", "--scenario", "baseline", "--max-cost", "0.01"];
    expect(await refused(project.sim(...project.target, ...dear))).toMatch(
      /E_STAGING_COST[\s\S]*--max-cost: the run is estimated at \$/,
    );
    expect(await refused(run("writes", "--max-writes", "10"))).toMatch(
      /E_STAGING_COST[\s\S]*--max-writes: the run is estimated at/,
    );
  });
});

describe("what ends it on its way", () => {
  it("another run that is under way: one of the two is refused, the other goes on", async () => {
    const first = project.start(...project.target, ...SMALL, "--reports", reportsOf("holder"));
    await first.printed(/every ID begins with/);
    const { exitCode, output } = await run("late");
    expect({ exitCode, output }).toMatchObject({ exitCode: 2 });
    expect(output).toContain("E_STAGING_BUSY");
    expect(existsSync(reportsOf("late"))).toBe(false);
    const ended = await first.ended;
    expect([0, 3]).toContain(ended.exitCode);
    expect((await clean(runIdIn(ended.output))).exitCode).toBe(0);
  });

  it("Ctrl-C: what it has is reported, and its data can be cleaned", async () => {
    const started = project.start(...project.target, ...SMALL, "--reports", reportsOf("ctrl-c"));
    await started.printed(/every ID begins with/);
    await started.printed(/\bbaseline: /);
    started.child.kill("SIGINT");
    const { exitCode, output } = await started.ended;
    expect({ exitCode, output }).toMatchObject({ exitCode: 3 });
    const runId = runIdIn(output);
    expect((await documentsOf(runId)).length).toBeGreaterThan(0);
    const { verdict, counted } = resultIn("ctrl-c");
    expect(verdict).toBe("inconclusive");
    // What `monitor --run` compares with, since Monitoring was not waited for.
    expect(counted?.stretches.length).toBeGreaterThan(0);
    expect((await clean(runId)).exitCode).toBe(0);
    expect(await documentsOf(runId)).toEqual([]);
  });

  it("credentials that expire midway: the run ends with the reason", async () => {
    const started = project.start(...project.target, ...SMALL, "--reports", reportsOf("expired"));
    await started.printed(/every ID begins with/);
    await project.control("POST", "/expire-tokens");
    await project.control("POST", "/tokens", { refuse: true });
    const { exitCode, output } = await started.ended;
    expect(exitCode).not.toBe(0);
    expect(output).toContain("credentials");
    // It could not give its lease back, which runs out by itself.
    expect(resultIn("expired").verdict).toBe("inconclusive");
  });
});
