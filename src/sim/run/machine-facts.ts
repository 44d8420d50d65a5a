import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import type { Result } from "../report/result.ts";

const GIBIBYTE = 1024 ** 3;

/** Where a run took place: figures of two machines are not to be compared. */
export function machineFacts(): NonNullable<Result["run"]["machine"]> {
  const cpus = os.cpus();
  return {
    cpus: cpus.length,
    cpuModel: cpus[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round((os.totalmem() / GIBIBYTE) * 10) / 10,
    loadAverage: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
  };
}

let commit: string | undefined;

/**
 * The commit the run was made from, with "+changes" when the work tree differs from it. Asked for
 * once in a process: its code does not change, and git takes longer than a small virtual run.
 */
export function commitName(): string {
  commit ??= readCommit();
  return commit;
}

function readCommit(): string {
  try {
    const git = (...words: string[]): string =>
      execFileSync("git", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    const dirty = git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+changes";
    return `${git("rev-parse", "--short=12", "HEAD")}${dirty}`;
  } catch {
    return "unknown (no git)";
  }
}

/** Versions of what the figures depend on. */
export function versions(): Readonly<Record<string, string>> {
  const file = new URL("../../../package.json", import.meta.url);
  const manifest = JSON.parse(readFileSync(file, "utf8")) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return {
    plimsoll: manifest.version,
    node: process.version,
    "firebase-admin": manifest.dependencies["firebase-admin"] ?? "unknown",
    "@google-cloud/firestore": manifest.dependencies["@google-cloud/firestore"] ?? "unknown",
  };
}
