import { hash32 } from "../../std/rng.ts";

/** When a plan is made, on the wall clock, and how often. */
export interface PlanTime {
  readonly nowMs: number;
  readonly periodMs: number;
}

/**
 * Whether a new slot of `seconds` began for this user since the sweep before. Users' slots are
 * shifted against each other by a hash, so that what happens every five minutes happens for some
 * users in every sweep, not for all in one. Needs no memory: any worker comes to the same answer.
 * The price: a sweep that is missed loses the slots that would have begun in it.
 */
export function slotBegins(
  uid: string,
  purpose: string,
  seconds: number,
  { nowMs, periodMs }: PlanTime,
): boolean {
  const lengthMs = seconds * 1000;
  if (lengthMs <= periodMs) return true;
  const shiftedMs = nowMs + shiftMsOf(uid, purpose, lengthMs);
  return Math.floor(shiftedMs / lengthMs) !== Math.floor((shiftedMs - periodMs) / lengthMs);
}

/** The number of the user's slot that a moment lies in. */
export function slotOf(uid: string, purpose: string, seconds: number, atMs: number): number {
  const lengthMs = seconds * 1000;
  return Math.floor((atMs + shiftMsOf(uid, purpose, lengthMs)) / lengthMs);
}

function shiftMsOf(uid: string, purpose: string, lengthMs: number): number {
  return hash32(`${uid}/${purpose}`) % lengthMs;
}
