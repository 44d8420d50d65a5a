/**
 * Draws histories without a change and counts how much evidence for one they show by chance: the
 * table of src/sim/compare/null-table.ts. Takes some minutes of one core.
 *
 *     npx tsx scripts/compare-table.ts > src/sim/compare/null-table.ts
 */
import { createRng } from "../src/std/rng.ts";
import { scanForChange } from "../src/sim/compare/change-scan.ts";
import { drawNoise } from "../src/sim/compare/draw-noise.ts";

const LENGTHS = [13, 20, 40, 80];
const RATIOS = [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 1, 1.5, 3];
const DRAWS = Number(process.argv[2] ?? 60_000);
/** Chances of which the evidence is noted. */
const CHANCES = [0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001];

const rows = LENGTHS.flatMap((length) =>
  RATIOS.map((ratio) => {
    const rng = createRng(`null table ${length} ${ratio}`);
    const evidence: number[] = [];
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const values = Array.from({ length }, () => ratio * drawNoise(rng));
      const found = scanForChange(values, [], { leastShift: 1, floor: 0.001 });
      if (found !== undefined) evidence.push(found.evidence);
    }
    evidence.sort((left, right) => right - left);
    const passed = evidence.length / DRAWS;
    const limits = CHANCES.map((chance) => evidence[Math.floor(chance * DRAWS)] ?? 0);
    const numbers = limits.map((limit) => limit.toFixed(2)).join(", ");
    return `  { length: ${length}, ratio: ${ratio}, passed: ${passed.toFixed(6)}, evidence: [${numbers}] },`;
  }),
);

process.stdout.write(`/**
 * How much evidence for a change series without one show by chance; made by scripts/compare-table.ts
 * from ${DRAWS} series a row. \`length\`: runs. \`ratio\`: the noise's scale over the least change told.
 * \`passed\`: the share in which anything was found at all. \`evidence\`: what was exceeded with each of
 * the chances of NULL_CHANCES; 0: nothing was found so often.
 */
export const NULL_CHANCES = [${CHANCES.join(", ")}];

export const NULL_TABLE = [
${rows.join("\n")}
];
`);
