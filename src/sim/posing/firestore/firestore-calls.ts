import type { StatusCode } from "../../../firestore/data/status.ts";
import type { Clock } from "../../../std/clock.ts";
import { unsignedToken } from "../access/unsigned-token.ts";
import { ApiError, insufficientPermissions, unknownProject } from "../access/api-error.ts";
import type { Caller } from "../access/caller.ts";
import type { PosingProject } from "../posing-project.ts";
import type { OperationSink } from "./operation-sink.ts";
import { isOwners } from "./owner-check.ts";
import { readFacts, type WriteKind } from "./request-facts.ts";

const DATABASE = "(default)";
const SERVICE = "firestore.googleapis.com";

export interface FirestoreCallsParts {
  readonly project: PosingProject;
  readonly clock: Clock;
  readonly sink: OperationSink;
  /** Whether the backend evaluates security rules: the official emulator does. */
  readonly evaluatesRules: boolean;
}

/** Decides which calls of Firestore get through, and tells the sink what became of them. */
export class FirestoreCalls {
  readonly #parts: FirestoreCallsParts;

  constructor(parts: FirestoreCallsParts) {
    this.#parts = parts;
  }

  /** A call begins. @throws ApiError where its token is none */
  open(method: string, authorization: string | undefined): FirestoreCall {
    const { project } = this.#parts;
    const caller = project.caller(authorization);
    project.checkEnabled("datastore.databases.get");
    return new FirestoreCall(method, this.#parts, caller);
  }

  /** A call that was refused before it could begin. */
  refused(method: string, code: StatusCode): void {
    this.#parts.sink.request({ method, code, latencyMs: 0 });
  }

  fault(method: string): "unavailable" | "drop" | undefined {
    return this.#parts.project.faults.next(method);
  }
}

/** One call of Firestore, by REST or gRPC. */
export class FirestoreCall {
  readonly method: string;
  readonly #parts: FirestoreCallsParts;
  readonly #caller: Caller;
  readonly #beganMs: number;
  readonly #writes: WriteKind[] = [];
  #documents = 0;
  #isOver = false;

  constructor(method: string, parts: FirestoreCallsParts, caller: Caller) {
    this.method = method;
    this.#parts = parts;
    this.#caller = caller;
    this.#beganMs = parts.clock.monotonicMs();
  }

  /**
   * Who the backend is to take the caller for. The emulator takes "owner" for an administrator, and
   * the claims of an unsigned token for a user's, checked here before.
   */
  get authorization(): string | undefined {
    switch (this.#caller.kind) {
      case "account":
        return "Bearer owner";
      case "user":
        return `Bearer ${unsignedToken(this.#caller.claims)}`;
      case "nobody":
        return undefined;
    }
  }

  /** Lets a request message through. @throws ApiError */
  admit(bytes: Uint8Array): void {
    const facts = readFacts(this.method, bytes);
    if (facts === undefined) return;
    const { project, evaluatesRules } = this.#parts;
    const { database, permissions, paths, writes } = facts;
    if (database !== undefined) checkDatabase(project, database);
    const caller = this.#caller;
    const mayPass =
      caller.kind === "account"
        ? permissions.every((permission) => caller.permissions.has(permission))
        : evaluatesRules || (caller.kind === "user" && isOwners(caller, paths));
    if (!mayPass) throw insufficientPermissions();
    this.#writes.push(...writes);
  }

  /** So many documents were sent to the client. */
  read(documents: number): void {
    this.#documents += documents;
  }

  /** The call is over. `applied`: which of its writes are, in order; undefined: all or none, by the code. */
  end(code: StatusCode, applied?: readonly boolean[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { sink, clock } = this.#parts;
    const latencyMs = clock.monotonicMs() - this.#beganMs;
    sink.request({ method: this.method, code, latencyMs });
    if (this.#caller.kind !== "account") {
      sink.rules(code === "PERMISSION_DENIED" ? "DENY" : "ALLOW", 1);
    }
    // What a stream has delivered was read, however it ended.
    if (this.#documents > 0) sink.reads(this.#isLookup ? "LOOKUP" : "QUERY", this.#documents);
    if (code === "OK") this.#countWrites(applied);
  }

  #countWrites(applied: readonly boolean[] | undefined): void {
    const { sink } = this.#parts;
    const done = this.#writes.filter((_, index) => applied?.[index] ?? true);
    const count = (kind: WriteKind): number => done.filter((one) => one === kind).length;
    const [creates, updates, deletes] = [count("create"), count("update"), count("delete")];
    if (creates > 0) sink.writes("CREATE", creates);
    if (updates > 0) sink.writes("UPDATE", updates);
    if (deletes > 0) sink.deletes(deletes);
  }

  get #isLookup(): boolean {
    return this.method === "GetDocument" || this.method === "BatchGetDocuments";
  }
}

function checkDatabase(
  { projectId }: PosingProject,
  database: { readonly projectId: string; readonly databaseId: string },
): void {
  if (database.projectId !== projectId) throw unknownProject(database.projectId, SERVICE);
  if (database.databaseId === DATABASE) return;
  // Its first half is quoted so in public reports of this 404; the rest is as for a project without a database
  // (https://github.com/particle-iot/google-cloud-datastore-tutorial/issues/12), and not certain.
  throw new ApiError(
    "NOT_FOUND",
    `The database ${database.databaseId} does not exist for project ${projectId} Please visit https://console.cloud.google.com/datastore/setup?project=${projectId} to add a Cloud Datastore or Cloud Firestore database. `,
  );
}
