import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventHeap, type Scheduled } from "./event-heap.ts";

type Step =
  | { readonly kind: "push"; readonly atMs: number }
  | { readonly kind: "pop" }
  | { readonly kind: "cancel"; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("push"), atMs: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pop") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel"), which: fc.nat() }) },
) as fc.Arbitrary<Step>;

describe("event heap", () => {
  it("gives back what a sorted list would: by time, then in order of arrival", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const heap = new EventHeap<number>();
        let expected: Scheduled<number>[] = [];
        const popped: (Scheduled<number> | undefined)[] = [];
        const least: (Scheduled<number> | undefined)[] = [];
        for (const [index, one] of steps.entries()) {
          if (one.kind === "push") {
            expected.push(heap.push(one.atMs, index));
          } else if (one.kind === "cancel") {
            const victim = expected[one.which % Math.max(1, expected.length)];
            if (victim === undefined) continue;
            heap.cancel(victim);
            expected = expected.filter((other) => other !== victim);
          } else {
            const next = expected.toSorted(
              (left, right) => left.atMs - right.atMs || left.order - right.order,
            )[0];
            popped.push(heap.pop());
            least.push(next);
            expected = expected.filter((other) => other !== next);
          }
          expect(heap.size).toBe(expected.length);
          expect(heap.matching((event) => event % 2 === 0)).toEqual(
            expected.filter(({ event }) => (event ?? 1) % 2 === 0),
          );
        }
        expect(popped).toEqual(least);
      }),
    );
  });

  it("keeps no more than twice what is still to happen", () => {
    const heap = new EventHeap<string>();
    const kept = Array.from({ length: 1000 }, (_, index) => heap.push(index, "event"));
    for (const scheduled of kept.slice(1)) heap.cancel(scheduled);
    heap.cancel(kept[1] as Scheduled<string>);
    expect(heap.size).toBe(1);
    expect(heap.pop()).toBe(kept[0]);
    expect(heap.pop()).toBeUndefined();
  });
});
