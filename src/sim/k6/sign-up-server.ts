import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AssertionError } from "../../std/assert.ts";
import { AMBIGUOUS } from "../drivers/client-tries.ts";
import { StoreError } from "../../system/store/store.ts";
import { listenAt } from "./listen.ts";

export interface SignUpServer {
  /** "http://127.0.0.1:41234/sign-ups": k6 posts `{"n": 7}` there, for the newcomer of that number. */
  readonly url: string;
  /** Ends it; answers that are on their way are given up. */
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1_024;

/**
 * Signs people up for k6, which cannot run the service's provisioning itself. Listens on this machine
 * only. What an answer holds scenarios/k6/lib/carry-out.ts takes for the operation's outcome.
 */
export async function serveSignUps(
  signUp: (n: number) => Promise<void>,
  port = 0,
): Promise<SignUpServer> {
  const server = createServer((request, response) => {
    // A reader that has gone away is no fault of the sign-up's.
    answer(signUp, request, response).catch(() => response.destroy());
  });
  const listening = await listenAt(server, { host: "127.0.0.1", port, flag: "--serve-sign-ups" });
  return {
    url: `http://127.0.0.1:${listening}/sign-ups`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  signUp: (n: number) => Promise<void>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const n = request.method === "POST" ? numberOf(await readBody(request)) : undefined;
  const isAsked = n !== undefined && request.url === "/sign-ups";
  const content = isAsked ? await outcomeOf(() => signUp(n)) : 'expected POST /sign-ups {"n": 0}';
  response.writeHead(isAsked ? 200 : 400, { "content-type": "application/json" });
  response.end(JSON.stringify(content));
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MAX) return "";
  }
  return text;
}

function numberOf(body: string): number | undefined {
  try {
    const { n } = JSON.parse(body) as { readonly n?: unknown };
    return typeof n === "number" && Number.isSafeInteger(n) && n >= 0 ? n : undefined;
  } catch {
    return undefined;
  }
}

/** As the Node driver has it: whatever it was that failed, this person has no account. */
async function outcomeOf(signUp: () => Promise<void>): Promise<object> {
  try {
    await signUp();
    return { kind: "ok", documents: 1 };
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    const code = error instanceof StoreError ? error.code : "UNKNOWN";
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", code, message, ambiguous: AMBIGUOUS.has(code) };
  }
}
