/*
 * A wave of sign-ups through the service's own provisioning (prepare --serve-sign-ups).
 *
 *   npm run sim -- k6 prepare --endpoint 127.0.0.1:8080
 *   k6 run scenarios/k6/onboarding-rush.ts
 */
import { carryOutNext } from "./workloads/carry-out-next.ts";
import { begin, openWorkload, type Begun } from "./workloads/open-workload.ts";
import { summarize, type SummaryData } from "./workloads/summary.ts";

const workload = openWorkload("onboarding-rush");

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
