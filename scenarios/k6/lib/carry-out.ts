import { sleep } from "k6";
import http from "k6/http";
import { CreateTries } from "../../../src/sim/drivers/client-tries.ts";
import type { RestFailure } from "../../../src/sim/drivers/rest-status.ts";
import { fillJson, fillText, fillUrl } from "../../../src/sim/k6/fill-template.ts";
import type { K6Plan } from "../../../src/sim/k6/plan.ts";
import { createRng } from "../../../src/std/rng.ts";
import { post, type RestAnswer, type RestUser } from "./rest-client.ts";

/** What of a plan an operation needs. */
export type Errand = Pick<
  K6Plan,
  "target" | "requests" | "requestTimeoutMs" | "signUpUrl" | "seed"
>;

type Values = Readonly<Record<string, string>>;

interface Work {
  readonly operation: string;
  readonly user: RestUser;
  /** What the operation's request needs besides its user. */
  readonly values: Values;
  /** Of sign-ups: which one it is. */
  readonly n: number;
  /** Wall time at which it is given up. */
  readonly deadlineMs: number;
}

export type Outcome =
  | { readonly kind: "ok"; readonly documents: number; readonly attempts: number }
  | (RestFailure & {
      readonly kind: "failed";
      readonly attempts: number;
      /** Some try may have been applied all the same. */
      readonly ambiguous: boolean;
    });

/** Does one operation as one user, as the Node driver does: what fails is an outcome. */
export function carryOut(errand: Errand, work: Work): Outcome {
  if (work.operation === "sign-up") return signUp(errand, work);
  const request = (errand.requests as Record<string, Request | undefined>)[work.operation];
  if (request === undefined) throw new Error(`the plan has no request for ${work.operation}`);
  const { uid, tenantId, email } = work.user;
  const values: Values = { ...work.values, uid, tenantId, email };
  switch (request.method) {
    case "query":
      return once(send(errand, work, request, values), (content) =>
        ok((content as readonly object[]).filter((entry) => "document" in entry).length),
      );
    case "get":
      return once(send(errand, work, request, values), (content) => {
        const [entry] = content as readonly object[];
        if (entry !== undefined && "found" in entry) return ok(1);
        const message = `${fillText(request.path, values)} does not exist`;
        return { kind: "failed", code: "NOT_FOUND", message, attempts: 1, ambiguous: false };
      });
    case "create":
      return create(errand, work, request, values);
  }
}

type Request = NonNullable<K6Plan["requests"][keyof K6Plan["requests"]]>;

function ok(documents: number, attempts = 1): Outcome {
  return { kind: "ok", documents, attempts };
}

/** Nothing that reads is tried twice. */
function once(answer: RestAnswer, read: (content: unknown) => Outcome): Outcome {
  if (answer.kind === "ok") return read(answer.content);
  return { kind: "failed", ...answer.failure, attempts: 1, ambiguous: false };
}

function create(errand: Errand, work: Work, request: Request, values: Values): Outcome {
  const tries = new CreateTries();
  for (;;) {
    tries.begin();
    const answer = send(errand, work, request, values);
    if (answer.kind === "ok") return ok(1, tries.attempts);
    const { failure } = answer;
    const next = tries.failed(failure.code, Date.now() >= work.deadlineMs);
    if (next === "succeeded") return ok(1, tries.attempts);
    if (next === "give-up") {
      const { attempts, isAmbiguous } = tries;
      return { kind: "failed", ...failure, attempts, ambiguous: isAmbiguous };
    }
    const draw = createRng(errand.seed).fork(`${values["tradeId"]}/${tries.attempts}`).next();
    sleep(tries.backOffMs(draw) / 1000);
  }
}

/** Said of what the end of the phase cut short, as by the Node driver. */
const CUT: RestFailure = { code: "CANCELLED", message: "not finished when the phase ended" };

function send(
  { target, requestTimeoutMs }: Errand,
  work: Work,
  request: Request,
  values: Values,
): RestAnswer {
  const leftMs = work.deadlineMs - Date.now();
  if (leftMs <= 0) return { kind: "failed", failure: CUT };
  const since = request.sinceMs === null ? {} : { since: momentAgo(request.sinceMs) };
  const answer = post({
    url: target.baseUrl + fillUrl(request.url, values),
    body: fillJson(request.body, { ...values, ...since }),
    user: work.user,
    projectId: target.projectId,
    timeoutMs: Math.min(requestTimeoutMs, leftMs),
    name: work.operation,
  });
  const isCut = leftMs < requestTimeoutMs && isTimeout(answer);
  return isCut ? { kind: "failed", failure: CUT } : answer;
}

function isTimeout(answer: RestAnswer): boolean {
  return answer.kind === "failed" && answer.failure.code === "DEADLINE_EXCEEDED";
}

function momentAgo(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

/** The service's own provisioning runs in the harness, which is asked for it. */
function signUp({ signUpUrl }: Errand, { n, deadlineMs }: Work): Outcome {
  if (signUpUrl === null) throw new Error("the plan names no place to sign up");
  const leftMs = Math.max(1, deadlineMs - Date.now());
  const answer = http.post(signUpUrl, JSON.stringify({ n }), {
    headers: { "content-type": "application/json" },
    tags: { name: "sign-up" },
    timeout: leftMs,
    responseType: "text",
  });
  const attempts = 1;
  if (answer.status === 200 && typeof answer.body === "string") {
    return { ...(JSON.parse(answer.body) as Outcome), attempts };
  }
  const failure =
    Date.now() >= deadlineMs ? CUT : { code: "UNAVAILABLE" as const, message: answer.error };
  return { kind: "failed", ...failure, attempts, ambiguous: true };
}
