/*
 * The rule for new collections, as a load: 500 executions a second, half as much again every five minutes
 * (PROFILE=real) or five seconds (PROFILE=compressed, the default), up to `prepare --ramp-to`.
 *
 *   npm run sim -- k6 prepare --endpoint 127.0.0.1:8080 --ramp-to 1125
 *   k6 run -e PROFILE=real scenarios/k6/ramp-500-50-5.ts
 */
import { carryOutNext } from "./workloads/carry-out-next.ts";
import { begin, openWorkload, type Begun } from "./workloads/open-workload.ts";
import { summarize, type SummaryData } from "./workloads/summary.ts";

const workload = openWorkload(profile(__ENV["PROFILE"] ?? "compressed"));

export const options = workload.options;

export function setup(): Begun {
  return begin(workload);
}

export default function (begun: Begun): void {
  carryOutNext(workload, begun);
}

export function handleSummary(data: SummaryData): Record<string, string> {
  return summarize(workload, data);
}

function profile(name: string): "ramp-500-50-5" | "ramp-500-50-5-compressed" {
  if (name === "real") return "ramp-500-50-5";
  if (name === "compressed") return "ramp-500-50-5-compressed";
  throw new Error(`PROFILE=${name} is not known; known are real and compressed`);
}
