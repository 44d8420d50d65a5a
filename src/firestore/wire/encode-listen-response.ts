import protobuf from "protobufjs/minimal.js";
import type { Document } from "../data/document.ts";
import type { FirestoreError } from "../data/status.ts";
import type { Timestamp } from "../data/timestamp.ts";
import { encodeStatusFields } from "./encode-responses.ts";
import { encodeDocument, encodeMessage, encodeTimestamp } from "./encode-value.ts";

/** google.firestore.v1.TargetChange.TargetChangeType, by name. */
const CHANGES = { "no-change": 0, add: 1, remove: 2, current: 3, reset: 4 } as const;

/** What a Listen stream tells its client. Target IDs that are empty stand for all targets. */
export type ListenResponse =
  | {
      readonly kind: keyof typeof CHANGES;
      readonly targetIds: readonly number[];
      readonly cause?: FirestoreError | undefined;
      readonly resumeToken?: Uint8Array | undefined;
      readonly readTime?: Timestamp | undefined;
    }
  | {
      readonly kind: "document-change";
      readonly document: Document;
      readonly targetIds: readonly number[];
      readonly removedTargetIds: readonly number[];
    }
  | {
      readonly kind: "document-delete" | "document-remove";
      readonly path: string;
      readonly removedTargetIds: readonly number[];
      readonly readTime: Timestamp;
    }
  | { readonly kind: "filter"; readonly targetId: number; readonly count: number };

/** Encodes a google.firestore.v1.ListenResponse. `root` is "projects/P/databases/D/documents". */
export function encodeListenResponse(root: string, response: ListenResponse): Uint8Array {
  const writer = protobuf.Writer.create();
  const packed = (field: number, ids: readonly number[]) => {
    if (ids.length === 0) return;
    encodeMessage(writer, field, () => {
      for (const id of ids) writer.int32(id);
    });
  };
  switch (response.kind) {
    case "document-change":
      encodeMessage(writer, 3, () => {
        encodeDocument(writer, 1, root, response.document);
        packed(5, response.targetIds);
        packed(6, response.removedTargetIds);
      });
      break;
    case "document-delete":
      encodeMessage(writer, 4, () => {
        writer.uint32((1 << 3) | 2).string(`${root}/${response.path}`);
        encodeTimestamp(writer, 4, response.readTime);
        packed(6, response.removedTargetIds);
      });
      break;
    case "document-remove":
      encodeMessage(writer, 6, () => {
        writer.uint32((1 << 3) | 2).string(`${root}/${response.path}`);
        packed(2, response.removedTargetIds);
        encodeTimestamp(writer, 4, response.readTime);
      });
      break;
    case "filter":
      encodeMessage(writer, 5, () => {
        writer.uint32((1 << 3) | 0).int32(response.targetId);
        writer.uint32((2 << 3) | 0).int32(response.count);
      });
      break;
    case "no-change":
    case "add":
    case "remove":
    case "current":
    case "reset":
      encodeMessage(writer, 2, () => {
        const { kind, cause, resumeToken, readTime } = response;
        if (kind !== "no-change") writer.uint32((1 << 3) | 0).int32(CHANGES[kind]);
        packed(2, response.targetIds);
        if (cause !== undefined) encodeMessage(writer, 3, () => encodeStatusFields(writer, cause));
        if (resumeToken !== undefined) writer.uint32((4 << 3) | 2).bytes(resumeToken);
        if (readTime !== undefined) encodeTimestamp(writer, 6, readTime);
      });
      break;
  }
  return writer.finish();
}
