import { fromProto3JSON, toProto3JSON } from "proto3-json-serializer";
import { STATUS_NUMBERS } from "../../src/firestore/data/status.ts";
import {
  type Answer,
  type FirestoreWire,
  type Method,
  METHODS,
  messageType,
  type Plain,
  toPlain,
} from "./firestore-wire.ts";

/** google.rpc.Code by its name, as errors over REST have it. */
const CODES: Readonly<Record<string, number>> = STATUS_NUMBERS;

const UNKNOWN = STATUS_NUMBERS.UNKNOWN;

interface Call {
  readonly verb: "GET" | "POST" | "PATCH" | "DELETE";
  /** The resource and a custom verb, behind "/v1/". */
  readonly resource: string;
  /** The field of the request that is the body; "*" for all that the resource does not say. */
  readonly body: string | undefined;
  /** The fields that the resource says. */
  readonly inResource: readonly string[];
}

/** The service over REST, by the HTTP rules of the published protos. Times are read to the microsecond. */
export function openRestWire(endpoint: string): FirestoreWire {
  return {
    call: (method, request) => send(endpoint, method, request),
    open: () => {
      throw new Error("There are no streams over REST.");
    },
    close: () => undefined,
  };
}

async function send(endpoint: string, method: Method, request: Plain): Promise<Answer> {
  const [requestType, responseType] = METHODS[method];
  const type = messageType(requestType);
  const json = toProto3JSON(type.fromObject(request)) as Plain;
  const { verb, resource, body, inResource } = callOf(method, request);
  const rest = Object.entries(json).filter(([name]) => !inResource.includes(name));
  const query = rest.filter(([name]) => body !== "*" && name !== body);
  const content = body === "*" ? Object.fromEntries(rest) : body === undefined ? undefined : (json[body] ?? {}); // prettier-ignore
  const response = await fetch(
    `http://${endpoint}/v1/${encodeURI(resource).replaceAll("#", "%23")}${queryText(query)}`,
    {
      method: verb,
      headers: { authorization: "Bearer owner", "content-type": "application/json" },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    },
  );
  const text = await response.text();
  const answer = parsed(text);
  if (answer === undefined) return { code: UNKNOWN, text: `HTTP ${response.status}`, messages: [] };
  const list = Array.isArray(answer) ? (answer as readonly Plain[]) : [answer as Plain];
  const error = list.find((item) => item["error"] !== undefined)?.["error"] as Plain | undefined;
  if (error !== undefined) {
    return { code: CODES[String(error["status"])] ?? UNKNOWN, text: String(error["message"]), messages: [] }; // prettier-ignore
  }
  const messages = list.map((item) => {
    const message = fromProto3JSON(messageType(responseType), item as never);
    if (message === null) throw new Error(`${method}: not a ${responseType ?? "Empty"}: ${text}`);
    return toPlain(responseType, message);
  });
  return { code: 0, text: "", messages };
}

/** Undefined: no JSON, as some servers' pages for paths that they do not know. */
function parsed(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function callOf(method: Method, request: Plain): Call {
  const { database, parent, name, collectionId } = request as Record<string, string>;
  const custom = (place: string | undefined, verb: string, field: string): Call => ({
    verb: "POST",
    resource: `${place ?? ""}:${verb}`,
    body: "*",
    inResource: [field],
  });
  switch (method) {
    case "Commit":
      return custom(`${database}/documents`, "commit", "database");
    case "BatchWrite":
      return custom(`${database}/documents`, "batchWrite", "database");
    case "BatchGetDocuments":
      return custom(`${database}/documents`, "batchGet", "database");
    case "BeginTransaction":
      return custom(`${database}/documents`, "beginTransaction", "database");
    case "Rollback":
      return custom(`${database}/documents`, "rollback", "database");
    case "RunQuery":
      return custom(parent, "runQuery", "parent");
    case "RunAggregationQuery":
      return custom(parent, "runAggregationQuery", "parent");
    case "ListCollectionIds":
      return custom(parent, "listCollectionIds", "parent");
    case "CreateDocument":
      return {
        verb: "POST",
        resource: `${parent}/${collectionId}`,
        body: "document",
        inResource: ["parent", "collectionId"],
      };
    case "ListDocuments":
      return {
        verb: "GET",
        resource: `${parent}/${collectionId}`,
        body: undefined,
        inResource: ["parent", "collectionId"],
      };
    case "GetDocument":
      return { verb: "GET", resource: name ?? "", body: undefined, inResource: ["name"] };
    case "DeleteDocument":
      return { verb: "DELETE", resource: name ?? "", body: undefined, inResource: ["name"] };
    case "UpdateDocument": {
      const document = request["document"] as { name: string };
      return { verb: "PATCH", resource: document.name, body: "document", inResource: [] };
    }
  }
}

/** Messages as dotted names, lists by repetition. */
function queryText(fields: readonly (readonly [string, unknown])[]): string {
  const parts: string[] = [];
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value)) value.forEach((item) => add(name, item));
    else if (typeof value === "object" && value !== null) {
      for (const [inner, one] of Object.entries(value)) add(`${name}.${inner}`, one);
    } else parts.push(`${name}=${encodeURIComponent(String(value))}`);
  };
  for (const [name, value] of fields) add(name, value);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}
