import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { hashName } from "../../std/rng.ts";
import { readEntry, type HistoryEntry } from "./history-entry.ts";

const SUFFIX = ".json";

/** A file of the history that cannot be used, and why. */
export interface SkippedFile {
  readonly path: string;
  readonly why: string;
}

export interface History {
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
  readonly skipped: readonly SkippedFile[];
}

/** Reads a history: one file a run. A folder that is not there holds none. Rejects as node:fs does. */
export async function readHistory(folder: string): Promise<History> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith(SUFFIX)).toSorted();
  const entries = new Map<string, HistoryEntry>();
  const skipped: SkippedFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const read = readEntry(await readFile(path, "utf8"));
    if (read.kind === "unreadable") skipped.push({ path, why: read.why });
    else entries.set(identityOf(read.entry), read.entry);
  }
  return { entries: [...entries.values()].toSorted(byTime), skipped };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** The same run of the same lane is one entry, however often it was added. */
function identityOf({ startedAt, run, key }: HistoryEntry): string {
  return JSON.stringify([startedAt, key.lane, run]);
}

function byTime(left: HistoryEntry, right: HistoryEntry): number {
  const [one, other] = [identityOf(left), identityOf(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** A file's name: its order is that of time, and two lanes of one night never meet. */
function fileName(entry: HistoryEntry): string {
  const stamp = entry.startedAt.replaceAll(/[:.]/g, "-");
  const lane = entry.key.lane.replaceAll(/[^\w-]/g, "_");
  return `${stamp}-${lane}-${hashName(identityOf(entry))}${SUFFIX}`;
}

/**
 * Adds a run, whole or not at all: the file is written beside its place, brought to the disk and then
 * renamed. Returns its path. Adding the same run again changes nothing but that file.
 */
export async function addToHistory(folder: string, entry: HistoryEntry): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileName(entry));
  const draft = `${path}.writing`;
  try {
    const file = await open(draft, "w");
    try {
      await file.writeFile(`${JSON.stringify(entry)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  return path;
}

/** Removes the oldest runs of every lane until each has at most `keep`. Returns how many went. */
export async function pruneHistory(folder: string, keep: number): Promise<number> {
  const { entries } = await readHistory(folder);
  const seen = new Map<string, number>();
  let removed = 0;
  for (const entry of entries.toReversed()) {
    const { lane } = entry.key;
    const count = (seen.get(lane) ?? 0) + 1;
    seen.set(lane, count);
    if (count <= keep) continue;
    await rm(join(folder, fileName(entry)), { force: true });
    removed += 1;
  }
  return removed;
}
