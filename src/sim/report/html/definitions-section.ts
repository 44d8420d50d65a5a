import type { Result } from "../result.ts";
import { markup, type Markup } from "./markup.ts";

/** The words of the report that the result itself does not explain. */
const DEFINITIONS: readonly (readonly [term: string, meaning: string])[] = [
  [
    "Verdict",
    "PASS: the figure kept its target. FAIL: it did not, or there were no samples. INCONCLUSIVE: too few samples, or the harness could not keep its own rate, so neither can be said.",
  ],
  [
    "Basis",
    "How a figure came about: measured on the emulator, the embedded engine or staging, or modelled. A local database's speed is never Firestore's: figures measured on it judge the service and its limiter. What was measured through modelled limits or latencies says so, and whether the model's figures are assumed or were calibrated, when, and by how much the calibrated model was off on probes that it had not been fitted to.",
  ],
  [
    "Against the bound",
    "How far the figure lies from the bound it was held against. The line in the small bar is the bound.",
  ],
  [
    "Latency",
    "From the moment an operation was due to start, not from when it did, to its completion. Time spent waiting for the limiter or for a late harness counts.",
  ],
  [
    "p50, p95, p99",
    "Half, 95% and 99% of all samples took this long or less. Plots over time take the percentile of each second's samples.",
  ],
  ["Offered", "Document writes that fell due, whether or not they could be made."],
  ["Achieved, committed", "Document writes the database confirmed."],
  [
    "Limiter rate and backlog",
    "Writes a second the limiter lets through at that moment, and how far ahead the last write it has promised lies.",
  ],
  [
    "Worst second, worst document",
    "The most document writes committed in any one second, and to any one document in one second, counted from the commits themselves.",
  ],
  [
    "Sweep",
    "One pass of the pulse over all users. Sweeps overlap when one is still running as the next begins.",
  ],
  [
    "Limits of production",
    "What a model of Firestore's published limits, and of assumed ones where none are published, delays and refuses: ranges of keys that take some 500 operations a second until they are split, single documents, index entries that only grow at one end, sizes, queries without their index.",
  ],
  [
    "Range of keys, utilisation",
    "Neighbouring documents or index entries that are served together. Its utilisation is what it was offered in its hottest few seconds over what it takes; at 100% requests begin to wait, and then to be refused.",
  ],
  ["Late starts", "Operations the harness itself began more than 50 ms late."],
  [
    "Jain's index",
    "Evenness of the tenants' mean P&L latencies: 1 when all are alike, 1/n when one of n tenants bears it all.",
  ],
  [
    "Market updates and regimes",
    "Price updates of the simulated market in each second, and how nervous it was.",
  ],
];

export function definitionsSection(result: Result): Markup {
  const described = new Map(result.histograms.map(({ metric, describes }) => [metric, describes]));
  return markup`<section id="definitions" aria-labelledby="definitions-title">
    <h2 id="definitions-title">What the words mean</h2>
    <dl class="notes">${DEFINITIONS.map(definition)}${[...described].map(definition)}</dl>
  </section>`;
}

function definition([term, meaning]: readonly [string, string]): Markup {
  return markup`<dt>${term}</dt>
    <dd>${meaning}</dd>`;
}
