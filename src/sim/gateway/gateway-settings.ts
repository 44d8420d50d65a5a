import { z } from "zod";
import { UserError } from "../cli/errors.ts";
import { nearest } from "../cli/nearest.ts";
import { LATENCY_CHOICES, LIMITS_CHOICES } from "../targets/limits-choice.ts";
import { LOCAL_PROJECT_ID } from "../targets/local-project.ts";

/** How an option of a command is written and explained. A test holds the keys against the schema's. */
export interface OptionSpec<Key extends string = string> {
  readonly key: Key;
  readonly flag: `--${string}`;
  readonly placeholder: string;
  readonly summary: string;
  readonly accepts: string;
  readonly words: readonly string[];
  readonly byDefault: string;
}

/** What runs behind the gateway, as asked for. */
type BackendChoice =
  | { readonly kind: "auto" | "embedded" | "emulator" }
  | { readonly kind: "endpoint"; readonly host: string; readonly port: number };

const PORT_MAX = 65_535;
const BACKENDS = ["embedded", "emulator"] as const;

const backend = z.string().transform((text, context): BackendChoice => {
  if (text === "embedded" || text === "emulator") return { kind: text };
  const { host = "", port = "" } =
    /^(?<host>[^:/\s]+|\[[0-9a-f:.]+\]):(?<port>\d+)$/i.exec(text)?.groups ?? {};
  if (host !== "" && Number(port) >= 1 && Number(port) <= PORT_MAX) {
    return { kind: "endpoint", host: host.replaceAll(/[[\]]/g, ""), port: Number(port) };
  }
  context.addIssue({ code: "custom", message: "is not accepted" });
  return z.NEVER;
});

/** The command line's text becomes a number only where it is a plain decimal one. */
const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
const whole = decimal.pipe(z.number().int());

const AUTO: BackendChoice = { kind: "auto" };

export const gatewaySettingsSchema = z.strictObject({
  port: whole.pipe(z.number().max(PORT_MAX)).default(8080),
  host: z.string().min(1).default("127.0.0.1"),
  backend: backend.default(AUTO),
  limits: z.enum(LIMITS_CHOICES).default("on"),
  latency: z.enum(LATENCY_CHOICES).default("off"),
  indexes: z.string().min(1).nullable().default(null),
  rules: z.string().min(1).nullable().default(null),
  constants: z.string().min(1).nullable().default(null),
  heap: whole.pipe(z.number().min(128).max(65_536)).default(1024),
  project: z
    .string()
    .regex(/^[a-z0-9:.-]{1,100}$/)
    .default(LOCAL_PROJECT_ID),
  seed: z.string().min(1).max(100).default("1"),
  warm: decimal.pipe(z.number().positive().max(1e9)).nullable().default(null),
});

export type GatewaySettings = z.infer<typeof gatewaySettingsSchema>;

export const GATEWAY_OPTION_SPECS: readonly OptionSpec<keyof GatewaySettings>[] = [
  {
    key: "port",
    flag: "--port",
    placeholder: "number",
    summary: "Port to listen on; 0 takes a free one.",
    accepts: `a whole number from 0 to ${PORT_MAX}`,
    words: [],
    byDefault: "8080",
  },
  {
    key: "host",
    flag: "--host",
    placeholder: "address",
    summary: "Address to listen on. Nobody is asked for a password: beyond this machine, beware.",
    accepts: "an address of this machine",
    words: [],
    byDefault: "127.0.0.1",
  },
  {
    key: "backend",
    flag: "--backend",
    placeholder: "what",
    summary:
      "What answers behind it: the engine in this process, the official emulator, or a running one.",
    accepts: "embedded, emulator or HOST:PORT",
    words: BACKENDS,
    byDefault: "emulator where Java and a jar are found, else embedded",
  },
  {
    key: "limits",
    flag: "--limits",
    placeholder: "mode",
    summary: "Delay and refuse as production would, only count, or neither.",
    accepts: LIMITS_CHOICES.join(", "),
    words: LIMITS_CHOICES,
    byDefault: "on",
  },
  {
    key: "latency",
    flag: "--latency",
    placeholder: "place",
    summary: "Add the latency of a place, by assumed figures.",
    accepts: LATENCY_CHOICES.join(", "),
    words: LATENCY_CHOICES,
    byDefault: "off",
  },
  {
    key: "indexes",
    flag: "--indexes",
    placeholder: "file",
    summary: "The indexes there are.",
    accepts: "a file of the form of firestore.indexes.json",
    words: [],
    byDefault: "./firestore.indexes.json if there, else automatic indexes alone",
  },
  {
    key: "rules",
    flag: "--rules",
    placeholder: "file",
    summary: "Security rules for the emulator.",
    accepts: "a file of security rules",
    words: [],
    byDefault: "./firestore.rules if there, else open ones; a running emulator keeps its own",
  },
  {
    key: "constants",
    flag: "--constants",
    placeholder: "file",
    summary: "Figures of the model that are to differ from the assumed ones.",
    accepts: 'a file such as {"format": "plimsoll-constants/1", "constants": {"commit-p50": 31}}',
    words: [],
    byDefault: "the assumed figures of docs/capacity.md",
  },
  {
    key: "heap",
    flag: "--heap",
    placeholder: "MiB",
    summary: "Java heap of an emulator that is started.",
    accepts: "a whole number from 128 to 65536",
    words: [],
    byDefault: "1024",
  },
  {
    key: "project",
    flag: "--project",
    placeholder: "ID",
    summary: "Project whose rules are loaded; clients may use any.",
    accepts: "a project ID",
    words: [],
    byDefault: LOCAL_PROJECT_ID,
  },
  {
    key: "seed",
    flag: "--seed",
    placeholder: "text",
    summary: "Start of all randomness.",
    accepts: "a number or a word",
    words: [],
    byDefault: "1",
  },
  {
    key: "warm",
    flag: "--warm",
    placeholder: "rate",
    summary: "Begin as if every collection had long served so many evenly spread writes a second.",
    accepts: "a positive number",
    words: [],
    byDefault: "cold: a new collection takes 500 a second",
  },
];

const SHOWN_CHARACTERS = 80;

/** Checks what the command line gave. @throws UserError that names every fault */
export function resolveGatewaySettings(given: Readonly<Record<string, unknown>>): GatewaySettings {
  return resolveSettings(gatewaySettingsSchema, GATEWAY_OPTION_SPECS, given, "gateway");
}

/** The same for a command with other options. @throws UserError that names every fault */
export function resolveSettings<T>(
  schema: z.ZodType<T>,
  specs: readonly OptionSpec[],
  given: Readonly<Record<string, unknown>>,
  command: string,
): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path }) => {
    const spec = specs.find(({ key }) => key === path[0]);
    if (given[String(path[0])] === undefined)
      return `${spec?.flag}: must be given. Accepted: ${spec?.accepts}.`;
    const text = String(given[String(path[0])]).slice(0, SHOWN_CHARACTERS);
    const close = nearest(text, spec?.words ?? []);
    const meant = close === undefined ? "" : ` (did you mean "${close}"?)`;
    return `${spec?.flag}: "${text}" is not accepted${meant}. Accepted: ${spec?.accepts}.`;
  });
  throw new UserError(
    "E_BAD_OPTIONS",
    [...new Set(faults)].join("\n"),
    `Run \`npm run sim -- ${command} --help\` for all options. Nothing was started.`,
  );
}
