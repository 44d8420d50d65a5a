import type { Check, Result } from "../report/result.ts";

/** A check's ID without the name of the phase it is about: that of a smaller run may differ. */
export function checkKey({ id, phase }: Pick<Check, "id" | "phase">): string {
  return phase === undefined ? id : id.replace(phase, "<phase>");
}

/**
 * The check of that key that failed in a run; undefined when none did. One that failed because
 * nothing was measured is another matter: a run with nothing in it always fails like that.
 */
export function failedCheck({ checks }: Pick<Result, "checks">, key: string): Check | undefined {
  return checks.find(
    (check) => check.verdict === "fail" && check.samples > 0 && checkKey(check) === key,
  );
}

/** What a failed run is to be shrunk by: what broke first, else any check that failed on samples. */
export function chooseCheck(result: Result): Check | undefined {
  const failed = result.checks.filter(({ verdict, samples }) => verdict === "fail" && samples > 0);
  const first = failed.find(({ id }) => id === result.brokeFirst?.checkId);
  return first ?? failed[0];
}
