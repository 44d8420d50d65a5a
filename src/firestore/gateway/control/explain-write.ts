import { FirestoreError } from "../../data/status.ts";
import type {
  ControlledAdmission,
  WriteExplanation,
} from "../../admission/controlled-admission.ts";
import { readWriteRequest } from "../../wire/read-write-request.ts";
import { transcode } from "../../wire/rest/transcode.ts";
import { ControlError } from "./http-answers.ts";

const DEFAULT_PROJECT = "demo-plimsoll";
const NEXT_STEP =
  'Send the JSON body of a REST commit: {"writes": [{"update": {"name": …, "fields": …}}]}.';

/**
 * What a commit would touch, as the model sees it. The body is that of documents:commit.
 * @throws ControlError where it is none
 */
export function explainWrite(
  admission: ControlledAdmission,
  nowMs: number,
  query: Readonly<Record<string, string>>,
  body: Buffer,
): WriteExplanation {
  try {
    const { project = DEFAULT_PROJECT, database = "(default)" } = query;
    const url = `/v1/projects/${project}/databases/${database}/documents:commit`;
    const request = transcode({ httpMethod: "POST", url, body: body.toString("utf8") });
    if (request === undefined) throw new ControlError(400, `No such database: ${url}.`, NEXT_STEP);
    const { database: name, writes } = readWriteRequest("commit", request.bytes);
    if (name === undefined) throw new ControlError(400, "The commit names no database.", NEXT_STEP);
    const requestBytes = request.bytes.length;
    return admission.explain({ database: name, writes, requestBytes }, nowMs);
  } catch (error) {
    if (error instanceof FirestoreError) throw new ControlError(400, error.message, NEXT_STEP);
    throw error;
  }
}
