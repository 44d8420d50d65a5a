import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import { UserError } from "../cli/errors.ts";
import { askLocal, NoAnswer, type LocalAnswer, type LocalRequest } from "./local-http.ts";

const ANSWER_TIMEOUT_MS = 10_000;
/** The rules are the first thing a new emulator is asked, with most of its code still uncompiled. */
const RULES_TIMEOUT_MS = 30_000;
/** Deleting some 100,000 documents takes the emulator seconds. */
const CLEAR_TIMEOUT_MS = 120_000;

/** The emulator takes this token for an administrator's: the rules are not asked. */
const ADMINISTRATOR = { authorization: "Bearer owner" };

/** An empty list is left out of the answer. */
const collectionIdsSchema = z.object({
  collectionIds: z.array(z.string()).default([]),
  nextPageToken: z.string().optional(),
});

/** The emulator's own HTTP endpoints, beside the Firestore API on the same port. */
export class EmulatorApi {
  readonly endpoint: string;
  readonly #projectId: string;
  readonly #clock: Clock;

  /** `endpoint` is host:port. */
  constructor(endpoint: string, projectId: string, clock: Clock) {
    this.endpoint = endpoint;
    this.#projectId = projectId;
    this.#clock = clock;
  }

  /** Whether it answers at all. Never rejects. */
  async answers(timeoutMs: number): Promise<boolean> {
    try {
      return (await this.#send("GET", "/", { timeoutMs })).status === 200;
    } catch {
      return false; // Refused, reset or too late: each is the answer "no".
    }
  }

  /** Puts security rules in force for the project and returns what the compiler warns of. */
  async loadRules(rulesFile: string, rules: string): Promise<readonly string[]> {
    const path = `/emulator/v1/projects/${this.#projectId}:securityRules`;
    const body = JSON.stringify({ rules: { files: [{ name: rulesFile, content: rules }] } });
    const answer = await this.#send("PUT", path, { body, timeoutMs: RULES_TIMEOUT_MS });
    if (answer.status === 200) return readWarnings(rulesFile, answer.text);
    if (answer.status === 400) throw compileError(rulesFile, answer.text);
    throw this.#refused("security rules", answer);
  }

  /** Deletes all documents of the project's default database. */
  async clear(): Promise<void> {
    const path = `/emulator/v1/projects/${this.#projectId}/databases/(default)/documents`;
    const answer = await this.#send("DELETE", path, { timeoutMs: CLEAR_TIMEOUT_MS });
    if (answer.status !== 200) throw this.#refused("the deletion of all documents", answer);
  }

  /** Names of the collections right beneath a document, or of the root's when none is given. */
  async collectionIds(documentPath?: string): Promise<readonly string[]> {
    const documents = `projects/${this.#projectId}/databases/(default)/documents`;
    const parent = documentPath === undefined ? documents : `${documents}/${documentPath}`;
    const ids: string[] = [];
    let pageToken: string | undefined;
    do {
      const body = JSON.stringify({ pageSize: 300, pageToken });
      const path = `/v1/${parent}:listCollectionIds`;
      const answer = await this.#send("POST", path, { body, timeoutMs: ANSWER_TIMEOUT_MS });
      if (answer.status !== 200)
        throw this.#refused(`the list of collections of ${parent}`, answer);
      const page = collectionIdsSchema.parse(JSON.parse(answer.text));
      ids.push(...page.collectionIds);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined && pageToken !== "");
    return ids;
  }

  async #send(
    method: LocalRequest["method"],
    path: string,
    options: Pick<LocalRequest, "body" | "timeoutMs">,
  ): Promise<LocalAnswer> {
    try {
      const request = { method, path, headers: ADMINISTRATOR, ...options };
      return await askLocal(this.#clock, this.endpoint, request);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new UserError(
        "E_TARGET_DIED",
        `the emulator at ${this.endpoint} did not answer ${method} ${path}: ${error.message}`,
        "Start the run again; if it dies again, run `npm run sim -- doctor`.",
        { cause: error },
      );
    }
  }

  #refused(what: string, answer: LocalAnswer): UserError {
    return new UserError(
      "E_EMULATOR_REFUSED",
      `emulator at ${this.endpoint}: refused ${what}: HTTP ${answer.status}: ${answer.text}`,
      "Check that a Firestore emulator, and not another server, listens there.",
    );
  }
}

/** The compiler's text is "Error compiling rules:\nL4:39 Unexpected ';'.", a line for each fault. */
function compileError(rulesFile: string, text: string): UserError {
  const message = readMessage(text);
  const faults = [...message.matchAll(/L(\d+):(\d+) (.+)/g)].map(
    ([, line, column, fault]) => `${rulesFile}:${line}:${column}: ${fault}`,
  );
  return new UserError(
    "E_RULES_DO_NOT_COMPILE",
    faults.length > 0 ? faults.join("\n") : `${rulesFile}: ${message}`,
    "Correct the security rules; nothing was run.",
  );
}

function readMessage(text: string): string {
  const parsed = parseJson(text) as { readonly error?: { readonly message?: unknown } } | undefined;
  const message = parsed?.error?.message;
  return typeof message === "string" ? message : text;
}

interface RuleIssue {
  readonly sourcePosition?: { readonly line?: number; readonly column?: number };
  readonly description?: string;
}

function readWarnings(rulesFile: string, text: string): readonly string[] {
  const parsed = parseJson(text) as { readonly issues?: readonly RuleIssue[] } | undefined;
  return (parsed?.issues ?? []).map(({ sourcePosition, description }) => {
    const { line = 0, column = 0 } = sourcePosition ?? {};
    return `${rulesFile}:${line}:${column}: ${description ?? "unnamed issue"}`;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the caller shows the text as it is.
  }
}
