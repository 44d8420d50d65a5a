import type { Result } from "./result.ts";

/**
 * What to do about a run on a virtual clock that failed, each with its command; none for any other.
 * `folder` is where its report lies, as a shell takes it.
 */
export function replayWords(
  result: Result,
  folder: string,
): readonly (readonly [what: string, command: string])[] {
  const { run, verdict } = result;
  if (verdict !== "fail" || run.options["clock"] !== "virtual") return [];
  const sim = (words: string): string => `npm run sim -- ${words}`;
  return [
    ["Replay", sim(`replay ${folder}`)],
    ["Explain", sim(`replay ${folder} --explain ${brokenAt(result)}`)],
    ["Shrink", sim(`shrink ${folder}`)],
  ];
}

/** The second of the run in which something broke first, as far as the result tells. */
function brokenAt({ brokeFirst, phases }: Result): string {
  const [firstPhase] = phases;
  const phase = phases.find(({ name }) => name === brokeFirst?.phase) ?? firstPhase;
  const second = /, from second (\d+):/.exec(brokeFirst?.message ?? "")?.[1];
  const atMs =
    (phase?.startedAtMs ?? 0) + Number(second ?? phase?.worstSecond.atSecond ?? 0) * 1000;
  return `${Math.floor(atMs / 1000)}s`;
}
