import { FirestoreError } from "../../firestore/data/status.ts";
import { tenantPath } from "../../system/schema/tenant.ts";
import { userPath } from "../../system/schema/user.ts";
import { parseDurationMs } from "../config/duration.ts";
import type { SeenCommit } from "./in-process-database.ts";
import { formatTime } from "../cli/format-time.ts";

/** What `--explain` asks about: a document or all beneath a path, a second of the run, or a tenant. */
type Question =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "time"; readonly fromMs: number }
  | { readonly kind: "tenant"; readonly tenantId: string };

const SECOND_MS = 1000;
/** More nobody reads; the rest is counted. */
const LINES_MAX = 500;

/** Tells of each commit of a run that bears on a question what it met, and when. */
export class CommitExplainer {
  readonly #question: Question;
  readonly #say: (line: string) => void;
  /** Paths of users, by what the run itself wrote of them. */
  readonly #tenantOf = new Map<string, string>();
  #told = 0;

  /** `asked`: "users/u1/…", "62s" or a tenant's ID. */
  constructor(asked: string, say: (line: string) => void) {
    this.#question = questionOf(asked);
    this.#say = say;
  }

  /** Commits that were asked about. */
  get told(): number {
    return this.#told;
  }

  see(commit: SeenCommit): void {
    this.#learn(commit);
    if (!this.#bearsOn(commit)) return;
    this.#told += 1;
    if (this.#told <= LINES_MAX) this.#say(lineOf(commit));
    else if (this.#told === LINES_MAX + 1) this.#say("… and more, which are only counted");
  }

  #bearsOn({ arrivedMs, writes }: SeenCommit): boolean {
    const question = this.#question;
    switch (question.kind) {
      case "time":
        return arrivedMs >= question.fromMs && arrivedMs < question.fromMs + SECOND_MS;
      case "path":
        return writes.some(({ path }) => isAtOrBeneath(path, question.path));
      case "tenant":
        return writes.some(({ path }) => this.#tenantIdOf(path) === question.tenantId);
    }
  }

  #tenantIdOf(path: string): string | undefined {
    const [collection = "", id = ""] = path.split("/", 2);
    const owner = `${collection}/${id}`;
    return owner === tenantPath(id) ? id : this.#tenantOf.get(owner);
  }

  #learn({ writes }: SeenCommit): void {
    if (this.#question.kind !== "tenant") return;
    for (const write of writes) {
      const [, id = "", beneath] = write.path.split("/", 3);
      if (write.kind !== "update" || beneath !== undefined || write.path !== userPath(id)) continue;
      const tenantId = write.fields.get("tenant_id");
      if (typeof tenantId === "string") this.#tenantOf.set(write.path, tenantId);
    }
  }
}

function questionOf(asked: string): Question {
  if (asked.includes("/")) return { kind: "path", path: asked };
  const fromMs = parseDurationMs(asked);
  if (fromMs !== undefined) return { kind: "time", fromMs };
  return { kind: "tenant", tenantId: asked };
}

function isAtOrBeneath(path: string, asked: string): boolean {
  return path === asked || path.startsWith(asked.endsWith("/") ? asked : `${asked}/`);
}

/** 0:01:02.345 commit of 11 writes, users/u1/trades/t1 first: committed after 35.2 ms */
function lineOf({ arrivedMs, endedMs, writes, error, refusal }: SeenCommit): string {
  const milliseconds = String(Math.floor(arrivedMs % SECOND_MS)).padStart(3, "0");
  const what = `commit of ${writes.length} writes, ${writes[0]?.path ?? "nothing"} first`;
  const when = `${formatTime(arrivedMs)}.${milliseconds}`;
  const after = `after ${(endedMs - arrivedMs).toFixed(1)} ms`;
  if (error === null) return `${when} ${what}: committed ${after}`;
  const code = error instanceof FirestoreError ? `${error.code}: ${error.message}` : "given up";
  const why =
    refusal === null ? "" : ` [${refusal.limit}, ${refusal.subject}] ${refusal.explanation}`;
  return `${when} ${what}: failed ${after}: ${code}${why}`;
}
