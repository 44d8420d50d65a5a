import { gunzipSync, inflateSync } from "node:zlib";
import { assert } from "../../../std/assert.ts";
import { MessageAssembler } from "../grpc/message-assembler.ts";
import type { Piece } from "../grpc/message-assembler.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import { Flag, encodeData, payloadLengthAt, unpaddedPayload } from "../http2/frame.ts";
import type { Frame } from "../http2/frame.ts";
import type { HeaderField } from "../http2/hpack-table.ts";
import { fieldValue } from "../http2/header-block.ts";
import { PASS } from "../policy/policy.ts";
import type { MethodShape, Policy, Ruling } from "../policy/policy.ts";
import { StreamFlow } from "./client-writer.ts";

/** Beyond it, a message that might have to be answered in the server's place goes on undecided. */
const ANSWERABLE_BYTES = 32_768;
/** Frames held back on one stream; a client that waits for an answer sends one or two. */
const STEPS_MAX = 1024;

/** What a stream needs of its connection. */
export interface StreamPort {
  readonly policy: Policy;
  /** Does the work after a wait, unless the signal aborts first. */
  after(delayMs: number, signal: AbortSignal, work: () => void): void;
  writeUpstream(bytes: Buffer): void;
  /** Gives the client back what it has sent and the server will not get. */
  creditClient(stream: RelayStream, bytes: number, alsoStream: boolean): void;
  /** Ends the call at both ends. */
  refuse(stream: RelayStream, status: GrpcStatus): void;
  /** Sends a message to the client in the server's place; the stream goes on. */
  answer(stream: RelayStream, message: Uint8Array): void;
  /** Ends the call upstream, sends another message there by itself, and answers from its answer. */
  replace(stream: RelayStream, ruling: Ruling & { kind: "replace" }): void;
}

/** A frame for the server that waits for its turn. */
interface Step {
  readonly frame: Buffer;
  /** As flow control counts it. */
  readonly bytes: number;
  readonly ruling: Ruling | undefined;
  waited: boolean;
}

/** One call of a client's connection, from its headers to its end. */
export class RelayStream {
  readonly id: number;
  readonly path: string;
  readonly headers: readonly HeaderField[];
  readonly flow: StreamFlow;
  readonly openedAtMs: number;
  /** Whether initial headers have gone to the client, and whether they were the gateway's own. */
  responseStarted = false;
  ownHeaders = false;
  requestEnded = false;
  readonly #port: StreamPort;
  readonly #shape: MethodShape | undefined;
  readonly #requests: MessageAssembler;
  readonly #responses: MessageAssembler | undefined;
  readonly #steps: Step[] = [];
  /** Of a message that may yet be answered here: its frames so far. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #sleeping = false;
  #unanswered = 0;
  #isOver = false;
  /** Made when something waits. */
  #over: AbortController | undefined;

  constructor(port: StreamPort, id: number, headers: readonly HeaderField[], openedAtMs: number) {
    this.#port = port;
    this.id = id;
    this.headers = headers;
    this.openedAtMs = openedAtMs;
    this.path = fieldValue(headers, ":path") ?? "";
    this.flow = new StreamFlow(id);
    this.#shape = port.policy.shapeOf(this.path);
    this.#requests = new MessageAssembler(port.policy.largestMessageBytes);
    // Answers are small beside what is allowed for requests, or it is not this server.
    this.#responses =
      this.#shape === "bidi"
        ? new MessageAssembler(port.policy.largestMessageBytes * 4)
        : undefined;
  }

  get shape(): MethodShape | undefined {
    return this.#shape;
  }

  /** Whether a message has begun and not ended, or waits: what a client may not leave so for ever. */
  get isHalfSent(): boolean {
    return !this.requestEnded && (this.#shape === "unary" || this.#shape === "server-stream");
  }

  /** Whether nothing more is done for this call but to send what is on its way. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborts when the call is over. */
  untilOver(): AbortSignal {
    this.#over ??= new AbortController();
    return this.#over.signal;
  }

  /** Whether frames for the server wait. */
  get hasWaiting(): boolean {
    return this.#steps.length > 0 || this.#partialBytes > 0;
  }

  get keptBytes(): number {
    return this.#isOver ? 0 : this.#requests.keptBytes + this.#partialBytes;
  }

  /** A DATA frame of the client's. */
  onData(frame: Frame): "pass" | "take" {
    const frameBytes = payloadLengthAt(frame.bytes, 0);
    const endStream = (frame.flags & Flag.endStream) !== 0;
    if (endStream) this.requestEnded = true;
    if (this.#shape === undefined) return "pass";
    const payload = unpaddedPayload(frame, frameBytes);
    const pieces = this.#requests.feed(payload);
    const rulings = pieces.map((piece) => this.#rule(piece));
    const isFree = this.#steps.length === 0 && !this.#keepsPartials(pieces, payload);
    if (isFree && rulings.every(passesAtOnce)) {
      this.#unanswered += rulings.length;
      return "pass";
    }
    if (payload.length < frameBytes) {
      this.#port.creditClient(this, frameBytes - payload.length, true);
    }
    this.#queue(payload, pieces, rulings, endStream);
    this.#pump();
    return "take";
  }

  /**
   * A DATA frame of the server's on its way to the client; counts the answers of a paired stream.
   * True: a refusal waited for the last of them and can go out once this frame has.
   */
  countAnswers(payload: Buffer): boolean {
    if (this.#responses === undefined) return false;
    this.#unanswered -= this.#responses.feed(payload).length;
    return this.#unanswered === 0 && this.#steps[0]?.ruling?.kind === "refuse";
  }

  /** Goes on with what waits, after something has changed. */
  resume(): void {
    this.#pump();
  }

  /** Forgets what waits and returns how many bytes of it the server will never get. */
  end(): number {
    this.#isOver = true;
    this.#over?.abort();
    const bytes = this.#steps.reduce((sum, step) => sum + step.bytes, this.#partialBytes);
    this.#steps.length = 0;
    this.#partial = [];
    this.#partialBytes = 0;
    return bytes;
  }

  #rule({ found }: Piece): Ruling {
    const { policy } = this.#port;
    if (found.kind === "too-large") {
      const status = policy.tooLarge(this.path, found.declaredBytes);
      return { kind: "refuse", delayMs: 0, status };
    }
    const bytes = found.compressed ? this.#inflate(found.bytes) : found.bytes;
    return bytes === undefined ? PASS : policy.decide(this.path, bytes);
  }

  /** Undefined where it cannot be read; the server will say so in its own words. */
  #inflate(bytes: Buffer): Buffer | undefined {
    const limit = { maxOutputLength: this.#port.policy.largestMessageBytes };
    const encoding = fieldValue(this.headers, "grpc-encoding");
    try {
      if (encoding === "gzip") return gunzipSync(bytes, limit);
      return encoding === "deflate" ? inflateSync(bytes, limit) : undefined;
    } catch {
      return undefined; // No valid data, or too much of it: the server refuses both.
    }
  }

  /** Whether bytes must be kept from the server that belong to a message not yet whole. */
  #keepsPartials(pieces: readonly Piece[], payload: Buffer): boolean {
    if (this.#shape !== "bidi-unpaired") return false;
    const tail = payload.length - (pieces.at(-1)?.end ?? 0);
    return this.#partialBytes > 0 || (tail > 0 && tail <= ANSWERABLE_BYTES);
  }

  #queue(
    payload: Buffer,
    pieces: readonly Piece[],
    rulings: readonly Ruling[],
    endStream: boolean,
  ): void {
    let from = 0;
    pieces.forEach(({ end }, index) => {
      const isLast = end === payload.length;
      this.#enqueue(payload.subarray(from, end), rulings[index], isLast && endStream);
      from = end;
    });
    if (from < payload.length) this.#queueTail(payload.subarray(from), endStream);
    else if (pieces.length === 0) this.#enqueue(payload, undefined, endStream);
  }

  #queueTail(tail: Buffer, endStream: boolean): void {
    const keeps =
      this.#shape === "bidi-unpaired" &&
      !endStream &&
      this.#partialBytes + tail.length <= ANSWERABLE_BYTES;
    if (!keeps) {
      this.#enqueue(tail, undefined, endStream);
      return;
    }
    this.#partial.push(tail);
    this.#partialBytes += tail.length;
  }

  #enqueue(payload: Buffer, ruling: Ruling | undefined, endStream: boolean): void {
    const whole = this.#partial.length === 0 ? payload : Buffer.concat([...this.#partial, payload]);
    this.#partial = [];
    this.#partialBytes = 0;
    const frame = encodeData(this.id, whole, endStream);
    this.#steps.push({ frame, bytes: whole.length, ruling, waited: false });
    assert(this.#steps.length <= STEPS_MAX * 2, "the connection did not heed isOverfull");
  }

  /** More frames have come while others wait than any honest client sends. */
  get isOverfull(): boolean {
    return this.#steps.length > STEPS_MAX;
  }

  #pump(): void {
    while (!this.#sleeping) {
      const [step] = this.#steps;
      if (step === undefined) return;
      const { ruling } = step;
      if (ruling !== undefined && ruling.delayMs > 0 && !step.waited) {
        this.#sleep(step, ruling.delayMs);
        return;
      }
      const waitsForAnswers = ruling?.kind === "refuse" && this.#shape === "bidi";
      if (waitsForAnswers && this.#unanswered > 0) return;
      this.#steps.shift();
      this.#take(step);
      if (this.#isOver) return;
    }
  }

  #take({ frame, bytes, ruling }: Step): void {
    const port = this.#port;
    switch (ruling?.kind) {
      case undefined:
        port.writeUpstream(frame);
        break;
      case "pass":
        this.#unanswered += 1;
        port.writeUpstream(frame);
        break;
      case "refuse":
        port.creditClient(this, bytes, false);
        port.refuse(this, ruling.status);
        break;
      case "answer":
        port.creditClient(this, bytes, true);
        port.answer(this, ruling.message);
        break;
      case "replace":
        port.creditClient(this, bytes, false);
        port.replace(this, ruling);
        break;
    }
  }

  #sleep(step: Step, delayMs: number): void {
    this.#sleeping = true;
    this.#port.after(delayMs, this.untilOver(), () => {
      this.#sleeping = false;
      step.waited = true;
      this.#pump();
    });
  }
}

function passesAtOnce(ruling: Ruling): boolean {
  return ruling.kind === "pass" && ruling.delayMs === 0;
}
