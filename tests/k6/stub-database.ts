import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

/** One request as it arrived, without what differs from moment to moment. */
type SeenRequest = string;

interface StubAnswer {
  readonly status: number;
  readonly content: unknown;
}

export interface StubDatabase {
  readonly endpoint: string;
  /** All requests so far. */
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

export interface StubOptions {
  /** How long every answer takes. */
  readonly delayMs: number;
  /** Hears of each request; what it returns is answered in place of what a database would. */
  readonly onRequest?: (count: number) => StubAnswer | undefined;
}

/**
 * A database of nothing that answers as Firestore's REST API does, always alike: of every three
 * ledger entries one is let through, one only at the second try, and one loses its first answer.
 */
export async function openStubDatabase(options: StubOptions): Promise<StubDatabase> {
  const seen: SeenRequest[] = [];
  const tries = new Map<string, number>();
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      seen.push(describe(request, body));
      const answer = options.onRequest?.(seen.length) ?? answerTo(request.url ?? "", body, tries);
      await setTimeout(options.delayMs);
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.content));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Who asked for what: the token's claims without its times, and the body without "a day ago". */
function describe(request: IncomingMessage, body: string): SeenRequest {
  const [, claims = ""] = (request.headers.authorization ?? "").split(".");
  const told = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
  const { auth_time: _auth, iat: _issued, exp: _expires, ...who } = told;
  const timeless = body.replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, "TIME");
  return `${request.method} ${request.url} ${JSON.stringify(who)} ${timeless}`;
}

function answerTo(url: string, body: string, tries: Map<string, number>): StubAnswer {
  if (url.endsWith(":runQuery")) return { status: 200, content: [{ readTime: NOW }] };
  if (url.endsWith(":batchGet")) {
    const [name] = (JSON.parse(body) as { readonly documents: readonly string[] }).documents;
    return { status: 200, content: [{ found: { name, fields: {}, updateTime: NOW } }] };
  }
  const name = /"name":"([^"]+)"/.exec(body)?.[1] ?? "";
  const attempt = (tries.get(name) ?? 0) + 1;
  tries.set(name, attempt);
  const fate = Buffer.from(name).reduce((sum, byte) => sum + byte, 0) % 3;
  if (fate === 1 && attempt === 1) return refusal(409, "ABORTED", "too much contention");
  if (fate === 2 && attempt === 1) return refusal(503, "UNAVAILABLE", "lost");
  if (fate === 2) return refusal(409, "ALREADY_EXISTS", "it is there");
  return { status: 200, content: { writeResults: [{ updateTime: NOW }], commitTime: NOW } };
}

const NOW = "2026-01-05T14:30:00Z";

function refusal(status: number, name: string, message: string): StubAnswer {
  return { status, content: { error: { code: status, status: name, message } } };
}
