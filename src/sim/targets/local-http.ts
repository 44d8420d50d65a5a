import type { Clock } from "../../std/clock.ts";

export interface LocalRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface LocalAnswer {
  readonly status: number;
  readonly text: string;
}

/** Nobody answered: refused, reset, or too late. `message` says which. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** One HTTP request to a program on this machine; `endpoint` is host:port. Rejects with NoAnswer. */
export async function askLocal(
  clock: Clock,
  endpoint: string,
  { method, path, body, headers = {}, timeoutMs }: LocalRequest,
): Promise<LocalAnswer> {
  const done = new AbortController();
  const late = new AbortController();
  const timer = clock.sleep(timeoutMs, done.signal).then(
    () => late.abort(new Error(`no answer in ${timeoutMs / 1000} s`)),
    () => undefined, // The answer came first.
  );
  try {
    const response = await fetch(`http://${endpoint}${path}`, {
      method,
      headers,
      signal: late.signal,
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message : message;
    throw new NoAnswer(reason, { cause: error });
  } finally {
    done.abort();
    await timer;
  }
}
