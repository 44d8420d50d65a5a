import type { Turns } from "../../std/virtual-clock.ts";

/**
 * Node's own turns, for a virtual clock. A tick of the process comes when the queue of promise jobs
 * is empty, however long they kept adding to it; a turn of the event loop is needed only for what
 * comes from outside, and costs much more.
 */
export const NODE_TURNS: Turns = {
  afterPromises: (callback) => queueMicrotask(() => process.nextTick(callback)),
  afterWorld: (callback) => void setImmediate(callback),
};
