import type { Scenario } from "../config/scenario.ts";

/**
 * Scenarios as they are to run: with the duration asked for, where one is, and repeated ones told
 * apart by their names.
 */
export function phasesOf(
  scenarios: readonly Scenario[],
  durationMs: number | null,
): readonly Scenario[] {
  return scenarios.map((scenario, index) => {
    const earlier = scenarios.slice(0, index).filter(({ name }) => name === scenario.name).length;
    return {
      ...scenario,
      name: earlier === 0 ? scenario.name : `${scenario.name}-${earlier + 1}`,
      ...(durationMs === null ? {} : { durationSeconds: durationMs / 1000 }),
    };
  });
}
