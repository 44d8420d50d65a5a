import type { ControlledAdmission } from "../../firestore/admission/controlled-admission.ts";
import { createAdmission } from "../../firestore/admission/create-admission.ts";
import { createEngine } from "../../firestore/engine/create-engine.ts";
import { createControlApi } from "../../firestore/gateway/control/control-api.ts";
import { GatewayMetrics } from "../../firestore/gateway/control/gateway-metrics.ts";
import { startGateway } from "../../firestore/gateway/front.ts";
import type { Gateway } from "../../firestore/gateway/front.ts";
import { createCatalogue } from "../../firestore/indexes/create-catalogue.ts";
import type { Clock } from "../../std/clock.ts";
import { createRng } from "../../std/rng.ts";
import { UserError } from "../cli/errors.ts";
import type { LineLog, Machine } from "../targets/machine.ts";
import { loadGatewayConstants } from "./gateway-constants.ts";
import { loadGatewayIndexes } from "./gateway-indexes.ts";
import type { GatewaySettings } from "./gateway-settings.ts";
import { openBackend, planBackend } from "./open-backend.ts";
import type { OpenBackend } from "./open-backend.ts";

export interface OpenGateway {
  readonly host: string;
  readonly port: number;
  readonly admission: ControlledAdmission;
  /** Whether security rules are evaluated: the official emulator does, the embedded engine does not. */
  readonly evaluatesRules: boolean;
  /** For people: what is behind and why, why alone, where the indexes are from. */
  readonly backend: string;
  readonly reason: string;
  readonly indexes: string;
  /** Where figures of the model are from that differ; empty where none do. */
  readonly constants: string;
  /** Settles when what is behind has ended by itself. Never rejects. */
  readonly died: Promise<Error>;
  /** Ends everything it started. Safe to call more than once. */
  close(): Promise<void>;
}

/**
 * Opens a gateway with the model of production's limits in front of a backend. Everything that was
 * asked for is checked before anything is started. @throws UserError
 */
export async function openGateway(
  settings: GatewaySettings,
  machine: Machine,
  clock: Clock,
  options: { readonly log: LineLog; readonly signal: AbortSignal },
): Promise<OpenGateway> {
  const indexes = await loadGatewayIndexes(machine, settings.indexes);
  const { constants, description: constantsFrom } = await loadGatewayConstants(
    machine,
    settings.constants,
  );
  const plan = await planBackend(settings, machine);
  const rng = createRng(settings.seed);
  const engine = createEngine(clock, rng.fork("engine"));
  const catalogue = createCatalogue(indexes.file);
  const admission = createAdmission({
    catalogue,
    previous: (database, path) =>
      plan.kind === "embedded"
        ? (engine.database(database).peek(path)?.fields ?? "none")
        : "unknown",
    rng: rng.fork("admission"),
    mode: settings.limits,
    latency: settings.latency,
    startMs: clock.monotonicMs(),
    constants,
  });
  if (settings.warm !== null) admission.warm(settings.warm);
  const events = new GatewayMetrics(clock, admission);
  const opened = await openBackend(plan, {
    settings,
    machine,
    clock,
    rng,
    engine,
    catalogue,
    admission,
    events,
    ...options,
  });
  const { backend } = opened;
  const handleOwn = createControlApi({ clock, admission, backend, metrics: events });
  const gateway = await listen(
    () => startGateway({ ...settings, clock, backend, handleOwn }),
    settings,
    opened,
  );
  return describe(gateway, opened, {
    admission,
    evaluatesRules: backend.kind === "emulator",
    backend: `backend ${backend.kind}: ${backend.description}; ${plan.reason}`,
    reason: plan.reason,
    indexes: indexes.description,
    constants: constantsFrom,
  });
}

async function listen(
  start: () => Promise<Gateway>,
  { host, port }: GatewaySettings,
  opened: OpenBackend,
): Promise<Gateway> {
  try {
    return await start();
  } catch (error) {
    await opened.backend.close();
    await opened.stop();
    throw cannotListen(error, { host, port });
  }
}

/** A UserError where the operator can put it right, else the error itself. */
export function cannotListen(
  error: unknown,
  {
    host,
    port,
    flag = "--port",
  }: { readonly host: string; readonly port: number; readonly flag?: string },
): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const where = `${flag}: ${port} of ${host}`;
  if (code === "EADDRINUSE") {
    const hint = "End the program that holds it, or give another; 0 takes a free one.";
    return new UserError("E_PORT_TAKEN", `${where} is taken`, hint, { cause: error });
  }
  if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    const hint = "Give an address of this machine, and a port from 1024 up.";
    return new UserError("E_BAD_OPTIONS", `${where}: ${message}`, hint, { cause: error });
  }
  return error;
}

function describe(
  gateway: Gateway,
  { died, ...behind }: OpenBackend,
  told: Pick<
    OpenGateway,
    "admission" | "evaluatesRules" | "backend" | "reason" | "indexes" | "constants"
  >,
): OpenGateway {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await gateway.close();
    await behind.stop();
  };
  return {
    host: gateway.host,
    port: gateway.port,
    ...told,
    died,
    close: () => (closed ??= close()),
  };
}
