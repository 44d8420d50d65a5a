import type { Plain } from "../judge/firestore-wire.ts";
import type { Case } from "./step.ts";

/**
 * The smallest case found that still fails: steps are left out in halves, quarters, … and single
 * ones, then parts of the requests (list items, fields). `attempts` bounds the calls of `fails`.
 */
export async function shrink(
  steps: Case,
  fails: (steps: Case) => Promise<boolean>,
  attempts: number,
): Promise<Case> {
  const budget = { left: attempts };
  const stillFails = (candidate: Case): Promise<boolean> => {
    budget.left -= 1;
    return fails(candidate);
  };
  let smallest = steps;
  for (let before = -1; before !== sizeOf(smallest) && budget.left > 0;) {
    before = sizeOf(smallest);
    smallest = await withoutSteps(smallest, stillFails, budget);
    smallest = await withoutParts(smallest, stillFails, budget);
  }
  return smallest;
}

async function withoutSteps(
  steps: Case,
  stillFails: (steps: Case) => Promise<boolean>,
  budget: { readonly left: number },
): Promise<Case> {
  let kept = steps;
  for (let chunk = Math.ceil(kept.length / 2); chunk >= 1; chunk = Math.floor(chunk / 2)) {
    for (let at = kept.length - chunk; at > -chunk; at -= chunk) {
      const start = Math.max(0, at);
      const candidate = [...kept.slice(0, start), ...kept.slice(start + chunk)];
      if (candidate.length === kept.length) continue;
      if (budget.left <= 0) return kept;
      if (await stillFails(candidate)) kept = candidate;
    }
  }
  return kept;
}

async function withoutParts(
  steps: Case,
  stillFails: (steps: Case) => Promise<boolean>,
  budget: { readonly left: number },
): Promise<Case> {
  let kept = steps;
  // Each success changes the places, so that the search starts over behind it.
  for (let at = 0; ; at += 1) {
    const places = placesIn(kept);
    const place = places[places.length - 1 - at];
    if (place === undefined || budget.left <= 0) return kept;
    const candidate = without(kept, place) as Case;
    if (await stillFails(candidate)) {
      kept = candidate;
      at -= 1;
    }
  }
}

type Place = readonly (string | number)[];

/** What a step, and a request, cannot do without. */
const FIXED = new Set(
  (
    "kind id method request options reads outside readsAgain " +
    "database parent name documentId structuredQuery structuredAggregationQuery from op"
  ).split(" "),
);

/** Every list item and every field, inner ones after those that hold them. */
function placesIn(part: unknown, at: Place = []): readonly Place[] {
  if (Array.isArray(part)) {
    const items = part.flatMap((item, index) => [
      ...(at.length === 0 ? [] : [[...at, index]]),
      ...placesIn(item, [...at, index]),
    ]);
    return items;
  }
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part as Plain).flatMap(([name, value]) => {
    return [...(FIXED.has(name) ? [] : [[...at, name]]), ...placesIn(value, [...at, name])];
  });
}

function without(part: unknown, [first, ...rest]: Place): unknown {
  if (Array.isArray(part)) {
    if (rest.length === 0) return part.filter((_, index) => index !== first);
    return part.map((item, index) => (index === first ? without(item, rest) : item));
  }
  const entries = Object.entries(part as Plain);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== first));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name === first ? without(value, rest) : value]),
  );
}

function sizeOf(steps: Case): number {
  return placesIn(steps).length + steps.length;
}
