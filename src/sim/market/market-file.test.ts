import { expect, test } from "vitest";
import { MarketFileError } from "./market-file-error.ts";
import { parseMarketCsv } from "./market-file.ts";

const HEADER = "second,updates,last_price\n";

test("reads rows, with spaces, blank lines, Windows line ends and a byte order mark", () => {
  const text = "\uFEFFsecond,updates,last_price\r\n34200, 17 ,187.25\r\n\r\n34203,0,187\r\n";
  expect(parseMarketCsv(text, "spy.csv")).toEqual([
    { second: 34200, updates: 17, lastPrice: 187.25 },
    { second: 34203, updates: 0, lastPrice: 187 },
  ]);
});

test.each([
  { fault: "nothing", text: "", message: "f.csv: the file is empty" },
  {
    fault: "another header",
    text: "second,price\n1,2\n",
    message: 'f.csv:1: got the header "second,price", expected "second,updates,last_price"',
  },
  {
    fault: "one row only",
    text: `${HEADER}1,2,3\n`,
    message: "f.csv: got 1 rows, expected at least 2",
  },
  {
    fault: "a field too few",
    text: `${HEADER}1,2,3\n2,2\n`,
    message: "f.csv:3: got 2 fields, expected 3: second,updates,last_price",
  },
  {
    fault: "a word for a number",
    text: `${HEADER}1,2,3\n2,many,3\n`,
    message: 'f.csv:3: updates: got "many", expected a whole number from 0 to 100000',
  },
  {
    fault: "too many updates",
    text: `${HEADER}1,100001,3\n`,
    message: 'f.csv:2: updates: got "100001", expected a whole number from 0 to 100000',
  },
  {
    fault: "a fraction of a second",
    text: `${HEADER}1.5,2,3\n`,
    message: 'f.csv:2: second: got "1.5", expected a whole number of 0 or more',
  },
  {
    fault: "an empty second",
    text: `${HEADER},2,3\n`,
    message: 'f.csv:2: second: got "", expected a whole number of 0 or more',
  },
  {
    fault: "a price of 0",
    text: `${HEADER}1,2,0\n`,
    message: 'f.csv:2: last_price: got "0", expected a number above 0',
  },
  {
    fault: "a second twice",
    text: `${HEADER}1,2,3\n\n1,2,3\n`,
    message: "f.csv:4: second: got 1 after 1, expected a later second on every row",
  },
  { fault: "an open quote", text: `${HEADER}1,"2,3\n`, message: "f.csv: not a CSV file:" },
])("refuses $fault and names the place", ({ text, message }) => {
  const error = caught(() => parseMarketCsv(text, "f.csv"));
  expect(error.message).toContain(message);
  expect(error.hint).toContain("second,updates,last_price");
});

function caught(action: () => unknown): MarketFileError {
  try {
    action();
  } catch (error) {
    if (error instanceof MarketFileError) return error;
    throw error;
  }
  throw new Error("expected a MarketFileError");
}
