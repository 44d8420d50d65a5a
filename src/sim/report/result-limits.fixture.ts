import type { PhaseLimits } from "./result.ts";

const HOT_TAIL = {
  limit: "sequential-index-writes",
  subject: "index range users/u-0001/shadowTradeHistory (status ASC, created_at DESC)",
  subjectKind: "index-range",
} as const;

/** In the heaviest phase one tail is too hot. */
export function fixtureLimits(offeredPerSecond: number, seconds: number): PhaseLimits {
  const writes = Math.round(offeredPerSecond * seconds);
  const isHot = offeredPerSecond > 300;
  const commits = Math.round(writes / 10);
  return {
    mode: "on",
    warmedTo: null,
    commits,
    queries: 240,
    writes,
    indexEntries: writes * 3,
    commitsSent: commits,
    refusedAttempts: isHot ? 31 : 0,
    refusedWrites: isHot ? 310 : 0,
    delayedWrites: isHot ? 4210 : 0,
    queueing: isHot
      ? { samples: 2240, meanMs: 210, p99Ms: 4100, maxMs: 4980 }
      : { samples: 2240, meanMs: 0.2, p99Ms: 3, maxMs: 12 },
    refusals: isHot ? [FIXTURE_REFUSAL] : [],
    refusalsNotListed: 0,
    hottest: fixtureHottest(isHot, offeredPerSecond),
    missingIndexes: isHot ? [FIXTURE_MISSING_INDEX] : [],
  };
}

const FIXTURE_REFUSAL: PhaseLimits["refusals"][number] = {
  ...HOT_TAIL,
  code: "RESOURCE_EXHAUSTED",
  attempts: 31,
  explanation:
    "762 writes a second met the growing end of this index, which takes 500 however long they go on. Exempt created_at, or put a field of many values before it.",
  firstSecond: 9.2,
};

const FIXTURE_MISSING_INDEX = {
  collectionGroup: "shadowTradeHistory",
  queries: 4,
  json: '{\n  "collectionGroup": "shadowTradeHistory",\n  "queryScope": "COLLECTION",\n  "fields": [{ "fieldPath": "side", "order": "ASCENDING" }]\n}',
};

function fixtureHottest(isHot: boolean, offeredPerSecond: number): PhaseLimits["hottest"] {
  return [
    {
      ...HOT_TAIL,
      operationsPerSecond: isHot ? 762 : offeredPerSecond,
      allowedPerSecond: 500,
      utilisation: isHot ? 1.524 : offeredPerSecond / 500,
      atSecond: 14,
      delayed: isHot ? 4210 : 0,
      refused: isHot ? 310 : 0,
    },
    {
      limit: "document-writes",
      subject: "document users/u-0001/alpacaAccounts/snapshot",
      subjectKind: "document",
      operationsPerSecond: 0.4,
      allowedPerSecond: 10,
      utilisation: 0.04,
      atSecond: 3,
      delayed: 0,
      refused: 0,
    },
  ];
}
