import type { DatabaseName } from "../../../data/document.ts";
import { documentsRoot } from "../../../data/document-path.ts";
import { FirestoreError } from "../../../data/status.ts";
import type { ListenEvent } from "../../../engine/engine.ts";
import { encodeListenResponse, type ListenResponse } from "../../../wire/encode-listen-response.ts";
import { readListenRequest, type TargetRequest } from "../../../wire/read-listen-request.ts";
import type { BidiStream } from "../rpc.ts";
import { ListenQueue } from "./listen-queue.ts";
import { TargetView } from "./listen-target.ts";
import type { ServiceParts } from "./service-parts.ts";

/**
 * The server is heard of at least so often: SDKs take a stream that is silent for two minutes for
 * broken (nodejs-firestore, watch.ts).
 */
const HEARTBEAT_MS = 45_000;

/** Chosen where a client leaves the choice of a target's ID to the server. */
const FIRST_OWN_ID = 2 ** 20;

/** Listen: targets come and go, and what happens to each is told in the order of commits. */
export async function serveListenStream(parts: ServiceParts, stream: BidiStream): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([stream.signal, ended.signal]);
  const targets = new ListenStream(parts, signal);
  const sending = targets.send(stream);
  const beating = targets.beat();
  try {
    await Promise.race([receive(targets, stream), sending, targets.overflow]);
  } finally {
    ended.abort(new FirestoreError("CANCELLED", "The stream has ended."));
    targets.stop();
    await Promise.allSettled([sending, beating]);
  }
}

async function receive(targets: ListenStream, stream: BidiStream): Promise<void> {
  for await (const bytes of stream.requests) targets.handle(bytes);
}

interface Target {
  readonly view: TargetView;
  readonly removed: AbortController;
  readonly once: boolean;
  stop: () => void;
}

class ListenStream {
  readonly #parts: ServiceParts;
  readonly #signal: AbortSignal;
  readonly #queue: ListenQueue;
  readonly #targets = new Map<number, Target>();
  /** Events of this turn: those of one commit come together, and make one snapshot. */
  #events: { readonly targetId: number; readonly event: ListenEvent }[] = [];
  #root: string | undefined;
  #nextOwnId = FIRST_OWN_ID;

  constructor(parts: ServiceParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
    this.#queue = new ListenQueue(parts.limits.queuedChanges, signal);
  }

  /** Rejects when the client is too far behind. */
  get overflow(): Promise<never> {
    return this.#queue.overflow;
  }

  /** @throws FirestoreError for what ends the stream; what ends one target is told to it */
  handle(bytes: Uint8Array): void {
    const request = readListenRequest(bytes);
    switch (request.kind) {
      case "add":
        this.#root ??= documentsRoot(request.database);
        if (this.#root !== documentsRoot(request.database)) {
          throw new FirestoreError("INVALID_ARGUMENT", "A Listen stream is for one database.");
        }
        void this.#add(request.database, request.target);
        break;
      case "remove":
        this.#remove(request.targetId);
        break;
      case "bad-target":
        this.#refuse(request.targetId, request.error);
        break;
    }
  }

  /** Sends what is queued until the stream is over. */
  async send(stream: BidiStream): Promise<void> {
    for (;;) {
      const response = await this.#queue.take();
      if (response === undefined) return;
      await stream.send(encodeListenResponse(this.#root ?? "", response));
    }
  }

  async beat(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, this.#signal).catch(() => undefined);
      if (this.#queue.length === 0) this.#queue.push([{ kind: "no-change", targetIds: [] }], true);
    }
  }

  stop(): void {
    for (const target of this.#targets.values()) end(target);
    this.#targets.clear();
  }

  async #add(database: DatabaseName, request: TargetRequest): Promise<void> {
    const targetId = request.targetId === 0 ? this.#nextOwnId++ : request.targetId;
    const { query, resume, once } = request;
    if (this.#targets.size >= this.#parts.limits.targetsPerStream) {
      this.#refuse(targetId, new FirestoreError("RESOURCE_EXHAUSTED", "Too many targets."));
      return;
    }
    const before = this.#targets.get(targetId);
    if (before !== undefined) end(before);
    const target: Target = {
      view: new TargetView(targetId, resume !== undefined),
      removed: new AbortController(),
      once,
      stop: () => undefined,
    };
    this.#targets.set(targetId, target);
    try {
      await this.#admit(database, query, AbortSignal.any([this.#signal, target.removed.signal]));
      if (this.#targets.get(targetId) !== target) return;
      this.#queue.push([{ kind: "add", targetIds: [targetId] }], true);
      const listening = this.#parts.engine
        .database(database)
        .listen({ query, resume }, (event) => this.#happened(targetId, event));
      target.stop = () => listening.stop();
    } catch (error) {
      if (this.#targets.get(targetId) !== target) return;
      this.#targets.delete(targetId);
      this.#refuse(targetId, error);
    }
  }

  #admit(
    database: DatabaseName,
    query: TargetRequest["query"],
    signal: AbortSignal,
  ): Promise<void> {
    const { gate } = this.#parts;
    return "documents" in query
      ? gate.read({ database, paths: query.documents, listen: true }, signal)
      : gate.query({ database, query, listen: true }, signal);
  }

  #remove(targetId: number): void {
    const target = this.#targets.get(targetId);
    if (target === undefined) return;
    end(target);
    this.#targets.delete(targetId);
    this.#events = this.#events.filter((other) => other.targetId !== targetId);
    this.#queue.push([{ kind: "remove", targetIds: [targetId] }], true);
  }

  #refuse(targetId: number, error: unknown): void {
    if (this.#signal.aborted) return;
    const known = error instanceof FirestoreError;
    if (!known) this.#parts.onFault(error);
    const cause = known ? error : new FirestoreError("INTERNAL", "Internal error.");
    this.#queue.push([{ kind: "remove", targetIds: [targetId], cause }], true);
  }

  /** Called in the middle of a commit: notes the event, and tells of it when the commit is through. */
  #happened(targetId: number, event: ListenEvent): void {
    if (this.#events.length === 0) queueMicrotask(() => this.#flush());
    this.#events.push({ targetId, event });
  }

  #flush(): void {
    const events = this.#events;
    this.#events = [];
    for (const [index, { targetId, event }] of events.entries()) {
      const target = this.#targets.get(targetId);
      if (target === undefined) continue;
      const { isFirst } = target.view;
      this.#queue.push(target.view.responses(event), !isFirst);
      const next = events[index + 1];
      if (next === undefined || next.event.readTime.compareTo(event.readTime) !== 0) {
        this.#queue.push([snapshotMark(event)], true);
      }
      if (target.once) this.#remove(targetId);
    }
  }
}

/** All targets of the stream are as they were at this time. */
function snapshotMark({ readTime, resumeToken }: ListenEvent): ListenResponse {
  return { kind: "no-change", targetIds: [], readTime, resumeToken };
}

function end({ stop, removed }: Target): void {
  stop();
  removed.abort(new FirestoreError("CANCELLED", "The target was removed."));
}
