import { ReportError } from "../report/report-error.ts";
import { UserError } from "./errors.ts";

/** What came of writing a report; where it could not be written, that is told to the operator. */
export async function reported<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    throw new UserError("E_REPORT_NOT_WRITTEN", error.message, error.hint, { cause: error });
  }
}
