/** Names of the lanes, in the order they run. */
export const LANE_NAMES = ["gateway", "emulator", "k6", "virtual", "staging"] as const;
export type LaneName = (typeof LANE_NAMES)[number];

/** What a lane needs that a machine may not have. */
export type LaneNeed = "emulator" | "k6" | "staging";

export interface NightlyLane {
  readonly name: LaneName;
  readonly about: string;
  readonly needs: readonly LaneNeed[];
  /** Words of `run` that make it this lane. */
  readonly words: readonly string[];
  /** How long a scenario takes in the short form. */
  readonly shortDuration: string;
}

export const NIGHTLY_LANES: readonly NightlyLane[] = [
  {
    name: "gateway",
    about: "the embedded engine behind the gateway",
    needs: [],
    words: ["--target", "embedded"],
    shortDuration: "5s",
  },
  {
    name: "emulator",
    about: "the official emulator behind the gateway, through the rules",
    needs: ["emulator"],
    words: ["--target", "emulator"],
    shortDuration: "5s",
  },
  {
    name: "k6",
    about: "client traffic from k6, before the embedded engine",
    needs: ["k6"],
    words: ["--target", "embedded", "--driver", "k6"],
    shortDuration: "5s",
  },
  {
    name: "virtual",
    about: "a virtual clock: the same figures on every machine",
    needs: [],
    words: ["--clock", "virtual"],
    // Takes a second of real time; sign-ups come in a minute.
    shortDuration: "60s",
  },
  {
    name: "staging",
    about: "the staging project of --staging-config",
    needs: ["staging"],
    words: ["--target", "staging"],
    shortDuration: "5s",
  },
];

/** What the lanes run, beside what makes them different. */
export interface NightlyForm {
  readonly isShort: boolean;
  readonly words: readonly string[];
  /** A lane that takes longer is ended. */
  readonly laneMsMax: number;
}

const MINUTE_MS = 60_000;

/**
 * The benchmark plan, which takes some three minutes a lane. At 1,000 users p99 of the heaviest row has
 * some thousands of samples.
 */
export function fullForm(users: number): NightlyForm {
  return { isShort: false, words: ["--users", String(users)], laneMsMax: 30 * MINUTE_MS };
}

/** Whether everything works, in as little time as that takes: no figure of it means anything. */
export const SHORT_FORM: NightlyForm = {
  isShort: true,
  words: ["--users", "40", "--scenario", "dashboards"],
  laneMsMax: 3 * MINUTE_MS,
};
