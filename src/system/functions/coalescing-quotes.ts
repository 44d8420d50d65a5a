import type { Clock } from "../../std/clock.ts";
import { Gate } from "../pulse/gate.ts";
import type { Quote, QuoteSource } from "../pulse/quotes.ts";

/** Symbols asked for within this long go in one request; a tenth of the P&L target of 500 ms. */
const COLLECT_MS = 50;

/** A quote answers for its symbol this long; so does the answer that there is none. */
const KEEP_MS = 1000;

/** Requests sent and not yet answered, at most. While all are busy, the next one still collects. */
const REQUESTS_MAX = 4;

/** Symbols in one request, at most; the source would split a larger one behind our back. */
const SYMBOLS_MAX = 500;

/**
 * Makes few requests of many: the users of a sweep ask one by one, and mostly for the same
 * symbols. A failed request fails all who wait for it, and nothing is kept of it.
 */
export class CoalescingQuotes implements QuoteSource {
  readonly #clock: Clock;
  readonly #source: QuoteSource;
  readonly #gate = new Gate(REQUESTS_MAX);
  /** The latest answer for each symbol; undefined within it where the source had none. */
  readonly #kept = new Map<string, Kept>();
  /** The request that will bring each symbol asked for and not yet answered. */
  readonly #asked = new Map<string, QuoteRequest>();
  #collecting: QuoteRequest | undefined;

  constructor(clock: Clock, source: QuoteSource) {
    this.#clock = clock;
    this.#source = source;
  }

  async latest(symbols: readonly string[]): Promise<ReadonlyMap<string, Quote>> {
    const found = new Map<string, Quote>();
    const requests = new Set<QuoteRequest>();
    const nowMs = this.#clock.monotonicMs();
    for (const symbol of symbols) {
      const kept = this.#kept.get(symbol);
      if (kept === undefined || nowMs >= kept.untilMs) requests.add(this.#requestFor(symbol));
      else if (kept.quote !== undefined) found.set(symbol, kept.quote);
    }
    const answers = await Promise.all([...requests].map(({ answer }) => answer));
    for (const symbol of symbols) {
      const quote = answers.find((answer) => answer.has(symbol))?.get(symbol);
      if (quote !== undefined) found.set(symbol, quote);
    }
    return found;
  }

  #requestFor(symbol: string): QuoteRequest {
    const asked = this.#asked.get(symbol);
    if (asked !== undefined) return asked;
    const request = this.#collecting ?? this.#open();
    request.symbols.push(symbol);
    this.#asked.set(symbol, request);
    if (request.symbols.length === SYMBOLS_MAX) this.#collecting = undefined;
    return request;
  }

  #open(): QuoteRequest {
    const symbols: string[] = [];
    const request: QuoteRequest = { symbols, answer: this.#send(symbols) };
    this.#collecting = request;
    return request;
  }

  async #send(symbols: readonly string[]): Promise<ReadonlyMap<string, Quote>> {
    await this.#clock.sleep(COLLECT_MS);
    await this.#gate.enter();
    if (this.#collecting?.symbols === symbols) this.#collecting = undefined;
    try {
      const quotes = await this.#source.latest(symbols);
      this.#keep(symbols, quotes);
      return quotes;
    } finally {
      for (const symbol of symbols) this.#asked.delete(symbol);
      this.#gate.leave();
    }
  }

  /** Keeps an answer, and forgets what is past its time: never more than a second's symbols. */
  #keep(symbols: readonly string[], quotes: ReadonlyMap<string, Quote>): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [symbol, { untilMs }] of this.#kept) {
      if (nowMs >= untilMs) this.#kept.delete(symbol);
    }
    for (const symbol of symbols) {
      this.#kept.set(symbol, { quote: quotes.get(symbol), untilMs: nowMs + KEEP_MS });
    }
  }
}

interface Kept {
  readonly quote: Quote | undefined;
  readonly untilMs: number;
}

interface QuoteRequest {
  readonly symbols: string[];
  readonly answer: Promise<ReadonlyMap<string, Quote>>;
}
