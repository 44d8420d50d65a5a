import type { Demand, Reservation, WaitReason } from "./limiter.ts";

/** A line for the log; the caller emits it. */
export interface LimiterLogLine {
  readonly level: "info" | "warn";
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/**
 * What to log of a reservation: the two lines of the document's section 8 in its own words, lines
 * in the same manner for waits it does not know, and nothing for writes that went at once or
 * were merely spaced evenly, which is the ordinary course of things and far too frequent.
 */
export function logLineOf(
  reservation: Reservation,
  demand: Demand,
  nowMs: number,
): LimiterLogLine | undefined {
  if (reservation.kind === "refused") {
    const message = `Rate limiting: refused ${demand.cost} writes: ${reservation.message}`;
    const fields = { ...fieldsOf(demand), reason: reservation.reason };
    return { level: "warn", message, fields };
  }
  const reason = reservation.waitedFor;
  const line = reason === undefined ? undefined : LINES[reason];
  if (reason === undefined || line === undefined) return undefined;
  const waitMs = reservation.sendAtMs - nowMs;
  const text = line.text({ demand, limit: reservation.limit ?? 0, waitSec: waitMs / 1000 });
  return {
    level: line.level,
    message: `Rate limiting: ${text}...`,
    fields: { ...fieldsOf(demand), reason, wait_ms: Math.round(waitMs) },
  };
}

function fieldsOf({ tenantId, cost, userCount }: Demand): LimiterLogLine["fields"] {
  return { tenant_id: tenantId, writes: cost, user_count: userCount };
}

interface Wait {
  readonly demand: Demand;
  /** Given for the reasons that are limits. */
  readonly limit: number;
  readonly waitSec: number;
}

interface Line {
  readonly level: LimiterLogLine["level"];
  text(wait: Wait): string;
}

const LINES: Readonly<Record<WaitReason, Line | undefined>> = {
  jitter: {
    level: "info",
    text: ({ demand, waitSec }) =>
      `high traffic detected (${demand.userCount} users). Adding ${waitSec.toFixed(3)}s jitter`,
  },
  "batch-limit": {
    level: "warn",
    text: (wait) => `batch limit reached (${wait.limit} writes). ${waiting(wait)}`,
  },
  "document-limit": {
    level: "warn",
    text: (wait) => `document limit reached (${wait.limit} writes to one). ${waiting(wait)}`,
  },
  "tenant-share": {
    level: "info",
    text: (wait) => `tenant ${wait.demand.tenantId} is over its share. ${waiting(wait)}`,
  },
  cooldown: {
    level: "warn",
    text: (wait) => `cooling down after refused writes. ${waiting(wait)}`,
  },
  "back-off": {
    level: "info",
    text: (wait) => `slowed by the database's answers. ${waiting(wait)}`,
  },
  pace: undefined,
  ramp: undefined,
};

function waiting({ waitSec }: Wait): string {
  return `Waiting ${waitSec.toFixed(2)}s`;
}
