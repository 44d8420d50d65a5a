import { describe, expect, it } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { PROJECT, rehearse } from "../posing/rehearsal.fixture.ts";
import { AccountClient } from "./accounts.ts";
import { requireAllowed, requireStaging } from "./guard.ts";
import { openProjectStore } from "./project-store.ts";
import type { StagingProject } from "./project.ts";

const named = (projectId: string | null, environment: Record<string, string> = {}) =>
  requireAllowed({ flag: "--target staging", projectId, environment }, ["my-staging", "my-prod"]);

describe("what is told before anything is sent", () => {
  it("lets a project pass that the config file allows", () => {
    expect(named("my-staging", { FIRESTORE_EMULATOR_HOST: "" })).toBe("my-staging");
  });

  it.each([
    ["no project", null, {}, "needs --project"],
    ["one that is not allowed", "my-other", {}, "is not among stagingProjects"],
    ["a name of production, though it is allowed", "my-prod", {}, "says that it is production"],
    [
      "an emulator's variable",
      "my-staging",
      { FIRESTORE_EMULATOR_HOST: "127.0.0.1:8080" },
      "FIRESTORE_EMULATOR_HOST is set",
    ],
    [
      "the accounts' emulator's variable",
      "my-staging",
      { FIREBASE_AUTH_EMULATOR_HOST: "127.0.0.1:9099" },
      "FIREBASE_AUTH_EMULATOR_HOST is set",
    ],
  ])("refuses %s", (_, projectId, environment, text) => {
    expect(() => named(projectId, environment)).toThrow(text);
  });

  it.each([
    ["prod", true],
    ["my-production-eu", true],
    ["prd-trading", true],
    ["trading-live", true],
    ["prod2-trading", true],
    ["product-catalogue", false],
    ["olive-garden", false],
    ["reproduce-it", false],
  ])("%s says production: %s", (projectId, isProduction) => {
    const ask = () => requireAllowed({ flag: "x", projectId, environment: {} }, [projectId]);
    let fault = "";
    try {
      ask();
    } catch (error) {
      fault = (error as Error).message;
    }
    expect(fault.includes("says that it is production")).toBe(isProduction);
  });
});

const clock = createRealClock();

async function look(staging: StagingProject): Promise<unknown> {
  const database = openProjectStore(staging);
  try {
    return await requireStaging(clock, staging, database.store, new AbortController().signal);
  } finally {
    await database.close();
  }
}

describe("what is told by reading a project", () => {
  it("lets an empty one pass, and one that holds what runs have left", async () => {
    const { staging, firestore } = await rehearse();
    expect(await look(staging)).toMatchObject({ location: "us-central1", isNative: true });
    const uid = "plimsoll-run001-A";
    for (const path of [
      `users/${uid}`,
      `users/${uid}/shadowTradeHistory/t1`,
      `tenants/tenant_${uid}`,
      `tenants/tenant_${uid}/users/${uid}`,
      `ops/pulse/sweeps/plimsoll-run001-all`,
      `ops/write_rates/users/${uid}`,
      "plimsoll_staging/lease",
    ]) {
      await firestore.doc(path).create({});
    }
    await new AccountClient(clock, staging).import([
      { uid, email: "a@example.com", emailVerified: true, tenantId: `tenant_${uid}` },
    ]);
    expect(await look(staging)).toMatchObject({ isNative: true });
  });

  it.each([
    ["users/ann"],
    ["users/zoe/status/trading"],
    ["tenants/acme"],
    ["tenants/tenant_ann/users/ann"],
    ["ops/pulse/sweeps/all"],
    ["ops/write_rates/users/ann"],
    // Someone else's use of a name that the service has, too.
    ["shops/s1/config/opening-hours"],
  ])("refuses a project that holds %s", async (path) => {
    const { staging, firestore } = await rehearse();
    await firestore.doc(path).create({});
    await expect(look(staging)).rejects.toMatchObject({
      code: "E_STAGING_REFUSED",
      message: expect.stringContaining(`data that no run has made, such as ${path}`),
    });
  });

  it("refuses a project with a user of its own", async () => {
    const { staging } = await rehearse();
    await new AccountClient(clock, staging).import([
      { uid: "ann", email: "ann@example.com", emailVerified: true, tenantId: undefined },
    ]);
    await expect(look(staging)).rejects.toThrow("users that no run has made, such as ann");
  });

  it.each([
    ["env=production", "env=production"],
    ["prod=yes", "prod=yes"],
    ["team=trading,tier=live", "tier=live"],
  ])("refuses the labels %s", async (labels, said) => {
    const { staging } = await rehearse({ labels });
    await expect(look(staging)).rejects.toThrow(`its label ${said} says that it is production`);
  });

  it.each([
    ["firebaseauth.admin", "Identity Toolkit API", "roles/firebaseauth.admin"],
    ["datastore.user", "Cloud Firestore API", "roles/datastore.user"],
  ])("names the role and the API when %s is missing", async (withoutRoles, api, role) => {
    const { staging } = await rehearse({ withoutRoles });
    await expect(look(staging)).rejects.toMatchObject({
      code: "E_STAGING_ROLE",
      message: expect.stringContaining(`--project ${PROJECT}: `),
      hint: expect.stringContaining(role),
    });
    await expect(look(staging)).rejects.toThrow(api);
  });
});
