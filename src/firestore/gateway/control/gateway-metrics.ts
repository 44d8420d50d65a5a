import { Counter, Gauge, Registry } from "prom-client";
import type { Clock } from "../../../std/clock.ts";
import type { ControlledAdmission } from "../../admission/controlled-admission.ts";
import type { AdmissionReport } from "../../admission/report.ts";
import type { StatusCode } from "../../data/status.ts";
import { FIRESTORE_METHODS, methodOf } from "../policy/firestore-methods.ts";
import type { RelayEvents } from "../relay/relay-events.ts";

/**
 * The gateway's figures as Prometheus text. Labels are methods, status codes and limits: there are
 * some dozens of each, whatever clients send. Documents and tenants are never labels.
 */
export class GatewayMetrics implements RelayEvents {
  readonly #registry = new Registry();
  readonly #clock: Clock;
  readonly #admission: ControlledAdmission;
  readonly #calls: Counter<"method">;
  readonly #answers: Counter<"method" | "code" | "by">;
  readonly #ofReport: ReportGauges;

  constructor(clock: Clock, admission: ControlledAdmission) {
    this.#clock = clock;
    this.#admission = admission;
    const registers = [this.#registry];
    this.#calls = new Counter({
      name: "plimsoll_calls_total",
      help: "Calls that reached the gateway on their way to an emulator, an SDK's own retries included.",
      labelNames: ["method"],
      registers,
    });
    this.#answers = new Counter({
      name: "plimsoll_answers_total",
      help: "How those calls ended, and whether the gateway or the server behind it said so.",
      labelNames: ["method", "code", "by"],
      registers,
    });
    this.#ofReport = createReportGauges(this.#registry);
  }

  called(path: string): void {
    this.#calls.inc({ method: labelOf(path) });
  }

  answered(path: string, code: StatusCode, by: "gateway" | "server"): void {
    this.#answers.inc({ method: labelOf(path), code, by });
  }

  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    fill(this.#ofReport, this.#admission.report(this.#clock.monotonicMs()));
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}

/** A client may call what it likes: only known methods have a name of their own. */
function labelOf(path: string): string {
  const method = methodOf(path);
  return FIRESTORE_METHODS.has(method) ? method : "other";
}

type ReportGauges = ReturnType<typeof createReportGauges>;

/** They count since the limits' counters were last reset, so they may fall, as gauges do. */
function createReportGauges(registry: Registry) {
  const gauge = <T extends string>(name: string, help: string, ...labelNames: T[]): Gauge<T> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    attempts: gauge("plimsoll_attempts", "Requests judged, by kind.", "kind"),
    refusedAttempts: gauge("plimsoll_refused_attempts", "Those refused, by kind.", "kind"),
    writes: gauge("plimsoll_document_writes", "Document writes, by outcome.", "outcome"),
    entries: gauge("plimsoll_index_entries_written", "Index entries removed and inserted."),
    refusals: gauge("plimsoll_refusals", "Refusals, by limit and code.", "limit", "code"),
    queueing: gauge("plimsoll_queueing_ms", "Time spent waiting for hot ranges.", "statistic"),
    utilisation: gauge(
      "plimsoll_highest_utilisation",
      "Highest offered rate over allowed rate in any few seconds, by limit.",
      "limit",
    ),
    ranges: gauge("plimsoll_key_ranges", "Ranges that keys are split into, by kind.", "kind"),
    missingIndexes: gauge(
      "plimsoll_missing_indexes",
      "Kinds of query refused for want of an index.",
    ),
    memory: gauge("plimsoll_resident_memory_bytes", "Memory of the gateway's process."),
  };
}

function fill(gauges: ReportGauges, report: AdmissionReport): void {
  for (const [kind, count] of Object.entries(report.attempts)) gauges.attempts.set({ kind }, count);
  for (const [kind, count] of Object.entries(report.refusedAttempts)) {
    gauges.refusedAttempts.set({ kind }, count);
  }
  for (const [outcome, count] of Object.entries(report.writes)) {
    gauges.writes.set({ outcome }, count);
  }
  gauges.entries.set(report.indexEntriesWritten);
  gauges.refusals.reset();
  for (const { limit, code, count } of report.refusals) gauges.refusals.inc({ limit, code }, count);
  const { queueing } = report.delays;
  gauges.queueing.set({ statistic: "sum" }, queueing.sumMs);
  gauges.queueing.set({ statistic: "p99" }, queueing.p99Ms);
  gauges.queueing.set({ statistic: "max" }, queueing.maxMs);
  gauges.utilisation.reset();
  const highest = new Map<string, number>();
  for (const { limit, utilisation } of report.hottest) {
    highest.set(limit, Math.max(utilisation, highest.get(limit) ?? 0));
  }
  for (const [limit, utilisation] of highest) gauges.utilisation.set({ limit }, utilisation);
  gauges.ranges.reset();
  for (const { kind, ranges } of report.spaces) gauges.ranges.inc({ kind }, ranges);
  gauges.missingIndexes.set(report.missingIndexes.length);
  gauges.memory.set(process.memoryUsage.rss());
}
