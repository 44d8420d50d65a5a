/**
 * Run as a process of its own: `node guard.ts PROCESS_ID`. Its standard input is a pipe held by
 * the run. A word on it means that the watched process has ended; a pipe that closes without one
 * means that the run is gone, whatever killed it, and then the watched process is killed.
 */
const processId = Number(process.argv[2]);
let ended = false;

process.stdin.on("data", () => {
  ended = true;
});
process.stdin.on("error", () => process.stdin.destroy());
process.stdin.on("close", () => {
  if (!ended) killWatched();
});

function killWatched(): void {
  try {
    process.kill(processId, "SIGKILL");
  } catch (error) {
    // ESRCH: it ended at the same moment, which is as good.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
