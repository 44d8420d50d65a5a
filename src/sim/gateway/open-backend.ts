import { fileURLToPath } from "node:url";
import type { ControlledAdmission } from "../../firestore/admission/controlled-admission.ts";
import type { Engine } from "../../firestore/engine/engine.ts";
import type { Backend } from "../../firestore/gateway/backend.ts";
import { createEmbeddedBackend } from "../../firestore/gateway/embedded/create-embedded-backend.ts";
import {
  EMULATOR_MESSAGE_BYTES_MAX,
  createFirestorePolicy,
} from "../../firestore/gateway/policy/firestore-policy.ts";
import { createRelayBackend } from "../../firestore/gateway/relay/relay-backend.ts";
import type { RelayEvents } from "../../firestore/gateway/relay/relay-events.ts";
import type { IndexCatalogue } from "../../firestore/indexes/catalogue.ts";
import type { Clock } from "../../std/clock.ts";
import type { Rng } from "../../std/rng.ts";
import { UserError } from "../cli/errors.ts";
import { EmulatorApi } from "../targets/emulator-api.ts";
import { startInstalledEmulator } from "../targets/emulator.ts";
import { requireInstallation } from "../targets/installation.ts";
import type { Installation } from "../targets/installation.ts";
import type { LineLog, Machine } from "../targets/machine.ts";
import { readRules } from "../targets/rules-file.ts";
import type { GatewaySettings } from "./gateway-settings.ts";

const OPEN_RULES = fileURLToPath(new URL("open.rules", import.meta.url));
const DEFAULT_RULES = "firestore.rules";
const FIRST_ANSWER_MS_MAX = 5_000;

/** What will answer behind the gateway, and why. Nothing has been started. */
export type BackendPlan =
  | { readonly kind: "embedded"; readonly reason: string }
  | { readonly kind: "start"; readonly installation: Installation; readonly reason: string }
  | {
      readonly kind: "endpoint";
      readonly host: string;
      readonly port: number;
      readonly reason: string;
    };

/**
 * Decides, or throws the UserError that says what is missing. FIRESTORE_EMULATOR_HOST is not looked
 * at: it may well name this very gateway.
 */
export async function planBackend(
  { backend }: GatewaySettings,
  machine: Machine,
): Promise<BackendPlan> {
  switch (backend.kind) {
    case "embedded":
      return { kind: "embedded", reason: "asked for" };
    case "endpoint":
      return { ...backend, reason: "asked for" };
    case "emulator":
      return startPlan(await requireInstallation(machine), "asked for");
    case "auto":
      try {
        return startPlan(await requireInstallation(machine), "no --backend was given");
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { kind: "embedded", reason: `no emulator: ${error.message}` };
      }
  }
}

function startPlan(installation: Installation, why: string): BackendPlan {
  const { java, jar } = installation;
  const reason = `${why}; found Java ${java.major} and a jar (${jar.source})`;
  return { kind: "start", installation, reason };
}

export interface BackendParts {
  readonly settings: GatewaySettings;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly engine: Engine;
  readonly catalogue: IndexCatalogue;
  readonly admission: ControlledAdmission;
  readonly events: RelayEvents;
  readonly log: LineLog;
  readonly signal: AbortSignal;
}

export interface OpenBackend {
  readonly backend: Backend;
  /** Settles when what is behind has ended by itself. Never rejects. */
  readonly died: Promise<Error>;
  /** Ends what was started beside the backend. */
  stop(): Promise<void>;
}

const NEVER: Promise<Error> = new Promise(() => undefined);

/** Starts what the plan says. */
export function openBackend(plan: BackendPlan, parts: BackendParts): Promise<OpenBackend> {
  switch (plan.kind) {
    case "embedded":
      return Promise.resolve(openEmbedded(parts));
    case "endpoint":
      return openEndpoint(parts, plan.host, plan.port);
    case "start":
      return openStarted(parts, plan.installation);
  }
}

function openEmbedded(parts: BackendParts): OpenBackend {
  const { clock, rng, engine, catalogue, admission, log } = parts;
  const backend = createEmbeddedBackend({
    clock,
    engine,
    catalogue,
    admission,
    rng: rng.fork("server"),
    onFault: faultLog(log),
  });
  return { backend, died: NEVER, stop: () => Promise.resolve() };
}

async function openEndpoint(parts: BackendParts, host: string, port: number): Promise<OpenBackend> {
  const { settings, machine, clock, log } = parts;
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const rules = settings.rules === null ? null : await readRules(machine, settings.rules);
  const api = new EmulatorApi(authority, settings.project, clock);
  if (!(await api.answers(FIRST_ANSWER_MS_MAX))) {
    throw new UserError(
      "E_EMULATOR_UNREACHABLE",
      `--backend: no emulator answers at ${authority}`,
      "Start it there, or leave --backend out to have one started.",
    );
  }
  if (settings.rules !== null && rules !== null) {
    (await api.loadRules(settings.rules, rules)).forEach((warning) => log(warning));
  }
  const description = `a Firestore emulator at ${authority} (already running, version unknown)`;
  return {
    backend: createRelay(parts, host, port, description),
    died: NEVER,
    stop: () => Promise.resolve(),
  };
}

async function openStarted(parts: BackendParts, installation: Installation): Promise<OpenBackend> {
  const { settings, machine, clock, signal } = parts;
  const hasRules = settings.rules !== null || (await machine.isFile(DEFAULT_RULES));
  const rulesFile = settings.rules ?? (hasRules ? DEFAULT_RULES : OPEN_RULES);
  const { project: projectId, heap: heapMiB } = settings;
  const target = await startInstalledEmulator(
    { projectId, rulesFile, heapMiB, signal },
    installation,
    machine,
    clock,
  );
  const [host = "", port = ""] = target.endpoint.split(":");
  const rulesText = hasRules ? rulesFile : "open rules";
  return {
    backend: createRelay(parts, host, Number(port), `${target.description}, ${rulesText}`),
    died: target.died,
    stop: () => target.stop(),
  };
}

function createRelay(
  { clock, rng, admission, events, log }: BackendParts,
  host: string,
  port: number,
  description: string,
): Backend {
  const onFault = faultLog(log);
  const policy = createFirestorePolicy({
    clock,
    onFault,
    rng: rng.fork("policy"),
    admission,
    isIdle: () => admission.mode === "off",
    serverMessageBytesMax: EMULATOR_MESSAGE_BYTES_MAX,
  });
  return createRelayBackend({
    clock,
    endpoint: { host, port },
    description,
    policy,
    events,
    onFault,
  });
}

/** A fault of ours is told, and the gateway goes on for everybody else. */
function faultLog(log: LineLog): (error: unknown) => void {
  return (error) =>
    log(`Fault of Plimsoll itself: ${error instanceof Error ? error.stack : String(error)}`);
}
