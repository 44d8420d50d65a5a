import { describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import type { Quote, QuoteSource } from "../pulse/quotes.ts";
import { CoalescingQuotes } from "./coalescing-quotes.ts";

const ANSWER_MS = 20;

/** A source that takes 20 ms, knows all symbols but NONE, and fails as long as it is told to. */
class SlowSource implements QuoteSource {
  readonly asked: { readonly atMs: number; readonly symbols: readonly string[] }[] = [];
  openMax = 0;
  fails = false;
  #open = 0;
  readonly #clock: AutoClock;
  readonly #answerMs: number;

  constructor(clock: AutoClock, answerMs = ANSWER_MS) {
    this.#clock = clock;
    this.#answerMs = answerMs;
  }

  async latest(symbols: readonly string[]): Promise<ReadonlyMap<string, Quote>> {
    this.asked.push({ atMs: this.#clock.monotonicMs(), symbols: [...symbols] });
    this.#open += 1;
    this.openMax = Math.max(this.openMax, this.#open);
    await this.#clock.sleep(this.#answerMs);
    this.#open -= 1;
    if (this.fails) throw new Error("no quotes today");
    const known = symbols.filter((symbol) => symbol !== "NONE");
    return new Map(known.map((symbol) => [symbol, { symbol, price: "1.00", atMs: 0 }]));
  }
}

function setUp(answerMs?: number) {
  const clock = new AutoClock();
  const source = new SlowSource(clock, answerMs);
  const quotes = new CoalescingQuotes(clock, source);
  const symbolsAt = async (atMs: number, symbols: readonly string[]): Promise<string[]> => {
    await clock.sleep(atMs);
    return [...(await quotes.latest(symbols)).keys()];
  };
  return { clock, source, symbolsAt };
}

describe("CoalescingQuotes", () => {
  it("makes one request of what is asked for within 50 ms, and gives each asker its own", async () => {
    const { clock, source, symbolsAt } = setUp();
    const answers = await clock.run(
      Promise.all([
        symbolsAt(0, ["A", "B", "A"]),
        symbolsAt(10, ["B", "C"]),
        symbolsAt(49, ["NONE", "A"]),
        // On its way by now: joined, as far as it carries what is asked for.
        symbolsAt(60, ["C", "D"]),
      ]),
    );
    expect(answers).toEqual([["A", "B"], ["B", "C"], ["A"], ["C", "D"]]);
    expect(source.asked).toEqual([
      { atMs: 50, symbols: ["A", "B", "C", "NONE"] },
      { atMs: 110, symbols: ["D"] },
    ]);
  });

  it("asks again for a symbol only when its answer is a second old", async () => {
    const { clock, source, symbolsAt } = setUp();
    // The answer comes at 70 ms.
    await clock.run(
      Promise.all([0, 500, 1069, 1070].map((atMs) => symbolsAt(atMs, ["A", "NONE"]))),
    );
    expect(source.asked.map(({ atMs }) => atMs)).toEqual([50, 1120]);
  });

  it("keeps four requests open at most, while the next one goes on collecting", async () => {
    const { clock, source, symbolsAt } = setUp(1000);
    const askers = Array.from({ length: 40 }, (_, index) => symbolsAt(index * 30, [`S${index}`]));
    expect(await clock.run(Promise.all(askers))).toEqual(askers.map((_, index) => [`S${index}`]));
    expect(source.openMax).toBe(4);
    // 0 and 30 ms, 60 and 90 ms, and so on to 210 ms; all others until the first answer at 1,050.
    expect(source.asked.map(({ symbols }) => symbols.length)).toEqual([2, 2, 2, 2, 28, 2, 2]);
  });

  it("puts 500 symbols into one request, at most", async () => {
    const { clock, source, symbolsAt } = setUp();
    const symbols = Array.from({ length: 1001 }, (_, index) => `S${index}`);
    expect(await clock.run(symbolsAt(0, symbols))).toHaveLength(1001);
    expect(source.asked.map((one) => one.symbols.length)).toEqual([500, 500, 1]);
  });

  it("fails those who wait for a failed request, and nobody after them", async () => {
    const { clock, source, symbolsAt } = setUp();
    source.fails = true;
    const askers = Promise.allSettled([symbolsAt(0, ["A"]), symbolsAt(0, ["B"])]);
    expect((await clock.run(askers)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    source.fails = false;
    expect(await clock.run(symbolsAt(0, ["A"]))).toEqual(["A"]);
  });

  it("asks for nothing when nothing is asked of it", async () => {
    const { clock, source, symbolsAt } = setUp();
    expect(await clock.run(symbolsAt(0, []))).toEqual([]);
    expect(source.asked).toEqual([]);
  });
});
