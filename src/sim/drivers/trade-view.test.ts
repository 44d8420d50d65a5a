import { expect, test } from "vitest";
import { TradeView, type ListenMessage } from "./trade-view.ts";

const READ_TIME = { seconds: "1767623400", nanos: 0 };
const CURRENT: ListenMessage = { targetChange: { targetChangeType: "CURRENT", targetIds: [1] } };
const CONSISTENT: ListenMessage = {
  targetChange: { targetChangeType: "NO_CHANGE", targetIds: [], readTime: READ_TIME },
};
const NAME = "projects/p/databases/(default)/documents/users/ada/shadowTradeHistory";

/** A trade in view, quoted so many seconds after 1970. */
function quoted(tradeId: string, seconds: number, nanos = 0): ListenMessage {
  const fields = { quoted_at: { timestampValue: { seconds: String(seconds), nanos } } };
  return { documentChange: { document: { name: `${NAME}/${tradeId}`, fields }, targetIds: [1] } };
}

const unquoted = (tradeId: string): ListenMessage => ({
  documentChange: { document: { name: `${NAME}/${tradeId}`, fields: {} }, targetIds: [1] },
});

/** Applies messages and returns the trades of the last one's view, as "id@ms". */
function feed(view: TradeView, ...messages: readonly ListenMessage[]): readonly string[] | string {
  const event = messages.map((message) => view.apply(message)).at(-1);
  if (event?.kind !== "view") return event?.kind ?? "nothing";
  return event.quotes.map(({ tradeId, quotedAtMs }) => `${tradeId}@${quotedAtMs}`);
}

function openView(...messages: readonly ListenMessage[]): TradeView {
  const view = new TradeView();
  feed(view, ...messages, CURRENT, CONSISTENT);
  return view;
}

test("a view is made when the server says it is consistent, and not before", () => {
  const view = new TradeView();
  expect(feed(view, quoted("t1", 5))).toBe("nothing");
  expect(feed(view, CONSISTENT), "not current yet").toBe("nothing");
  expect(feed(view, CURRENT)).toBe("nothing");
  expect(feed(view, CONSISTENT)).toEqual(["t1@5000"]);
});

test("a message for one target alone does not make a view", () => {
  const view = openView();
  const readTime = READ_TIME;
  const forOne = { targetChange: { targetChangeType: "NO_CHANGE", targetIds: [1], readTime } };
  expect(feed(view, quoted("t1", 5), forOne)).toBe("nothing");
});

test("only another quote time is reported, to the millisecond", () => {
  const view = openView(quoted("t1", 5));
  expect(feed(view, quoted("t1", 5), CONSISTENT)).toEqual([]);
  expect(feed(view, quoted("t1", 5, 250_999_000), CONSISTENT)).toEqual(["t1@5250"]);
  expect(feed(view, quoted("t1", 5, 250_000_000), CONSISTENT)).toEqual([]);
});

test("of several changes before a view, the last is seen", () => {
  const view = openView(quoted("t1", 5));
  expect(feed(view, quoted("t1", 6), quoted("t1", 7), CONSISTENT)).toEqual(["t1@7000"]);
});

test("a trade without a quote is in view and not reported", () => {
  const view = openView(unquoted("t1"));
  expect(feed(view, quoted("t1", 5), CONSISTENT)).toEqual(["t1@5000"]);
});

test.each<[string, ListenMessage]>([
  ["leaves the query", { documentRemove: { document: `${NAME}/t1` } }],
  ["is deleted", { documentDelete: { document: `${NAME}/t1` } }],
  [
    "changes so that it is no longer in it",
    { documentChange: { document: { name: `${NAME}/t1`, fields: {} }, targetIds: [] } },
  ],
])("a trade that %s is forgotten", (_what, message) => {
  const view = openView(quoted("t1", 5));
  expect(feed(view, message, CONSISTENT)).toEqual([]);
  expect(feed(view, quoted("t1", 5), CONSISTENT)).toEqual(["t1@5000"]);
});

test("after a reset everything comes again, and only what is new is reported", () => {
  const view = openView(quoted("t1", 5), quoted("t2", 5));
  const reset = { targetChange: { targetChangeType: "RESET", targetIds: [1] } };
  expect(feed(view, quoted("t1", 6), reset, CONSISTENT), "not current").toBe("nothing");
  expect(feed(view, quoted("t1", 7), quoted("t2", 5), CURRENT, CONSISTENT)).toEqual(["t1@7000"]);
});

test("a new stream begins like the first one", () => {
  const view = openView(quoted("t1", 5));
  view.restart();
  expect(feed(view, CONSISTENT)).toBe("nothing");
  expect(feed(view, quoted("t1", 9), CURRENT, CONSISTENT)).toEqual(["t1@9000"]);
});

test("a refusal says why", () => {
  const cause = { code: 7, message: "\nfalse for 'list' @ L4" };
  const message = { targetChange: { targetChangeType: "REMOVE", targetIds: [1], cause } };
  expect(new TradeView().apply(message)).toEqual({
    kind: "refused",
    code: 7,
    message: "false for 'list' @ L4",
  });
});
