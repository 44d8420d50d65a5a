import type { AdmissionReport } from "../../firestore/admission/report.ts";

/** New kinds of refusal told in any one period; the rest is counted. */
const LINES_PER_PERIOD = 5;
/** Kinds remembered: beyond them nothing more is told. The report lists 200. */
const KINDS_MAX = 2000;

/**
 * Turns the limits' reports into lines for the operator: one for each new kind of refusal, which is a
 * limit met by a subject, with what it was and what would help.
 */
export class RefusalLines {
  readonly #told = new Set<string>();

  /** Lines for what is new in this report. */
  next(report: AdmissionReport): readonly string[] {
    const fresh = report.refusals.filter(({ limit, subject, database, code }) => {
      const kind = `${limit}\n${database}\n${subject}\n${code}`;
      if (this.#told.has(kind) || this.#told.size >= KINDS_MAX) return false;
      this.#told.add(kind);
      return true;
    });
    const verb = report.mode === "observe" ? "would refuse" : "refused";
    const lines = fresh
      .slice(0, LINES_PER_PERIOD)
      .map(({ limit, code, subject, explanation }) =>
        `${verb} ${code} (${limit}) ${subject}: ${explanation}`.replaceAll(/\s*\n\s*/g, " "),
      );
    const left = fresh.length - lines.length;
    return left === 0
      ? lines
      : [...lines, `${verb}: ${left} more kinds, see GET /plimsoll/v1/limits`];
  }
}
