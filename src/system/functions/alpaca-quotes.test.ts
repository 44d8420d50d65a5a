import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAlpacaQuotes } from "./alpaca-quotes.ts";

let server: Server;
let baseUrl: string;
let asked: { readonly symbols: readonly string[]; readonly key: unknown }[];
let status: number;
let answerOf: (symbols: readonly string[]) => unknown;

beforeEach(async () => {
  asked = [];
  status = 200;
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const symbols = url.searchParams.get("symbols")?.split(",") ?? [];
    asked.push({ symbols, key: request.headers["apca-api-key-id"] });
    response.statusCode = url.pathname === "/v2/stocks/trades/latest" ? status : 404;
    response.end(JSON.stringify(answerOf(symbols)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const quotes = () => createAlpacaQuotes({ baseUrl, keyId: "key", secret: "secret" });

describe("createAlpacaQuotes", () => {
  it("gives price and time of each symbol that is known", async () => {
    answerOf = () => ({
      trades: {
        AAPL: { t: "2026-01-05T14:30:00.123456789Z", p: 126.5, s: 1 },
        TINY: { t: "2026-01-05T14:30:01Z", p: 0.00012345 },
      },
    });
    const found = await quotes().latest(["AAPL", "TINY", "NONE"]);
    expect([...found.values()]).toEqual([
      { symbol: "AAPL", price: "126.50", atMs: Date.UTC(2026, 0, 5, 14, 30, 0, 123) },
      { symbol: "TINY", price: "0.000123", atMs: Date.UTC(2026, 0, 5, 14, 30, 1) },
    ]);
    expect(asked).toEqual([{ symbols: ["AAPL", "TINY", "NONE"], key: "key" }]);
  });

  it("asks for many symbols in pages, and for none not at all", async () => {
    answerOf = (symbols) => ({
      trades: Object.fromEntries(symbols.map((s) => [s, { t: "2026-01-05T14:30:00Z", p: 1 }])),
    });
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
    const symbols = letters.flatMap((a) => letters.map((b) => a + b)).slice(0, 501);
    expect((await quotes().latest(symbols)).size).toBe(501);
    expect(asked.map((one) => one.symbols.length)).toEqual(expect.arrayContaining([500, 1]));
    expect((await quotes().latest([])).size).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it("asks for nothing that cannot be a symbol, and leaves it out", async () => {
    answerOf = (symbols) => ({
      trades: Object.fromEntries(symbols.map((s) => [s, { t: "2026-01-05T14:30:00Z", p: 1 }])),
    });
    const bad = ["", "aapl", "BTC/USD", "BRK-B", "A,B", "TOOLONG", ".A", "AAPL ", "S1"];
    const found = await quotes().latest(["AAPL", ...bad, "BRK.B", "BAC.PRB"]);
    expect([...found.keys()]).toEqual(["AAPL", "BRK.B", "BAC.PRB"]);
    expect(asked).toHaveLength(1);
    expect((await quotes().latest(bad)).size).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it.each([0, -1, 0.0000004])("leaves out the price %d and keeps the others", async (price) => {
    const t = "2026-01-05T14:30:00Z";
    answerOf = () => ({ trades: { AAPL: { t, p: price }, MSFT: { t, p: 2 } } });
    expect([...(await quotes().latest(["AAPL", "MSFT"])).keys()]).toEqual(["MSFT"]);
  });

  it("says what is wrong with an answer", async () => {
    answerOf = () => ({ trades: { AAPL: { t: "yesterday", p: 1 } } });
    await expect(quotes().latest(["AAPL"])).rejects.toThrow("trades.AAPL.t");
    status = 403;
    await expect(quotes().latest(["AAPL"])).rejects.toThrow("403");
  });
});
