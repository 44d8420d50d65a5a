/**
 * The name of a response code. The official list spells them "success", "not_found" in one metric and
 * "OK", "ABORTED" in the other, and says that they derive from HTTP statuses: those are known, too.
 */
export function responseCode(label: string): string {
  const name = label.toUpperCase();
  return ALIASES.get(name) ?? name;
}

/** https://cloud.google.com/apis/design/errors#handling_errors */
const ALIASES = new Map([
  ["SUCCESS", "OK"],
  ["200", "OK"],
  ["409", "ABORTED"],
  ["CONFLICT", "ABORTED"],
  ["429", "RESOURCE_EXHAUSTED"],
  ["TOO_MANY_REQUESTS", "RESOURCE_EXHAUSTED"],
]);

/** Whether a request was refused for contention, or for the ramp or a quota. */
export function isRefusal(label: string): boolean {
  const code = responseCode(label);
  return code === "ABORTED" || code === "RESOURCE_EXHAUSTED";
}
