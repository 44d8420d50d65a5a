import { type ModelConstants, modelConstants } from "../../../firestore/capacity/constants.ts";
import { CONSTANT_BOUNDS } from "../../../firestore/capacity/constants-file.ts";
import type { Rng } from "../../../std/rng.ts";
import type { ProbeSample } from "../probe/probe-sample.ts";
import { fitDocument } from "./fit-document.ts";
import { medianOf } from "./fit-latency.ts";
import { fitRamp } from "./fit-ramp.ts";
import { fitRest, REST_SERIES, type RestCall } from "./fit-rest.ts";
import { fitSplit } from "./fit-split.ts";
import type { ConstantId, FoundConstant, HeldOut, NotFound, PartFit } from "./found.ts";
import { replayRange } from "./replay-queues.ts";
import { interval95, mean, median, type Bootstrap } from "./statistics.ts";

/** What a probe comes to. */
export interface ProbeFit extends PartFit {
  readonly roundTripMs: Omit<FoundConstant, "id">;
  /** How far predictions of what was kept from the fit were off, on the average: a part of what was seen. */
  readonly error: number;
}

const REPLICATES = 60;

/**
 * Fits the model's constants to a probe. First what calls take at rest, with the queues that the
 * assumed constants would make; then what one document and a new collection do to them; then, with the queues that
 * were found, what calls take at rest once more. The same samples and stream give the same fit.
 * `replicates`: of the bootstrap, of which the intervals come.
 */
export function fitProbe(
  samples: readonly ProbeSample[],
  rng: Rng,
  replicates = REPLICATES,
): ProbeFit {
  const inOrder = samples.toSorted((left, right) => left.sentMs - right.sentMs);
  const boot = (purpose: string) => ({ rng: rng.fork(purpose), replicates });
  const roundTripMs = fitRoundTrip(inOrder, boot("round-trip"));
  const of = (kind: ProbeSample["kind"]) => inOrder.filter((sample) => sample.kind === kind);
  const rest = (constants: Partial<ModelConstants>) =>
    atRest(inOrder, roundTripMs.value, constants);
  const first = fitRest(REST_SERIES.commit, rest({}).commit, { ...boot(""), replicates: 0 });
  const usual = (shapeOf: readonly ProbeSample[]): number => {
    const [one] = shapeOf;
    if (one === undefined) return roundTripMs.value;
    // Where no distribution fits, the smallest calls still have a middle.
    if (first.latency === undefined) return middleOfSmallest(of("commit"));
    return roundTripMs.value + medianOf(first.latency, REST_SERIES.commit.sizeOf(one));
  };
  const document = fitDocument(of("document"), usual(of("document")));
  const ramp = fitRamp(of("ramp"), usual(of("ramp")), boot("ramp"));
  const found = valuesOf([...document.found, ...ramp.found]);
  const calls = rest(found);
  const commit = fitRest(REST_SERIES.commit, calls.commit, boot("commit"));
  const read = fitRest(REST_SERIES.read, calls.read, boot("read"));
  const split = fitSplit(of("ramp"), found, rng.fork("split"));
  const parts = [commit, read, document, ramp, split];
  const heldOut = parts.flatMap((part) => part.heldOut).filter(isTold);
  const all = parts.flatMap((part) => part.found);
  return {
    roundTripMs,
    found: all.filter(isWithinBounds),
    notFound: [
      ...parts.flatMap((part) => part.notFound),
      ...because(
        "the fit ended at a figure with which the model means nothing",
        all.filter((one) => !isWithinBounds(one)).map(({ id }) => id),
      ),
      ...BEYOND_A_PROBE,
    ],
    heldOut,
    residuals: parts.flatMap((part) => part.residuals),
    lackOfFit: [
      ...parts.flatMap((part) => part.lackOfFit),
      ...(heldOut.length === 0 ? ["Nothing was seen that a fitted model could predict."] : []),
    ],
    error: heldOut.length === 0 ? 1 : mean(heldOut.map(errorOf)),
  };
}

function middleOfSmallest(commits: readonly ProbeSample[]): number {
  const bytes = Math.min(...commits.map((sample) => sample.bytes));
  return median(commits.filter((sample) => sample.bytes <= bytes).map(({ tookMs }) => tookMs));
}

function errorOf({ predicted, seen }: HeldOut): number {
  return Math.abs(predicted - seen) / seen;
}

function isTold({ predicted, seen }: HeldOut): boolean {
  return Number.isFinite(predicted) && seen > 0;
}

function isWithinBounds({ id, value, low, high }: FoundConstant): boolean {
  const { min, max } = CONSTANT_BOUNDS[id];
  return value >= min && value <= max && Number.isFinite(low) && Number.isFinite(high);
}

/** What no probe of this kind can tell, whatever it finds. */
const BEYOND_A_PROBE: readonly NotFound[] = [
  ...because("how hot a range must be, and what a split must divide, are not told to clients", [
    "load-window",
    "split-load",
    "split-share",
  ]),
  ...because("it takes a day without load, or a million documents", ["merge-load", "split-rows"]),
  ...because("what refusing costs, and what reads cost a range, is too little to be seen", [
    "refused-work",
    "read-work",
    "document-window",
  ]),
  ...because("the database lies in one place", ["multi-region-commit", "multi-region-read"]),
  ...because("no query was probed, and nothing deleted before one", [
    "merge-join",
    "deleted-row-read",
    "deleted-row-life",
  ]),
];

function because(why: string, ids: readonly ConstantId[]): readonly NotFound[] {
  return ids.map((id) => ({ id, why }));
}

/** The middle of the empty calls; 0 of none. */
function fitRoundTrip(
  samples: readonly ProbeSample[],
  { rng, replicates: count }: Bootstrap,
): ProbeFit["roundTripMs"] {
  const calls = samples.filter(({ kind }) => kind === "round-trip");
  const values = calls.filter(({ outcome }) => outcome === "OK").map(({ tookMs }) => tookMs);
  if (values.length === 0) return { value: 0, low: 0, high: 0, samples: 0 };
  const replicates = Array.from({ length: count }, () =>
    median(values.map(() => rng.pick(values))),
  );
  return { value: median(values), ...interval95(replicates), samples: values.length };
}

/** Calls at rest without the round trip and the queues that these constants would make them wait in. */
function atRest(
  inOrder: readonly ProbeSample[],
  roundTripMs: number,
  constants: Partial<ModelConstants>,
): { readonly commit: readonly RestCall[]; readonly read: readonly RestCall[] } {
  const readWork = modelConstants(constants)["read-work"];
  const queued = inOrder.filter(({ kind }) => kind === "commit" || kind === "read");
  const predictions = replayRange(
    queued.map(({ kind, sentMs, documents, outcome }) => ({
      sentMs,
      extraMs: 0,
      wasRefused: outcome !== "OK",
      lane: 0,
      // Documents that are looked up are each an attempt of their own: none waits for the others' work.
      documents: kind === "read" ? documents * readWork : documents,
    })),
    constants,
  );
  const calls = queued.map((sample, index): RestCall => {
    const waitedMs = sample.kind === "read" ? 0 : (predictions[index]?.extraMs ?? 0);
    return { sample, tookMs: sample.tookMs - roundTripMs - waitedMs };
  });
  return {
    commit: calls.filter(({ sample }) => sample.kind === "commit"),
    read: calls.filter(({ sample }) => sample.kind === "read"),
  };
}

function valuesOf(found: readonly FoundConstant[]): Partial<ModelConstants> {
  return Object.fromEntries(found.map(({ id, value }) => [id, value]));
}
