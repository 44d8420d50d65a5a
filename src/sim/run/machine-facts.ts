import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { fileURLToPath } from "node:url";
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

const PROJECT_FOLDER = fileURLToPath(new URL("../../../", import.meta.url));

let commit: string | undefined;

/**
 * The commit this code is of, with "+changes" when its work tree differs from it: of the checkout
 * that it lies in, wherever the run was started from. Asked for once in a process: its code does not
 * change, and git takes longer than a small virtual run.
 */
export function commitName(): string {
  commit ??= readCommit();
  return commit;
}

function readCommit(): string {
  try {
    const git = (...words: string[]): string =>
      execFileSync("git", [...OF_ANY_OWNER, ...words], {
        cwd: PROJECT_FOLDER,
        encoding: "utf8",
        env: withoutGitSettings(process.env),
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    const dirty = git("status", "--porcelain", "--untracked-files=no") === "" ? "" : "+changes";
    return `${git("rev-parse", "--short=12", "HEAD")}${dirty}`;
  } catch {
    return "unknown (no git)";
  }
}

/** Git would not look at another user's checkout, such as a container's: but its code is run here. */
const OF_ANY_OWNER = ["-c", "safe.directory=*"];

/** Within a hook of git these would point it at another repository. */
function withoutGitSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith("GIT_")),
  );
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
