import type { Clock } from "../../../std/clock.ts";
import type { Rng } from "../../../std/rng.ts";
import type { Admission } from "../../admission/admission.ts";
import type { Engine } from "../../engine/engine.ts";
import type { IndexCatalogue } from "../../indexes/catalogue.ts";
import { createCatalogue, NO_INDEX_FILE } from "../../indexes/create-catalogue.ts";
import type { Backend } from "../backend.ts";
import { ByteBudget } from "./byte-budget.ts";
import { GrpcServer } from "./grpc/grpc-server.ts";
import { RestServer } from "./rest/rest-server.ts";
import { createService } from "./service/create-service.ts";
import { Gate } from "./service/gate.ts";
import { SERVING_LIMITS, type ServingLimits } from "./serving-limits.ts";

export interface EmbeddedBackendOptions {
  readonly engine: Engine;
  /** Asked for every call before it is served. */
  readonly admission: Admission;
  /** Tells query explain which indexes there are. Default: the automatic ones. */
  readonly catalogue?: IndexCatalogue;
  readonly clock: Clock;
  /** For the IDs of documents, streams and tokens that the server makes. */
  readonly rng: Rng;
  /** Told of errors that are faults of ours; the client gets INTERNAL. */
  readonly onFault?: (error: unknown) => void;
  readonly limits?: Partial<ServingLimits>;
}

/**
 * Serves google.firestore.v1.Firestore over gRPC and REST from an engine in this process. Security
 * rules are not evaluated: everybody is an administrator, whatever the token.
 */
export function createEmbeddedBackend(options: EmbeddedBackendOptions): Backend {
  const { engine, admission, clock, rng, onFault = () => undefined } = options;
  const { catalogue = createCatalogue(NO_INDEX_FILE) } = options;
  const limits = { ...SERVING_LIMITS, ...options.limits };
  const gate = new Gate(admission, clock);
  const service = createService({ engine, gate, catalogue, clock, rng, limits, onFault });
  const surroundings = {
    clock,
    limits,
    receiving: new ByteBudget(limits.receivingBytes, "The server holds too many requests at once."),
    sending: new ByteBudget(limits.sendingBytes, "Too many clients read their answers too slowly."),
    onFault,
  };
  const rest = new RestServer(service, engine, surroundings);
  const grpc = new GrpcServer(service, surroundings);
  return {
    kind: "embedded",
    description:
      "embedded Firestore engine (in memory; security rules are not evaluated, everybody is an administrator)",
    acceptHttp2: (socket) => grpc.accept(socket),
    handleHttp1: (request, response) => rest.handle(request, response),
    close: () => {
      grpc.close();
      return Promise.resolve();
    },
  };
}
