import type { Readable } from "node:stream";
import type { Firestore } from "@google-cloud/firestore";
import { assert } from "../../std/assert.ts";
import { STATUS_CODES } from "./status.ts";
import { StoreError } from "./store.ts";

/*
 * One call, one attempt, one deadline. The SDK's public methods cannot do that: WriteBatch.commit
 * passes its own list of codes to retry (ABORTED, RESOURCE_EXHAUSTED and UNAVAILABLE, for up to
 * 600 s), which no setting overrides, and its streams are silently asked again twice when the
 * answer is an error without headers. So the store calls the generated client beneath the SDK's
 * objects with call options of its own. It reaches that client through the Firestore object, so
 * that its settings, credentials, channels and `terminate` stay in force.
 */

/** What is being done, for the StoreError of a failure. */
export interface Occasion {
  readonly operation: string;
  readonly path: string;
}

type UnaryMethod = "commit" | "beginTransaction" | "rollback";
type StreamMethod = "batchGetDocuments" | "runQuery";

export interface Transport {
  /** "projects/{project}/databases/{database}". Await it before the first call. */
  databaseName(occasion: Occasion): Promise<string>;
  unary<Answer>(occasion: Occasion, method: UnaryMethod, request: object): Promise<Answer>;
  stream<Answer>(
    occasion: Occasion,
    method: StreamMethod,
    request: object,
  ): Promise<readonly Answer[]>;
}

type CallOptions = { readonly [option: string]: unknown };

type GeneratedClient = Readonly<
  Record<UnaryMethod, (request: object, options: CallOptions) => Promise<readonly unknown[]>> &
    Record<StreamMethod, (request: object, options: CallOptions) => Readable>
>;

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
  initializeIfNeeded(tag: string): Promise<void>;
  createCallOptions(method: string, retryCodes: readonly number[]): CallOptions;
}

/** A label in the SDK's debug log. */
const TAG = "store";

export function createTransport(firestore: Firestore, deadlineMs: number): Transport {
  const internals = firestore as unknown as FirestoreInternals;
  assert(
    typeof internals._clientPool?.run === "function" &&
      typeof internals.initializeIfNeeded === "function" &&
      typeof internals.createCallOptions === "function",
    "this version of @google-cloud/firestore hides its generated client elsewhere: adapt admin-transport.ts",
  );
  let name: string | undefined;

  const call = async <T>(
    occasion: Occasion,
    method: UnaryMethod | StreamMethod,
    body: (client: GeneratedClient, options: CallOptions) => Promise<T>,
  ): Promise<T> => {
    const options = {
      ...internals.createCallOptions(method, []),
      timeout: deadlineMs,
      retryRequestOptions: { retries: 0, noResponseRetries: 0 },
    };
    try {
      return await internals._clientPool.run(TAG, false, (client) => body(client, options));
    } catch (error) {
      throw toStoreError(error, occasion);
    }
  };

  return {
    databaseName: async (occasion) => {
      if (name !== undefined) return name;
      try {
        await internals.initializeIfNeeded(TAG);
      } catch (error) {
        throw toStoreError(error, occasion);
      }
      name = internals.formattedName;
      return name;
    },
    unary: <Answer>(occasion: Occasion, method: UnaryMethod, request: object) =>
      call(occasion, method, async (client, options) => {
        const [answer] = await client[method](request, options);
        return answer as Answer;
      }),
    stream: <Answer>(occasion: Occasion, method: StreamMethod, request: object) =>
      call(occasion, method, (client, options) =>
        collect<Answer>(client[method](request, options)),
      ),
  };
}

function collect<Answer>(stream: Readable): Promise<readonly Answer[]> {
  return new Promise((resolve, reject) => {
    const answers: Answer[] = [];
    stream.on("data", (answer: Answer) => answers.push(answer));
    stream.on("error", reject);
    stream.on("end", () => resolve(answers));
  });
}

function toStoreError(error: unknown, { operation, path }: Occasion): StoreError {
  const { code, details, message } = error as Partial<Record<string, unknown>>;
  const status = (typeof code === "number" && STATUS_CODES[code - 1]) || "UNKNOWN";
  const text = typeof details === "string" && details !== "" ? details : String(message ?? error);
  return new StoreError(status, operation, path, text, { cause: error });
}
