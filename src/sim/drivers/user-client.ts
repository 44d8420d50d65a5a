import type { Clock } from "../../std/clock.ts";
import type { Query, Snapshot, Write } from "../../system/store/store.ts";
import { queryPlace } from "./query-place.ts";
import {
  decodeDocument,
  encodeCreate,
  encodeQuery,
  restPath,
  type RestDocument,
} from "./rest-encoding.ts";
import { createRestTransport, type RestCall, type RestTransportOptions } from "./rest-transport.ts";
import type { UserIdentity } from "./user-claims.ts";
import { unsignedUserToken, type TokenOf } from "./user-token.ts";

export interface UserClientOptions extends Partial<Omit<RestTransportOptions, "endpoint">> {
  readonly endpoint: string;
  readonly projectId: string;
  /** "(default)" when absent. */
  readonly databaseId?: string;
  /** Makes or finds a user's token; when absent an unsigned one, which a local target takes. */
  readonly tokenOf?: TokenOf;
}

/**
 * The database as a signed-in user's app sees it: each call carries that user's token, so the
 * security rules decide. It rejects with a StoreError and tries nothing twice.
 */
export interface UserClient {
  query(user: UserIdentity, query: Query, signal?: AbortSignal): Promise<readonly Snapshot[]>;
  get(user: UserIdentity, path: string, signal?: AbortSignal): Promise<Snapshot | undefined>;
  create(user: UserIdentity, write: CreateWrite, signal?: AbortSignal): Promise<void>;
  close(): void;
}

export type CreateWrite = Extract<Write, { kind: "create" }>;

const DEFAULT_MAX_CONNECTIONS = 64;
export const DEFAULT_TIMEOUT_MS = 10_000;

export function createUserClient(options: UserClientOptions, clock: Clock): UserClient {
  const { projectId, databaseId = "(default)" } = options;
  const root = `projects/${projectId}/databases/${databaseId}/documents`;
  const tokenOf: TokenOf =
    options.tokenOf ?? ((user) => unsignedUserToken(user, projectId, clock.wallMs()));
  const transport = createRestTransport(
    {
      endpoint: options.endpoint,
      tls: options.tls ?? false,
      maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    },
    clock,
  );
  const post = async (
    user: UserIdentity,
    resource: string,
    method: "runQuery" | "batchGet" | "commit",
    call: Omit<RestCall, "url" | "token">,
  ): Promise<unknown> => {
    const token = await tokenOf(user);
    return transport.post({ ...call, url: restPath(resource, method), token });
  };

  return {
    query: async (user, query, signal) => {
      const path = queryPlace(query);
      const { parent, structuredQuery } = encodeQuery(root, query);
      const body = { structuredQuery };
      const answer = await post(user, parent, "runQuery", {
        operation: "query",
        path,
        body,
        signal,
      });
      return (answer as readonly { readonly document?: RestDocument }[]).flatMap(({ document }) =>
        document ? [decodeDocument(root, document)] : [],
      );
    },
    get: async (user, path, signal) => {
      const body = { documents: [`${root}/${path}`] };
      const answer = await post(user, root, "batchGet", { operation: "get", path, body, signal });
      const [entry] = answer as readonly { readonly found?: RestDocument }[];
      return entry?.found && decodeDocument(root, entry.found);
    },
    create: async (user, write, signal) => {
      const { path } = write;
      const body = { writes: [encodeCreate(root, write)] };
      await post(user, root, "commit", { operation: "create", path, body, signal });
    },
    close: () => transport.close(),
  };
}
