import type { DatabaseName, Document, FieldPath } from "../../../data/document.ts";
import { documentsRoot } from "../../../data/document-path.ts";
import { FirestoreError } from "../../../data/status.ts";
import { EMPTY, encodeDocumentMessage } from "../../../wire/encode-responses.ts";
import {
  readCreateRequest,
  readDeleteRequest,
  readUpdateRequest,
  type DocumentWriteRequest,
} from "../../../wire/read-document-write-requests.ts";
import type { Call, Method } from "../rpc.ts";
import { newDocumentId } from "./document-id.ts";
import type { ServiceParts } from "./service-parts.ts";

/** The methods that write one document. */
export function documentWrites(parts: ServiceParts): readonly (readonly [string, Method])[] {
  const { engine, gate, rng } = parts;

  const commitOne = async (
    { database, write }: DocumentWriteRequest,
    requestBytes: number,
    { signal }: Call,
  ) => {
    await gate.commit({ database, writes: [write], requestBytes }, signal);
    await engine.database(database).commit([write], undefined, signal);
  };

  const writeAndShow = async (request: DocumentWriteRequest, bytes: number, call: Call) => {
    await commitOne(request, bytes, call);
    const { database: name, write, mask } = request;
    const document = await shown(name, write.path, mask);
    return encodeDocumentMessage(documentsRoot(name), document);
  };

  const shown = async (
    name: DatabaseName,
    path: string,
    mask: readonly FieldPath[] | undefined,
  ): Promise<Document> => {
    const { result } = await engine.database(name).get([path], { kind: "latest" }, mask);
    const document = result[0]?.document;
    if (document !== undefined) return document;
    throw new FirestoreError("ABORTED", `Document "${path}" was deleted just after its write.`);
  };

  return [
    [
      "CreateDocument",
      {
        kind: "unary",
        handle: (bytes, call) =>
          writeAndShow(
            readCreateRequest(bytes, () => newDocumentId(rng)),
            bytes.length,
            call,
          ),
      },
    ],
    [
      "UpdateDocument",
      {
        kind: "unary",
        handle: (bytes, call) => writeAndShow(readUpdateRequest(bytes), bytes.length, call),
      },
    ],
    [
      "DeleteDocument",
      {
        kind: "unary",
        handle: async (bytes, call) => {
          await commitOne(readDeleteRequest(bytes), bytes.length, call);
          return EMPTY;
        },
      },
    ],
  ];
}
