import { describe, expect, it, onTestFinished } from "vitest";
import { DOCUMENT_FAMILIES } from "../../system/schema/catalogue.ts";
import type { Store } from "../../system/store/store.ts";
import type { RunOutput } from "../cli/progress.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { rehearse, type Rehearsed } from "../posing/rehearsal.fixture.ts";
import { AccountClient } from "./accounts.ts";
import { cleanRun } from "./clean.ts";
import { takeStagingLease } from "./lease.ts";
import { createManifest, readManifest } from "./manifest.ts";
import { openProjectStore } from "./project-store.ts";

const clock = createRealClock();
const RUN = "run001";
const OTHERS = ["plimsoll-run002-A", "plimsoll-run0010-A", "Ann"];

/** Every family of the service, for one user; and what the direct lane writes. */
function documentsOf(uid: string): readonly string[] {
  const families = DOCUMENT_FAMILIES.map(({ pattern }) =>
    pattern.replace("{tenantId}", `tenant_${uid}`).replaceAll(/\{[^}]*\}/g, uid),
  );
  return [...families, `direct_writes/${uid}`, `direct_counters/${uid}`];
}

interface Said {
  readonly output: RunOutput;
  readonly lines: string[];
}

function listen(onLive: () => void = () => undefined): Said {
  const lines: string[] = [];
  const ignore = () => undefined;
  const line = (text: string) => void lines.push(text);
  return { lines, output: { phase: line, progress: ignore, live: onLive, line, finish: ignore } };
}

async function world() {
  const rehearsed = await rehearse();
  const { staging, firestore } = rehearsed;
  const batch = firestore.batch();
  for (const uid of [`plimsoll-${RUN}-A`, `plimsoll-${RUN}-B`, ...OTHERS]) {
    for (const path of documentsOf(uid)) batch.set(firestore.doc(path), {});
  }
  await batch.commit();
  const accounts = new AccountClient(clock, staging);
  await accounts.import(
    [`plimsoll-${RUN}-A`, ...OTHERS].map((uid) => ({
      uid,
      email: `${uid}@example.com`,
      emailVerified: true,
      tenantId: undefined,
    })),
  );
  const database = openProjectStore(staging);
  const { store } = database;
  onTestFinished(() => database.close());
  await createManifest(store, {
    run: RUN,
    prefix: `plimsoll-${RUN}-`,
    status: "ended",
    command: "x",
    commit: "x",
    users: 2,
    started_at: new Date(0),
    ended_at: null,
    writes: 1,
  });
  const clean = async (more: Partial<Parameters<typeof cleanRun>[0]> = {}) => {
    const done = { documents: 0, accounts: 0, isComplete: false, wasFound: false };
    const said = listen();
    const fault = await cleanRun(
      {
        clock,
        project: staging,
        store,
        runId: RUN,
        dryRun: false,
        output: said.output,
        signal: new AbortController().signal,
        ...more,
      },
      done,
    ).catch((error: unknown) => error);
    return { done, fault, lines: said.lines };
  };
  return { ...rehearsed, accounts, store, clean };
}

async function left({ firestore }: Rehearsed, uid: string): Promise<number> {
  const found = await firestore.getAll(...documentsOf(uid).map((path) => firestore.doc(path)));
  return found.filter(({ exists }) => exists).length;
}

async function uidsOf(accounts: AccountClient): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const page of accounts.pages()) all.push(...page);
  return all.toSorted();
}

const ALL = documentsOf("x").length;

describe("cleanRun", () => {
  it("deletes all that the run has made and nothing else, and can be repeated", async () => {
    const all = await world();
    const dry = await all.clean({ dryRun: true });
    expect(dry.done).toEqual({
      documents: 2 * ALL,
      accounts: 1,
      isComplete: false,
      wasFound: true,
    });
    expect(await left(all, `plimsoll-${RUN}-A`)).toBe(ALL);

    const { done, fault } = await all.clean();
    expect(fault).toBeUndefined();
    expect(done).toEqual({ documents: 2 * ALL, accounts: 1, isComplete: true, wasFound: true });
    expect(await left(all, `plimsoll-${RUN}-A`)).toBe(0);
    expect(await left(all, `plimsoll-${RUN}-B`)).toBe(0);
    for (const uid of OTHERS) expect(await left(all, uid)).toBe(ALL);
    expect(await uidsOf(all.accounts)).toEqual(OTHERS.toSorted());
    expect(await readManifest(all.store, RUN)).toBeUndefined();

    const again = await all.clean();
    expect(again.done).toEqual({ documents: 0, accounts: 0, isComplete: true, wasFound: false });
    expect(again.lines).toContain(`Nothing of a run ${RUN} is in project demo-rehearsal.`);
  });

  it("goes on where it was interrupted", async () => {
    const all = await world();
    const interrupting = new AbortController();
    const { output } = listen(() => interrupting.abort(new Error("Ctrl-C")));
    const first = await all.clean({ signal: interrupting.signal, output });
    expect(first.fault).toMatchObject({ message: "Ctrl-C" });
    expect(first.done.documents).toBeGreaterThan(0);
    expect(first.done.documents).toBeLessThan(2 * ALL);
    expect(await readManifest(all.store, RUN)).toMatchObject({ status: "cleaning" });
    const rest = await all.clean();
    expect(rest.done.documents + first.done.documents).toBe(2 * ALL);
    expect(rest.done).toMatchObject({ accounts: 1, isComplete: true });
    for (const uid of OTHERS) expect(await left(all, uid)).toBe(ALL);
  });

  it("says how much was deleted when the database fails, and gives the lease back", async () => {
    const all = await world();
    let commits = 0;
    const failing: Store = {
      ...all.store,
      commit: (writes) => {
        commits += 1;
        if (commits > 3) return Promise.reject(new Error("gone"));
        return all.store.commit(writes);
      },
    };
    const { done, fault } = await all.clean({ store: failing });
    expect(fault).toMatchObject({ message: "gone" });
    expect(done.isComplete).toBe(false);
    expect((await all.clean()).done.isComplete).toBe(true);
  });

  it("does not meet a run that is under way", async () => {
    const all = await world();
    const request = { run: RUN, purpose: "run", onLost: () => undefined } as const;
    const lease = await takeStagingLease(clock, all.store, request);
    const { fault } = await all.clean();
    expect(fault).toMatchObject({ code: "E_STAGING_BUSY" });
    expect(await left(all, `plimsoll-${RUN}-A`)).toBe(ALL);
    await lease.release();
  });

  it.each(["", "x", "../users", "RUN001", `plimsoll-${RUN}`])(
    "takes %j for no run",
    async (runId) => {
      const { clean } = await world();
      expect((await clean({ runId })).fault).toMatchObject({ code: "E_BAD_OPTIONS" });
    },
  );
});
