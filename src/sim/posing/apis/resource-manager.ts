import type { PosingProject } from "../posing-project.ts";
import type { ApiRequest } from "./api-request.ts";
import { ApiError } from "../access/api-error.ts";

const PATH = /^\/(v1|v3)\/projects\/([^/:]+)$/;

/**
 * Cloud Resource Manager's projects.get, v1 (which Google's auth library asks for the ID of a number)
 * and v3 (https://cloud.google.com/resource-manager/reference/rest/v3/projects, read 2026-11-26).
 * Undefined: the path is not one of its. @throws ApiError
 */
export function answerResourceManager(project: PosingProject, request: ApiRequest): unknown {
  const [, version, named = ""] = PATH.exec(request.path) ?? [];
  if (version === undefined || request.method !== "GET") return undefined;
  project.demand(request.authorization, "resourcemanager.projects.get");
  const { projectId, projectNumber, labels } = project;
  if (named !== projectId && named !== projectNumber) {
    // The same words whether there is such a project or not (AIP-211).
    throw new ApiError(
      "PERMISSION_DENIED",
      `Permission 'resourcemanager.projects.get' denied on resource '//cloudresourcemanager.googleapis.com/projects/${named}' (or it may not exist).`,
    );
  }
  const time = new Date(project.createdMs).toISOString();
  if (version === "v1") {
    return {
      projectId,
      projectNumber,
      name: projectId,
      labels,
      lifecycleState: "ACTIVE",
      createTime: time,
    };
  }
  return {
    name: `projects/${projectNumber}`,
    projectId,
    displayName: projectId,
    labels,
    state: "ACTIVE",
    createTime: time,
    updateTime: time,
  };
}
