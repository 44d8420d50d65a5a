import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../../../std/clock.ts";
import { createRng } from "../../../std/rng.ts";
import { UserError } from "../../cli/errors.ts";
import type { RunOutput } from "../../cli/progress.ts";
import { loadScenarios } from "../../config/scenario-files.ts";
import { createPopulation } from "../../population/create-population.ts";
import { randomId, UID_LENGTH } from "../../population/random-id.ts";
import { openDatabase } from "../../run/open-database.ts";
import { NO_SERVICE_LOG } from "../../run/service-log.ts";
import { SignUps } from "../../run/sign-ups.ts";
import { EmulatorApi } from "../../targets/emulator-api.ts";
import { watchEmulator } from "../../targets/running-emulator.ts";
import { serveSignUps, type SignUpServer } from "../sign-up-server.ts";
import type { K6Workloads } from "../workloads/workload-file.ts";
import { activeMarket, makeWorkloadFile } from "./make-workload-file.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import { provisionTarget } from "./provision-target.ts";

const FIRST_ANSWER_TIMEOUT_MS = 5_000;

/**
 * Provisions a population on a running gateway or emulator and writes the file that the scripts open.
 * With a port for sign-ups it then signs people up until the signal aborts.
 */
export async function prepareWorkloads(
  options: PrepareOptions,
  clock: Clock,
  output: RunOutput,
  signal: AbortSignal,
): Promise<void> {
  const api = new EmulatorApi(options.endpoint, options.projectId, clock);
  if (!(await api.answers(FIRST_ANSWER_TIMEOUT_MS))) throw unreachable(options.endpoint);
  const target = watchEmulator(clock, api, {
    projectId: options.projectId,
    description: options.endpoint,
    reason: "--endpoint",
    process: null,
  });
  const database = openDatabase(target, clock);
  const rng = createRng(options.seed);
  const scenarios = loadScenarios();
  try {
    const population = createPopulation(options, rng.fork("population"));
    const market = activeMarket(scenarios, rng);
    const signUps = new SignUps(clock, database.store, NO_SERVICE_LOG);
    output.phase(`Provisioning ${options.users} users at ${options.endpoint}`);
    const onProgress = (done: number, total: number): void => output.progress(done, total, "users");
    const provisioning = { clock, store: database.store, signUps, signal, onProgress };
    await provisionTarget(provisioning, population, market, rng);
    const server = await openSignUps(options, signUps);
    try {
      const signUpUrl = server?.url ?? null;
      const file = makeWorkloadFile({ options, population, scenarios, market, signUpUrl }, rng);
      await writeWhole(options.output, file);
      describe(options.output, file).forEach((line) => output.line(line));
      if (server !== null) {
        output.line(`Signing people up at ${server.url} until Ctrl-C.`);
        await aborted(signal);
      }
    } finally {
      await server?.close();
    }
  } finally {
    await target.stop();
    await database.close();
  }
}

async function openSignUps(
  { signUpPort, seed }: PrepareOptions,
  signUps: SignUps,
): Promise<SignUpServer | null> {
  if (signUpPort === null) return null;
  const newcomers = createRng(seed).fork("k6/newcomers");
  return serveSignUps(async (n) => {
    const uid = randomId(UID_LENGTH, newcomers.fork(`${n}`));
    await signUps.signUp({ uid, email: `newcomer-k6-${n}@example.com` });
  }, signUpPort);
}

/** The file is there whole or not at all. */
async function writeWhole(path: string, file: K6Workloads): Promise<void> {
  const draft = `${path}.writing`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, `${JSON.stringify(file)}\n`);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "E_K6_FILE",
      `--output: "${path}" cannot be written: ${reason}. Accepted: a file in a folder that can be written.`,
      "The population is there; run the command again, which changes nothing of it.",
      { cause: error },
    );
  }
}

function describe(path: string, { plan, workloads }: K6Workloads): readonly string[] {
  return [
    `${path}: ${plan.users.length} users, ${Object.keys(workloads).length} loads.`,
    "Now, for one: k6 run scenarios/k6/smoke.ts (with K6_NO_USAGE_REPORT=true, k6 tells nobody of it)",
    ...(plan.signUpUrl === null
      ? ["onboarding-rush.ts needs somebody to sign people up: --serve-sign-ups 0"]
      : []),
  ];
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function unreachable(endpoint: string): UserError {
  return new UserError(
    "E_EMULATOR_UNREACHABLE",
    `--endpoint: nothing answers at ${endpoint} as Firestore does`,
    "Start a target there, for one: npm run sim -- gateway --port 8080",
  );
}
