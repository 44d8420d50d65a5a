import { join } from "node:path";
import type { Backend } from "../../firestore/gateway/backend.ts";
import { startGateway, type Gateway } from "../../firestore/gateway/front.ts";
import type { Clock } from "../../std/clock.ts";
import { createRng } from "../../std/rng.ts";
import { cannotListen, openGateway, type OpenGateway } from "../gateway/open-gateway.ts";
import { loadGatewayIndexes } from "../gateway/gateway-indexes.ts";
import { openMonitoringServer } from "../monitoring/server/monitoring-server.ts";
import { OperationsSource } from "../monitoring/server/operations-source.ts";
import { Refusal } from "../monitoring/server/refusal.ts";
import type { LineLog, Machine } from "../targets/machine.ts";
import { readRules } from "../targets/rules-file.ts";
import { ApiError, permissionDenied } from "./access/api-error.ts";
import { STAGING_ROLES } from "./access/roles.ts";
import { RestApis } from "./apis/rest-apis.ts";
import { FirestoreCalls } from "./firestore/firestore-calls.ts";
import { GrpcDoor } from "./firestore/grpc-door.ts";
import { RestDoor } from "./firestore/rest-door.ts";
import { createPosingControl } from "./posing-control.ts";
import { PosingProject } from "./posing-project.ts";
import { writeProjectFolder, type ProjectFolder } from "./project-folder.ts";
import type { RehearsalSettings } from "./rehearsal-settings.ts";

const LOOPBACK = "127.0.0.1";
const DEFAULT_RULES = "firestore.rules";
const SECOND_MS = 1000;
/** Deployed where there is no file: what a new database in production mode has. */
const CLOSED_RULES = `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /{document=**} {
      allow read, write: if false;
    }
  }
}
`;

export interface OpenRehearsal {
  readonly project: PosingProject;
  readonly files: ProjectFolder;
  /** host:port of all APIs but Monitoring. */
  readonly apis: string;
  readonly monitoring: string;
  /** The gateway behind: its control API asks for no token. */
  readonly gateway: OpenGateway;
  /** Ends everything it started. Safe to call more than once. */
  close(): Promise<void>;
}

/** Opens all that a staging run meets of a Google Cloud project, on this machine. @throws UserError */
export async function openRehearsal(
  settings: RehearsalSettings,
  machine: Machine,
  clock: Clock,
  options: { readonly log: LineLog; readonly signal: AbortSignal },
): Promise<OpenRehearsal> {
  const project = await makeProject(settings, machine, clock);
  const inner = { ...settings, host: LOOPBACK, port: 0 };
  const gateway = await openGateway(inner, machine, clock, options);
  const closing: (() => Promise<void> | void)[] = [() => gateway.close()];
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const end of closing.toReversed()) await end();
  };
  try {
    const source = new OperationsSource(clock, {
      project: project.projectId,
      location: project.location,
      samplePeriodMs: settings.sampleSeconds * SECOND_MS,
      ingestDelayMs: settings.ingestSeconds * SECOND_MS,
    });
    const monitoring = await openMonitoringServer({
      source,
      authorize: (authorization) => judgeMonitoring(project, authorization),
    });
    closing.push(() => monitoring.close());
    const { evaluatesRules } = gateway;
    const calls = new FirestoreCalls({ project, clock, sink: source, evaluatesRules });
    const front = await openFront(project, calls, gateway, { settings, clock, log: options.log });
    closing.push(() => front.close());
    const hosts = {
      apis: `${LOOPBACK}:${front.port}`,
      monitoring: `${LOOPBACK}:${monitoring.port}`,
    };
    const folder = settings.folder ?? join("reports", "rehearsal", settings.project);
    const files = await writeProjectFolder(folder, project, hosts);
    return { project, files, ...hosts, gateway, close: () => (closed ??= close()) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeProject(
  settings: RehearsalSettings,
  machine: Machine,
  clock: Clock,
): Promise<PosingProject> {
  const { file: indexes } = await loadGatewayIndexes(machine, settings.indexes);
  const hasRules = settings.rules !== null || (await machine.isFile(DEFAULT_RULES));
  const rules = hasRules ? await readRules(machine, settings.rules ?? DEFAULT_RULES) : CLOSED_RULES;
  return new PosingProject({
    projectId: settings.project,
    clock,
    // Not the gateway's own stream: what it decides stays what it decides without a rehearsal.
    rng: createRng(settings.seed).fork("rehearsal"),
    roles: STAGING_ROLES.filter((role) => !settings.withoutRoles.includes(role)),
    disabled: settings.withoutApis,
    labels: settings.labels,
    location: settings.latency === "nam5" ? "nam5" : "us-central1",
    rules,
    indexes,
    tokenLifetimeMs: settings.tokenSeconds * SECOND_MS,
  });
}

async function openFront(
  project: PosingProject,
  calls: FirestoreCalls,
  inner: OpenGateway,
  surroundings: {
    readonly settings: RehearsalSettings;
    readonly clock: Clock;
    readonly log: LineLog;
  },
): Promise<Gateway> {
  const { settings, clock, log } = surroundings;
  const grpc = new GrpcDoor(calls, inner);
  const firestore = new RestDoor(calls, inner);
  const rest = new RestApis({
    project,
    firestore,
    clock,
    rng: createRng(settings.seed).fork("rehearsal accounts"),
    onFault: (error) =>
      log(`Fault of Plimsoll itself: ${error instanceof Error ? error.stack : String(error)}`),
  });
  const backend: Backend = {
    kind: inner.evaluatesRules ? "emulator" : "embedded",
    description: `posing as ${project.projectId}`,
    acceptHttp2: (socket) => grpc.accept(socket),
    handleHttp1: (request, response) => rest.handle(request, response),
    close: () => {
      grpc.close();
      firestore.close();
      return Promise.resolve();
    },
  };
  const where = { host: LOOPBACK, port: settings.port };
  try {
    return await startGateway({
      ...where,
      clock,
      backend,
      handleOwn: createPosingControl(project),
    });
  } catch (error) {
    throw cannotListen(error, where);
  }
}

/** Monitoring's own server asks who calls. */
function judgeMonitoring(
  project: PosingProject,
  authorization: string | undefined,
): Refusal | undefined {
  const permission = "monitoring.timeSeries.list";
  try {
    project.demand(authorization, permission, () => permissionDenied(permission));
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return new Refusal(error.code, error.message);
    throw error;
  }
}
