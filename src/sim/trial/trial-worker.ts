/** A thread of a TrialPool: runs one trial after another, each asked for by a message. */

import { parentPort } from "node:worker_threads";
import { assert } from "../../std/assert.ts";
import { runTrial } from "./run-trial.ts";
import { describeFault } from "./trial-fault.ts";
import type { TrialSpec } from "./trial-spec.ts";
import type { TrialAnswer } from "./trial-thread.ts";

assert(parentPort !== null, "trial-worker.ts is run by a TrialPool only");
const port = parentPort;
const answer = (message: TrialAnswer): void => port.postMessage(message);

port.on("message", (spec: TrialSpec) => {
  runTrial(spec).then(
    (result) => answer({ kind: "result", result }),
    (thrown: unknown) => answer({ kind: "fault", fault: describeFault(thrown) }),
  );
});
