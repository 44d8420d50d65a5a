import { createRequire } from "node:module";
import type { google } from "@google-cloud/firestore-api/build/protos/protos";
import protobuf from "protobufjs";

type V1 = typeof google.firestore.v1;

/** Names of the messages of google.firestore.v1. */
export type MessageName = {
  [Name in keyof V1]: V1[Name] extends { decode: unknown } ? Name : never;
}[keyof V1];

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
