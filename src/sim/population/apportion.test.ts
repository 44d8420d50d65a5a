import fc from "fast-check";
import { expect, test } from "vitest";
import { apportion } from "./apportion.ts";
import type { Claim } from "./apportion.ts";

interface Case {
  readonly total: number;
  readonly claims: readonly Claim[];
  readonly shares: readonly number[];
  readonly why: string;
}

function claim(weight: number, room: number): Claim {
  return { weight, room };
}

const CASES: readonly Case[] = [
  { total: 6, claims: [claim(1, 9), claim(2, 9)], shares: [2, 4], why: "by weight" },
  { total: 6, claims: [claim(1, 9), claim(2, 3)], shares: [3, 3], why: "the full one passes on" },
  { total: 2, claims: [claim(0, 1), claim(0, 1)], shares: [1, 1], why: "weightless, by room" },
  { total: 0, claims: [], shares: [], why: "nothing among nobody" },
];

test.each(CASES)("$total shared out: $why", ({ total, claims, shares }) => {
  expect(apportion(total, claims)).toEqual(shares);
});

test("more than there is room for is a programming error", () => {
  expect(() => apportion(10, [claim(1, 9)])).toThrow("cannot share out 10: there is room for 9");
});

test("law: exact, whole, within room", () => {
  const claims = fc.array(
    fc.record({ weight: fc.double({ min: 0, max: 100, noNaN: true }), room: fc.nat(50) }),
    { minLength: 1, maxLength: 30 },
  );
  const law = fc.property(claims, fc.nat(1000), (claims, wish) => {
    const capacity = claims.reduce((sum, { room }) => sum + room, 0);
    const total = Math.min(wish, capacity);
    const shares = apportion(total, claims);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
    const isWithinRoom = (share: number, index: number) =>
      Number.isInteger(share) && share >= 0 && share <= claims[index]!.room;
    expect(shares.every(isWithinRoom)).toBe(true);
  });
  fc.assert(law);
});
