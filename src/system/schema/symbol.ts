import { z } from "zod";
import { CAPITALS, DIGITS, plainText, withQuickCheck } from "./quick-check.ts";

/** A ticker such as "AAPL" or "BRK.B". firestore.rules states the same pattern. */
export const tickerSymbol = withQuickCheck(
  z
    .string()
    .regex(/^[A-Z][A-Z0-9.-]{0,15}$/, 'expected a symbol of at most 16 capitals such as "BRK.B"'),
  plainText(CAPITALS, `${DIGITS}.-`, 16),
);
