import { createRequire } from "node:module";
import type { google } from "@google-cloud/firestore-api/build/protos/protos";
import protobuf from "protobufjs";
import { WireError } from "./wire-error.ts";

type V1 = typeof google.firestore.v1;

/** Names of the messages of google.firestore.v1. */
export type MessageName = {
  [Name in keyof V1]: V1[Name] extends { decode: unknown } ? Name : never;
}[keyof V1];

/**
 * A message as protobufjs decodes it. Trap: a field that was not sent reads as its default, so ask
 * `hasField` for a member of a oneof; messages that were not sent are null.
 */
export type Message<Name extends MessageName> = V1[Name] extends {
  decode: (...rest: never[]) => infer Decoded;
}
  ? Decoded
  : never;

/** All of the published protos: google.firestore.v1 with its HTTP annotations, google.rpc, … */
export const protos = protobuf.Root.fromJSON(
  createRequire(import.meta.url)(
    "@google-cloud/firestore-api/build/protos/protos.json",
  ) as protobuf.INamespace,
);

// Firestore's own clients know one field more than is published: a write that only verifies.
const write = protos.lookupType("google.firestore.v1.Write");
write.oneofs["operation"]?.add(new protobuf.Field("verify", 5, "string"));

const types = new Map<string, protobuf.Type>();

export function messageType(name: MessageName): protobuf.Type {
  let type = types.get(name);
  if (type === undefined) {
    type = protos.lookupType(`google.firestore.v1.${name}`);
    types.set(name, type);
  }
  return type;
}

/** @throws WireError */
export function decodeMessage<Name extends MessageName>(
  name: Name,
  bytes: Uint8Array,
): Message<Name> {
  try {
    return messageType(name).decode(bytes) as unknown as Message<Name>;
  } catch (error) {
    throw new WireError(
      `Invalid ${name}: ${error instanceof Error ? error.message : "no message"}`,
    );
  }
}

/** Whether the field was sent, and does not only read as its default. */
export function hasField<T extends object>(message: T, field: keyof T & string): boolean {
  return Object.hasOwn(message, field);
}
