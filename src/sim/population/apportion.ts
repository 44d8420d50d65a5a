import { assert } from "../../std/assert.ts";

/** Who may receive how much of what is to be shared out. */
export interface Claim {
  readonly weight: number;
  /** The most it may receive, a whole number. */
  readonly room: number;
}

/**
 * Shares out whole units by weight, none above its room, and exactly as many as there are.
 * Walks the claims once, giving each its share of what is left rounded to whole units; what full
 * claims could not take goes to the first ones with room.
 */
export function apportion(total: number, claims: readonly Claim[]): readonly number[] {
  const capacity = claims.reduce((sum, { room }) => sum + room, 0);
  assert(total <= capacity, `cannot share out ${total}: there is room for ${capacity}`);
  let weightLeft = claims.reduce((sum, { weight }) => sum + weight, 0);
  let unitsLeft = total;
  const shares = claims.map(({ weight, room }) => {
    const fair = weightLeft > 0 ? Math.round((unitsLeft * weight) / weightLeft) : 0;
    const share = Math.min(room, unitsLeft, fair);
    weightLeft -= weight;
    unitsLeft -= share;
    return share;
  });
  for (const [index, { room }] of claims.entries()) {
    if (unitsLeft === 0) break;
    const extra = Math.min(unitsLeft, room - (shares[index] ?? 0));
    shares[index] = (shares[index] ?? 0) + extra;
    unitsLeft -= extra;
  }
  return shares;
}
