import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody } from "../../firestore/gateway/read-body.ts";
import { ApiError } from "./access/api-error.ts";
import { isRole, ROLES } from "./access/roles.ts";
import { readBodyAs } from "./apis/api-request.ts";
import { sendApiError, sendJson } from "./apis/json-answer.ts";
import { faultSchema } from "./faults.ts";
import type { PosingProject } from "./posing-project.ts";

const PREFIX = "/plimsoll/rehearsal";
const OK = 200;

const rolesSchema = z.strictObject({
  roles: z.array(z.string().refine(isRole, `is not one of ${ROLES.join(", ")}`)),
});
const labelsSchema = z.strictObject({ labels: z.record(z.string(), z.string()) });
const tokensSchema = z.strictObject({ refuse: z.boolean() });

type Handler = (project: PosingProject, body: string) => void;

/** What a rehearsal may have go wrong. Production has none of it: nobody needs a token here. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  "POST /faults": (project, body) => project.faults.add(readBodyAs(faultSchema, body)),
  "DELETE /faults": (project) => project.faults.clear(),
  "POST /roles": (project, body) => project.setRoles(readBodyAs(rolesSchema, body).roles),
  "POST /labels": (project, body) => {
    project.labels = readBodyAs(labelsSchema, body).labels;
  },
  "POST /tokens": (project, body) => {
    project.faults.refusesTokens = readBodyAs(tokensSchema, body).refuse;
  },
  "POST /expire-tokens": (project) => project.accessTokens.expireAll(),
};

/** Answers the rehearsal's own paths; false: it is none of them. */
export function createPosingControl(
  project: PosingProject,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return false;
    void answer(project, path.slice(PREFIX.length), request, response);
    return true;
  };
}

async function answer(
  project: PosingProject,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === "gone") return;
  try {
    if (body === "too-large") throw new ApiError("INVALID_ARGUMENT", "The body is too large.");
    if (path !== "") {
      const handle = HANDLERS[`${request.method} ${path}`];
      if (handle === undefined)
        throw new ApiError("NOT_FOUND", `GET ${PREFIX} lists what there is.`);
      handle(project, body.toString());
    }
    sendJson(response, OK, describe(project));
  } catch (error) {
    const known =
      error instanceof ApiError ? error : new ApiError("INTERNAL", (error as Error).message);
    sendApiError(response, known);
  }
}

function describe(project: PosingProject): object {
  return {
    project: project.projectId,
    serviceAccount: project.serviceAccount,
    roles: project.roles,
    labels: project.labels,
    users: project.accounts.size,
    tokens: project.faults.refusesTokens ? "refused" : "issued",
    paths: Object.keys(HANDLERS).map((line) => line.replace(" ", ` ${PREFIX}`)),
  };
}
