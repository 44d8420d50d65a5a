import { Firestore } from "@google-cloud/firestore";
import { createRng } from "../../std/rng.ts";
import type { ControlledAdmission } from "../admission/controlled-admission.ts";
import { createAdmission } from "../admission/create-admission.ts";
import type { AdmissionOptions } from "../admission/create-admission.ts";
import { createEngine } from "../engine/create-engine.ts";
import { createCatalogue } from "../indexes/create-catalogue.ts";
import { readIndexFile } from "../indexes/index-file.ts";
import type { Admission } from "../admission/admission.ts";
import type { Backend } from "./backend.ts";
import { createControlApi } from "./control/control-api.ts";
import { GatewayMetrics } from "./control/gateway-metrics.ts";
import { createEmbeddedBackend } from "./embedded/create-embedded-backend.ts";
import { startGateway } from "./front.ts";
import { EMULATOR_MESSAGE_BYTES_MAX, createFirestorePolicy } from "./policy/firestore-policy.ts";
import { RealTestClock } from "./real-test-clock.fixture.ts";
import { createRelayBackend } from "./relay/relay-backend.ts";

export interface SdkWorldOptions {
  /** host:port of an emulator; undefined: the embedded engine. */
  readonly emulator?: string | undefined;
  /** A firestore.indexes.json. */
  readonly indexes?: object;
  readonly constants?: AdmissionOptions["constants"];
  /** In the model's place. */
  readonly admission?: Admission;
}

/** A gateway with the model of production's limits, and clients of the real SDK for it. */
export interface SdkWorld {
  readonly port: number;
  readonly clock: RealTestClock;
  readonly admission: ControlledAdmission;
  /** A client that `close` ends. */
  client(projectId: string): Firestore;
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

export async function startSdkWorld(options: SdkWorldOptions = {}): Promise<SdkWorld> {
  const clock = new RealTestClock();
  const rng = createRng(1);
  const engine = createEngine(clock, rng.fork("engine"));
  const file = readIndexFile(
    JSON.stringify(options.indexes ?? { indexes: [], fieldOverrides: [] }),
  );
  if (file.kind === "faulty") throw new Error(file.faults.map(({ message }) => message).join("; "));
  const admission = createAdmission({
    catalogue: createCatalogue(file.file),
    previous: (database, path) =>
      options.emulator === undefined
        ? (engine.database(database).peek(path)?.fields ?? "none")
        : "unknown",
    rng: rng.fork("admission"),
    mode: "on",
    latency: "off",
    startMs: clock.monotonicMs(),
    ...(options.constants === undefined ? {} : { constants: options.constants }),
  });
  const judge = options.admission ?? admission;
  const metrics = new GatewayMetrics(clock, admission);
  const backend: Backend =
    options.emulator === undefined
      ? createEmbeddedBackend({ engine, admission: judge, clock, rng: rng.fork("server") })
      : relayTo(options.emulator, clock, judge, metrics);
  const handleOwn = createControlApi({ clock, admission, backend, metrics });
  const gateway = await startGateway({ clock, host: HOST, port: 0, backend, handleOwn });
  const clients: Firestore[] = [];
  return {
    port: gateway.port,
    clock,
    admission,
    client: (projectId) => {
      const client = new Firestore({
        projectId,
        host: `${HOST}:${gateway.port}`,
        ssl: false,
        customHeaders: { Authorization: "Bearer owner" },
      });
      clients.push(client);
      return client;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.terminate()));
      await gateway.close();
    },
  };
}

function relayTo(
  endpoint: string,
  clock: RealTestClock,
  admission: Admission,
  events: GatewayMetrics,
): Backend {
  const [host = "", port = ""] = endpoint.split(":");
  return createRelayBackend({
    onFault: fail,
    clock,
    endpoint: { host, port: Number(port) },
    description: `emulator at ${endpoint}`,
    policy: createFirestorePolicy({
      onFault: fail,
      clock,
      rng: createRng(1),
      admission,
      serverMessageBytesMax: EMULATOR_MESSAGE_BYTES_MAX,
    }),
    events,
  });
}

/** A fault of ours must show. */
function fail(error: unknown): never {
  throw error;
}
