import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { AdmissionReport } from "../../firestore/admission/report.ts";

/** For tests: a gateway's own endpoints without a gateway, and what was asked of them. */
export interface FakeGateway {
  readonly endpoint: string;
  /** "POST /plimsoll/v1/mode {"limits":"on"}", in order. */
  readonly asked: string[];
  /** What it answers; a test may change it. */
  report: AdmissionReport;
  /** Answers everything with this status once set. */
  fault: number | undefined;
  close(): Promise<void>;
}

export async function startFakeGateway(): Promise<FakeGateway> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.method} ${request.url}${body === "" ? "" : ` ${body}`}`);
      response.statusCode = gateway.fault ?? 200;
      response.end(JSON.stringify(request.method === "GET" ? gateway.report : {}));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const gateway: FakeGateway = {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    report: admissionReport(),
    fault: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gateway;
}

const NO_DELAY = { count: 0, sumMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0 };

/** A report of an admission that has let some requests through, and refused nothing. */
export function admissionReport(fields: Partial<AdmissionReport> = {}): AdmissionReport {
  return {
    version: 1,
    mode: "on",
    latencyProfile: "off",
    sinceMonotonicMs: 1000,
    durationMs: 30_000,
    attempts: { commit: 90, batchWrite: 10, query: 40, read: 5, listen: 24 },
    refusedAttempts: { commit: 0, batchWrite: 0, query: 0, read: 0, listen: 0 },
    writes: { attempted: 700, admitted: 700, delayed: 12, refused: 0 },
    indexEntriesWritten: 2100,
    delays: {
      latency: NO_DELAY,
      queueing: { count: 200, sumMs: 100, p50Ms: 0, p90Ms: 1, p99Ms: 8, maxMs: 9 },
    },
    refusals: [],
    refusalsNotListed: 0,
    hottest: [],
    spaces: [],
    spacesNotListed: 0,
    missingIndexes: [],
    assumed: [{ id: "document-writes", value: 10, unit: "writes/s", limits: "one document" }],
    ...fields,
  };
}
