import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Clock } from "../../../../std/clock.ts";
import { FirestoreError } from "../../../data/status.ts";
import type { ByteBudget } from "../byte-budget.ts";
import type { BidiStream, Method } from "../rpc.ts";
import type { ServingLimits } from "../serving-limits.ts";
import { OK_TRAILERS, parseTimeout, trailersOfError, type GrpcTrailers } from "./grpc-status.ts";
import { framed, MessageParser } from "./message-parser.ts";

const HEADERS = {
  ":status": 200,
  "content-type": "application/grpc",
  "grpc-accept-encoding": "identity",
} as const;

/** Whole messages of a stream that wait while the method works; then the client must wait. */
const QUEUED_REQUESTS = 16;

/** Why a call's work is given up when its stream is closed; made once, since every call ends so. */
const CLIENT_GONE = new FirestoreError("CANCELLED", "The client cancelled the call.");

/** How long a client may go on sending after it was given the status. */
const LINGER_MS = 1000;

export interface CallSurroundings {
  readonly clock: Clock;
  readonly limits: ServingLimits;
  readonly receiving: ByteBudget;
  readonly sending: ByteBudget;
  /** What is no FirestoreError: a fault of ours. */
  readonly onFault: (error: unknown) => void;
}

/**
 * One gRPC call on one HTTP/2 stream: cuts messages, keeps the deadline, answers with a status
 * whatever happens. An error of a call that streams its answers comes after initial headers of its
 * own, since SDKs take an answer of trailers alone for a broken connection and try again for
 * seconds.
 */
export class GrpcCall {
  /** Whether a whole message has arrived, or never need to. */
  hasRequest = false;
  readonly #stream: ServerHttp2Stream;
  readonly #method: Method;
  readonly #surroundings: CallSurroundings;
  readonly #abort = new AbortController();
  readonly #parser: MessageParser;
  #queue: Buffer[] = [];
  #clientDone = false;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(stream: ServerHttp2Stream, method: Method, surroundings: CallSurroundings) {
    this.#stream = stream;
    this.#method = method;
    this.#surroundings = surroundings;
    this.#parser = new MessageParser(surroundings.limits.requestBytes, surroundings.receiving);
  }

  /** Begins to serve. The call is over when its stream is closed. */
  start(headers: IncomingHttpHeaders): void {
    const stream = this.#stream;
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("end", () => this.#receiveEnd());
    stream.on("close", () => this.#closed());
    try {
      this.#keepDeadline(parseTimeout(singleHeader(headers["grpc-timeout"])));
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.#method.kind === "bidi") void this.#serveBidi(this.#method.handle);
  }

  /** Ends the call with the error's status. */
  fail(error: unknown): void {
    if (this.#over) return;
    if (!(error instanceof FirestoreError)) this.#surroundings.onFault(error);
    const known =
      error instanceof FirestoreError ? error : new FirestoreError("INTERNAL", "Internal error.");
    this.#finish(trailersOfError(known));
    this.#abort.abort(known);
  }

  #keepDeadline(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    const { signal } = this.#abort;
    this.#surroundings.clock.sleep(timeoutMs, signal).then(
      () => this.fail(new FirestoreError("DEADLINE_EXCEEDED", "Deadline exceeded")),
      () => undefined,
    );
  }

  #receive(chunk: Buffer): void {
    if (this.#over) return;
    try {
      for (const message of this.#parser.push(chunk)) this.#receiveMessage(message);
    } catch (error) {
      this.fail(error);
    }
  }

  #receiveMessage(message: Buffer): void {
    const alone = this.#method.kind !== "bidi";
    if (alone && this.hasRequest) throw new FirestoreError("INTERNAL", "Too many requests");
    this.hasRequest = true;
    this.#queue.push(message);
    if (!alone && this.#queue.length >= QUEUED_REQUESTS) this.#stream.pause();
    this.#wake?.();
  }

  /** A call of one request begins here, when it is known that there is no second one. */
  #receiveEnd(): void {
    if (this.#over) return;
    this.#clientDone = true;
    this.#wake?.();
    try {
      this.#parser.end();
      if (this.#method.kind === "bidi") return;
      const [request] = this.#queue;
      if (request === undefined)
        throw new FirestoreError("INTERNAL", "Half-closed without a request");
      this.#queue = [];
      if (this.#method.kind === "unary") void this.#serveUnary(this.#method.handle, request);
      else void this.#serveStream(this.#method.handle, request);
    } catch (error) {
      this.fail(error);
    }
  }

  async #serveUnary(
    handle: Extract<Method, { kind: "unary" }>["handle"],
    request: Buffer,
  ): Promise<void> {
    try {
      const response = await handle(request, this.#abort);
      if (this.#over) return;
      this.#stream.respond(HEADERS, { waitForTrailers: true });
      this.#stream.write(framed(response));
      this.#finish(OK_TRAILERS);
    } catch (error) {
      this.fail(error);
    }
  }

  async #serveStream(
    handle: Extract<Method, { kind: "server-stream" }>["handle"],
    request: Buffer,
  ): Promise<void> {
    try {
      for await (const response of handle(request, this.#abort)) {
        if (this.#over) return;
        await this.#send(response);
      }
      this.#finish(OK_TRAILERS);
    } catch (error) {
      this.fail(error);
    }
  }

  async #serveBidi(handle: Extract<Method, { kind: "bidi" }>["handle"]): Promise<void> {
    const bidi: BidiStream = {
      signal: this.#abort.signal,
      requests: this.#requests(),
      send: (response) => this.#send(response),
    };
    try {
      // Clients wait for the headers before they take the stream for open.
      this.#respond();
      await handle(bidi);
      this.#finish(OK_TRAILERS);
    } catch (error) {
      this.fail(error);
    }
  }

  async *#requests(): AsyncGenerator<Uint8Array> {
    while (!this.#over) {
      const request = this.#queue.shift();
      if (request !== undefined) {
        if (this.#stream.isPaused()) this.#stream.resume();
        yield request;
        this.#parser.done(request);
      } else if (this.#clientDone) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #respond(): void {
    if (!this.#stream.headersSent) this.#stream.respond(HEADERS, { waitForTrailers: true });
  }

  async #send(response: Uint8Array): Promise<void> {
    const { sending } = this.#surroundings;
    this.#abort.signal.throwIfAborted();
    this.#respond();
    sending.hold(response.length);
    try {
      if (!this.#stream.write(framed(response))) await this.#drained();
    } finally {
      sending.release(response.length);
    }
  }

  /** Resolves when the client has taken what was written; rejects when the call is over before. */
  #drained(): Promise<void> {
    const stream = this.#stream;
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      const onDrain = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = () => {
        stream.off("drain", onDrain);
        reject(signal.reason as Error);
      };
      stream.once("drain", onDrain);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Sends the status, and stops what the client may still be sending. */
  #finish(trailers: GrpcTrailers): void {
    if (this.#over) return;
    this.#over = true;
    this.#drop();
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    const streams = this.#method.kind !== "unary";
    if (!stream.headersSent && !streams) {
      stream.respond({ ...HEADERS, ...trailers }, { endStream: true });
      this.#stopClient();
      return;
    }
    this.#respond();
    stream.once("wantTrailers", () => {
      stream.sendTrailers({ ...trailers });
      this.#stopClient();
    });
    stream.end();
  }

  /**
   * What the client still sends is thrown away. SDKs stop by themselves at the status; a stream that
   * goes on is reset later, since a reset at once would overtake the status.
   */
  #stopClient(): void {
    if (this.#clientDone) return;
    const stream = this.#stream;
    const closed = new AbortController();
    stream.once("close", () => closed.abort());
    stream.resume();
    this.#surroundings.clock.sleep(LINGER_MS, closed.signal).then(
      () => stream.close(constants.NGHTTP2_NO_ERROR),
      () => undefined,
    );
  }

  #drop(): void {
    this.#parser.discard();
    this.#queue = [];
    this.#wake?.();
  }

  #closed(): void {
    this.#over = true;
    this.#drop();
    if (!this.#abort.signal.aborted) this.#abort.abort(CLIENT_GONE);
  }
}

function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
