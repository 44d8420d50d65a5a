import type { Clock } from "../../std/clock.ts";
import { admissionReport, type AdmissionReport } from "../../firestore/admission/report.ts";
import { UserError } from "../cli/errors.ts";
import type { LimitsChoice } from "./limits-choice.ts";
import { askLocal, NoAnswer, type LocalRequest } from "./local-http.ts";

const TIMEOUT_MS = 10_000;

/** What a run asks and tells the limits, wherever they are held. */
export type LimitsControl = Pick<
  GatewayControl,
  "limits" | "setMode" | "resetCounters" | "warm" | "cool" | "setQuota"
>;

/** The gateway's own endpoints, beside the Firestore API on the same port (docs/gateway.md). */
export class GatewayControl {
  readonly endpoint: string;
  readonly #clock: Clock;

  /** `endpoint` is host:port. */
  constructor(endpoint: string, clock: Clock) {
    this.endpoint = endpoint;
    this.#clock = clock;
  }

  /** Whether it answers at all. Never rejects. */
  async answers(timeoutMs: number): Promise<boolean> {
    const request = { method: "GET", path: "/plimsoll/v1/limits", timeoutMs } as const;
    const answer = await askLocal(this.#clock, this.endpoint, request).catch(() => undefined);
    return answer?.status === 200;
  }

  /** What the model of the limits did since its counters were last reset. */
  async limits(): Promise<AdmissionReport> {
    const { text } = await this.#send("GET", "/plimsoll/v1/limits");
    return admissionReport.parse(JSON.parse(text));
  }

  async setMode(limits: LimitsChoice): Promise<void> {
    await this.#send("POST", "/plimsoll/v1/mode", { limits });
  }

  /** Counters, peaks and queues begin anew; key ranges stay split as they are. */
  async resetCounters(): Promise<void> {
    await this.#send("POST", "/plimsoll/v1/reset", { counters: true });
  }

  /** Splits key ranges as if so many evenly spread writes a second had long been served. */
  async warm(writesPerSecond: number): Promise<void> {
    await this.#send("POST", "/plimsoll/v1/warm", { writesPerSecond });
  }

  /** Forgets every split, as a database that nobody has used for long. */
  async cool(): Promise<void> {
    await this.#send("POST", "/plimsoll/v1/cool");
  }

  /** From now on this share of every limit is served; 1: all of it. */
  async setQuota(share: number): Promise<void> {
    await this.#send("POST", "/plimsoll/v1/quota", { share });
  }

  async #send(
    method: LocalRequest["method"],
    path: string,
    body?: object,
  ): Promise<{ readonly text: string }> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { "content-type": "application/json" };
    const request = { method, path, headers, timeoutMs: TIMEOUT_MS, ...json };
    try {
      const { status, text } = await askLocal(this.#clock, this.endpoint, request);
      if (status >= 200 && status < 300) return { text };
      throw new Error(`the gateway answered ${method} ${path} with HTTP ${status}: ${text}`);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new UserError(
        "E_TARGET_DIED",
        `the gateway at ${this.endpoint} did not answer ${method} ${path}: ${error.message}`,
        "Start the run again; if it dies again, run `npm run sim -- doctor`.",
        { cause: error },
      );
    }
  }
}
