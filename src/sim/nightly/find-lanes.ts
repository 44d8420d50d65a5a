import { UserError } from "../cli/errors.ts";
import { findK6 } from "../k6/find/find-k6.ts";
import type { Machine } from "../targets/machine.ts";
import { planTarget } from "../targets/select-target.ts";
import { NIGHTLY_LANES, type LaneName, type LaneNeed, type NightlyLane } from "./lanes.ts";

/** A lane, and why it cannot run here; null: it can. */
export interface FoundLane {
  readonly lane: NightlyLane;
  readonly missing: string | null;
}

/** Looks what each lane needs; only those asked for, or all. */
export async function findLanes(
  asked: readonly LaneName[],
  stagingConfig: string | undefined,
  machine: Machine,
): Promise<readonly FoundLane[]> {
  const lanes = NIGHTLY_LANES.filter(({ name }) => asked.length === 0 || asked.includes(name));
  return Promise.all(
    lanes.map(async (lane) => {
      const reasons = await Promise.all(
        lane.needs.map((need) => whyMissing(need, stagingConfig, machine)),
      );
      return { lane, missing: reasons.find((reason) => reason !== null) ?? null };
    }),
  );
}

async function whyMissing(
  need: LaneNeed,
  stagingConfig: string | undefined,
  machine: Machine,
): Promise<string | null> {
  switch (need) {
    case "emulator":
      return whyNoEmulator(machine);
    case "k6":
      return whyNoK6(machine);
    case "staging":
      return stagingConfig === undefined ? "no --staging-config was given" : null;
  }
}

async function whyNoEmulator(machine: Machine): Promise<string | null> {
  try {
    await planTarget("emulator", machine);
    return null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

async function whyNoK6(machine: Machine): Promise<string | null> {
  const search = await findK6(machine);
  switch (search.kind) {
    case "found":
      return null;
    case "unusable":
      return `${search.path}: ${search.why}`;
    case "missing":
      return `no k6 in ${search.looked.join(", ")}; npm run sim -- k6 install`;
  }
}
