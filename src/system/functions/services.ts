import { randomUUID } from "node:crypto";
import { Firestore } from "@google-cloud/firestore";
import { initializeApp } from "firebase-admin/app";
import { getAuth } from "firebase-admin/auth";
import { getFunctions } from "firebase-admin/functions";
import { createRng } from "../../std/rng.ts";
import type { OnboardingDependencies } from "../provisioning/onboard-user.ts";
import { createAdminStore } from "../store/admin-store.ts";
import { processClock } from "../store/process-clock.ts";
import { createAdminAuthDirectory } from "./admin-auth-directory.ts";
import { createAlpacaQuotes } from "./alpaca-quotes.ts";
import { CoalescingQuotes } from "./coalescing-quotes.ts";
import { createPinoLog } from "./pino-log.ts";
import { PULSE_TIMEOUT_SECONDS } from "./pulse-deadline.ts";
import { Pulse, type ShardQueue } from "./pulse-wiring.ts";
import { readServiceConfig } from "./service-config.ts";

export interface Services extends OnboardingDependencies {
  readonly pulse: Pulse;
}

let services: Services | undefined;

/**
 * What all functions of one process share, made at the first call: `firebase deploy` loads the
 * module to list the functions, where there are neither credentials nor an environment.
 */
export function servicesOf(region: () => string): Services {
  services ??= createServices(region());
  return services;
}

function createServices(region: string): Services {
  const app = initializeApp();
  const config = readServiceConfig(process.env);
  const clock = processClock;
  const log = createPinoLog(config.logLevel);
  const store = createAdminStore(new Firestore());
  const directory = createAdminAuthDirectory(getAuth(app));
  const queue: ShardQueue = {
    enqueue: (task, id) =>
      getFunctions(app)
        .taskQueue(`locations/${region}/functions/pulse_shard`)
        .enqueue(task, { id, dispatchDeadlineSeconds: PULSE_TIMEOUT_SECONDS })
        .catch(ignoreExisting),
  };
  const alpaca = createAlpacaQuotes({
    baseUrl: config.alpacaUrl,
    keyId: process.env["ALPACA_KEY_ID"] ?? "",
    secret: process.env["ALPACA_SECRET_KEY"] ?? "",
  });
  const quotes = new CoalescingQuotes(clock, alpaca);
  const rng = createRng(randomUUID());
  const pulse = new Pulse({ clock, rng, store, log, config, quotes, queue });
  return { clock, store, directory, log, pulse };
}

/** A second start of the same minute finds its tasks queued, which is what their IDs are for. */
function ignoreExisting(error: unknown): void {
  if ((error as { readonly code?: unknown }).code !== "functions/task-already-exists") throw error;
}
