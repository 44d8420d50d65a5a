import { createRequire } from "node:module";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import protobuf from "protobufjs";

/** A message as plain data: 64-bit integers are decimal strings, bytes base64, enums their names. */
export type Plain = { readonly [field: string]: unknown };

/** What a server said to one call. `code` is a gRPC status code, 0 for OK. */
export interface Answer {
  readonly code: number;
  /** The status' text; "" when it is OK. */
  readonly text: string;
  /** One for a unary call; as many as came for a stream. */
  readonly messages: readonly Plain[];
}

/** Calls one RPC of google.firestore.v1.Firestore with one request. Never rejects for a status. */
export interface FirestoreWire {
  call(method: Method, request: Plain): Promise<Answer>;
  /** A stream of requests and answers, for Listen and Write. */
  open(method: StreamMethod, database: string, onMessage: (message: Plain) => void): WireStream;
  close(): void;
}

export interface WireStream {
  send(request: Plain): void;
  /** Cuts the stream as a lost connection does. */
  cut(): void;
  /** Resolves with the status' code once the stream has ended. */
  readonly ended: Promise<number>;
}

export type Method = keyof typeof METHODS;
type StreamMethod = keyof typeof STREAMS;

/** The RPCs by [request, response]. */
export const METHODS = {
  BatchGetDocuments: ["BatchGetDocumentsRequest", "BatchGetDocumentsResponse"],
  BatchWrite: ["BatchWriteRequest", "BatchWriteResponse"],
  BeginTransaction: ["BeginTransactionRequest", "BeginTransactionResponse"],
  Commit: ["CommitRequest", "CommitResponse"],
  CreateDocument: ["CreateDocumentRequest", "Document"],
  DeleteDocument: ["DeleteDocumentRequest", undefined],
  GetDocument: ["GetDocumentRequest", "Document"],
  ListCollectionIds: ["ListCollectionIdsRequest", "ListCollectionIdsResponse"],
  ListDocuments: ["ListDocumentsRequest", "ListDocumentsResponse"],
  Rollback: ["RollbackRequest", undefined],
  RunAggregationQuery: ["RunAggregationQueryRequest", "RunAggregationQueryResponse"],
  RunQuery: ["RunQueryRequest", "RunQueryResponse"],
  UpdateDocument: ["UpdateDocumentRequest", "Document"],
} as const;

const STREAMS = {
  Listen: ["ListenRequest", "ListenResponse"],
  Write: ["WriteRequest", "WriteResponse"],
} as const;

const STREAMING = new Set<Method>(["BatchGetDocuments", "RunAggregationQuery", "RunQuery"]);

/** Longer than any answer of these tests takes; a call that hangs fails with DEADLINE_EXCEEDED. */
const DEADLINE_MS = 25_000;

const root = protobuf.Root.fromJSON(
  createRequire(import.meta.url)(
    "@google-cloud/firestore-api/build/protos/protos.json",
  ) as protobuf.INamespace,
);

/** The message type of google.firestore.v1; without a name it is google.protobuf.Empty. */
export function messageType(name: string | undefined): protobuf.Type {
  return root.lookupType(
    name === undefined ? "google.protobuf.Empty" : `google.firestore.v1.${name}`,
  );
}

function encode(name: string, message: Plain): Buffer {
  const type = messageType(name);
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

function decode(name: string | undefined, bytes: Uint8Array): Plain {
  return toPlain(name, messageType(name).decode(bytes));
}

export function toPlain(name: string | undefined, message: protobuf.Message): Plain {
  return messageType(name).toObject(message, { longs: String, enums: String, bytes: String });
}

/** Over gRPC, without credentials' checks: as the emulator's owner, past all rules. */
export function openGrpcWire(endpoint: string): FirestoreWire {
  const client = new Client(endpoint, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
  });
  return {
    call: (method, request) =>
      STREAMING.has(method)
        ? callStreaming(client, method, request)
        : callUnary(client, method, request),
    open: (method, database, onMessage) => openStream(client, method, database, onMessage),
    close: () => client.close(),
  };
}

function pathOf(method: Method | StreamMethod): string {
  return `/google.firestore.v1.Firestore/${method}`;
}

function ownerOf(request: Plain): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", "Bearer owner");
  const { database: named = "", parent = named, name = parent } = request as Record<string, string>;
  const database = /^projects\/[^/]+\/databases\/[^/]+/.exec(name)?.[0];
  if (database !== undefined) metadata.set("google-cloud-resource-prefix", database);
  return metadata;
}

function callUnary(client: Client, method: Method, request: Plain): Promise<Answer> {
  const [requestType, responseType] = METHODS[method];
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      pathOf(method),
      (message: Plain) => encode(requestType, message),
      (bytes) => decode(responseType, bytes),
      request,
      ownerOf(request),
      { deadline: Date.now() + DEADLINE_MS },
      (error, message) =>
        resolve(
          error === null ? { code: 0, text: "", messages: [message ?? {}] } : refusal(error, []),
        ),
    );
  });
}

function callStreaming(client: Client, method: Method, request: Plain): Promise<Answer> {
  const [requestType, responseType] = METHODS[method];
  return new Promise((resolve) => {
    const messages: Plain[] = [];
    const call = client.makeServerStreamRequest(
      pathOf(method),
      (message: Plain) => encode(requestType, message),
      (bytes) => decode(responseType, bytes),
      request,
      ownerOf(request),
      { deadline: Date.now() + DEADLINE_MS },
    );
    call.on("data", (message: Plain) => messages.push(message));
    call.on("error", (error: ServiceError) => resolve(refusal(error, messages)));
    call.on("end", () => resolve({ code: 0, text: "", messages }));
  });
}

function refusal(error: ServiceError, messages: readonly Plain[]): Answer {
  return { code: error.code, text: error.details, messages };
}

function openStream(
  client: Client,
  method: StreamMethod,
  database: string,
  onMessage: (message: Plain) => void,
): WireStream {
  const [requestType, responseType] = STREAMS[method];
  const call = client.makeBidiStreamRequest(
    pathOf(method),
    (message: Plain) => encode(requestType, message),
    (bytes) => decode(responseType, bytes),
    // The emulator never answers a stream whose metadata do not say which database it is for.
    ownerOf({ database }),
    {},
  );
  call.on("data", onMessage);
  const ended = new Promise<number>((resolve) => {
    call.on("error", (error: ServiceError) => resolve(error.code));
    call.on("end", () => resolve(0));
  });
  return { send: (request) => void call.write(request), cut: () => call.cancel(), ended };
}
