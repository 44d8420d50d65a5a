import type { Binding } from "./binding.ts";
import { INDEX_REMEDIES } from "./index-remedies.ts";
import { INSTANCE_REMEDIES, LOAD_REMEDIES } from "./load-remedies.ts";
import { nameOf, type Remedy, type RemedyKind } from "./remedy.ts";
import { SETTING_REMEDIES } from "./setting-remedies.ts";
import type { Situation } from "./situation.ts";

/** All that are known, in the order in which they are tried: exact ones first. */
export const REMEDY_KINDS: readonly RemedyKind[] = [
  ...INDEX_REMEDIES,
  ...LOAD_REMEDIES,
  ...SETTING_REMEDIES,
  ...INSTANCE_REMEDIES,
];

/** Those for what bound. Whether one helps is for a trial to say. */
export function remediesFor(binding: Binding, situation: Situation): readonly Remedy[] {
  return REMEDY_KINDS.filter(({ lifts }) => lifts.includes(binding.id)).flatMap((kind) => {
    const proposed = kind.propose(binding, situation);
    return proposed === undefined ? [] : [{ id: kind.id, lifts: nameOf(binding), ...proposed }];
  });
}
