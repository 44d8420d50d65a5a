import { z } from "zod";
import {
  GATEWAY_OPTION_SPECS,
  gatewaySettingsSchema,
  resolveSettings,
  type OptionSpec,
} from "../gateway/gateway-settings.ts";
import { LATENCY_CHOICES } from "../targets/limits-choice.ts";
import { isRole, ROLES, type Role } from "./access/roles.ts";
import { SERVICE_NAMES, type Service } from "./access/services.ts";

/** https://cloud.google.com/resource-manager/docs/creating-managing-projects */
const PROJECT_ID = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
/** https://cloud.google.com/resource-manager/docs/labels-overview: small letters, digits, "_" and "-". */
const LABEL = /^[a-z][a-z0-9_-]{0,62}=[a-z0-9_-]{0,63}$/;
const DOMAIN = ".googleapis.com";
const SHORT_NAMES = SERVICE_NAMES.map((service) => service.slice(0, -DOMAIN.length));
const DAY_SECONDS = 86_400;

const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number)
  .pipe(z.number().positive().max(DAY_SECONDS));

const roles = z.string().transform((text, context): readonly Role[] => {
  const named = text.split(",").map((name) => (name.startsWith("roles/") ? name : `roles/${name}`));
  if (named.every((name): name is Role => isRole(name))) return named;
  context.addIssue({ code: "custom", message: "is not accepted" });
  return z.NEVER;
});

const services = z.string().transform((text, context): readonly Service[] => {
  const named = text.split(",").map((name) => (name.endsWith(DOMAIN) ? name : `${name}${DOMAIN}`));
  const found = SERVICE_NAMES.filter((service) => named.includes(service));
  if (found.length === named.length) return found;
  context.addIssue({ code: "custom", message: "is not accepted" });
  return z.NEVER;
});

const labels = z
  .string()
  .refine((text) => text.split(",").every((label) => LABEL.test(label)))
  .transform((text): Readonly<Record<string, string>> =>
    Object.fromEntries(
      text.split(",").map((label) => [label.split("=")[0] ?? "", label.split("=")[1] ?? ""]),
    ),
  );

const rehearsalSettingsSchema = gatewaySettingsSchema
  .omit({ host: true, port: true, project: true, latency: true })
  .extend({
    project: z.string().regex(PROJECT_ID),
    port: gatewaySettingsSchema.shape.port.removeDefault().default(0),
    folder: z.string().min(1).nullable().default(null),
    latency: z.enum(LATENCY_CHOICES).default("us-central1"),
    withoutRoles: roles.default([]),
    withoutApis: services.default([]),
    labels: labels.default({}),
    // Cloud Monitoring's own figures: src/sim/monitoring/catalogue/firestore-metrics.ts.
    sampleSeconds: seconds.default(60),
    ingestSeconds: seconds.default(240),
    // Google's own: an access token and an ID token are good for an hour.
    tokenSeconds: seconds.default(3600),
  });

export type RehearsalSettings = z.infer<typeof rehearsalSettingsSchema>;

type Key = keyof RehearsalSettings;

const OWN: readonly OptionSpec<Key>[] = [
  {
    key: "project",
    flag: "--project",
    placeholder: "ID",
    summary: "Project to pose as.",
    accepts: "a project ID: 6 to 30 small letters, digits and hyphens",
    words: [],
    byDefault: "none, it must be given",
  },
  {
    key: "port",
    flag: "--port",
    placeholder: "number",
    summary: "Port of all its APIs but Monitoring, which takes a free one.",
    accepts: "a whole number from 0 to 65535",
    words: [],
    byDefault: "0: a free one",
  },
  {
    key: "folder",
    flag: "--folder",
    placeholder: "folder",
    summary: "Where project.json and credentials.json are written.",
    accepts: "a folder, made where it is not there",
    words: [],
    byDefault: "reports/rehearsal/ID",
  },
  {
    key: "latency",
    flag: "--latency",
    placeholder: "place",
    summary: "Where the database is said to be, with the latency of the place.",
    accepts: LATENCY_CHOICES.join(", "),
    words: LATENCY_CHOICES,
    byDefault: "us-central1",
  },
  {
    key: "withoutRoles",
    flag: "--without-roles",
    placeholder: "roles",
    summary: "Roles that the service account lacks.",
    accepts: ROLES.map((role) => role.slice("roles/".length)).join(", "),
    words: ROLES.map((role) => role.slice("roles/".length)),
    byDefault: "none: it has what a staging run needs",
  },
  {
    key: "withoutApis",
    flag: "--without-apis",
    placeholder: "names",
    summary: "APIs that are not enabled in the project.",
    accepts: SHORT_NAMES.join(", "),
    words: SHORT_NAMES,
    byDefault: "none",
  },
  {
    key: "labels",
    flag: "--labels",
    placeholder: "list",
    summary: "The project's labels.",
    accepts: "key=value, more of them after commas",
    words: [],
    byDefault: "none",
  },
  {
    key: "sampleSeconds",
    flag: "--sample-seconds",
    placeholder: "seconds",
    summary: "How often Monitoring samples.",
    accepts: "a positive number",
    words: [],
    byDefault: "60, as Google's does",
  },
  {
    key: "ingestSeconds",
    flag: "--ingest-seconds",
    placeholder: "seconds",
    summary: "After how long a sample is to be seen.",
    accepts: "a positive number",
    words: [],
    byDefault: "240, as Google's may take",
  },
  {
    key: "tokenSeconds",
    flag: "--token-seconds",
    placeholder: "seconds",
    summary: "How long access tokens and ID tokens are good.",
    accepts: "a positive number",
    words: [],
    byDefault: "3600, as Google's are",
  },
];

const OWN_KEYS: ReadonlySet<string> = new Set(OWN.map(({ key }) => key));

export const REHEARSAL_OPTION_SPECS: readonly OptionSpec<Key>[] = [
  ...OWN,
  ...GATEWAY_OPTION_SPECS.flatMap(({ key, ...spec }) =>
    key === "host" || OWN_KEYS.has(key) ? [] : [{ ...spec, key }],
  ),
];

/** Checks what the command line gave. @throws UserError that names every fault */
export function resolveRehearsalSettings(
  given: Readonly<Record<string, unknown>>,
): RehearsalSettings {
  return resolveSettings(rehearsalSettingsSchema, REHEARSAL_OPTION_SPECS, given, "rehearsal");
}
