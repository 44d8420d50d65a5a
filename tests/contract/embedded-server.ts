import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Admission, Decision } from "../../src/firestore/admission/admission.ts";
import { createEngine } from "../../src/firestore/engine/create-engine.ts";
import {
  createEmbeddedBackend,
  type EmbeddedBackendOptions,
} from "../../src/firestore/gateway/embedded/create-embedded-backend.ts";
import { createRealClock } from "../../src/sim/clock/real-clock.ts";
import { createRng } from "../../src/std/rng.ts";

export interface EmbeddedServer {
  /** "127.0.0.1:PORT". */
  readonly endpoint: string;
  readonly port: number;
  /** What the server took for faults of its own; tests expect none. */
  readonly faults: readonly unknown[];
  close(): Promise<void>;
}

/** For tests of src/firestore, which does not know the adapter. */
export const REAL_CLOCK = createRealClock();

const ADMITTED: Decision = { kind: "admit", delayMs: 0 };

/** Lets everything through at once. */
export const ADMIT_ALL: Admission = {
  commit: () => ADMITTED,
  batchWrite: ({ writes }) => writes.map(() => ADMITTED),
  query: () => ADMITTED,
  read: () => ADMITTED,
};

/** The embedded backend on a port of this process, without the gateway's own paths. */
export async function startEmbeddedServer(
  options: Partial<EmbeddedBackendOptions> = {},
): Promise<EmbeddedServer> {
  const clock = REAL_CLOCK;
  const rng = createRng("embedded server of a test");
  const faults: unknown[] = [];
  const backend = createEmbeddedBackend({
    engine: createEngine(clock, rng.fork("engine")),
    admission: ADMIT_ALL,
    clock,
    rng,
    onFault: (error) => faults.push(error),
    ...options,
  });
  const http = createHttpServer((request, response) => backend.handleHttp1(request, response));
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.once("readable", () => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      socket.unshift(chunk);
      if (chunk.toString("latin1", 0, 3) === "PRI") backend.acceptHttp2(socket);
      else http.emit("connection", socket);
    });
  });
  await new Promise<void>((resolve) => {
    tcp.listen(0, "127.0.0.1", resolve);
  });
  const { port } = tcp.address() as AddressInfo;
  return {
    endpoint: `127.0.0.1:${port}`,
    port,
    faults,
    close: async () => {
      await backend.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        tcp.close(resolve);
      });
    },
  };
}
