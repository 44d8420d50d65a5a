import { z } from "zod";
import { UserError } from "../../cli/errors.ts";
import { parseDurationMs } from "../../config/duration.ts";
import { readEmulatorHost } from "../../targets/emulator-host.ts";
import { LOCAL_PROJECT_ID } from "../../targets/local-project.ts";
import { RAMP_TO_MAX } from "../workloads/make-workloads.ts";

export interface PrepareOptions {
  /** host:port of a gateway or an emulator on this machine. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly users: number;
  readonly tenants: number;
  readonly seed: number;
  readonly soakSeconds: number;
  readonly rampTo: number;
  readonly output: string;
  /** Port of 127.0.0.1 where people are signed up until Ctrl-C; null: nobody is. */
  readonly signUpPort: number | null;
}

/** Where the scripts look when nothing else is said. */
export const WORKLOADS_FILE = "scenarios/k6/workloads.json";

/** As the command line has them, all text; in the order of the help. */
export const PREPARE_OPTION_SPECS = [
  {
    flag: "--endpoint <host:port>",
    describe: "gateway or emulator on this machine (default: FIRESTORE_EMULATOR_HOST)",
  },
  { flag: "--project <id>", describe: `project (default: ${LOCAL_PROJECT_ID})` },
  { flag: "--users <count>", describe: "users to sign up, 1 to 20000 (default: 1000)" },
  { flag: "--tenants <count>", describe: "tenants they belong to (default: 0.4 for each user)" },
  { flag: "--seed <number>", describe: "start of all randomness (default: 1)" },
  { flag: "--soak <time>", describe: "how long soak.ts goes on, 1m to 168h (default: 1h)" },
  {
    flag: "--ramp-to <writes/s>",
    describe: `where the ramp ends, 500 to ${RAMP_TO_MAX} (default: ${RAMP_TO_MAX})`,
  },
  {
    flag: "--serve-sign-ups <port>",
    describe: "goes on running and signs up who onboarding-rush.ts sends there; 0 takes any port",
  },
  { flag: "--output <file>", describe: `the file (default: ${WORKLOADS_FILE})` },
] as const;

const DAY_SECONDS = 86_400;

function whole(minimum: number, maximum: number, standard: number | undefined) {
  const number = z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum)
    .optional();
  return { accepts: `a whole number from ${minimum} to ${maximum}`, number, standard };
}

const FIELDS = {
  users: whole(1, 20_000, 1_000),
  tenants: whole(1, 20_000, undefined),
  seed: whole(0, 2 ** 31 - 1, 1),
  rampTo: whole(500, RAMP_TO_MAX, RAMP_TO_MAX),
  serveSignUps: whole(0, 65_535, undefined),
};

/** Checks what the command line gave; every fault is told at once. */
export function resolvePrepareOptions(
  parsed: Readonly<Record<string, unknown>>,
  emulatorHost: string | undefined,
): PrepareOptions {
  const faults: string[] = [];
  const fault = (flag: string, accepts: string): undefined => {
    faults.push(
      `${flag}: ${JSON.stringify(parsed[keyOf(flag)])} is not accepted. Accepted: ${accepts}.`,
    );
    return undefined;
  };
  const number = (key: keyof typeof FIELDS, flag: string): number | undefined => {
    const { number: schema, accepts, standard } = FIELDS[key];
    const result = schema.safeParse(parsed[key]);
    return result.success ? (result.data ?? standard) : fault(flag, accepts);
  };
  const users = number("users", "--users") ?? 0;
  const tenants = number("tenants", "--tenants") ?? Math.max(1, Math.round(users * 0.4));
  if (users > 0 && tenants > users) fault("--tenants", "not more than --users");
  const seed = number("seed", "--seed") ?? 0;
  const rampTo = number("rampTo", "--ramp-to") ?? 0;
  const signUpPort = number("serveSignUps", "--serve-sign-ups") ?? null;
  const soakMs = parseDurationMs(parsed["soak"] ?? "1h") ?? 0;
  if (soakMs < 60_000 || soakMs > 7 * DAY_SECONDS * 1_000) fault("--soak", "1m to 168h");
  const asked = text(parsed["endpoint"]);
  const endpoint = asked ?? (emulatorHost || undefined);
  if (endpoint === undefined) {
    faults.push(
      "--endpoint: nothing says where the database is. Accepted: host:port of a gateway or an emulator on this machine.",
    );
  }
  if (faults.length > 0) {
    const hint = "Run `npm run sim -- k6 prepare --help` for all options. Nothing was done.";
    throw new UserError("E_BAD_OPTIONS", faults.join("\n"), hint);
  }
  return {
    endpoint:
      asked === undefined
        ? readEmulatorHost(endpoint ?? "")
        : readEmulatorHost(asked, "--endpoint"),
    projectId: text(parsed["project"]) ?? LOCAL_PROJECT_ID,
    users,
    tenants,
    seed,
    soakSeconds: soakMs / 1_000,
    rampTo,
    output: text(parsed["output"]) ?? WORKLOADS_FILE,
    signUpPort,
  };
}

function keyOf(flag: string): string {
  return flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function text(given: unknown): string | undefined {
  return typeof given === "string" && given !== "" ? given : undefined;
}
