import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { segmentFaults } from "./segments.ts";

/** The parts of so many pods, as the k6 operator writes them (pkg/segmentation of k6-operator v1.6.0). */
function parts(count: number): readonly string[] {
  const at = (index: number): string =>
    index === 0 ? "0" : index === count ? "1" : `${index}/${count}`;
  return Array.from({ length: count }, (_, index) => `${at(index)}:${at(index + 1)}`);
}

describe("segmentFaults", () => {
  it.each([
    { segments: ["0:1"], faults: [] },
    { segments: ["1/2:1", "0:1/2"], faults: [] }, // in any order
    { segments: ["0:2/4", "1/2:1"], faults: [] }, // reduced or not
    { segments: [], faults: ["0:1 is missing"] },
    { segments: ["0:1/3", "2/3:1"], faults: ["1/3:2/3 is missing"] },
    { segments: ["1/3:1"], faults: ["0:1/3 is missing"] },
    { segments: ["0:1/3"], faults: ["1/3:1 is missing"] },
    { segments: ["0:1/2", "1/3:1"], faults: ["1/3:1/2 is there twice"] },
    { segments: ["0:1", "0:1/2"], faults: ["0:1/2 is there twice"] },
  ])("$segments: $faults", ({ segments, faults }) => {
    expect(segmentFaults(segments)).toEqual(faults);
  });

  it("finds any one that is missing of any number, and nothing wrong with all", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (count, draw) => {
        const all = parts(count);
        expect(segmentFaults(all)).toEqual([]);
        const without = all.toSpliced(draw % count, 1);
        expect(segmentFaults(without)).toHaveLength(1);
      }),
    );
  });
});
