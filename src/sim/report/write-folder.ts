import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { explainFileError } from "./report-error.ts";

/**
 * Writes files into a folder, all or none: they are made in a hidden folder beside it, which is
 * renamed when whole and removed when anything goes wrong. Where the folder is there already, these
 * files are replaced one by one, and what else is in it is kept. Throws ReportError.
 */
export async function writeFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const draft = join(dirname(folder), `.${basename(folder)}.writing`);
  try {
    await writeDraft(draft, files);
    await publish(draft, folder, [...files.keys()]);
  } finally {
    // It may be gone already; a failure here must not hide the one that led to it.
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function writeDraft(draft: string, files: ReadonlyMap<string, string>): Promise<void> {
  await attempt("cannot make the report folder", draft, async () => {
    // One may be left of a run that was killed.
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
  });
  for (const [name, text] of files) {
    await attempt(`cannot write ${name}`, dirname(draft), () => writeFile(join(draft, name), text));
  }
}

async function publish(draft: string, folder: string, names: readonly string[]): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    if (!isTaken(error)) throw explainFileError("cannot put the report in place", folder, error);
    for (const name of names) {
      await attempt(`cannot replace ${name}`, folder, () =>
        rename(join(draft, name), join(folder, name)),
      );
    }
  }
}

/** A folder with files in it is never replaced by a rename. */
function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOTEMPTY" || code === "EEXIST" || code === "EPERM";
}

/** Does it, or says what could not be done, where, and why. */
export async function attempt(
  what: string,
  where: string,
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw explainFileError(what, where, error);
  }
}
