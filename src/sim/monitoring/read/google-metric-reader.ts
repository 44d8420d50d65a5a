import { MetricServiceClient } from "@google-cloud/monitoring";
import { statusOfNumber } from "../../../firestore/gateway/grpc/status.ts";
import { UserError } from "../../cli/errors.ts";
import { channelCredentials } from "../../staging/channel-credentials.ts";
import type { StagingProject } from "../../staging/project.ts";
import { toWireTime } from "../wire-types.ts";
import type { DescriptorPage, MetricReader, SeriesPage, SeriesQuestion } from "./metric-reader.ts";
import { MonitoringFault } from "./monitoring-fault.ts";

const HTTPS_PORT = 443;

/** No answer of a page takes longer; the library's own bound is 90 s. */
const TIMEOUT_MS = 30_000;

/** Reads through Google's own client. Tries and waits are the caller's: the library's are off. */
export function openGoogleMetricReader(project: StagingProject): MetricReader {
  const { host, port } = hostAndPort(project.endpoints.monitoring.host);
  const client = new MetricServiceClient({
    apiEndpoint: host,
    port,
    sslCreds: channelCredentials(project, "monitoring"),
    projectId: project.projectId,
    ...(project.tokens.auth === undefined ? {} : { auth: project.tokens.auth }),
  });
  const name = `projects/${project.projectId}`;
  const options = () => ({
    autoPaginate: false,
    timeout: TIMEOUT_MS,
    retry: null,
    // Whom a user's own credentials are billed to; a service account's are its project's.
    otherArgs: { headers: { "x-goog-user-project": project.projectId } },
  });
  return {
    descriptors: (filter, pageToken) =>
      answered(async (): Promise<DescriptorPage> => {
        const [found, , raw] = await client.listMetricDescriptors(
          { name, filter, pageToken },
          options(),
        );
        return { descriptors: found, nextPageToken: raw?.nextPageToken ?? "" };
      }),
    series: (question, pageToken) =>
      answered(async (): Promise<SeriesPage> => {
        const [found, , raw] = await client.listTimeSeries(
          { name, ...requestOf(question), pageToken },
          options(),
        );
        return {
          series: found,
          nextPageToken: raw?.nextPageToken ?? "",
          executionErrors: (raw?.executionErrors ?? []).map(
            ({ message }) => message ?? "no reason",
          ),
        };
      }),
    close: () => client.close(),
  };
}

function requestOf({ filter, fromMs, toMs }: SeriesQuestion) {
  return {
    filter,
    interval: { startTime: toWireTime(fromMs), endTime: toWireTime(toMs) },
    view: "FULL" as const,
  };
}

function hostAndPort(host: string): { readonly host: string; readonly port: number } {
  const [, name, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(host) ?? [];
  return { host: name ?? host, port: port === undefined ? HTTPS_PORT : Number(port) };
}

async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    // Missing credentials are told by those who know where they were looked for.
    const told = userErrorIn(error);
    if (told !== undefined) throw told;
    const code = (error as { readonly code?: unknown }).code;
    const details = (error as { readonly details?: unknown }).details;
    const message = error instanceof Error ? error.message : String(error);
    throw new MonitoringFault(
      typeof code === "number" ? statusOfNumber(code) : "UNKNOWN",
      typeof details === "string" && details !== "" ? details : message,
      { cause: error },
    );
  }
}

function userErrorIn(error: unknown): UserError | undefined {
  if (error instanceof UserError) return error;
  return error instanceof Error && error.cause !== undefined ? userErrorIn(error.cause) : undefined;
}
