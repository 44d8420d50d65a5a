/**
 * The k6 that `tools/k6/go.mod` builds, and whose image the manifests for Kubernetes name; a test
 * compares the three. The newest that Go's module proxy serves (v2.3.0 is refused, read 2026-11-23).
 */
export const PINNED_K6_VERSION = "v2.2.0";

/** What runs the scripts: TypeScript without flags came with 1.0, and nobody has seen a 3. */
const OLDEST_MAJOR = 1;
const NEWEST_MAJOR = 2;
export const ACCEPTED_K6_VERSIONS = `>=${OLDEST_MAJOR}.0 <${NEWEST_MAJOR + 1}`;

export interface K6Version {
  /** As k6 says it: "v2.2.0". */
  readonly version: string;
  readonly major: number;
}

/**
 * Reads what `k6 version --json` printed. The text form begins with the name of the binary's file, and
 * warnings may stand before the JSON. Undefined when there is no version in it.
 */
export function readK6Version(output: string): K6Version | undefined {
  const version = /"version"\s*:\s*"(v(\d+)\.\d+\.\d+[^"]*)"/.exec(output);
  if (version?.[1] === undefined) return undefined;
  return { version: version[1], major: Number(version[2]) };
}

export function isAcceptedK6({ major }: K6Version): boolean {
  return major >= OLDEST_MAJOR && major <= NEWEST_MAJOR;
}
