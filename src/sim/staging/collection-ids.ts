import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import { DIRECT_COLLECTIONS } from "../drivers/direct-writer.ts";
import { callApi } from "./api-client.ts";
import { databaseNameOf, type StagingProject } from "./project.ts";

const PAGE = 300;
const answerSchema = z.object({
  collectionIds: z.array(z.string()).default([]),
  nextPageToken: z.string().default(""),
});

/**
 * Names of the collections right beneath a document. Of those at the root a run knows its own only:
 * what else a project holds there is not the run's to judge.
 * https://firebase.google.com/docs/firestore/reference/rest/v1/projects.databases.documents/listCollectionIds
 */
export async function collectionIds(
  clock: Clock,
  project: StagingProject,
  documentPath?: string,
): Promise<readonly string[]> {
  const found = await listAll(clock, project, documentPath);
  if (documentPath !== undefined) return found;
  return found.filter((id) => DIRECT_COLLECTIONS.includes(id));
}

async function listAll(
  clock: Clock,
  project: StagingProject,
  documentPath: string | undefined,
): Promise<readonly string[]> {
  const beneath =
    documentPath === undefined
      ? ""
      : `/${documentPath.split("/").map(encodeURIComponent).join("/")}`;
  const path = `/v1/${databaseNameOf(project)}/documents${beneath}:listCollectionIds`;
  const found: string[] = [];
  for (let pageToken = ""; ;) {
    const body = { pageSize: PAGE, ...(pageToken === "" ? {} : { pageToken }) };
    const call = { api: "firestore", method: "POST", path, body } as const;
    const answer = answerSchema.parse(await callApi(clock, project, call));
    found.push(...answer.collectionIds);
    pageToken = answer.nextPageToken;
    if (pageToken === "") return found;
  }
}
