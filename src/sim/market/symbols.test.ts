import { expect, test } from "vitest";
import { marketSymbols } from "./symbols.ts";

test("500 symbols of five letters, each once, with sane figures", () => {
  const symbols = marketSymbols(500);
  expect(new Set(symbols.map(({ ticker }) => ticker)).size).toBe(500);
  for (const { ticker, openingPrice, volatilityMultiple } of symbols) {
    expect(ticker).toMatch(/^[A-Z]{5}$/);
    expect(openingPrice).toBeGreaterThanOrEqual(200);
    expect(openingPrice).toBeLessThanOrEqual(1000);
    expect(volatilityMultiple).toBeGreaterThanOrEqual(0.9);
    expect(volatilityMultiple).toBeLessThanOrEqual(1.9);
  }
});

test("more symbols do not change the first ones", () => {
  expect(marketSymbols(500).slice(0, 3)).toEqual(marketSymbols(3));
});

test("501 symbols are refused", () => {
  expect(() => marketSymbols(501)).toThrow("501 symbols: expected 1 to 500");
});
