import { UserError } from "./errors.ts";

/** Type stripping without a flag, which the emulator's guard needs, came with 22.18. */
export const OLDEST_NODE = "22.18.0";

export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

export function requireNode(version: string): void {
  if (isNodeNewEnough(version)) return;
  throw new UserError(
    "E_NODE_TOO_OLD",
    `Node.js ${version} is too old, ${OLDEST_NODE} or newer is needed`,
    "Start with `npm run sim`, which uses the Node.js that `npm ci` has installed.",
  );
}
