import { createRequire } from "node:module";
import { dirname, join } from "node:path";

type SetTimeout = (work: () => void, delayMs: number) => unknown;

/**
 * The SDK's own hook for its tests ("used for testing only" in its source): how it waits. It is not
 * among what the package exports, so it is loaded by its path.
 */
const require = createRequire(import.meta.url);
const main = require.resolve("@google-cloud/firestore");
const backOff = require(join(dirname(main), "backoff.js")) as {
  readonly setTimeoutHandler: (handler: SetTimeout) => void;
};

export function setTimeoutHandler(handler: SetTimeout): void {
  backOff.setTimeoutHandler(handler);
}
