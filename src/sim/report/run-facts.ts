import { formatCount, formatDuration, formatNumber, NO_FIGURE } from "./format-figures.ts";
import type { Result } from "./result.ts";

/** Name and value of what the figures of a run depend on. */
export type Fact = readonly [name: string, value: string];

/** Where, when and on what a run was made, for reports; the command to repeat it stands apart. */
export function machineFacts(result: Result): readonly Fact[] {
  const { run, target, population, limiter } = result;
  const { cpus, cpuModel, memoryGiB, loadAverage } = run.machine;
  return [
    ["Run", `${run.id} (${run.status})`],
    ["Started", run.startedAt],
    ["Finished", `${run.finishedAt} (${formatDuration(run.durationMs)})`],
    ["Seed", String(run.seed)],
    ["Commit", run.commit],
    ["Versions", joinRecord(run.versions)],
    ["Target", `${target.kind}: ${target.description} at ${target.endpoint}`],
    ["Why this target", target.reason],
    [
      "Population",
      `${formatCount(population.users)} users in ${formatCount(population.tenants)} tenants ` +
        `(the largest has ${formatCount(population.largestTenantUsers)}), ` +
        `${formatCount(population.openTrades)} open trades, ` +
        `provisioned in ${formatDuration(population.provisioningMs)}`,
    ],
    ["Limiter", `${limiter.strategy}, preset ${limiter.preset}`],
    ["Machine", `${cpus} × ${cpuModel}, ${formatNumber(memoryGiB)} GiB, load ${loadAverage}`],
    [
      "Peak memory",
      `harness ${formatCount(run.harnessPeakMiB)} MiB, target ${
        run.targetPeakMiB === null ? NO_FIGURE : `${formatCount(run.targetPeakMiB)} MiB`
      }`,
    ],
    ...(run.notes ?? []).map((note): Fact => ["Note", note]),
  ];
}

/** "node 24.21.0, zod 4.6.7": a record of plain values on one line. */
export function joinRecord(record: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(record).map(([name, value]) => `${name} ${printValue(value)}`);
  return parts.length === 0 ? NO_FIGURE : parts.join(", ");
}

/** An option's value as text: strings as they are, anything else as JSON. */
export function printValue(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? NO_FIGURE);
}
