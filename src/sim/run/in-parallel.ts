/**
 * Runs `work` over all items, `width` at a time, in order of their start. Rejects with the first
 * failure after what is under way has ended, so that nothing is left running.
 */
export async function inParallel<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true && !failed; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  const rejected = lanes.find((result) => result.status === "rejected");
  if (rejected !== undefined) throw rejected.reason;
}

/** A part of some work done side by side: it must end, without rejecting, when its signal aborts. */
type Lane = (signal: AbortSignal) => Promise<void>;

/**
 * Runs lanes to their end. When one fails the others are ended, and the first failure is thrown
 * after all have.
 */
export async function runLanes(lanes: readonly Lane[], signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  await Promise.all(
    lanes.map((lane) => lane(either).catch((error: unknown) => failed.abort(error))),
  );
  failed.signal.throwIfAborted();
}

/** Cuts a list into pieces of at most `size`. */
export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
