/** A part of a load, as k6 writes it: "1/4:2/4" is the second quarter, "0:1" the whole. */
interface Part {
  readonly from: Fraction;
  readonly to: Fraction;
}

interface Fraction {
  readonly over: number;
  readonly under: number;
}

const NOTHING: Fraction = { over: 0, under: 1 };
const ALL: Fraction = { over: 1, under: 1 };

/**
 * What these segments leave out of the whole load or hold twice, in words; empty when they are exactly
 * the whole, however many they are.
 */
export function segmentFaults(segments: readonly string[]): readonly string[] {
  const parts = segments.map(partOf).sort(byPlace);
  const faults: string[] = [];
  let reached = NOTHING;
  for (const { from, to } of [...parts, { from: ALL, to: ALL }]) {
    const gap = compare(from, reached);
    if (gap > 0) faults.push(`${write(reached)}:${write(from)} is missing`);
    if (gap < 0) {
      const end = compare(to, reached) < 0 ? to : reached;
      faults.push(`${write(from)}:${write(end)} is there twice`);
    }
    if (compare(to, reached) > 0) reached = to;
  }
  return faults;
}

/** The longer of two that begin together first. */
function byPlace(one: Part, other: Part): number {
  return compare(one.from, other.from) || compare(other.to, one.to);
}

function partOf(segment: string): Part {
  const [from = "", to = ""] = segment.split(":");
  return { from: fractionOf(from), to: fractionOf(to) };
}

function fractionOf(text: string): Fraction {
  const [over = "0", under = "1"] = text.split("/");
  return { over: Number(over), under: Number(under) };
}

/** Without a division, so that a third is a third. */
function compare(one: Fraction, other: Fraction): number {
  return one.over * other.under - other.over * one.under;
}

function write({ over, under }: Fraction): string {
  return over === 0 || over === under ? String(over / under) : `${over}/${under}`;
}
