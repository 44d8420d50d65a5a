import { formatCount, formatDuration, formatNumber, NO_FIGURE } from "./format-figures.ts";
import { limitsInShort } from "./limits-met.ts";
import { modelOf } from "./model-words.ts";
import type { Result } from "./result.ts";

/** Name and value of what the figures of a run depend on. */
export type Fact = readonly [name: string, value: string];

/** Where, when and on what a run was made, for reports; the command to repeat it stands apart. */
export function machineFacts(result: Result): readonly Fact[] {
  const { run, target, population, limiter } = result;
  return [
    ["Run", `${run.id} (${run.status})`],
    ["Started", run.startedAt],
    ["Finished", `${run.finishedAt} (${formatDuration(run.durationMs)})`],
    ["Seed", String(run.seed)],
    ["Commit", run.commit],
    ["Versions", joinRecord(run.versions)],
    ["Target", `${target.kind}: ${target.description} at ${target.endpoint}`],
    ["Why this target", target.reason],
    ["Limits", limitsInShort(result)],
    ["Model", modelOf(result)],
    [
      "Security rules",
      target.evaluatesRules
        ? "evaluated: clients acted as their users, through them"
        : rulesUnseen(target),
    ],
    [
      "Population",
      `${formatCount(population.users)} users in ${formatCount(population.tenants)} tenants ` +
        `(the largest has ${formatCount(population.largestTenantUsers)}), ` +
        `${formatCount(population.openTrades)} open trades, ` +
        `provisioned in ${formatDuration(population.provisioningMs)}`,
    ],
    ["Limiter", `${limiter.strategy}, preset ${limiter.preset}`],
    ["Machine", machineText(run.machine)],
    ...(run.machine === null ? [] : [peakMemory(run)]),
    ...(run.notes ?? []).map((note): Fact => ["Note", note]),
  ];
}

/** What is known of the security rules where nothing vouches that they were evaluated. */
export function rulesUnseen({ kind }: Pick<Result["target"], "kind">): string {
  return kind === "staging"
    ? "the posed project says whether it evaluates them; that a run's operations were allowed proves nothing"
    : "not evaluated on the embedded engine; covered by the test suite where the emulator is";
}

/** "2 × AMD EPYC, 3.8 GiB, load 0.4" */
export function machineText(machine: Result["run"]["machine"]): string {
  if (machine === null) return "none: on a virtual clock, figures are the same on every machine";
  const { cpus, cpuModel, memoryGiB, loadAverage } = machine;
  return `${cpus} × ${cpuModel}, ${formatNumber(memoryGiB)} GiB, load ${loadAverage}`;
}

function peakMemory({ harnessPeakMiB, targetPeakMiB, gatewayPeakMiB }: Result["run"]): Fact {
  const gateway = gatewayPeakMiB ?? null;
  return [
    "Peak memory",
    `harness ${mebibytes(harnessPeakMiB)}, target ${mebibytes(targetPeakMiB)}` +
      (gateway === null ? "" : `, gateway ${mebibytes(gateway)}`),
  ];
}

function mebibytes(peak: number | null): string {
  return peak === null ? NO_FIGURE : `${formatCount(peak)} MiB`;
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
