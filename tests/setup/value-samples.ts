/** Values that a kind of field takes, and strings that it does not. */
export interface Samples {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

/*
 * The schema and the rules state the same limits apart from each other, so that a slip in one does
 * not agree with itself; the tests of both take their samples from here.
 */

const NO_DECIMAL = ["", "1.", ".5", "1e5", "1,5", "NaN", "+1", " 1", "1\n", "0.1234567", "--1"];
const NINE_DIGITS = ["1", "12.50", "0.000001", "999999999.999999"];
const EIGHTEEN_DIGITS = ["0", "12.50", "999999999999999999.999999"];

/** Quantities and prices. */
export const ABOVE_ZERO: Samples = {
  good: NINE_DIGITS,
  bad: [...NO_DECIMAL, "0", "0.00", "-1", "1234567890"],
};

/** Money and per cent, gained or lost. */
export const GAINS: Samples = {
  good: [...EIGHTEEN_DIGITS, "-12.50", "-999999999999999999.999999"],
  bad: [...NO_DECIMAL, "1234567890123456789"],
};

export const NOTIONALS: Samples = {
  good: EIGHTEEN_DIGITS,
  bad: [...NO_DECIMAL, "-1", "1234567890123456789"],
};

export const PERCENT_LIMITS: Samples = {
  good: [...NINE_DIGITS, "0"],
  bad: [...NO_DECIMAL, "-1", "1234567890"],
};

export const SYMBOLS: Samples = {
  good: ["A", "AAPL", "BRK.B", "X2-Y", "SIXTEEN.LETTERS-"],
  bad: ["", "SEVENTEEN.LETTERS", "aapl", "1A", ".A", "A_B", "A B", "A,B", "A/B", "Ä", "A\n"],
};

export const EMAIL_ADDRESSES: Samples = {
  good: ["bob@acme.test", "o'neil.b+x_1@a-b.example.com", `${"x".repeat(242)}@example.com`],
  bad: [
    "bob",
    "üser@example.com",
    "user@bücher.example",
    '"x y"@example.com',
    ".bob@example.com",
    "bob.@example.com",
    "b..ob@example.com",
    "a/b@example.com",
    "bob@example",
    "bob@example.com\n",
    `${"x".repeat(243)}@example.com`,
  ],
};
