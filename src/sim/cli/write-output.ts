import { lstat, rename, rm, writeFile } from "node:fs/promises";
import { Writable } from "node:stream";
import type { UserError } from "./errors.ts";
import type { TextStream } from "./text-stream.ts";

/** Says in a command's own words that what it made could not be put down. */
export type OutputFault = (what: string, cause: Error) => UserError;

/**
 * What --output names is written whole or not at all: on a full disk, what was there stays. The
 * file is made beside it and takes its place when whole.
 */
export async function writeOutput(path: string, text: string, fault: OutputFault): Promise<void> {
  try {
    await replaceFile(path, text);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw fault(
      `--output: "${path}" cannot be written: ${cause.message}. Accepted: a file in a folder that exists.`,
      cause,
    );
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  // A device, a pipe, a link: not to be replaced.
  if (there !== undefined && !there.isFile()) return writeFile(path, text);
  const draft = `${path}.writing`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } catch (error) {
    // A failure here must not hide the one that led to it.
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * The process ends as soon as the exit code is known, and a pipe takes 64 KiB at a time: what it has
 * not taken by then would be lost. A reader that has gone away (`| head`) is no fault.
 */
export async function writeWhole(
  stream: TextStream,
  text: string,
  fault: OutputFault,
): Promise<void> {
  if (!(stream instanceof Writable)) {
    stream.write(text);
    return;
  }
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
    stream.write(text, resolve);
  });
  if (!error || error.code === "EPIPE") return;
  throw fault(
    `standard output cannot be written: ${error.message}. Accepted: a file or a pipe that takes it.`,
    error,
  );
}
