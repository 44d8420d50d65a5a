import type { CallFault } from "./call-fault.ts";

/** Tells whose a path is. Undefined: nobody's in particular. */
export type TenantRankOf = (path: string) => number | undefined;

/** Whether a fault is aimed at a path: all of its conditions must be met. */
export function isAimedAt(fault: CallFault, path: string, tenantRankOf: TenantRankOf): boolean {
  if (fault.path !== null && !beginsAs(path, fault.path)) return false;
  if (fault.keysFrom !== null && comparePaths(path, fault.keysFrom) < 0) return false;
  if (fault.keysUntil !== null && comparePaths(path, fault.keysUntil) >= 0) return false;
  return fault.tenant === null || tenantRankOf(path) === fault.tenant;
}

const ANY_SEGMENT = "*";

/** A pattern's last segment may be the beginning of one. */
function beginsAs(path: string, pattern: string): boolean {
  if (!pattern.includes(ANY_SEGMENT)) return path.startsWith(pattern);
  const segments = path.split("/");
  const wanted = pattern.split("/");
  if (wanted.length > segments.length) return false;
  return wanted.every((one, index) => {
    const segment = segments[index] ?? "";
    if (one === ANY_SEGMENT) return true;
    return index === wanted.length - 1 ? segment.startsWith(one) : segment === one;
  });
}

/** The order of the database: segment by segment, and a document before those beneath it. */
export function comparePaths(left: string, right: string): number {
  const leftSegments = left.split("/");
  const rightSegments = right.split("/");
  const length = Math.min(leftSegments.length, rightSegments.length);
  for (let index = 0; index < length; index += 1) {
    const one = leftSegments[index] as string;
    const other = rightSegments[index] as string;
    if (one !== other) return one < other ? -1 : 1;
  }
  return leftSegments.length - rightSegments.length;
}
