import type { z } from "zod";
import { ApiError } from "../access/api-error.ts";

/** A call of one of the REST APIs. */
export interface ApiRequest {
  readonly method: string;
  /** Path without the query, percent-decoded: "/v1/projects/p/databases/(default)". */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
  /** Address of the client. */
  readonly client: string;
}

/** The body of a JSON call. @throws ApiError INVALID_ARGUMENT */
export function readBodyAs<T>(schema: z.ZodType<T>, body: string): T {
  let content: unknown;
  try {
    content = body === "" ? {} : JSON.parse(body);
  } catch (error) {
    throw new ApiError(
      "INVALID_ARGUMENT",
      `Invalid JSON payload received. ${(error as Error).message}`,
    );
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ApiError(
    "INVALID_ARGUMENT",
    `Invalid value at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? ""}`,
  );
}

const PAGE_DEFAULT = 100;
const PAGE_MAX = 1000;

/** One page of a list, by pageSize and a pageToken that is an offset. */
export function pageOf<T>(
  items: readonly T[],
  size: string | null,
  token: string | null,
): { readonly items: readonly T[]; readonly nextPageToken: string | undefined } {
  const from = /^\d{1,9}$/.test(token ?? "") ? Number(token) : 0;
  const asked = Number(size ?? PAGE_DEFAULT);
  const count = asked > 0 ? Math.min(asked, PAGE_MAX) : PAGE_DEFAULT;
  const to = from + count;
  return {
    items: items.slice(from, to),
    nextPageToken: to < items.length ? String(to) : undefined,
  };
}
