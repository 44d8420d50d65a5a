import {
  Server,
  ServerCredentials,
  type MethodDefinition,
  type ServiceDefinition,
  type UntypedServiceImplementation,
  type sendUnaryData,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import type { protos } from "@google-cloud/monitoring";
import { STATUS_NUMBERS } from "../../../firestore/data/status.ts";
import { fromWireTime, type WireDescriptor } from "../wire-types.ts";
import { AnswerPages, pointsIn } from "./answer-pages.ts";
import type { MonitoringSource } from "./monitoring-source.ts";
import { Refusal } from "./refusal.ts";
import { monitoringMessage } from "./monitoring-message.ts";
import { matches, metricTypeOf, parseFilter } from "./series-filter.ts";

type V3 = typeof protos.google.monitoring.v3;
type SeriesRequest = InstanceType<V3["ListTimeSeriesRequest"]>;
type SeriesAnswer = protos.google.monitoring.v3.IListTimeSeriesResponse;
type DescriptorsRequest = InstanceType<V3["ListMetricDescriptorsRequest"]>;
type DescriptorRequest = InstanceType<V3["GetMetricDescriptorRequest"]>;

/** A call as the server met it. */
interface MonitoringCall {
  readonly rpc: "ListTimeSeries" | "ListMetricDescriptors" | "GetMetricDescriptor";
  /** The filter, or the descriptor's name. */
  readonly subject: string;
  readonly pageToken: string;
  /** How many calls of this RPC there have been, this one among them. */
  readonly nth: number;
}

/** What a hostile or troubled service does. Each is asked at every call. */
interface MonitoringFaults {
  readonly refuse?: (call: MonitoringCall) => Refusal | undefined;
  readonly alter?: (answer: SeriesAnswer, call: MonitoringCall) => SeriesAnswer;
  /** The most points a page has, whatever is asked for. */
  readonly pagePoints?: number;
}

export interface MonitoringServerOptions {
  readonly source: MonitoringSource;
  /** Default: any that is free. Always on 127.0.0.1, without TLS. */
  readonly port?: number;
  /** Judges the header "authorization"; absent: anybody may call. */
  readonly authorize?: (authorization: string | undefined) => Refusal | undefined;
  readonly faults?: MonitoringFaults;
}

export interface MonitoringServer {
  readonly port: number;
  /** Every call so far, oldest first; the newest ten thousand. */
  readonly calls: readonly MonitoringCall[];
  close(): void;
}

const KEPT_CALLS = 10_000;
/** "The default and maximum value is 10,000" of metric descriptors in a page. */
const MOST_DESCRIPTORS = 10_000;

/**
 * Serves google.monitoring.v3.MetricService's three reading calls over gRPC from a source of its
 * own: Cloud Monitoring for tests, and beside a gateway that poses as a project.
 */
export async function openMonitoringServer(
  options: MonitoringServerOptions,
): Promise<MonitoringServer> {
  const service = new MetricService(options);
  const server = new Server();
  server.addService(SERVICE, service.handlers());
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `127.0.0.1:${options.port ?? 0}`,
      ServerCredentials.createInsecure(),
      (error, bound) => (error === null ? resolve(bound) : reject(error)),
    );
  });
  return { port, calls: service.calls, close: () => server.forceShutdown() };
}

function method(rpc: MonitoringCall["rpc"], request: string, answer: string) {
  const requestType = monitoringMessage(request);
  const answerType = monitoringMessage(answer);
  const definition: MethodDefinition<object, object> = {
    path: `/google.monitoring.v3.MetricService/${rpc}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message) => Buffer.from(requestType.encode(message).finish()),
    requestDeserialize: (bytes) =>
      requestType.toObject(requestType.decode(bytes), { longs: Number, defaults: true }),
    responseSerialize: (message) =>
      Buffer.from(answerType.encode(answerType.fromObject(message)).finish()),
    responseDeserialize: (bytes) => answerType.toObject(answerType.decode(bytes)),
  };
  return definition;
}

const SERVICE: ServiceDefinition = {
  ListTimeSeries: method(
    "ListTimeSeries",
    "monitoring.v3.ListTimeSeriesRequest",
    "monitoring.v3.ListTimeSeriesResponse",
  ),
  ListMetricDescriptors: method(
    "ListMetricDescriptors",
    "monitoring.v3.ListMetricDescriptorsRequest",
    "monitoring.v3.ListMetricDescriptorsResponse",
  ),
  GetMetricDescriptor: method(
    "GetMetricDescriptor",
    "monitoring.v3.GetMetricDescriptorRequest",
    "api.MetricDescriptor",
  ),
};

class MetricService {
  readonly calls: MonitoringCall[] = [];
  readonly #options: MonitoringServerOptions;
  readonly #pages = new AnswerPages();
  readonly #counts = new Map<string, number>();

  constructor(options: MonitoringServerOptions) {
    this.#options = options;
  }

  handlers(): UntypedServiceImplementation {
    return {
      ListTimeSeries: this.#answering("ListTimeSeries", ({ filter }) => filter, this.#series),
      ListMetricDescriptors: this.#answering(
        "ListMetricDescriptors",
        ({ filter }) => filter,
        this.#descriptors,
      ),
      GetMetricDescriptor: this.#answering(
        "GetMetricDescriptor",
        ({ name }) => name,
        this.#descriptor,
      ),
    };
  }

  #answering<Request extends { readonly name: string; readonly pageToken?: string }>(
    rpc: MonitoringCall["rpc"],
    subjectOf: (request: Request) => string,
    answer: (request: Request, call: MonitoringCall) => object,
  ) {
    return (call: ServerUnaryCall<Request, object>, done: sendUnaryData<object>): void => {
      const { request } = call;
      const nth = (this.#counts.get(rpc) ?? 0) + 1;
      this.#counts.set(rpc, nth);
      const pageToken = request.pageToken ?? "";
      const met: MonitoringCall = { rpc, subject: subjectOf(request), pageToken, nth };
      this.calls.push(met);
      if (this.calls.length > KEPT_CALLS) this.calls.shift();
      try {
        const authorization = call.metadata.get("authorization")[0]?.toString();
        const refused =
          this.#options.authorize?.(authorization) ?? this.#options.faults?.refuse?.(met);
        if (refused !== undefined) throw refused;
        this.#checkProject(request.name);
        done(null, answer(request, met));
      } catch (error) {
        done(statusOf(error));
      }
    };
  }

  #checkProject(name: string): void {
    const { project } = this.#options.source;
    if (/^projects\/[^/]+(\/metricDescriptors\/.+)?$/.exec(name) === null) {
      throw new Refusal("INVALID_ARGUMENT", `Field name had an invalid value of "${name}".`);
    }
    if (name.split("/")[1] !== project) {
      throw new Refusal(
        "PERMISSION_DENIED",
        "Permission monitoring.timeSeries.list denied (or the resource may not exist).",
      );
    }
  }

  readonly #series = (request: SeriesRequest, call: MonitoringCall): object => {
    const { source, faults } = this.#options;
    const size = Math.min(
      request.pageSize > 0 ? request.pageSize : Infinity,
      faults?.pagePoints ?? Infinity,
    );
    const pageSize = Number.isFinite(size) ? size : 0;
    const { series, nextPageToken } =
      request.pageToken === ""
        ? this.#pages.first(this.#found(source, request), pageSize)
        : this.#pages.next(request.pageToken, pageSize);
    const answer: SeriesAnswer = {
      timeSeries: [...series],
      nextPageToken,
      unit: series[0]?.unit ?? "",
    };
    return faults?.alter?.(answer, call) ?? answer;
  };

  #found(source: MonitoringSource, request: SeriesRequest) {
    const filter = parseFilter(request.filter);
    const type = metricTypeOf(filter);
    if (!source.descriptors().some((descriptor) => descriptor.type === type)) {
      throw new Refusal(
        "NOT_FOUND",
        `Cannot find metric(s) that match type = "${type}". If a metric was created recently, it could take up to 10 minutes to become available. Please try again soon.`,
      );
    }
    const startMs = fromWireTime(request.interval?.startTime);
    const endMs = fromWireTime(request.interval?.endTime);
    if (!(startMs <= endMs)) {
      throw new Refusal("INVALID_ARGUMENT", "Field interval had an invalid value.");
    }
    return source
      .series(type)
      .filter((series) => matches(filter, series))
      .map((series) => ({
        ...series,
        points: [...pointsIn(series.points ?? [], startMs, endMs)],
      }))
      .filter(({ points }) => points.length > 0);
  }

  readonly #descriptors = (request: DescriptorsRequest): object => {
    const filter = parseFilter(request.filter);
    const from = Number(request.pageToken === "" ? 0 : request.pageToken);
    const size = request.pageSize > 0 ? request.pageSize : MOST_DESCRIPTORS;
    const found = this.#options.source
      .descriptors()
      .filter(({ type }) => matches(filter, { metric: { type: type ?? "" } }));
    const isMore = found.length > from + size;
    return {
      metricDescriptors: found.slice(from, from + size),
      nextPageToken: isMore ? String(from + size) : "",
    };
  };

  readonly #descriptor = ({ name }: DescriptorRequest): WireDescriptor => {
    const type = name.split("/").slice(3).join("/");
    const found = this.#options.source.descriptors().find((one) => one.type === type);
    if (found === undefined) {
      throw new Refusal("NOT_FOUND", `Could not find descriptor for metric '${type}'.`);
    }
    return found;
  };
}

function statusOf(error: unknown): { readonly code: number; readonly details: string } {
  if (error instanceof Refusal) {
    return { code: STATUS_NUMBERS[error.code], details: error.message };
  }
  return { code: STATUS_NUMBERS.INTERNAL, details: String(error) };
}
