import type { Duplex } from "node:stream";
import type { ChannelCredentials } from "@grpc/grpc-js";
import { Firestore } from "@google-cloud/firestore";
import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import type { Query } from "../../system/store/store.ts";
import { encodeQuery } from "./rest-encoding.ts";
import { TARGET_ID, type ListenMessage } from "./trade-view.ts";
import type { UserIdentity } from "./user-claims.ts";
import { unsignedUserToken, type TokenOf } from "./user-token.ts";

/*
 * Listen streams for many users over one connection. The SDK's own onSnapshot will not do: it
 * listens as one identity for each client object, opens the stream of a stopped listener after
 * all when it was waiting to reconnect (and then rejects with nobody to catch it, which ends the
 * process), and leaves the stream of a silent server open for good. So the streams are opened on
 * the generated client beneath the SDK, each with its user's token, as the Admin store does for
 * its calls; the Firestore object is there for its channel and its plain-text credentials.
 */

export interface ListenChannel {
  /**
   * Runs one stream until the server ends it or the signal aborts. Rejects with the gRPC error,
   * whose `code` is a number, when it fails; resolves on an abort.
   */
  listen(call: ListenCall): Promise<void>;
  /** Call it when no stream is left. */
  close(): Promise<void>;
}

export interface ListenCall {
  /** Who listens. */
  readonly user: UserIdentity;
  /** What is listened to, as target TARGET_ID. */
  readonly query: Query;
  readonly signal: AbortSignal;
  readonly onMessage: (message: ListenMessage) => void;
}

interface ListenStream extends Duplex {
  cancel(): void;
}

interface GeneratedClient {
  listen(options: object): ListenStream;
}

/** The members of the SDK's Firestore class that its types do not show. */
interface FirestoreInternals {
  readonly formattedName: string;
  readonly _clientPool: {
    run<T>(
      tag: string,
      requiresGrpc: boolean,
      body: (client: GeneratedClient) => Promise<T>,
    ): Promise<T>;
  };
}

export interface ListenPlace {
  /** host:port of the emulator, or of the gateway in front of it; a project's own host. */
  readonly endpoint: string;
  readonly projectId: string;
  /** "(default)" when absent. */
  readonly databaseId?: string;
  /** How the channel is opened; plain text when absent. Each stream carries its user's token. */
  readonly credentials?: ChannelCredentials;
  /** As in UserClientOptions. */
  readonly tokenOf?: TokenOf;
}

export function openListenChannel(place: ListenPlace, clock: Clock): ListenChannel {
  const { endpoint, projectId, databaseId, credentials } = place;
  assertNotRedirected(endpoint);
  const tokenOf: TokenOf =
    place.tokenOf ?? ((user) => unsignedUserToken(user, projectId, clock.wallMs()));
  const firestore = new Firestore({
    projectId,
    host: endpoint,
    ...(databaseId === undefined ? {} : { databaseId }),
    ...(credentials === undefined ? { ssl: false } : { sslCreds: credentials }),
    // Told its universe, the SDK does not ask Google Cloud's metadata server for it.
    clientOptions: { universeDomain: "googleapis.com" },
  });
  const internals = firestore as unknown as FirestoreInternals;
  assert(
    typeof internals._clientPool?.run === "function",
    "this version of @google-cloud/firestore hides its generated client elsewhere: adapt listen-channel.ts",
  );
  return {
    listen: async ({ user, query, signal, onMessage }) => {
      const database = internals.formattedName;
      const stream = {
        database,
        token: await tokenOf(user),
        target: { targetId: TARGET_ID, query: encodeQuery(`${database}/documents`, query) },
        signal,
        onMessage,
      };
      return internals._clientPool.run("listen", true, (client) => runStream(client, stream));
    },
    close: () => firestore.terminate(),
  };
}

/** The SDK prefers this variable to the address it is told, and would bypass a gateway unseen. */
function assertNotRedirected(endpoint: string): void {
  const redirect = process.env["FIRESTORE_EMULATOR_HOST"];
  assert(
    redirect === undefined || redirect === endpoint,
    `FIRESTORE_EMULATOR_HOST is ${redirect} but the listeners are to go to ${endpoint}`,
  );
}

interface StreamCall extends Pick<ListenCall, "signal" | "onMessage"> {
  readonly database: string;
  readonly token: string;
  /** The target to add, in the form of google.firestore.v1.Target. */
  readonly target: object;
}

function runStream(client: GeneratedClient, call: StreamCall): Promise<void> {
  return new Promise((resolve, reject) => {
    if (call.signal.aborted) {
      resolve();
      return;
    }
    const headers = {
      Authorization: `Bearer ${call.token}`,
      "google-cloud-resource-prefix": call.database,
    };
    const stream = client.listen({ otherArgs: { headers } });
    const cancel = () => {
      resolve();
      stream.cancel();
    };
    call.signal.addEventListener("abort", cancel, { once: true });
    const settle = (end: () => void) => {
      call.signal.removeEventListener("abort", cancel);
      end();
    };
    stream.on("data", call.onMessage);
    stream.on("error", (error) => settle(() => reject(error)));
    stream.on("end", () => settle(resolve));
    stream.write({ database: call.database, addTarget: call.target });
  });
}
