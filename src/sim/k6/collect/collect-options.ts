import { z } from "zod";
import { UserError } from "../../cli/errors.ts";
import { flagOfKey } from "../../cli/flag-of-key.ts";
import { parseDurationMs } from "../../config/duration.ts";
import type { Check } from "../../report/result.ts";

/** What the load went to: every figure says where it was measured. */
const BASES = {
  emulator: "measured on emulator",
  "gateway-emulator": "measured on emulator, limits modelled",
  "gateway-embedded": "measured on embedded engine, limits modelled",
  staging: "measured on staging",
} as const satisfies Record<string, Check["basis"]>;

const MEASURED_ON = Object.keys(BASES) as readonly (keyof typeof BASES)[];

export interface CollectOptions {
  readonly run: string;
  readonly basis: Check["basis"];
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** The report's folder. */
  readonly output: string;
}

export const COLLECT_PORT = 7_654;

export const COLLECT_OPTION_SPECS = [
  { flag: "--run <name>", describe: "the run's name, as `k6 export` printed it" },
  {
    flag: "--measured-on <target>",
    describe: `what the load goes to: ${MEASURED_ON.join(", ")}`,
  },
  {
    flag: "--host <address>",
    describe: "address to listen on; 0.0.0.0 lets a cluster in (default: 127.0.0.1)",
  },
  { flag: "--port <port>", describe: `port to listen on (default: ${COLLECT_PORT})` },
  {
    flag: "--timeout <time>",
    describe: "how long all segments are waited for, 1s to 168h (default: 2h)",
  },
  { flag: "--output <folder>", describe: "the report's folder (default: reports/k6-RUN)" },
] as const;

/** What Kubernetes takes for a name, with room for what the operator adds; and a folder's name. */
export const RUN_NAME = /^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/;

const WEEK_MS = 7 * 86_400_000;

const given = z.object({
  run: z.string().regex(RUN_NAME),
  measuredOn: z.enum(MEASURED_ON),
  host: z.string().min(1).default("127.0.0.1"),
  port: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port <= 65_535)
    .default(COLLECT_PORT),
  timeout: z
    .string()
    .default("2h")
    .transform((text) => parseDurationMs(text) ?? 0)
    .refine((ms) => ms >= 1_000 && ms <= WEEK_MS),
  output: z.string().min(1).optional(),
});

const ACCEPTS: Readonly<Record<string, string>> = {
  run: "1 to 50 lower-case letters, digits and hyphens",
  measuredOn: MEASURED_ON.join(", "),
  host: "an address of this machine, or 0.0.0.0",
  port: "0 to 65535",
  timeout: "1s to 168h",
  output: "a folder",
};

/** Checks what the command line gave; every fault is told at once. */
export function resolveCollectOptions(parsed: Readonly<Record<string, unknown>>): CollectOptions {
  const result = given.safeParse(parsed);
  if (!result.success) {
    const faults = result.error.issues.map(({ path: [key] }) => {
      const name = String(key);
      const flag = flagOfKey(name);
      const got =
        parsed[name] === undefined
          ? "is missing"
          : `${JSON.stringify(parsed[name])} is not accepted`;
      return `${flag}: ${got}. Accepted: ${ACCEPTS[name]}.`;
    });
    const hint = "Run `npm run sim -- k6 collect --help` for all options. Nothing was collected.";
    throw new UserError("E_BAD_OPTIONS", faults.join("\n"), hint);
  }
  const { run, measuredOn, timeout, output, ...rest } = result.data;
  const folder = output ?? `reports/k6-${run}`;
  return { ...rest, run, basis: BASES[measuredOn], timeoutMs: timeout, output: folder };
}
