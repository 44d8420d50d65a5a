import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shadowTradePath, shadowTradesPath, userPath } from "../../system/schema/user.ts";
import type { DocumentData, Query } from "../../system/store/store.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { EmulatorApi } from "../targets/emulator-api.ts";
import {
  openEmulatorFixture,
  openTrade,
  type EmulatorFixture,
} from "./testing/emulator-fixture.ts";
import { createUserClient, type UserClient } from "./user-client.ts";

const ada = { uid: "ada", email: "ada@example.com", tenantId: "acme" };
const bob = { uid: "bob", email: "bob@example.com", tenantId: "globex" };

let fixture: EmulatorFixture;
let client: UserClient;

beforeAll(async () => {
  fixture = await openEmulatorFixture("demo-user-client");
  client = createUserClient(fixture, createRealClock());
});

afterAll(async () => {
  client.close();
  await fixture.close();
});

/** What the rules of a project of their own see of a token, told by what they allow. */
test.each([
  ["the user's ID", "request.auth.uid == 'ada'"],
  ["the tenant", "request.auth.token.tenant_id == 'acme'"],
  ["the email address", "request.auth.token.email == 'ada@example.com'"],
])("the rules see %s in the token", async (_what, condition) => {
  const projectId = "demo-user-token";
  const rules = `rules_version = '2';
    service cloud.firestore {
      match /databases/{database}/documents/{document=**} { allow read: if ${condition}; }
    }`;
  await new EmulatorApi(fixture.endpoint, projectId, createRealClock()).loadRules("t.rules", rules);
  const probe = createUserClient({ endpoint: fixture.endpoint, projectId }, createRealClock());
  try {
    expect(await probe.get(ada, "probes/one")).toBeUndefined();
    const stranger = { uid: "eve", email: "eve@example.com", tenantId: "evil" };
    await expect(probe.get(stranger, "probes/one")).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
  } finally {
    probe.close();
  }
});

describe("documents", () => {
  test("are read as they were written, to their owner", async () => {
    const trade = openTrade({ quoted_at: new Date("2026-01-05T14:30:00.123Z") });
    const path = shadowTradePath("ada", "t1");
    await fixture.store.commit([{ kind: "set", path, data: trade, merge: false }]);
    const snapshot = await client.get(ada, path);
    expect(snapshot).toMatchObject({ path, data: trade });
    await expect(client.get(bob, path)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });

  test("that do not exist are undefined", async () => {
    expect(await client.get(ada, shadowTradePath("ada", "none"))).toBeUndefined();
  });

  test("of every kind of value come back the same", async () => {
    const path = shadowTradePath("ada", "values");
    const data: DocumentData = {
      nothing: null,
      flags: [true, false],
      whole: 3,
      double: 0.1,
      big: 2 ** 60,
      minusZero: -0,
      nested: { "a key": { deep: [{ symbol: "AAPL" }] } },
      time: new Date("2026-01-05T14:30:00.007Z"),
    };
    await fixture.store.commit([{ kind: "set", path, data, merge: false }]);
    expect((await client.get(ada, path))?.data).toEqual(data);
  });
});

describe("queries", () => {
  const day = (hour: number) => new Date(Date.UTC(2026, 0, 5, hour));
  const from = { kind: "collection", path: shadowTradesPath("quin") } as const;
  const quin = { uid: "quin", email: "quin@example.com", tenantId: "acme" };

  beforeAll(async () => {
    const trades = [
      openTrade({ uid: "quin", side: "SELL", created_at: day(9) }),
      openTrade({ uid: "quin", side: "BUY", created_at: day(10), status: "CLOSED" }),
      openTrade({ uid: "quin", side: "SELL", created_at: day(11) }),
      openTrade({ uid: "quin", side: "SELL", created_at: day(12), quoted_at: day(13) }),
    ];
    await fixture.store.commit(
      trades.map((data, index) => ({
        kind: "set",
        path: shadowTradePath("quin", `q${index}`),
        data,
        merge: false,
      })),
    );
  });

  const ids = async (query: Omit<Query, "from">) =>
    (await client.query(quin, { from, ...query })).map(({ path }) => path.split("/").at(-1));

  test("filter, order and limit", async () => {
    const query: Omit<Query, "from"> = {
      where: [
        { field: "side", operator: "==", value: "SELL" },
        { field: "created_at", operator: ">=", value: day(10) },
      ],
      orderBy: [{ field: "created_at", direction: "desc" }],
    };
    expect(await ids(query)).toEqual(["q3", "q2"]);
    expect(await ids({ ...query, limit: 1 })).toEqual(["q3"]);
    expect(await ids({ ...query, startAfter: [day(12)] })).toEqual(["q2"]);
  });

  test("compare with null and with lists", async () => {
    expect(await ids({ where: [{ field: "quoted_at", operator: "!=", value: null }] })).toEqual([
      "q3",
    ]);
    const value = ["CLOSED", "HALTED"];
    expect(await ids({ where: [{ field: "status", operator: "in", value }] })).toEqual(["q1"]);
  });

  test("go on after a document", async () => {
    const orderBy = [{ field: "__name__", direction: "asc" }] as const;
    const startAfter = [shadowTradePath("quin", "q1")];
    expect(await ids({ orderBy, startAfter })).toEqual(["q2", "q3"]);
  });

  test("reach documents whose IDs mean something in a URL", async () => {
    const odd = { uid: "a?b#c d", email: "odd@example.com", tenantId: "acme" };
    const path = shadowTradePath(odd.uid, "t1");
    const data = openTrade({ uid: odd.uid });
    await fixture.store.commit([{ kind: "set", path, data, merge: false }]);
    const query: Query = { from: { kind: "collection", path: shadowTradesPath(odd.uid) } };
    expect(await client.query(odd, query)).toMatchObject([{ path }]);
  });

  test("of other users' trades are denied", async () => {
    await expect(client.query(ada, { from })).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      operation: "query",
      path: "users/quin/shadowTradeHistory",
    });
  });

  test("that make no sense are refused by name", async () => {
    await expect(client.query(quin, { from, limit: -1 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

test("creates are denied where the rules say so", async () => {
  const write = { kind: "create", path: userPath("eve"), data: { onboarded: true } } as const;
  await expect(client.create(ada, write)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
});
