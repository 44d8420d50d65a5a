/**
 * Makes one run in two checkouts, in other surroundings, and compares the reports by sha256; then one
 * with another seed, which is to come out otherwise. Ends with 1 when either does not hold.
 *
 *     npx tsx scripts/same-bytes.ts [--users 100 ... any option of a virtual run but the seed]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSecondCheckout, runIn, THIS_CHECKOUT } from "../tests/setup/second-checkout.ts";

const GIVEN = process.argv.slice(2);
const RUN = ["--clock", "virtual", "--quiet", ...(GIVEN.length > 0 ? GIVEN : ["--users", "50"])];
const SEED = 7;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = mkdtempSync(join(tmpdir(), "plimsoll-same-bytes-"));
try {
  const second = join(folder, "another checkout");
  makeSecondCheckout(second);
  const here = hashesOf(THIS_CHECKOUT, SEED, {});
  const there = hashesOf(second, SEED, { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8" });
  const otherSeed = hashesOf(second, SEED + 1, {});
  for (const [file, hash] of here) {
    const isSame = there.get(file) === hash;
    if (!isSame) process.exitCode = 1;
    say(
      `${file}\n  ${hash}\n  ${there.get(file) ?? "missing"}  ${isSame ? "the same" : "DIFFERS"}`,
    );
  }
  const result = "result.json";
  const isOther = otherSeed.get(result) !== here.get(result);
  if (!isOther) process.exitCode = 1;
  say(
    `${result} of seed ${SEED + 1}\n  ${otherSeed.get(result)}  ${isOther ? "another" : "THE SAME"}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function hashesOf(
  checkout: string,
  seed: number,
  environment: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const parameters = [...RUN, "--seed", String(seed)];
  const reports = join(folder, `reports-${seed}-${checkout === THIS_CHECKOUT ? "here" : "there"}`);
  say(`sim ${parameters.join(" ")}   in ${checkout} ${JSON.stringify(environment)}`);
  const { status, output, hashes } = runIn(checkout, parameters, { reports, environment });
  if (hashes.size === 0) throw new Error(`the run was not made (exit ${status}): ${output}`);
  return hashes;
}
