import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createRestTransport, type RestCall, type RestTransport } from "./rest-transport.ts";
import { FakeClock } from "./testing/fake-clock.ts";

const CALL: RestCall = {
  operation: "query",
  path: "users/ada/signals",
  url: "/v1/x:runQuery",
  token: "t.o.k",
  body: { structuredQuery: {} },
};

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A transport to a server on this machine that answers as told. */
async function setUp(listener: RequestListener, maxConnections = 8) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const clock = new FakeClock();
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = createRestTransport({ endpoint, maxConnections, timeoutMs: 5000 }, clock);
  closers.push(() => shut(server, transport));
  return { server, clock, transport };
}

function shut(server: Server, transport: RestTransport): void {
  transport.close();
  server.closeAllConnections();
  server.close();
}

test("sends the token and the JSON, and resolves to the answer", async () => {
  const { transport } = await setUp((incoming, outgoing) => {
    void incoming.toArray().then((chunks: Buffer[]) => {
      const { method, url, headers } = incoming;
      const body = Buffer.concat(chunks).toString();
      outgoing.end(JSON.stringify({ method, url, authorization: headers.authorization, body }));
    });
  });
  expect(await transport.post(CALL)).toEqual({
    method: "POST",
    url: "/v1/x:runQuery",
    authorization: "Bearer t.o.k",
    body: '{"structuredQuery":{}}',
  });
});

test("keeps its connections, and opens no more than the bound", async () => {
  let connections = 0;
  const { server, transport, clock } = await setUp((_incoming, outgoing) => outgoing.end("{}"), 3);
  server.on("connection", () => (connections += 1));
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 10 }, () => transport.post(CALL)));
  }
  expect(connections).toBe(3);
  expect(clock.sleeping, "timers left behind").toBe(0);
});

describe("fails with", () => {
  test("the status that the body names", async () => {
    const { transport } = await setUp((_incoming, outgoing) => {
      outgoing.writeHead(409).end('{"error":{"status":"ALREADY_EXISTS","message":"there"}}');
    });
    await expect(transport.post(CALL)).rejects.toMatchObject({
      name: "StoreError",
      code: "ALREADY_EXISTS",
      message: "query users/ada/signals: ALREADY_EXISTS: there",
    });
  });

  test("INTERNAL when a success is not JSON", async () => {
    const { transport } = await setUp((_incoming, outgoing) => outgoing.end("Ok"));
    await expect(transport.post(CALL)).rejects.toMatchObject({ code: "INTERNAL" });
  });

  test("DEADLINE_EXCEEDED when no answer comes, and not before", async () => {
    const { transport, clock } = await setUp(() => undefined);
    let code = "still waiting";
    const settled = transport.post(CALL).catch((error: { code: string }) => (code = error.code));
    await clock.advanceTo(4999);
    expect(code).toBe("still waiting");
    await clock.advanceTo(5000);
    await settled;
    expect(code).toBe("DEADLINE_EXCEEDED");
  });

  test("DEADLINE_EXCEEDED when the answer stops midway", async () => {
    const begun = Promise.withResolvers<void>();
    const { transport, clock } = await setUp((_incoming, outgoing) => {
      outgoing.write("[", () => begun.resolve());
    });
    const passTime = async () => {
      await begun.promise;
      await clock.advanceTo(5000);
    };
    await Promise.all([
      expect(transport.post(CALL)).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" }),
      passTime(),
    ]);
  });

  test("CANCELLED when the caller aborts", async () => {
    const abort = new AbortController();
    const { transport, clock } = await setUp(() => abort.abort());
    await expect(transport.post({ ...CALL, signal: abort.signal })).rejects.toMatchObject({
      code: "CANCELLED",
    });
    expect(clock.sleeping, "timers left behind").toBe(0);
  });

  test("CANCELLED, unsent, when the caller has aborted before", async () => {
    let requests = 0;
    const { transport } = await setUp(() => (requests += 1));
    const signal = AbortSignal.abort();
    await expect(transport.post({ ...CALL, signal })).rejects.toMatchObject({ code: "CANCELLED" });
    expect(requests).toBe(0);
  });

  test("UNAVAILABLE when the server hangs up", async () => {
    const { transport } = await setUp((incoming) => incoming.socket.destroy());
    await expect(transport.post(CALL)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("UNAVAILABLE when nobody listens", async () => {
    const { server, transport } = await setUp(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    await expect(transport.post(CALL)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
