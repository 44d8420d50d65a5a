/** Seconds in a unit of time, as MetricDescriptor.unit spells them (UCUM, case sensitive). */
const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  ns: 1e-9,
  min: 60,
  h: 3600,
};

/**
 * What a value in `given` is to be multiplied by to be in `wanted`; undefined when they do not
 * measure the same. "{request}" alone is a comment on plain numbers, as is no unit at all.
 */
export function unitFactor(given: string, wanted: "1" | "s"): number | undefined {
  const bare = given.replaceAll(/\{[^{}]*\}/g, "");
  if (wanted === "1") return bare === "1" || bare === "" ? 1 : undefined;
  return Object.hasOwn(SECONDS, bare) ? SECONDS[bare] : undefined;
}
