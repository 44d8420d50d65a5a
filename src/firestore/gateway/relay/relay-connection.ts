import { connect } from "node:net";
import type { Socket } from "node:net";
import {
  CLIENT_PREFACE,
  ConnectionFault,
  ErrorCode,
  encodeGoAway,
  encodeSettings,
  encodeSettingsAck,
} from "../http2/frame.ts";
import { FrameSplitter } from "../http2/frame-splitter.ts";
import { HpackDecoder } from "../http2/hpack-decoder.ts";
import { Calls } from "./calls.ts";
import type { RelayContext, Wires } from "./calls.ts";
import { ClientFrames } from "./client-frames.ts";
import { ServerFrames } from "./server-frames.ts";

/** The connection's first SETTINGS come within this time, or it is no client. */
const PREFACE_MS_MAX = 10_000;
/** How long calls are still answered after the server behind has gone. */
const ORPHAN_GRACE_MS = 1_000;
/** A client that reads nothing is not read from either once so much waits for it. */
const UNREAD_BYTES_MAX = 1_048_576;

/** Where the server behind listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One client's connection and the one to the server behind that belongs to it. */
export class RelayConnection {
  readonly closed: Promise<void>;
  readonly #context: RelayContext;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #endpoint: Endpoint;
  readonly #calls: Calls;
  readonly #fromClient: FrameSplitter;
  readonly #fromServer: FrameSplitter;
  readonly #clientFrames: ClientFrames;
  readonly #serverFrames: ServerFrames;
  readonly #openedAtMs: number;
  #preface: Buffer = Buffer.alloc(0);
  /** What the client sent before the server's SETTINGS came. */
  #early: Buffer[] = [];
  #isOrphan = false;
  #isEnding = false;

  constructor(context: RelayContext, client: Socket, endpoint: Endpoint) {
    this.#context = context;
    this.#client = client;
    this.#endpoint = endpoint;
    this.#openedAtMs = context.clock.monotonicMs();
    this.#server = connect({ ...endpoint, noDelay: true });
    const wires: Wires = {
      toServer: (bytes) => this.#toServer(bytes),
      toClient: (bytes) => this.#toClient(bytes),
      guarded: (work) => this.#guarded(work),
    };
    this.#calls = new Calls(context, wires);
    const answersHpack = new HpackDecoder();
    this.#clientFrames = new ClientFrames(this.#calls, wires, answersHpack);
    this.#fromClient = new FrameSplitter(
      (frame) => this.#clientFrames.handle(frame),
      (bytes) => this.#sendToServer(bytes),
    );
    const { hpack } = this.#clientFrames;
    this.#serverFrames = new ServerFrames(
      this.#calls,
      wires,
      answersHpack,
      hpack,
      this.#fromClient,
    );
    this.#fromServer = new FrameSplitter(
      (frame) => this.#serverFrames.handle(frame),
      (bytes) => this.#sendToClient(bytes),
    );
    this.closed = new Promise((resolve) => client.once("close", () => resolve()));
    this.#listen();
  }

  /** Ends what has taken too long. */
  sweep(nowMs: number): void {
    const isSilent = this.#preface.length < CLIENT_PREFACE.length;
    if (isSilent && nowMs - this.#openedAtMs > PREFACE_MS_MAX) this.destroy();
    else this.#calls.sweep(nowMs);
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #listen(): void {
    const client = this.#client;
    const server = this.#server;
    client.setNoDelay(true);
    client.on("data", (chunk: Buffer) => this.#guarded(() => this.#onClientData(chunk)));
    server.on("data", (chunk: Buffer) =>
      this.#guarded(() => {
        this.#fromServer.push(chunk);
        this.#goOn();
      }),
    );
    client.on("drain", () => {
      server.resume();
      this.#resumeClient();
    });
    server.on("drain", () => this.#resumeClient());
    client.on("end", () => this.destroy());
    client.on("error", () => this.destroy());
    client.on("close", () => {
      this.#calls.abandon();
      this.#server.destroy();
    });
    client.resume();
    server.on("error", (error) => this.#orphan(error.message));
    server.on("close", () => this.#orphan("it closed the connection"));
  }

  #onClientData(chunk: Buffer): void {
    const missing = CLIENT_PREFACE.length - this.#preface.length;
    if (missing === 0) {
      if (this.#serverFrames.settled && this.#early.length === 0) this.#fromClient.push(chunk);
      else {
        this.#early.push(chunk);
        this.#goOn();
      }
      return;
    }
    this.#preface = Buffer.concat([this.#preface, chunk.subarray(0, missing)]);
    if (!CLIENT_PREFACE.subarray(0, this.#preface.length).equals(this.#preface)) {
      throw new ConnectionFault(ErrorCode.protocolError, "no HTTP/2 preface");
    }
    if (this.#preface.length < CLIENT_PREFACE.length) return;
    this.#sendToServer(CLIENT_PREFACE);
    if (chunk.length > missing) this.#early.push(chunk.subarray(missing));
    this.#goOn();
  }

  /**
   * Takes up what the client has sent. Not before the server's SETTINGS have been passed on: they
   * must be the first that the client gets, also before an answer of the gateway's own.
   */
  #goOn(): void {
    if (!this.#serverFrames.settled && !this.#isOrphan) {
      if (this.#early.length > 0) this.#client.pause();
      return;
    }
    if (this.#early.length === 0) return;
    const chunks = this.#early;
    this.#early = [];
    this.#resumeClient();
    for (const chunk of chunks) this.#fromClient.push(chunk);
  }

  /** A peer's fault, or one of ours, ends this connection and no other. */
  #guarded(work: () => void): void {
    if (this.#isEnding) return;
    try {
      work();
    } catch (error) {
      if (error instanceof ConnectionFault) this.#endWith(error.errorCode, error.message);
      else {
        this.#context.onFault(error);
        this.#endWith(ErrorCode.internalError, "a fault of the gateway itself");
      }
    }
  }

  #endWith(errorCode: number, message: string): void {
    this.#isEnding = true;
    this.#calls.abandon();
    this.#sendToClient(encodeGoAway(this.#clientFrames.lastStreamId, errorCode, message));
    this.#client.end();
    this.#server.destroy();
    this.#destroyLater();
  }

  /** The server behind is gone or never was: what is open and what comes is answered, for a while. */
  #orphan(reason: string): void {
    if (this.#isOrphan || this.#isEnding || this.#client.destroyed) return;
    this.#isOrphan = true;
    this.#server.destroy();
    this.#clientFrames.isOrphan = true;
    if (!this.#serverFrames.settled) {
      this.#toClient(encodeSettings([]));
      this.#toClient(encodeSettingsAck());
    }
    const { host, port } = this.#endpoint;
    this.#calls.orphan(`The server behind the gateway, ${host}:${port}, is gone: ${reason}.`);
    this.#resumeClient();
    this.#guarded(() => this.#goOn());
    void this.#context.clock.sleep(ORPHAN_GRACE_MS).then(() => {
      if (!this.#isEnding) this.#endWith(ErrorCode.noError, "the server behind is gone");
    });
  }

  #destroyLater(): void {
    void this.#context.clock.sleep(ORPHAN_GRACE_MS).then(() => this.destroy());
  }

  /** Reads on from the client, unless something it has caused is still waiting to go out. */
  #resumeClient(): void {
    const isUnread = this.#client.writableLength > UNREAD_BYTES_MAX;
    const isUnsent = !this.#server.destroyed && this.#server.writableNeedDrain;
    if (!isUnread && !isUnsent) this.#client.resume();
  }

  #toServer(bytes: Buffer): void {
    this.#fromClient.flush();
    this.#sendToServer(bytes);
  }

  #toClient(bytes: Buffer): void {
    this.#fromServer.flush();
    this.#sendToClient(bytes);
  }

  #sendToServer(bytes: Buffer): void {
    if (this.#isOrphan || this.#server.destroyed) return;
    if (!this.#server.write(bytes)) this.#client.pause();
  }

  #sendToClient(bytes: Buffer): void {
    const client = this.#client;
    if (client.destroyed || client.writableEnded) return;
    if (client.write(bytes)) return;
    this.#server.pause();
    if (client.writableLength > UNREAD_BYTES_MAX) client.pause();
  }
}
