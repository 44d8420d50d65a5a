import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import { listenAt } from "../listen.ts";
import { k6CountsSchema, type K6Counts } from "./counts-file.ts";
import { segmentFaults } from "./segments.ts";

export interface CollectorOptions {
  readonly host: string;
  readonly port: number;
  /** Counts of another run are refused. */
  readonly run: string;
  readonly log: (line: string) => void;
}

export interface Collector {
  readonly port: number;
  /** Settles once the segments are the whole load. */
  readonly whole: Promise<void>;
  /** What has come so far. */
  received(): readonly K6Counts[];
  close(): Promise<void>;
}

/** Seven operations with every bucket in use come to 80 KB. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

type Answer = readonly [status: number, text: string];

/** Takes the counts that each segment of a divided load sends at its end. */
export async function openCollector(options: CollectorOptions): Promise<Collector> {
  const received = new Map<string, K6Counts>();
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    answer(request, response, (body) => {
      const [status, text] = take(body, options.run, received);
      options.log(text);
      if (segmentFaults([...received.keys()]).length === 0) resolve();
      return [status, text];
    }).catch(() => response.destroy());
  });
  const port = await listenAt(server, { ...options, flag: "--port" });
  return {
    port,
    whole,
    received: () => [...received.values()],
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        // The last segment is to get its answer: what is idle is ended, what is under way may end.
        server.closeIdleConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  takeBody: (body: string) => Answer,
): Promise<void> {
  const isAsked = request.method === "POST" && request.url === "/counts";
  const [status, text] = isAsked
    ? takeBody(await readBody(request))
    : ([404, "expected POST /counts"] as const);
  response.writeHead(status, { "content-type": "text/plain", connection: "close" });
  response.end(text);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return "";
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function take(body: string, run: string, received: Map<string, K6Counts>): Answer {
  const parsed = k6CountsSchema.safeParse(parseJson(body));
  if (!parsed.success) return [400, `counts that cannot be read: ${z.prettifyError(parsed.error)}`];
  const counts = parsed.data;
  const { segment } = counts;
  if (counts.run !== run)
    return [400, `segment ${segment} is of run "${counts.run}", not "${run}"`];
  const first = [...received.values()][0];
  if (first !== undefined && first.workload !== counts.workload) {
    return [
      400,
      `segment ${segment} is of ${counts.workload}, the others are of ${first.workload}`,
    ];
  }
  const before = received.get(segment);
  // An answer may be lost, and the counts come again.
  if (before !== undefined) {
    const isSame = JSON.stringify(before) === JSON.stringify(counts);
    return isSame
      ? [200, `segment ${segment} once more`]
      : [409, `segment ${segment} is there, with other counts`];
  }
  received.set(segment, counts);
  return [200, `segment ${segment}: ${counts.iterations} iterations`];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
