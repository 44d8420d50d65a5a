import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { shadowTradePath } from "../../system/schema/user.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { EmulatorApi } from "../targets/emulator-api.ts";
import { openListenChannel } from "./listen-channel.ts";
import { startListeners, type Listeners, type ListenersOptions } from "./listeners.ts";
import {
  openEmulatorFixture,
  openTrade,
  type EmulatorFixture,
} from "./testing/emulator-fixture.ts";

const clock = createRealClock();
const ada = { uid: "ada", email: "ada@example.com", tenantId: "acme" };
const bob = { uid: "bob", email: "bob@example.com", tenantId: "acme" };
const FIRST_QUOTE = new Date("2026-01-05T14:30:00Z");
const SECOND_QUOTE = new Date("2026-01-05T14:30:01.250Z");

let fixture: EmulatorFixture;
let listeners: Listeners | undefined;

beforeAll(async () => {
  fixture = await openEmulatorFixture("demo-listeners");
});

afterEach(async () => {
  await listeners?.stop();
  await fixture.api.clear();
});

afterAll(() => fixture.close());

function listen(
  options: Partial<ListenersOptions> = {},
  place: Partial<Pick<EmulatorFixture, "endpoint" | "projectId">> = {},
) {
  const views: { uid: string; tradeId: string; quotedAtMs: number; seenAtMs: number }[] = [];
  const errors: { uid: string; message: string }[] = [];
  listeners = startListeners(
    {
      users: [ada],
      signal: new AbortController().signal,
      onView: (uid, tradeId, quotedAtMs, seenAtMs) =>
        views.push({ uid, tradeId, quotedAtMs, seenAtMs }),
      onError: (uid, { message }) => errors.push({ uid, message }),
      ...options,
    },
    openListenChannel({ ...fixture, ...place }, clock),
    clock,
  );
  return { listeners, views, errors };
}

async function write(uid: string, tradeId: string, changes: Parameters<typeof openTrade>[0]) {
  const data = openTrade({ uid, ...changes });
  const path = shadowTradePath(uid, tradeId);
  await fixture.store.commit([{ kind: "set", path, data, merge: false }]);
}

test("each user's listener sees that user's trades change, once a change", async () => {
  await write("ada", "t1", { quoted_at: FIRST_QUOTE });
  await write("bob", "t2", { quoted_at: FIRST_QUOTE });
  const { listeners, views, errors } = listen({ users: [ada, bob] });
  await listeners.ready;
  expect(views, "the first view is no change").toEqual([]);

  const before = clock.monotonicMs();
  await write("ada", "t1", { quoted_at: SECOND_QUOTE });
  await vi.waitFor(() => expect(views).toHaveLength(1), { timeout: 5000 });
  const quotedAtMs = SECOND_QUOTE.getTime();
  expect(views).toMatchObject([{ uid: "ada", tradeId: "t1", quotedAtMs }]);
  expect(views[0]!.seenAtMs).toBeGreaterThan(before);

  // A change of something else is not a change of the quote; the next quote proves it has passed.
  await write("bob", "t2", { quoted_at: FIRST_QUOTE, pnl: "1.00" });
  await write("bob", "t2", { quoted_at: SECOND_QUOTE, pnl: "1.00" });
  await vi.waitFor(() => expect(views).toHaveLength(2), { timeout: 5000 });
  expect(views[1]).toMatchObject({ uid: "bob", tradeId: "t2", quotedAtMs });
  expect(errors).toEqual([]);
});

test("a trade opened later is seen with its first quote", async () => {
  const { listeners, views } = listen();
  await listeners.ready;
  await write("ada", "t9", { quoted_at: null });
  await write("ada", "t9", { quoted_at: FIRST_QUOTE });
  await vi.waitFor(() => expect(views).toHaveLength(1), { timeout: 5000 });
  expect(views[0]).toMatchObject({ tradeId: "t9", quotedAtMs: FIRST_QUOTE.getTime() });
});

test("the rules decide: a listener whose user they deny ends with an error", async () => {
  const rules = `rules_version = '2';
    service cloud.firestore {
      match /databases/{database}/documents/users/{uid}/{document=**} {
        allow read: if request.auth.uid == uid && request.auth.token.tenant_id == 'acme';
      }
    }`;
  const projectId = "demo-listeners-denied";
  await new EmulatorApi(fixture.endpoint, projectId, clock).loadRules("t.rules", rules);
  const eve = { uid: "eve", email: "eve@example.com", tenantId: "globex" };
  const { listeners, errors } = listen({ users: [ada, eve] }, { projectId });
  await listeners.ready;
  expect(errors).toMatchObject([{ uid: "eve" }]);
});

test("a listener whose connection breaks listens again, and reports what it missed once", async () => {
  await write("ada", "t1", { quoted_at: FIRST_QUOTE });
  const wire = await openWire(fixture.endpoint);
  vi.stubEnv("FIRESTORE_EMULATOR_HOST", undefined);
  try {
    const { listeners, views, errors } = listen({}, { endpoint: wire.endpoint });
    await listeners.ready;
    wire.cut();
    await write("ada", "t1", { quoted_at: SECOND_QUOTE });
    await vi.waitFor(() => expect(views).toHaveLength(1), { timeout: 20_000 });
    expect(views[0]).toMatchObject({ tradeId: "t1", quotedAtMs: SECOND_QUOTE.getTime() });
    expect(errors).toEqual([]);
    await listeners.stop();
  } finally {
    vi.unstubAllEnvs();
    wire.close();
  }
});

test("listeners that the SDK would send elsewhere are refused", () => {
  vi.stubEnv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9");
  try {
    expect(() => listen()).toThrow(`but the listeners are to go to ${fixture.endpoint}`);
  } finally {
    vi.unstubAllEnvs();
  }
});

test("nothing is reported after a stop, whoever asks for it", async () => {
  await write("ada", "t1", { quoted_at: FIRST_QUOTE });
  const abort = new AbortController();
  const { listeners, views } = listen({ signal: abort.signal });
  await listeners.ready;
  abort.abort();
  await listeners.stop();
  await listeners.stop();
  await write("ada", "t1", { quoted_at: SECOND_QUOTE });
  const { listeners: later, views: laterViews } = listen();
  await later.ready;
  await write("ada", "t1", { quoted_at: FIRST_QUOTE });
  await vi.waitFor(() => expect(laterViews).toHaveLength(1), { timeout: 5000 });
  expect(views).toEqual([]);
});

test("more listeners than the bound are refused", () => {
  const users = Array.from({ length: 26 }, (_, index) => ({ ...ada, uid: `user-${index}` }));
  expect(() => listen({ users })).toThrow("26 listeners are too many, at most 25");
});

/** A stretch of wire to the emulator that can be cut: what is connected breaks, new calls pass. */
async function openWire(target: string) {
  const { hostname, port } = new URL(`http://${target}`);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = () => {
    cut();
    server.close();
  };
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut, close };
}
