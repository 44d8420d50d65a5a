interface ReportFault {
  /** What could not be done: "cannot write result.json". */
  readonly what: string;
  /** The path or run it concerns. */
  readonly where: string;
  readonly why: string;
  /** What to do about it. */
  readonly hint: string;
}

/** A report could not be written. The message is complete: what, where, why and what to do. */
export class ReportError extends Error {
  override readonly name = "ReportError";
  readonly where: string;
  readonly hint: string;

  constructor(fault: ReportFault, options?: ErrorOptions) {
    super(`${fault.where}: ${fault.what}: ${fault.why}. ${fault.hint}.`, options);
    this.where = fault.where;
    this.hint = fault.hint;
  }
}

/** What the system's error codes mean to someone who has to make room for a report. */
const REASONS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOSPC: ["the disk is full", "Free some space or choose another folder for reports"],
  EDQUOT: ["the disk quota is used up", "Free some space or choose another folder for reports"],
  EACCES: ["no permission", "Allow writing there or choose another folder for reports"],
  EPERM: ["not permitted", "Allow writing there or choose another folder for reports"],
  EROFS: ["the file system is read-only", "Choose another folder for reports"],
  ENOTDIR: ["a part of the path is a file", "Choose another folder for reports"],
  EEXIST: ["a file is in the way", "Move it away or choose another folder for reports"],
  EISDIR: ["a folder is in the way", "Move it away or choose another folder for reports"],
  ENAMETOOLONG: ["the path is too long", "Choose a folder with a shorter path"],
};

/** Explains a failed file operation; an error that already explains itself is left as it is. */
export function explainFileError(what: string, where: string, error: unknown): ReportError {
  if (error instanceof ReportError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  const [why, hint] = REASONS[code] ?? [
    error instanceof Error ? error.message : String(error),
    "Choose another folder for reports or repair this one",
  ];
  return new ReportError(
    { what, where, why: code ? `${why} (${code})` : why, hint },
    { cause: error },
  );
}
