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
const SMALL = ["--users", "12", "--scenario", "baseline", "--duration", "5s"];
const USERS = 12;
/** Documents that somebody else writes: far more than Monitoring may differ by. */
const ASIDE = 200;
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

/** Of the run, its manifest included. */
function isOf(runId: string, path: string): boolean {
  return path.includes(`plimsoll-${runId}-`) || path.endsWith(`run-${runId}`);
}

/** The tests share one project and go on from each other: every run costs CI some ten seconds. */
describe("the staging path", () => {
  let firstId = "";
  let secondId = "";

  it("runs, fails no check, and is borne out by Monitoring; who comes meanwhile is refused", async () => {
    const started = project.start(...project.target, ...SMALL, "--reports", reportsOf("first"));
    await started.printed(/every ID begins with/);
    // Held, so that the other one comes while it is under way, however slow the machine is.
    started.child.kill("SIGSTOP");
    const late = await run("late").finally(() => started.child.kill("SIGCONT"));
    expect(late.exitCode, late.output).toBe(2);
    expect(late.output).toContain("E_STAGING_BUSY");
    expect(existsSync(reportsOf("late"))).toBe(false);

    const { exitCode, output } = await started.ended;
    firstId = runIdIn(output);
    expect(output).toContain("Estimate of the run: ");
    expect(output).toContain("Security rules: what is deployed is what the files say.");
    expect(output).toContain("Indexes: what is deployed is what the files say.");
    const result = resultIn("first");
    // A few users for seconds are too few for some checks: they say so, and none fails.
    expect(result.checks.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    expect([0, 3], output).toContain(exitCode);
    expect(result.target).toMatchObject({ kind: "staging" });
    expect(verdictOf(result, "harness.monitoring-writes")).toBe("pass");
    expect(verdictOf(result, "harness.monitoring-reads")).toBe("pass");
    expect((await documentsOf(firstId)).length).toBeGreaterThan(USERS * 7);
  });

  it("is borne out afterwards, too, by the command that asks Monitoring alone", async () => {
    const report = join(reportsOf("first"), "latest");
    const monitored = await project.sim("monitor", ...project.named, "--run", report);
    expect(monitored.exitCode, monitored.output).toBe(0);
    const roles = ALL_ROLES.filter((role) => role !== "roles/monitoring.viewer");
    await project.control("POST", "/roles", { roles });
    const refused = await project.sim("monitor", ...project.named, "--since", "10m");
    expect(refused.exitCode, refused.output).toBe(2);
    expect(refused.output).toContain("E_STAGING_ROLE");
  });

  it("is probed for a calibration, which leaves nothing when it is interrupted", async () => {
    const before = await project.documents();
    const given = ["--from", join(reportsOf("first"), "latest"), "--output", reportsOf("model")];
    const probing = project.start("calibrate", ...given, ...project.listed, "--probe", "short");
    await probing.printed(/Probing: /);
    await expect.poll(() => project.documents(), SOON).not.toHaveLength(before.length);
    probing.child.kill("SIGINT");
    const { exitCode, output } = await probing.ended;
    expect(exitCode, output).toBe(3);
    expect(output).toMatch(/The probe takes .+ and asks for .+ reads, .+ writes/);
    expect(existsSync(reportsOf("model"))).toBe(false);
    expect(await project.documents()).toEqual(before);
  });

  it("finds out writes that the run did not make", async () => {
    const started = project.start(...project.target, ...SMALL, "--reports", reportsOf("second"));
    await started.printed(/\bbaseline: /);
    await project.writeAside(ASIDE);
    const { exitCode, output } = await started.ended;
    secondId = runIdIn(output);
    expect(exitCode, output).toBe(99);
    expect(verdictOf(resultIn("second"), "harness.monitoring-writes")).toBe("fail");
  });

  it("cleans up what one run made, and nothing else", async () => {
    const before = await project.documents();
    const counted = await clean(firstId, "--dry-run");
    expect(counted.exitCode, counted.output).toBe(0);
    expect(await project.documents()).toEqual(before);
    const cleaned = await clean(firstId);
    expect(cleaned.exitCode, cleaned.output).toBe(0);
    const others = before.filter((path) => !isOf(firstId, path));
    expect(await project.documents()).toEqual(others);
    expect(await project.control("GET", "")).toMatchObject({ users: USERS });
  });

  it("goes on with a clean that was interrupted", async () => {
    const before = await documentsOf(secondId);
    // The lease, the manifest and the first documents get through; then the database is away.
    const fault = { kind: "unavailable", method: "Commit", after: 4, count: 10_000 };
    await project.control("POST", "/faults", fault);
    const cleaning = project.start("clean", ...project.named, "--run", secondId);
    await expect.poll(() => documentsOf(secondId), SOON).not.toHaveLength(before.length);
    cleaning.child.kill("SIGINT");
    await cleaning.printed(/Stopping;/);
    await project.control("DELETE", "/faults");
    const interrupted = await cleaning.ended;
    expect(interrupted.exitCode, interrupted.output).toBe(3);
    expect((await documentsOf(secondId)).length).toBeGreaterThan(0);
    const again = await clean(secondId);
    expect(again.exitCode, again.output).toBe(0);
    expect(await project.control("GET", "")).toMatchObject({ users: 0 });
    // What was written aside, and the harness's own lease, given back.
    expect(await project.documents()).toHaveLength(ASIDE + 1);
  });
});

describe("what ends it before anything is written", () => {
  const refused = async (outcome: Promise<Outcome>): Promise<string> => {
    const before = await project.writes();
    const { exitCode, output } = await outcome;
    expect(exitCode, output).toBe(2);
    expect(await project.writes()).toBe(before);
    return output;
  };

  it("a project that is not on the allow-list, or not the file's", async () => {
    const given = ["--target", "staging", ...project.named, ...SMALL];
    const another = [...project.target, ...SMALL];
    another[another.indexOf(PROJECT)] = "demo-another";
    const [unlisted, wrong] = await Promise.all([
      refused(project.sim(...given)),
      refused(project.sim(...another)),
    ]);
    expect(unlisted).toContain("E_STAGING_REFUSED");
    expect(wrong).toMatch(/E_STAGING_REFUSED|E_PROJECT_FILE/);
  });

  it("a label that says production", async () => {
    await project.control("POST", "/labels", { labels: { env: "production" } });
    expect(await refused(run("label"))).toContain("its label env=production says");
  });

  it("a missing role", async () => {
    const roles = ALL_ROLES.filter((role) => role !== "roles/datastore.user");
    await project.control("POST", "/roles", { roles });
    expect(await refused(run("role"))).toContain("E_STAGING_ROLE");
  });

  it("an estimate over --max-cost or --max-writes", async () => {
    const dear = ["--users", "5000", "--scenario", "baseline", "--max-cost", "0.01"];
    const [cost, writes] = await Promise.all([
      refused(project.sim(...project.target, ...dear)),
      refused(run("writes", "--max-writes", "10")),
    ]);
    expect(cost).toMatch(/E_STAGING_COST[\s\S]*--max-cost: the run is estimated at \$/);
    expect(writes).toMatch(/E_STAGING_COST[\s\S]*--max-writes: the run is estimated at/);
  });
});

describe("what ends it on its way", () => {
  it("Ctrl-C: what it has is reported, and its data can be cleaned", async () => {
    const started = project.start(...project.target, ...SMALL, "--reports", reportsOf("ctrl-c"));
    await started.printed(/\bbaseline: /);
    started.child.kill("SIGINT");
    const { exitCode, output } = await started.ended;
    expect(exitCode, output).toBe(3);
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
