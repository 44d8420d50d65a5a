import { FirestoreError } from "../../firestore/data/status.ts";
import { tenantPath } from "../../system/schema/tenant.ts";
import { userPath } from "../../system/schema/user.ts";
import { formatTime } from "../cli/format-time.ts";
import { parseDurationMs } from "../config/duration.ts";
import type { FaultMet } from "../drivers/fault-injector.ts";
import type { SeenCommit } from "./in-process-database.ts";
import type { Overheard } from "./overheard-limiter.ts";

/** What `--explain` asks about: a document or all beneath a path, a second of the run, or a tenant. */
type Question =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "time"; readonly fromMs: number }
  | { readonly kind: "tenant"; readonly tenantId: string };

interface Line {
  readonly atMs: number;
  readonly text: string;
}

const SECOND_MS = 1000;
/** Of second 0 it would hide what the service did in it. */
const LOADED = "loaded before the first phase, which takes no time";
/** More nobody reads; the rest is counted. */
const LINES_MAX = 500;

/**
 * Tells of each write of a run that bears on a question what it met, and when: the limiter, faults by
 * script, production's limits, locks, and how often it was tried.
 */
export class CommitExplainer {
  readonly #question: Question;
  readonly #lines: Line[] = [];
  /** Paths of users, by what the run itself wrote of them. */
  readonly #tenantOf = new Map<string, string>();
  /** Commits that failed and have not succeeded since, by what they write. */
  readonly #failed = new Map<string, { readonly times: number; readonly lastMs: number }>();
  readonly #counts = new Map<string, number>();

  /** `asked`: "users/u1/…", "62s" or a tenant's ID. */
  constructor(asked: string) {
    this.#question = questionOf(asked);
  }

  /** What became of a commit that reached the database. */
  see(commit: SeenCommit): void {
    this.#learn(commit);
    const paths = commit.writes.map(({ path }) => path);
    if (!this.#bearsOn(commit.arrivedMs, paths)) return;
    if (this.#question.kind === "time" && commit.endedMs === 0) {
      this.#count(LOADED);
      return;
    }
    const key = paths.join(" ");
    const failures = this.#failuresBefore(key, commit.arrivedMs);
    if (commit.error === null) this.#failed.delete(key);
    else this.#failed.set(key, { times: failures + 1, lastMs: commit.endedMs });
    this.#count(commit.error === null ? "committed" : "failed");
    this.#tell(commit.arrivedMs, commitText(commit, failures));
  }

  /** What the service's limiter answered; that it let something go at once is not told. */
  reserved({ atMs, demand, answer }: Overheard): void {
    if (!this.#bearsOn(atMs, demand.keys, demand.tenantId)) return;
    const where = whatText(demand.keys);
    if (answer.kind === "refused") {
      this.#count("refused by the limiter");
      this.#tell(atMs, `limiter refuses ${where}: ${answer.reason}: ${answer.message}`);
      return;
    }
    const waitMs = answer.sendAtMs - atMs;
    if (waitMs <= 0) return;
    const reason = answer.waitedFor ?? "pace";
    const limit = answer.limit === undefined ? "" : ` of ${answer.limit} writes`;
    this.#count(`held back by the limiter (${reason})`);
    this.#tell(atMs, `limiter holds ${where} for ${waitMs.toFixed(1)} ms: ${reason}${limit}`);
  }

  /** A fault by script; what it refuses never reaches the database. */
  faulted({ atMs, fault, operation, paths }: FaultMet): void {
    if (!this.#bearsOn(atMs, paths)) return;
    const where = `${operation} of ${whatText(paths)}`;
    const { kind, countedAs } = fault;
    this.#count(`hit by the fault ${countedAs}`);
    const name = kind === countedAs ? kind : `${countedAs} (${kind})`;
    const what = fault.kind === "slow" ? `${fault.addedMs} ms later` : fault.code;
    this.#tell(atMs, `fault by script, ${name}, hits ${where}: ${what}`);
    if (fault.kind !== "refuse" || operation !== "commit") return;
    const key = paths.join(" ");
    this.#failed.set(key, { times: this.#failuresBefore(key, atMs) + 1, lastMs: atMs });
  }

  /** What was asked about, in order of time, and how much of each kind there was. */
  lines(): readonly string[] {
    const told = [...this.#lines]
      .sort((left, right) => left.atMs - right.atMs)
      .map(({ text }) => text);
    const all = [...this.#counts.values()].reduce((total, count) => total + count, 0);
    const loaded = this.#counts.get(LOADED) ?? 0;
    const left = all - loaded - told.length;
    const counts = [...this.#counts].map(([what, count]) => `${count} ${what}`).join(", ");
    return [
      ...told,
      ...(left > 0 ? [`… and ${left} more, which are only counted`] : []),
      `Asked about: ${counts === "" ? "nothing that happened" : counts}.`,
    ];
  }

  /** Of commits of the same documents, which had ended when this one came: most likely a repeat. */
  #failuresBefore(key: string, atMs: number): number {
    const failed = this.#failed.get(key);
    return failed === undefined || failed.lastMs > atMs ? 0 : failed.times;
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #tell(atMs: number, text: string): void {
    if (this.#lines.length < LINES_MAX) this.#lines.push({ atMs, text: `${stamp(atMs)} ${text}` });
  }

  #bearsOn(atMs: number, paths: readonly string[], tenantId?: string): boolean {
    const question = this.#question;
    switch (question.kind) {
      case "time":
        return atMs >= question.fromMs && atMs < question.fromMs + SECOND_MS;
      case "path":
        return paths.some((path) => isAtOrBeneath(path, question.path));
      case "tenant":
        return (
          tenantId === question.tenantId ||
          paths.some((path) => this.#tenantIdOf(path) === question.tenantId)
        );
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

/** commit of 11 writes, users/u1/trades/t1 first, after 2 failures: committed after 35.2 ms, … */
function commitText(commit: SeenCommit, failures: number): string {
  const { arrivedMs, endedMs, writes, error, refusal } = commit;
  const again =
    failures === 0 ? "" : `, after ${failures === 1 ? "a failure" : `${failures} failures`}`;
  const what = `commit of ${whatText(writes.map(({ path }) => path))}${again}`;
  const after = `after ${(endedMs - arrivedMs).toFixed(1)} ms${waitsText(commit)}`;
  if (error === null) return `${what}: committed ${after}`;
  const code = error instanceof FirestoreError ? `${error.code}: ${error.message}` : "given up";
  const why =
    refusal === null ? "" : ` [${refusal.limit}, ${refusal.subject}] ${refusal.explanation}`;
  return `${what}: failed ${after}: ${code}${why}`;
}

function waitsText({ queueMs, queuedFor, lockMs }: SeenCommit): string {
  const queue =
    queueMs > 0
      ? [`${queueMs.toFixed(1)} of it in the queue of a ${queuedFor ?? "limit"} that was full`]
      : [];
  const lock = lockMs > 0 ? [`${lockMs.toFixed(1)} of it for a transaction's locks`] : [];
  return [...queue, ...lock].map((text) => `, ${text}`).join("");
}

/** users/u1/trades/t1; 11 writes, users/u1/trades/t1 first */
function whatText(paths: readonly string[]): string {
  const [first = "nothing", ...more] = paths;
  return more.length === 0 ? first : `${paths.length} writes, ${first} first`;
}

/** 0:01:02.345 */
function stamp(atMs: number): string {
  return `${formatTime(atMs)}.${String(Math.floor(atMs % SECOND_MS)).padStart(3, "0")}`;
}
