import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import { openTrades } from "../../system/queries/shadow-trade-queries.ts";
import type { ListenChannel } from "./listen-channel.ts";
import { TradeView, type ListenMessage } from "./trade-view.ts";
import type { UserIdentity } from "./user-claims.ts";

/** A listener costs the emulator and this process work that is not the service's. */
export const LISTENERS_MAX = 25;

export interface ListenersOptions {
  /** One listener on the open trades of each, as that user; at most LISTENERS_MAX. */
  readonly users: readonly UserIdentity[];
  /** Stops the listeners, as `stop` does. */
  readonly signal: AbortSignal;
  /**
   * A listener has come to see another `quoted_at` of a trade. What it sees when it opens is not
   * reported.
   */
  readonly onView: (
    uid: string,
    tradeId: string,
    quotedAtMs: number,
    seenAtMonotonicMs: number,
  ) => void;
  /** A listener has ended for good, such as when the rules deny it. */
  readonly onError: (uid: string, error: Error) => void;
}

export interface Listeners {
  /** Settles when every listener has its first view or has ended. Never rejects. */
  readonly ready: Promise<void>;
  /** Closes everything; safe to call more than once. */
  stop(): Promise<void>;
}

const RECONNECT_DELAY_MS = 500;

/** gRPC codes that asking again will not change: 3, 5, 7, 9, 11 and 12 of the standard's list. */
const PERMANENT_CODES: ReadonlySet<unknown> = new Set([3, 5, 7, 9, 11, 12]);

/** Starts real-time listeners as the users themselves. They close the channel when they are over. */
export function startListeners(
  options: ListenersOptions,
  channel: ListenChannel,
  clock: Clock,
): Listeners {
  assert(
    options.users.length <= LISTENERS_MAX,
    `${options.users.length} listeners are too many, at most ${LISTENERS_MAX}`,
  );
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const listeners = options.users.map(
    (user) => new Listener(user, channel, { ...options, signal }, clock),
  );
  const ended = Promise.all(listeners.map((listener) => listener.run())).then(() =>
    channel.close(),
  );
  const ready = Promise.all(listeners.map((listener) => listener.ready)).then(() => undefined);
  const stop = () => {
    stopped.abort();
    return ended;
  };
  return { ready, stop };
}

/** One user's listener, on one stream after another. */
class Listener {
  readonly #user: UserIdentity;
  readonly #channel: ListenChannel;
  readonly #options: ListenersOptions;
  readonly #clock: Clock;
  readonly #view = new TradeView();
  readonly #opened = Promise.withResolvers<void>();
  #hasView = false;

  constructor(user: UserIdentity, channel: ListenChannel, options: ListenersOptions, clock: Clock) {
    this.#user = user;
    this.#channel = channel;
    this.#options = options;
    this.#clock = clock;
  }

  get ready(): Promise<void> {
    return this.#opened.promise;
  }

  /** Listens until it is stopped or refused. Never rejects. */
  async run(): Promise<void> {
    const { signal, onError } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#listenOnce();
      } catch (error) {
        if (!(error instanceof Error) || PERMANENT_CODES.has(codeOf(error))) {
          onError(this.#user.uid, error instanceof Error ? error : new Error(String(error)));
          break;
        }
      }
      await this.#clock.sleep(RECONNECT_DELAY_MS, signal).catch(() => undefined);
    }
    this.#opened.resolve();
  }

  async #listenOnce(): Promise<void> {
    const { signal } = this.#options;
    const refused = new AbortController();
    let refusal: Error | undefined;
    this.#view.restart();
    await this.#channel.listen({
      user: this.#user,
      query: openTrades(this.#user.uid),
      signal: AbortSignal.any([signal, refused.signal]),
      onMessage: (message) => {
        refusal ??= this.#take(message);
        if (refusal) refused.abort();
      },
    });
    if (refusal) throw refusal;
  }

  /** Returns the server's refusal when the message is one. */
  #take(message: ListenMessage): Error | undefined {
    const event = this.#view.apply(message);
    if (event.kind === "refused") return Object.assign(new Error(event.message), event);
    if (event.kind === "nothing") return undefined;
    const seenAtMs = this.#clock.monotonicMs();
    for (const { tradeId, quotedAtMs } of this.#hasView ? event.quotes : []) {
      this.#options.onView(this.#user.uid, tradeId, quotedAtMs, seenAtMs);
    }
    this.#hasView = true;
    this.#opened.resolve();
    return undefined;
  }
}

function codeOf(error: Error): unknown {
  return "code" in error ? error.code : undefined;
}
