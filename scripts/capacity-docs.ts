/**
 * Writes the generated parts of docs/capacity.md: the table of figures, and the plots in
 * docs/capacity/, each a run of the model on injected time. Deterministic: `npx tsx scripts/capacity-docs.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { CapacityModel } from "../src/firestore/capacity/capacity-model.ts";
import type { RowHandle } from "../src/firestore/capacity/row-table.ts";
import { modelConstants } from "../src/firestore/capacity/constants.ts";
import { renderLimits } from "../src/firestore/limits/limits-table.ts";
import { createRng, type Rng } from "../src/std/rng.ts";
import { lineChart } from "./line-chart.ts";

const PAGE = "docs/capacity.md";
const PLOTS = "docs/capacity";
const MINUTE_MS = 60_000;

type NextKey = (index: number, rng: Rng) => string;

const scattered: NextKey = (_index, rng) => rng.next().toString(36).slice(2, 12).padEnd(10, "0");
const growing: NextKey = (index) => String(index).padStart(12, "0");

/** Commits admitted each second, minute by minute. */
function admitted(minutes: number, rateAt: (minute: number) => number, next: NextKey): number[] {
  const model = new CapacityModel(modelConstants(), 1);
  const rng = createRng("plots");
  const perMinute = Array.from({ length: minutes }, () => 0);
  let nowMs = 0;
  for (let index = 0; ; index += 1) {
    nowMs += rng.exponential(1000 / rateAt(Math.floor(nowMs / MINUTE_MS)));
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute >= minutes) return perMinute.map((count) => count / 60);
    const document: RowHandle = model.openDocument(`c/${next(index, rng)}`, nowMs);
    model.begin(nowMs);
    model.document(document, 0);
    model.endWrite();
    if (model.decide() >= 0) perMinute[minute] = (perMinute[minute] ?? 0) + 1;
    model.close(document);
  }
}

function schedule(minute: number): number {
  return Math.floor(1.5 ** Math.floor(minute / 5) * 500);
}

function plots(): Readonly<Record<string, string>> {
  const minutes = Array.from({ length: 26 }, (_, minute) => minute);
  const tail = { name: "growing IDs", colour: "#b3462f" };
  return {
    ramp: lineChart("A new collection: the published ramp, and a step", "writes/s admitted", [
      { name: "ramp: offered", colour: "#9aa0a8", dashed: true, values: minutes.map(schedule) },
      { name: "ramp: admitted", colour: "#2f6f9f", values: admitted(26, schedule, scattered) },
      { name: "3,000/s at once", colour: "#b3462f", values: admitted(26, () => 3000, scattered) },
    ]),
    tail: lineChart("1,000 writes/s from the first minute on", "writes/s admitted", [
      { name: "offered", colour: "#9aa0a8", dashed: true, values: minutes.map(() => 1000) },
      { name: "scattered IDs", colour: "#2f6f9f", values: admitted(26, () => 1000, scattered) },
      { ...tail, values: admitted(26, () => 1000, growing) },
    ]),
  };
}

const page = readFileSync(PAGE, "utf8");
const between = /(<!-- limits -->\n)[\s\S]*?(<!-- \/limits -->)/;
writeFileSync(
  PAGE,
  page.replace(
    between,
    (_all, before: string, after: string) => `${before}${renderLimits()}\n${after}`,
  ),
);
mkdirSync(PLOTS, { recursive: true });
for (const [name, svg] of Object.entries(plots())) writeFileSync(`${PLOTS}/${name}.svg`, svg);
