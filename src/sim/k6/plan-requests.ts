import { accountPath } from "../../system/schema/user.ts";
import type { ClientOperation } from "../config/scenario.ts";
import type { OperationContent } from "../drivers/client-arrivals.ts";
import { ledgerWrite } from "../drivers/ledger-create.ts";
import type { LedgerRecord } from "../drivers/ledger-journal.ts";
import { DAY_MS, readQuery, type ReadKind } from "../drivers/operations.ts";
import { queryPlace } from "../drivers/query-place.ts";
import { encodeCreate, encodeQuery, restPath } from "../drivers/rest-encoding.ts";
import { placeOf, type TemplateValues } from "./fill-template.ts";
import type { K6Plan } from "./plan.ts";

type K6Request = NonNullable<K6Plan["requests"][ClientOperation]>;

/** A ledger entry of places instead of values. */
const RECORD = {
  uid: placeOf("uid"),
  tenantId: placeOf("tenantId"),
  tradeId: placeOf("tradeId"),
  strategyId: placeOf("strategyId"),
  symbol: placeOf("symbol"),
  side: placeOf("side") as LedgerRecord["side"],
  quantity: placeOf("quantity"),
  price: placeOf("price"),
  notional: placeOf("notional"),
} satisfies LedgerRecord;

const USER = {
  uid: RECORD.uid,
  tenantId: RECORD.tenantId,
  email: placeOf("email"),
  strategyIds: [RECORD.strategyId],
  cash: "0",
  activity: 1,
};

/** A moment that no query could mean: where it stands in a request, a moment goes. */
const NOW_MS = Date.UTC(1999, 11, 31, 23, 58, 57, 123);

/** The requests of these operations as the service's own code makes them, with places for values. */
export function planRequests(
  projectId: string,
  operations: Iterable<ClientOperation>,
): K6Plan["requests"] {
  const root = `projects/${projectId}/databases/(default)/documents`;
  const requests: K6Plan["requests"] = {};
  for (const operation of operations) {
    const request = requestOf(root, operation);
    if (request !== undefined) requests[operation] = request;
  }
  return requests;
}

/** undefined of a sign-up, which is no request to the database. */
function requestOf(root: string, operation: ClientOperation): K6Request | undefined {
  switch (operation) {
    case "open-trades":
    case "sell-trades-24h":
    case "tenant-ledger":
    case "recent-signals":
      return queryRequest(root, operation);
    case "account-snapshot": {
      const path = accountPath(USER.uid);
      const body = JSON.stringify({ documents: [`${root}/${path}`] });
      return { method: "get", path, url: restPath(root, "batchGet"), body, sinceMs: null };
    }
    case "ledger-create": {
      const write = ledgerWrite(RECORD);
      const body = JSON.stringify({ writes: [encodeCreate(root, write)] });
      const url = restPath(root, "commit");
      return { method: "create", path: write.path, url, body, sinceMs: null };
    }
    case "sign-up":
      return undefined;
  }
}

function queryRequest(root: string, kind: ReadKind): K6Request {
  const content: OperationContent = { kind: "strategy", strategyId: RECORD.strategyId };
  const query = readQuery(kind, { user: USER, content }, NOW_MS);
  const { parent, structuredQuery } = encodeQuery(root, query);
  const since = new Date(NOW_MS - DAY_MS).toISOString();
  const body = JSON.stringify({ structuredQuery });
  return {
    method: "query",
    path: queryPlace(query),
    url: restPath(parent, "runQuery"),
    body: body.replace(since, placeOf("since")),
    sinceMs: body.includes(since) ? DAY_MS : null,
  };
}

/** What a template of the operation needs besides its user. */
export function valuesOf(content: OperationContent): TemplateValues | undefined {
  switch (content.kind) {
    case "nothing":
      return undefined;
    case "strategy":
      return { strategyId: content.strategyId };
    case "trade": {
      const { tradeId, strategyId, symbol, side, quantity, price, notional } = content.record;
      return { tradeId, strategyId, symbol, side, quantity, price, notional };
    }
  }
}
