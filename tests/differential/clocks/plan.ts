import type { MarketRow } from "../../../src/sim/market/market-file.ts";
import { scenarioSchema, type Scenario } from "../../../src/sim/config/scenario.ts";

/**
 * One load for two clocks. Its users fall due from 0 to 27.9 s of the phase and again from 30 s on (a
 * share of the period is kept free for reading ahead and for retries). In between, and only then,
 * prices move and clients rest: what the database holds is then a function of the sweeps' due times,
 * however late within a second a visit is, and both clocks must come to it exactly.
 */
const PERIOD_SECONDS = 30;
const DURATION_SECONDS = 40;
/** Second of the phase in which all prices move. */
const MOVE_SECOND = 28;

/**
 * A visit may be so much late in real time before it could meet other prices than on the virtual
 * clock: the last user is due at 26.5 s of the first sweep, the first of the second at 30 s.
 */
export const LATE_MAX_MS = 1400;

/** No slot of any user (snapshot, signal) begins within two seconds of a visit. */
export const SEED = 1;
export const USERS = 20;

/** Eight updates of each symbol's, about, in one second; none in any other. */
const UPDATES = 320;

export const MARKET_ROWS: readonly MarketRow[] = Array.from(
  { length: DURATION_SECONDS + 6 },
  (_, second) => ({
    second,
    updates: second === MOVE_SECOND ? UPDATES : 0,
    lastPrice: second < MOVE_SECOND ? 100 : 100.4,
  }),
);

/** Nobody asks for anything from a second before prices move until a second after. */
const REST = [
  { untilShare: (MOVE_SECOND - 1) / DURATION_SECONDS, factor: 1 },
  { untilShare: (MOVE_SECOND + 2) / DURATION_SECONDS, factor: 0 },
  { untilShare: 1, factor: 1 },
];

export const SCENARIO: Scenario = scenarioSchema.parse({
  name: "two-clocks",
  summary: "A small market whose prices move between two sweeps, for the comparison of clocks.",
  document: null,
  durationSeconds: DURATION_SECONDS,
  pulse: { periodSeconds: PERIOD_SECONDS, openTradesPerUser: 10 },
  market: { symbols: 40, correlation: 0.6, regimes: [{ regime: "active", seconds: 60 }] },
  clients: {
    perUserPerMinute: {
      "open-trades": 6,
      "sell-trades-24h": 3,
      "tenant-ledger": 3,
      "account-snapshot": 6,
      "recent-signals": 3,
      "ledger-create": 3,
      "sign-up": 0.3,
    },
    arrivals: "poisson",
    stages: REST,
  },
});
