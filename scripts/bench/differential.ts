import { compareDocuments } from "../../tests/differential/clocks/compare-documents.ts";
import {
  compareLatencies,
  compareResults,
} from "../../tests/differential/clocks/compare-results.ts";
import { runOnBoth } from "../../tests/differential/clocks/run-on-both.ts";
import type { BenchRow } from "./bench-row.ts";

/**
 * `npm run bench -- differential`: the same small load in real time and on the virtual clock; what
 * the databases and the results disagree in, and by how much the latencies do.
 */
export async function benchDifferential(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const { virtual, real } = await runOnBoth((line) => say(`  ${line}`));
  const { documents, stamps, worstStampMs, differences } = compareDocuments(virtual, real);
  const others = compareResults(virtual.result, real.result);
  for (const difference of [...differences, ...others]) say(`  ${difference}`);
  const shown = (name: string, figure: number, unit: string): BenchRow => ({
    name,
    figure,
    unit,
    target: null,
    met: null,
  });
  const none = (name: string, figure: number): BenchRow => ({
    ...shown(name, figure, ""),
    target: 0,
    met: figure === 0,
  });
  return [
    shown("documents compared", documents, ""),
    none("fields that differ", differences.length),
    none("rates and verdicts that differ", others.length),
    shown("stamps compared", stamps, ""),
    shown("stamps of the phase apart, at most", worstStampMs, "ms"),
    ...compareLatencies(virtual.result, real.result).flatMap(
      ({ metric, quantile, samples, virtualMs, realMs }) => [
        shown(`${metric} ${quantile}, virtual (${samples} samples)`, virtualMs, "ms"),
        shown(`${metric} ${quantile}, in real time`, realMs, "ms"),
        shown(`${metric} ${quantile}, disagreement`, realMs - virtualMs, "ms"),
      ],
    ),
  ];
}
