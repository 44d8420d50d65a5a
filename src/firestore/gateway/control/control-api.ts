import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Clock } from "../../../std/clock.ts";
import type { ControlledAdmission } from "../../admission/controlled-admission.ts";
import { admissionMode } from "../../admission/report.ts";
import type { Backend } from "../backend.ts";
import { BODY_BYTES_MAX, readBody } from "../read-body.ts";
import { explainWrite } from "./explain-write.ts";
import type { GatewayMetrics } from "./gateway-metrics.ts";
import { ControlError, sendError, sendJson, sendText } from "./http-answers.ts";

export interface ControlOptions {
  readonly clock: Clock;
  readonly admission: ControlledAdmission;
  readonly backend: Pick<Backend, "kind" | "description">;
  readonly metrics: GatewayMetrics;
}

type Query = Readonly<Record<string, string>>;

/** Answers with JSON, or text where the handler says so. */
type Handler = (options: ControlOptions, query: Query, body: Buffer) => unknown;

interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly what: string;
  readonly handle: Handler;
}

const PREFIX = "/plimsoll";
const METRICS = "/metrics";

const ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/plimsoll/v1/limits",
    what: "what the limits did since the counters were last reset",
    handle: ({ admission, clock }) => admission.report(clock.monotonicMs()),
  },
  {
    method: "GET",
    path: "/plimsoll/v1/heat",
    what: "operations over time by key range",
    handle: ({ admission, clock }) => admission.heat(clock.monotonicMs()),
  },
  {
    method: "POST",
    path: "/plimsoll/v1/limits",
    what: "?mode=on|observe|off: the same as /plimsoll/v1/mode",
    handle: (options, { mode, ...rest }, body) =>
      setMode(options, mode === undefined ? rest : { ...rest, limits: mode }, body),
  },
  {
    method: "POST",
    path: "/plimsoll/v1/mode",
    what: '{"limits": "on|observe|off"}',
    handle: (options, query, body) => setMode(options, query, body),
  },
  {
    method: "POST",
    path: "/plimsoll/v1/reset",
    what: '{"what": "all|counters", "warm": WRITES_PER_SECOND}; {"counters": true} is {"what": "counters"}',
    handle: reset,
  },
  {
    method: "POST",
    path: "/plimsoll/v1/warm",
    what: '{"writesPerSecond": RATE}: ranges split as if they had long served it',
    handle: warm,
  },
  {
    method: "POST",
    path: "/plimsoll/v1/cool",
    what: "ranges as if nobody had used the database for long",
    handle: ({ admission }) => {
      admission.cool();
      return { cool: true };
    },
  },
  {
    method: "POST",
    path: "/plimsoll/v1/quota",
    what: '{"share": 0.5}: so much of every limit is served; 1: all of it',
    handle: setQuota,
  },
  {
    method: "POST",
    path: "/plimsoll/v1/explain",
    what: '?project=ID&database=(default) with {"writes": […]} as in REST: what a commit would touch',
    handle: ({ admission, clock }, query, body) =>
      explainWrite(admission, clock.monotonicMs(), query, body),
  },
];

/** Serves the gateway's own paths. False: the request is for the backend. */
export function createControlApi(
  options: ControlOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://gateway");
    const isOwn =
      url.pathname === METRICS || url.pathname === PREFIX || url.pathname.startsWith(`${PREFIX}/`);
    if (isOwn) void answer(options, url, request, response);
    return isOwn;
  };
}

async function answer(
  options: ControlOptions,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (url.pathname === METRICS) {
      const { contentType, text } = await options.metrics.scrape();
      sendText(response, 200, contentType, text);
      return;
    }
    const route = findRoute(request.method ?? "GET", url.pathname);
    if (route === "index") {
      sendJson(response, 200, describe(options));
      return;
    }
    const query = Object.fromEntries(url.searchParams);
    const body = await readBody(request);
    if (body === "gone") return;
    if (body === "too-large") {
      throw new ControlError(413, "The body is too large.", `Send up to ${BODY_BYTES_MAX} bytes.`);
    }
    sendJson(response, 200, route.handle(options, query, body));
  } catch (error) {
    sendError(response, error);
  }
}

function findRoute(method: string, path: string): Route | "index" {
  if (path === PREFIX || path === `${PREFIX}/`) return "index";
  const there = ROUTES.filter((route) => route.path === path);
  const route = there.find((one) => one.method === method);
  if (route !== undefined) return route;
  const allowed = there.map((one) => one.method).join(", ");
  if (there.length > 0) {
    throw new ControlError(405, `${path} does not take ${method}.`, `Use ${allowed}.`);
  }
  throw new ControlError(404, `There is no ${path}.`, `GET ${PREFIX} lists what there is.`);
}

function describe({ admission, backend }: ControlOptions) {
  return {
    name: "Plimsoll gateway",
    backend: `${backend.kind}: ${backend.description}`,
    limits: admission.mode,
    paths: [
      ...ROUTES.map(({ method, path, what }) => `${method} ${path}: ${what}`),
      `GET ${METRICS}: Prometheus text`,
    ],
  };
}

const modeSchema = z.strictObject({ limits: admissionMode });

function setMode({ admission }: ControlOptions, query: Query, body: Buffer) {
  const { limits } = parse(modeSchema, query, body);
  admission.setMode(limits);
  return { limits: admission.mode };
}

/** From a query all is text. */
const rate = z.coerce.number().positive().max(1e9);
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

const resetSchema = z
  .strictObject({
    what: z.enum(["counters", "ranges", "all"]).optional(),
    counters: flag.optional(),
    warm: rate.optional(),
  })
  .refine(({ what, counters }) => what === undefined || counters === undefined, {
    message: "give one of what and counters",
  });

function reset({ admission, clock }: ControlOptions, query: Query, body: Buffer) {
  const { what, counters, warm: warmTo } = parse(resetSchema, query, body);
  const nowMs = clock.monotonicMs();
  if (what === "counters" || counters === true) {
    if (warmTo !== undefined) admission.warm(warmTo);
    admission.resetCounters(nowMs);
    return { reset: "counters" };
  }
  admission.reset(nowMs, warmTo === undefined ? {} : { warmToWritesPerSecond: warmTo });
  return { reset: "all", warm: warmTo ?? null };
}

const warmSchema = z.strictObject({ writesPerSecond: rate });

function warm({ admission }: ControlOptions, query: Query, body: Buffer) {
  const { writesPerSecond } = parse(warmSchema, query, body);
  admission.warm(writesPerSecond);
  return { warm: writesPerSecond };
}

const quotaSchema = z.strictObject({ share: z.coerce.number().positive().max(1) });

function setQuota({ admission }: ControlOptions, query: Query, body: Buffer) {
  const { share } = parse(quotaSchema, query, body);
  admission.setQuota(share);
  return { share };
}

/** Settings from the query and a JSON body together. @throws ControlError */
function parse<T>(schema: z.ZodType<T>, query: Query, body: Buffer): T {
  const result = schema.safeParse({ ...parseObject(body), ...query });
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `${path.join(".") || "request"}: ${message}`,
  );
  throw new ControlError(400, `${faults.join("; ")}.`, `GET ${PREFIX} shows what is accepted.`);
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new ControlError(400, `The body is not JSON: ${String(error)}.`, "Send a JSON object.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ControlError(400, "The body is not a JSON object.", 'Such as {"limits": "on"}.');
  }
  return parsed as Record<string, unknown>;
}
