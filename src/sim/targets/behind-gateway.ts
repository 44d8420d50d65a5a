import type { Clock } from "../../std/clock.ts";
import { EmulatorApi } from "./emulator-api.ts";
import type { GatewayOptions, RunningGateway } from "./gateway.ts";
import type { Target } from "./target.ts";
import { endProcess, watchForDeath, type Watched } from "./watch-process.ts";

/** An emulator with the gateway in front of it: clients meet the gateway, the harness' own calls do not. */
export function behindGateway(
  clock: Clock,
  emulator: Target,
  gateway: RunningGateway,
  options: GatewayOptions,
): Target {
  const { endpoint } = gateway.control;
  const stopping = new AbortController();
  const watched = watchedGateway("the gateway", gateway);
  const died = watchForDeath(clock, watched, gateway.process, stopping.signal);
  let stopped: Promise<void> | undefined;
  return {
    ...emulator,
    endpoint,
    description: `${emulator.description}, behind the gateway`,
    limits: options.limits,
    latency: options.latency,
    control: gateway.control,
    gatewayProcessId: gateway.process.processId,
    died: Promise.race([emulator.died, died]),
    stop: () => {
      stopping.abort();
      stopped ??= stopBoth(clock, gateway, emulator);
      return stopped;
    },
  };
}

/** The front first: nobody is to be let through to an emulator that is going. */
async function stopBoth(clock: Clock, gateway: RunningGateway, emulator: Target): Promise<void> {
  try {
    await endProcess(clock, gateway.process);
  } finally {
    await emulator.stop();
  }
}

interface EmbeddedOptions extends GatewayOptions {
  readonly projectId: string;
  readonly reason: string;
}

/** The embedded engine: it lives in the gateway's process, empty at its start. */
export function embeddedTarget(
  clock: Clock,
  gateway: RunningGateway,
  options: EmbeddedOptions,
): Target {
  const { endpoint } = gateway.control;
  const api = new EmulatorApi(endpoint, options.projectId, clock);
  const stopping = new AbortController();
  const watched = watchedGateway("the embedded engine", gateway);
  let stopped: Promise<void> | undefined;
  return {
    kind: "embedded",
    projectId: options.projectId,
    endpoint,
    description: "embedded engine of Plimsoll, behind the gateway",
    reason: options.reason,
    limits: options.limits,
    latency: options.latency,
    control: options.limits === "off" ? null : gateway.control,
    evaluatesRules: false,
    processId: gateway.process.processId,
    gatewayProcessId: null,
    died: watchForDeath(clock, watched, gateway.process, stopping.signal),
    clear: () => api.clear(),
    collectionIds: (documentPath) => api.collectionIds(documentPath),
    stop: () => {
      stopping.abort();
      stopped ??= endProcess(clock, gateway.process);
      return stopped;
    },
  };
}

function watchedGateway(name: string, { control }: RunningGateway): Watched {
  return { name, endpoint: control.endpoint, answers: (timeoutMs) => control.answers(timeoutMs) };
}
