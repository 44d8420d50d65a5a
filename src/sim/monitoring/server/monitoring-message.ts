import { createRequire } from "node:module";
import protobuf from "protobufjs";

const root = protobuf.Root.fromJSON(
  createRequire(import.meta.url)(
    "@google-cloud/monitoring/build/protos/protos.json",
  ) as protobuf.INamespace,
);

/** The message of that name, from the protos that the client library is published with. */
export function monitoringMessage(name: string): protobuf.Type {
  return root.lookupType(`google.${name}`);
}
