import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that this file is part of. */
export const THIS_CHECKOUT = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

/** What a checkout does not hold, or holds of its own. */
const NOT_COPIED = /^(\.git|node_modules|reports[/\\](?!README\.md$).*)$/;

/**
 * Another checkout of the same commit in a folder that does not exist yet, as a clone would be: with
 * a git directory of its own, with what is not committed here, and with the same node_modules.
 * Without git here, there is none there.
 */
export function makeSecondCheckout(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (hasGit()) {
    git(folder, "clone", "--quiet", "--shared", "--no-checkout", THIS_CHECKOUT, ".");
    const head = git(THIS_CHECKOUT, "rev-parse", "HEAD").trim();
    // The index is that of the commit; the files come from here.
    git(folder, "reset", "--quiet", head);
  }
  cpSync(THIS_CHECKOUT, folder, {
    recursive: true,
    filter: (path) => !NOT_COPIED.test(relative(THIS_CHECKOUT, path)),
  });
  symlinkSync(join(THIS_CHECKOUT, "node_modules"), join(folder, "node_modules"), "dir");
}

export interface RunMade {
  /** 1 and 2 say that it was not made. */
  readonly status: number | null;
  /** All that it wrote to its terminal. */
  readonly output: string;
  /** sha256 by the name of the report's file. */
  readonly hashes: ReadonlyMap<string, string>;
}

export interface Surroundings {
  /** Where the report's folder is made. */
  readonly reports: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of Node itself. */
  readonly nodeFlags?: readonly string[];
}

/**
 * Makes a run of a checkout, as a process of its own that was started there, and hashes every file of
 * its report.
 */
export function runIn(
  checkout: string,
  parameters: readonly string[],
  { reports, environment = {}, nodeFlags = [] }: Surroundings,
): RunMade {
  const words = [...nodeFlags, "--import", "tsx", "src/sim/main.ts", ...parameters];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...words, "--reports", reports], {
    cwd: checkout,
    env: { ...process.env, ...environment },
    encoding: "utf8",
  });
  const output = `${stdout}\n${stderr}`;
  const made = status === 0 || status === 3 || status === 99;
  return { status, output, hashes: made ? hashesOf(join(reports, "latest")) : new Map() };
}

function hashesOf(report: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(report)
      .sort()
      .map((file) => [file, sha256(readFileSync(join(report, file)))]),
  );
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hasGit(): boolean {
  try {
    git(THIS_CHECKOUT, "rev-parse", "HEAD");
    return true;
  } catch {
    return false;
  }
}

function git(folder: string, ...words: readonly string[]): string {
  return execFileSync("git", words, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}
