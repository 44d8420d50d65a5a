import { assert } from "../../std/assert.ts";
import { createRng } from "../../std/rng.ts";

/** A synthetic listing. It is the same in every market, so positions carry over between runs. */
export interface MarketSymbol {
  readonly ticker: string;
  readonly openingPrice: number;
  /** The symbol's volatility as a multiple of the common factor's. */
  readonly volatilityMultiple: number;
  /** Relative share of the updates. */
  readonly weight: number;
}

/** Two letters and three make 25 × 20 = 500 tickers, none of them listed anywhere we know of. */
const HEADS = "AX BO CY DU EV FI GY HO IX JU KA LY MO NU OZ PI QU RO SY TU UV VE WY XA ZO".split(
  " ",
);
const TAILS =
  "ZAK VEX QIL JOR WUN XIM KYO ZED VUL JAQ WIX FYZ GOX HYL BEQ DUJ MIZ PEV RUX TYW".split(" ");
const SYMBOLS_MAX = HEADS.length * TAILS.length;

/** High enough that even a calm minute seldom leaves a price on the same cent. */
const PRICE_MIN = 200;
const PRICE_MAX = 1000;
const VOLATILITY_MULTIPLE_MIN = 0.9;
const VOLATILITY_MULTIPLE_MAX = 1.9;

/** The first symbols of the fixed list. */
export function marketSymbols(count: number): readonly MarketSymbol[] {
  assert(count >= 1 && count <= SYMBOLS_MAX, `${count} symbols: expected 1 to ${SYMBOLS_MAX}`);
  return Array.from({ length: count }, (_, index) => symbolAt(index));
}

function symbolAt(index: number): MarketSymbol {
  const head = HEADS[index % HEADS.length] ?? "";
  const tail = TAILS[Math.floor(index / HEADS.length)] ?? "";
  const ticker = head + tail;
  const rng = createRng(`symbol/${ticker}`);
  const price = PRICE_MIN * (PRICE_MAX / PRICE_MIN) ** rng.next();
  return {
    ticker,
    openingPrice: Math.round(price * 100) / 100,
    volatilityMultiple:
      VOLATILITY_MULTIPLE_MIN + (VOLATILITY_MULTIPLE_MAX - VOLATILITY_MULTIPLE_MIN) * rng.next(),
    weight: 1 / Math.sqrt(index + 10),
  };
}
