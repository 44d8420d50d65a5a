import {
  DEFAULT_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  Flag,
  FrameType,
  encodeFrame,
} from "../http2/frame.ts";
import { encodeHeaders } from "../http2/header-block.ts";
import type { HeaderField } from "../http2/hpack-table.ts";

type Outgoing =
  | {
      readonly kind: "data";
      readonly payload: Buffer;
      readonly endStream: boolean;
      /** Whether the gateway made it: the server behind has not counted its bytes. */
      readonly own: boolean;
    }
  | {
      readonly kind: "headers";
      readonly fields: readonly HeaderField[];
      readonly endStream: boolean;
    };

/** What has gone to the client on a stream, as HTTP/2's flow control counts (RFC 9113, 5.2). */
export class StreamFlow {
  readonly id: number;
  /** Sum of the client's WINDOW_UPDATEs. */
  credit = 0;
  /** DATA bytes sent. */
  sent = 0;
  /** Those of them that the server behind did not send. */
  debt = 0;
  readonly waiting: Outgoing[] = [];
  /** Called once all that was waiting has been sent. */
  drained: (() => void) | undefined;

  constructor(id: number) {
    this.id = id;
  }
}

/**
 * Sends to the client beside the server behind, whose frames pass as they are. Both draw on the
 * same windows: what the gateway has sent of its own is a debt, and so many bytes are taken out of
 * the client's next WINDOW_UPDATEs, which are for those. Until then the server takes the windows for
 * larger than they are, and its frames are made to wait where they would not fit.
 */
export class ClientWriter {
  readonly #write: (bytes: Buffer) => void;
  #window = DEFAULT_WINDOW_BYTES;
  #initialWindow = DEFAULT_WINDOW_BYTES;
  #debt = 0;
  readonly #blocked = new Set<StreamFlow>();
  /** Streams' header blocks no longer pass: some were dropped or delayed. See RelayConnection. */
  #reencodes = false;

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  /** Whether the server's header blocks must be written anew, for HPACK's state to stay right. */
  get reencodes(): boolean {
    return this.#reencodes;
  }

  /** From now on they must: the client will not have seen all that the server has encoded. */
  reencodeFromNow(): void {
    this.#reencodes = true;
  }

  /** The client's SETTINGS_INITIAL_WINDOW_SIZE. */
  setInitialWindow(bytes: number): void {
    this.#initialWindow = bytes;
    this.#flushBlocked();
  }

  /** Counts a DATA frame of the server's; "take": it may not pass as it is, give it to `sendData`. */
  passData(flow: StreamFlow, frameBytes: number): "pass" | "take" {
    const isFree = flow.waiting.length === 0 && this.#debt === 0 && flow.debt === 0;
    if (!isFree) return "take";
    this.#window -= frameBytes;
    flow.sent += frameBytes;
    return "pass";
  }

  sendData(flow: StreamFlow, payload: Buffer, endStream: boolean, own: boolean): void {
    flow.waiting.push({ kind: "data", payload, endStream, own });
    this.#flush(flow);
  }

  sendHeaders(flow: StreamFlow, fields: readonly HeaderField[], endStream: boolean): void {
    flow.waiting.push({ kind: "headers", fields, endStream });
    this.#flush(flow);
  }

  /** A WINDOW_UPDATE of the connection. Returns how much of it is the server's to know. */
  creditConnection(increment: number): number {
    this.#window += increment;
    const paid = Math.min(this.#debt, increment);
    this.#debt -= paid;
    this.#flushBlocked();
    return increment - paid;
  }

  creditStream(flow: StreamFlow, increment: number): number {
    flow.credit += increment;
    const paid = Math.min(flow.debt, increment);
    flow.debt -= paid;
    this.#flush(flow);
    return increment - paid;
  }

  /** Forgets a stream. Returns how many bytes of the server's the client will never get. */
  drop(flow: StreamFlow): number {
    this.#blocked.delete(flow);
    const dropped = flow.waiting.splice(0);
    return dropped.reduce(
      (bytes, one) => bytes + (one.kind === "data" && !one.own ? one.payload.length : 0),
      0,
    );
  }

  #flushBlocked(): void {
    for (const flow of this.#blocked) this.#flush(flow);
  }

  #flush(flow: StreamFlow): void {
    for (let next = flow.waiting[0]; next !== undefined; next = flow.waiting[0]) {
      if (next.kind === "headers") {
        flow.waiting.shift();
        this.#write(encodeHeaders(flow.id, next.fields, next.endStream));
        continue;
      }
      const rest = this.#sendSome(flow, next);
      if (rest === undefined) flow.waiting.shift();
      else {
        flow.waiting[0] = rest;
        this.#blocked.add(flow);
        return;
      }
    }
    this.#blocked.delete(flow);
    flow.drained?.();
  }

  /** Returns what does not fit into the windows; undefined: all was sent. */
  #sendSome(flow: StreamFlow, data: Outgoing & { kind: "data" }): typeof data | undefined {
    let { payload } = data;
    do {
      const streamWindow = this.#initialWindow + flow.credit - flow.sent;
      const fits = Math.min(payload.length, this.#window, streamWindow, DEFAULT_FRAME_BYTES);
      if (fits <= 0 && payload.length > 0) return { ...data, payload };
      const isLast = fits === payload.length;
      const flags = isLast && data.endStream ? Flag.endStream : 0;
      this.#write(encodeFrame(FrameType.data, flags, flow.id, payload.subarray(0, fits)));
      this.#window -= fits;
      flow.sent += fits;
      if (data.own) {
        this.#debt += fits;
        flow.debt += fits;
      }
      payload = payload.subarray(fits);
    } while (payload.length > 0);
    return undefined;
  }
}
