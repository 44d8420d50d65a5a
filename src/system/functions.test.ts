import type { AddressInfo } from "node:net";
import { http, type HttpFunction } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as functions from "./functions.ts";
import type { Services } from "./functions/services.ts";
import { createWorld, type OnboardingWorld } from "./provisioning/onboarding.fixture.ts";
import { provisionUser } from "./provisioning/provision-user.ts";

const EXPORTED = { ...functions };
type FunctionName = keyof typeof EXPORTED;

const started: unknown[] = [];
let world: OnboardingWorld;
let services: Services;

// The SDK then decodes tokens without verifying them, as in the Functions emulator. It looks once,
// when it is loaded.
vi.hoisted(() => {
  process.env["FIREBASE_DEBUG_MODE"] = "true";
  process.env["FIREBASE_DEBUG_FEATURES"] = '{"skipTokenVerification":true}';
});

vi.mock("./functions/services.ts", () => ({ servicesOf: () => services }));

beforeEach(() => {
  started.length = 0;
  world = createWorld();
  const pulse = {
    start: async (dueAtMs: number) => void started.push(dueAtMs),
    startShard: async (task: unknown) => void started.push(task),
  };
  services = { ...world, pulse: pulse as unknown as Services["pulse"] };
});

/** What `firebase deploy` reads of each function, with parameters as it writes them down. */
function endpointOf(name: FunctionName): Record<string, unknown> {
  const { __endpoint } = EXPORTED[name] as { __endpoint: object };
  return JSON.parse(JSON.stringify(__endpoint)) as Record<string, unknown>;
}

describe("the exported functions", () => {
  it("are those of the document, the shard worker and the repair", () => {
    expect(Object.keys(EXPORTED).toSorted()).toEqual([
      "on_user_created",
      "on_user_signup",
      "provision_user_manually",
      "pulse",
      "pulse_shard",
      "retry_onboarding",
    ]);
  });

  it.each(Object.keys(EXPORTED) as FunctionName[])(
    "%s is 2nd generation, in the region of the parameter",
    (name) => {
      const { platform, region } = endpointOf(name);
      expect(platform).toBe("gcfv2");
      expect(region).toBe("params.SERVICE_REGION");
    },
  );

  it("on_user_signup blocks the creation of users, for at most 7 s", () => {
    expect(endpointOf("on_user_signup")).toMatchObject({
      blockingTrigger: { eventType: "providers/cloud.auth/eventTypes/user.beforeCreate" },
      timeoutSeconds: 7,
      minInstances: 1,
    });
  });

  it("on_user_created is an event that is delivered again", () => {
    expect(endpointOf("on_user_created")).toMatchObject({
      eventTrigger: { eventType: "google.firebase.auth.user.v2.created", retry: true },
      timeoutSeconds: 60,
    });
  });

  it("provision_user_manually is callable", () => {
    expect(endpointOf("provision_user_manually")).toMatchObject({ callableTrigger: {} });
  });

  it("pulse starts every minute and is not repeated", () => {
    expect(endpointOf("pulse")).toMatchObject({
      scheduleTrigger: { schedule: "* * * * *", retryConfig: { retryCount: 0 } },
      timeoutSeconds: 1800,
      secretEnvironmentVariables: [{ key: "ALPACA_KEY_ID" }, { key: "ALPACA_SECRET_KEY" }],
    });
  });

  it("pulse_shard takes one task at a time, once", () => {
    expect(endpointOf("pulse_shard")).toMatchObject({
      taskQueueTrigger: {
        retryConfig: { maxAttempts: 1 },
        rateLimits: { maxConcurrentDispatches: 64 },
      },
      concurrency: 1,
      timeoutSeconds: 1800,
    });
  });

  it("retry_onboarding runs every five minutes", () => {
    expect(endpointOf("retry_onboarding")).toMatchObject({
      scheduleTrigger: { schedule: "*/5 * * * *" },
    });
  });
});

describe("the functions when they run", () => {
  /** The types of the SDK hide `run` on blocking functions. */
  const signUp = functions.on_user_signup as unknown as {
    run(event: { readonly data: object }): Promise<unknown>;
  };

  it("gives who signs up a tenant", async () => {
    const data = { uid: "u1", email: "u1@example.com", emailVerified: false };
    const answer = await signUp.run({ data });
    expect(answer).toEqual({ customClaims: { tenant_id: "tenant_u1" } });
  });

  it("refuses a sign-up with a message that says why", async () => {
    const refused = signUp.run({ data: { uid: "u1" } });
    await expect(refused).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("e-mail"),
    });
  });

  it("provisions who was created", async () => {
    world.directory.add({ uid: "u1", tenantId: "acme" });
    type Created = Parameters<typeof functions.on_user_created.run>[0];
    await functions.on_user_created.run({ data: { uid: "u1" } } as Created);
    expect(await world.store.get(["users/u1/status/trading"])).toMatchObject([
      { data: { enabled: false, mode: "safe" } },
    ]);
  });

  it("passes the due time and the tasks on to the pulse", async () => {
    await functions.pulse.run({ scheduleTime: "2026-01-05T14:30:00Z" });
    type Task = Parameters<typeof functions.pulse_shard.run>[0];
    await functions.pulse_shard.run({ data: { sweepId: "s" } } as Task);
    expect(started).toEqual([Date.UTC(2026, 0, 5, 14, 30), { sweepId: "s" }]);
  });
});

describe("provision_user_manually in the Functions framework", () => {
  http("provision_user_manually", functions.provision_user_manually as HttpFunction);
  const server = getTestServer("provision_user_manually");
  let address: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  /** Calls as the web SDK does. */
  async function call(data: unknown, token?: object): Promise<{ status: number; body: unknown }> {
    const encode = (part: object): string =>
      Buffer.from(JSON.stringify(part)).toString("base64url");
    const authorization = token && `Bearer ${encode({ alg: "none" })}.${encode(token)}.`;
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", ...(authorization && { authorization }) },
      body: JSON.stringify({ data }),
    });
    return { status: response.status, body: await response.json() };
  }

  it("refuses who is not signed in", async () => {
    const { status, body } = await call({ user_id: "u1" });
    expect(status).toBe(401);
    expect(body).toEqual({ error: { status: "UNAUTHENTICATED", message: "Sign in first." } });
  });

  it("refuses who is not an admin, and names bad input", async () => {
    const token = { sub: "stranger", uid: "stranger", tenant_id: "acme" };
    expect((await call({ user_id: "u1" }, token)).status).toBe(403);
    const bad = await call({ user: "u1" }, token);
    expect(bad).toMatchObject({ status: 400, body: { error: { status: "INVALID_ARGUMENT" } } });
  });

  it("answers an admin with what was created", async () => {
    const boss = { uid: "boss", email: "boss@example.com", tenantId: "acme" };
    await provisionUser(world.clock, world.store, boss);
    world.directory.add({ uid: "u1" });
    const token = { sub: "boss", uid: "boss", tenant_id: "acme" };
    expect(await call({ user_id: "u1", tenant_id: "acme" }, token)).toEqual({
      status: 200,
      body: {
        result: {
          tenant_id: "acme",
          created: ["membership", "user", "secrets", "account", "trading", "preferences"],
        },
      },
    });
  });

  it("hides what went wrong from the caller and logs it", async () => {
    const get = async (): Promise<never> => {
      throw new Error("secret detail");
    };
    services = { ...services, store: { ...world.store, get } };
    const { status, body } = await call({ user_id: "u1" }, { sub: "boss", tenant_id: "acme" });
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret detail");
    expect(world.log.lines).toMatchObject([{ fields: { message: "secret detail" } }]);
  });
});
