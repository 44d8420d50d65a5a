import { hashName } from "../../../std/rng.ts";
import { ApiError, unknownProject } from "../access/api-error.ts";
import type { PosingProject } from "../posing-project.ts";
import type { ApiRequest } from "./api-request.ts";

const PATH = /^\/v1\/projects\/([^/]+)\/(releases|rulesets)\/([^/]+)$/;
const SERVICE = "firebaserules.googleapis.com";
/** The release that is in force for the database "(default)". */
const RELEASE = "cloud.firestore";

/**
 * The Firebase Rules API, as far as a run reads it
 * (https://firebase.google.com/docs/reference/rules/rest, read 2026-11-26).
 * Undefined: the path is not one of its. @throws ApiError
 */
export function answerRules(project: PosingProject, request: ApiRequest): unknown {
  const [, projectId = "", list, id = ""] = PATH.exec(request.path) ?? [];
  if (projectId === "" || request.method !== "GET") return undefined;
  const isRelease = list === "releases";
  project.demand(
    request.authorization,
    isRelease ? "firebaserules.releases.get" : "firebaserules.rulesets.get",
  );
  if (projectId !== project.projectId) throw unknownProject(projectId, SERVICE);
  const parent = `projects/${projectId}`;
  const rulesetId = hashName(project.rules);
  const time = new Date(project.createdMs).toISOString();
  const rulesetName = `${parent}/rulesets/${rulesetId}`;
  if (isRelease && id === RELEASE) {
    return {
      name: `${parent}/releases/${RELEASE}`,
      rulesetName,
      createTime: time,
      updateTime: time,
    };
  }
  if (!isRelease && id === rulesetId) {
    const files = [{ name: "firestore.rules", content: project.rules }];
    return { name: rulesetName, source: { files }, createTime: time };
  }
  throw new ApiError("NOT_FOUND", "Requested entity was not found.");
}
