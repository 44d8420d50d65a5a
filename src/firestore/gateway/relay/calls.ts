import type { Clock } from "../../../std/clock.ts";
import { encodeMessage } from "../grpc/message-assembler.ts";
import { OK_STATUS, RESPONSE_HEADERS, trailersOf } from "../grpc/status.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import { ErrorCode, encodeRstStream, encodeWindowUpdate } from "../http2/frame.ts";
import type { HeaderField } from "../http2/hpack-table.ts";
import type { Policy, Ruling } from "../policy/policy.ts";
import { ClientWriter } from "./client-writer.ts";
import { RecentStreams } from "./recent-streams.ts";
import type { RelayEvents } from "./relay-events.ts";
import { RelayStream } from "./relay-stream.ts";
import type { StreamPort } from "./relay-stream.ts";
import type { SideAnswer, SideCalls } from "./side-calls.ts";

/** How long a client may take to send one request whole. */
const SENDING_MS_MAX = 60_000;
/** Of requests not yet whole, on all connections together. */
const KEPT_BYTES_MAX = 268_435_456;

/** What all connections of a relay share. */
export interface RelayContext {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly events: RelayEvents;
  readonly side: SideCalls;
  /** Told of faults of ours, which end the connection they happen on and no more. */
  readonly onFault: (error: unknown) => void;
  /** Bytes of requests not yet whole. */
  readonly memory: { keptBytes: number };
  /**
   * Whether the refusal of a streaming read begins with headers of its own. A status that comes
   * alone ("trailers-only") is retried by Google's client libraries whatever its code, for seconds
   * (research/gateway.md, section 4).
   */
  readonly headersFirst: boolean;
}

/** The two ends of a connection. Frames written here come after those that have been let pass. */
export interface Wires {
  toServer(bytes: Buffer): void;
  toClient(bytes: Buffer): void;
  /** Does what comes due later; what it throws ends the connection, and nothing else. */
  guarded(work: () => void): void;
}

/** The calls of one connection, and all that the gateway itself does to them. */
export class Calls implements StreamPort {
  readonly policy: Policy;
  readonly streams = new Map<number, RelayStream>();
  /** Ended upstream by the gateway; the server may not know yet. */
  readonly ended = new RecentStreams();
  readonly writer: ClientWriter;
  readonly #context: RelayContext;
  readonly #wires: Wires;
  /** Why there is no server; undefined while there is one. */
  #orphaned: GrpcStatus | undefined;

  constructor(context: RelayContext, wires: Wires) {
    this.policy = context.policy;
    this.#context = context;
    this.#wires = wires;
    this.writer = new ClientWriter((bytes) => wires.toClient(bytes));
  }

  open(id: number, headers: readonly HeaderField[], requestEnded: boolean): void {
    const stream = new RelayStream(this, id, headers, this.#context.clock.monotonicMs());
    stream.requestEnded = requestEnded;
    this.streams.set(id, stream);
    this.#context.events.called(stream.path);
    if (this.#orphaned !== undefined) this.refuse(stream, this.#orphaned);
  }

  after(delayMs: number, signal: AbortSignal, work: () => void): void {
    void this.#context.clock.sleep(delayMs, signal).then(
      () => this.#wires.guarded(work),
      () => undefined, // The call is over.
    );
  }

  writeUpstream(bytes: Buffer): void {
    this.#wires.toServer(bytes);
  }

  creditClient(stream: RelayStream, bytes: number, alsoStream: boolean): void {
    if (bytes === 0) return;
    this.#wires.toClient(encodeWindowUpdate(0, bytes));
    if (alsoStream && !stream.requestEnded) {
      this.#wires.toClient(encodeWindowUpdate(stream.id, bytes));
    }
  }

  refuse(stream: RelayStream, status: GrpcStatus): void {
    this.#endUpstream(stream);
    this.creditClient(stream, this.#release(stream), false);
    this.#finish(stream, status);
  }

  answer(stream: RelayStream, message: Uint8Array): void {
    this.#begin(stream);
    this.writer.sendData(stream.flow, encodeMessage(message), false, true);
  }

  replace(stream: RelayStream, { forward, answer }: Ruling & { kind: "replace" }): void {
    this.#endUpstream(stream);
    if (forward === undefined) {
      this.#answerAndEnd(stream, answer(undefined));
      return;
    }
    const { side } = this.#context;
    const { path, headers } = stream;
    const done = (got: SideAnswer): void =>
      this.#wires.guarded(() => {
        if (stream.isOver) return;
        if (got.kind === "message") this.#answerAndEnd(stream, answer(got.bytes));
        else this.#finish(stream, got.status);
      });
    void side.call(path, headers, forward, stream.untilOver()).then(done);
  }

  /** The client has ended the call by a reset. */
  forget(stream: RelayStream): void {
    this.creditClient(stream, this.#release(stream), false);
    this.#remove(stream);
  }

  /** The server has ended the call; what it sent may still be on its way to the client. */
  endByServer(stream: RelayStream, status: GrpcStatus["code"]): void {
    this.#context.events.answered(stream.path, status, "server");
    this.creditClient(stream, this.#release(stream), false);
    if (stream.flow.waiting.length === 0) this.#remove(stream);
    else stream.flow.drained = () => this.#remove(stream);
  }

  /** The server behind is gone: so ends every call, and each that comes. */
  orphan(reason: string): void {
    if (this.#orphaned !== undefined) return;
    this.#orphaned = { code: "UNAVAILABLE", message: reason };
    for (const stream of this.streams.values()) this.refuse(stream, this.#orphaned);
  }

  /** The client is gone. */
  abandon(): void {
    for (const stream of this.streams.values()) {
      this.#release(stream);
      this.#remove(stream);
    }
  }

  /** Refuses what has been half sent for too long. */
  sweep(nowMs: number): void {
    for (const stream of this.streams.values()) {
      if (!stream.isHalfSent || nowMs - stream.openedAtMs < SENDING_MS_MAX) continue;
      this.refuse(stream, {
        code: "DEADLINE_EXCEEDED",
        message: `The request was not sent whole within ${SENDING_MS_MAX / 1000} s.`,
      });
    }
  }

  /** Keeps count of what is kept for a stream, after it has changed from `before`. */
  account(stream: RelayStream, before: number): void {
    const { memory } = this.#context;
    memory.keptBytes += stream.keptBytes - before;
    if (memory.keptBytes <= KEPT_BYTES_MAX && !stream.isOverfull) return;
    this.refuse(stream, {
      code: "RESOURCE_EXHAUSTED",
      message: "The gateway holds too many requests that are not yet whole.",
    });
  }

  #endUpstream(stream: RelayStream): void {
    if (this.ended.has(stream.id)) return;
    this.ended.add(stream.id);
    this.#wires.toServer(encodeRstStream(stream.id, ErrorCode.cancel));
  }

  /** Ends what waits in the stream. Returns how many bytes of it the server will never get. */
  #release(stream: RelayStream): number {
    this.#context.memory.keptBytes -= stream.keptBytes;
    return stream.end();
  }

  #begin(stream: RelayStream): void {
    if (stream.responseStarted) return;
    stream.responseStarted = true;
    stream.ownHeaders = true;
    this.writer.sendHeaders(stream.flow, RESPONSE_HEADERS, false);
  }

  #answerAndEnd(stream: RelayStream, message: Uint8Array): void {
    this.answer(stream, message);
    this.#finish(stream, OK_STATUS);
  }

  #finish(stream: RelayStream, status: GrpcStatus): void {
    this.#context.events.answered(stream.path, status.code, "gateway");
    if (stream.shape !== "unary" && this.#context.headersFirst) this.#begin(stream);
    const trailers = trailersOf(status);
    const fields = stream.responseStarted ? trailers : [...RESPONSE_HEADERS, ...trailers];
    stream.responseStarted = true;
    stream.flow.drained = () => this.#close(stream);
    this.writer.sendHeaders(stream.flow, fields, true);
  }

  /** The answer is out. A client that has not sent all is told not to (RFC 9113, 8.1). */
  #close(stream: RelayStream): void {
    if (!stream.requestEnded) {
      this.#wires.toClient(encodeRstStream(stream.id, ErrorCode.noError));
    }
    this.#release(stream);
    this.#remove(stream);
  }

  #remove(stream: RelayStream): void {
    stream.flow.drained = undefined;
    this.streams.delete(stream.id);
    const lost = this.writer.drop(stream.flow);
    if (lost > 0) this.#wires.toServer(encodeWindowUpdate(0, lost));
  }
}
