import { type Turns, VirtualClock } from "./virtual-clock.ts";

/** Waits for the process's I/O before each event: tests also wait for files, sockets and children. */
const TURNS: Turns = {
  afterPromises: (callback) => void setImmediate(callback),
  afterWorld: (callback) => void setImmediate(callback),
};

/** For tests: hours pass in milliseconds and in the right order. */
export class AutoClock extends VirtualClock {
  constructor(wallStartMs = Date.UTC(2026, 10, 23, 9, 30)) {
    super(TURNS, wallStartMs);
  }
}
