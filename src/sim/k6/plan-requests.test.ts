import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { clientOperation, type ClientOperation } from "../config/scenario.ts";
import { createOperationPlanner, type PlannedOperation } from "../drivers/client-arrivals.ts";
import { LedgerJournal } from "../drivers/ledger-journal.ts";
import { createOperations } from "../drivers/operations.ts";
import { encodeCreate, encodeQuery, restPath } from "../drivers/rest-encoding.ts";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { syntheticUser } from "../drivers/testing/synthetic-user.ts";
import { fillJson, fillText, fillUrl } from "./fill-template.ts";
import { planRequests, valuesOf } from "./plan-requests.ts";

const PROJECT = "demo-plimsoll";
const ROOT = `projects/${PROJECT}/databases/(default)/documents`;
const MARKET = { symbols: ["AAPL"], lastPriceAt: () => ({ price: "187.50", elapsedMs: 0 }) };

interface Sent {
  readonly path: string;
  readonly url: string;
  readonly body: unknown;
}

/** What the Node driver's operation sends. */
async function sentByNode(operation: ClientOperation, planned: PlannedOperation): Promise<Sent> {
  let sent: Sent | undefined;
  const operations = createOperations({
    client: {
      query: (_user, query) => {
        const { parent, structuredQuery } = encodeQuery(ROOT, query);
        const path = query.from.kind === "collection" ? query.from.path : query.from.name;
        sent = { path, url: restPath(parent, "runQuery"), body: { structuredQuery } };
        return Promise.resolve([]);
      },
      get: (_user, path) => {
        const body = { documents: [`${ROOT}/${path}`] };
        sent = { path, url: restPath(ROOT, "batchGet"), body };
        return Promise.resolve(undefined);
      },
      create: (_user, write) => {
        const body = { writes: [encodeCreate(ROOT, write)] };
        sent = { path: write.path, url: restPath(ROOT, "commit"), body };
        return Promise.resolve();
      },
      close: () => undefined,
    },
    clock: new FakeClock(),
    rng: createRng(1),
    journal: new LedgerJournal(),
    signUp: () => Promise.resolve(),
  });
  await operations[operation](planned, new AbortController().signal);
  if (sent === undefined) throw new Error(`${operation} sent nothing`);
  return sent;
}

/** IDs that mean something in a URL, in JSON, or in a template. */
const id = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9]{1,20}$/),
  fc.constantFrom("a?b#c d", 'quo"te\\', "~uid~", "~since~", "zoë東", "$&", "100%"),
);

test.each(clientOperation.options.filter((name) => name !== "sign-up"))(
  "k6's request of %s is the Node driver's",
  async (operation) => {
    const request = planRequests(PROJECT, [operation])[operation];
    if (request === undefined) throw new Error("no request");
    await fc.assert(
      fc.asyncProperty(id, id, id, fc.nat(), async (uid, tenantId, strategyId, seed) => {
        const user = syntheticUser({ uid, tenantId, strategyIds: [strategyId] });
        const planned = createOperationPlanner(createRng(seed), MARKET)(operation, user, 0);
        const since = new Date(new FakeClock().wallMs() - (request.sinceMs ?? 0)).toISOString();
        const values = { uid, tenantId, since, ...valuesOf(planned.content) };
        expect({
          path: fillText(request.path, values),
          url: fillUrl(request.url, values),
          body: JSON.parse(fillJson(request.body, values)) as unknown,
        }).toEqual(await sentByNode(operation, planned));
      }),
      { numRuns: 50 },
    );
  },
);

test("only the query of the last day asks for a moment", () => {
  const requests = planRequests(PROJECT, clientOperation.options);
  const asking = Object.entries(requests).filter(([, request]) => request.sinceMs !== null);
  expect(asking.map(([name]) => name)).toEqual(["sell-trades-24h"]);
  expect(requests["sell-trades-24h"]?.sinceMs).toBe(86_400_000);
  expect(Object.keys(requests)).not.toContain("sign-up");
});
