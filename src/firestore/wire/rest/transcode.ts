import protobuf from "protobufjs";
import { FirestoreError } from "../../data/status.ts";
import { firestoreService, matchRule, type RuleMatch } from "./http-rules.ts";
import { fieldNamed, messageFromJson, messageToJson, payloadError } from "./json-codec.ts";

/** A REST request in gRPC's terms. */
export interface TranscodedRequest {
  /** "Commit", "RunQuery", … */
  readonly rpc: string;
  /** The request message in protobuf's encoding. */
  readonly bytes: Uint8Array;
  /** Whether the answer is a JSON array of messages. */
  readonly streams: boolean;
  /** An answer's message as JSON's value. */
  readonly toJson: (response: Uint8Array) => unknown;
}

/** Parameters that are about the answer's form or the client, not about the request. */
const SYSTEM_PARAMETERS = new Set([
  "access_token",
  "alt",
  "callback",
  "fields",
  "key",
  "oauth_token",
  "prettyPrint",
  "quotaUser",
  "uploadType",
  "upload_protocol",
]);

/**
 * Finds the method for a REST request by the google.api.http annotations, and makes its message of
 * path, query and body. `url` is the path with its query. Undefined: no method is called so.
 * @throws FirestoreError INVALID_ARGUMENT
 */
export function transcode(request: {
  readonly httpMethod: string;
  readonly url: string;
  readonly body: string;
}): TranscodedRequest | undefined {
  const mark = request.url.indexOf("?");
  const path = mark < 0 ? request.url : request.url.slice(0, mark);
  const match = matchRule(request.httpMethod, path);
  if (match === undefined) return undefined;
  const method = firestoreService.methods[match.rpc];
  if (!(method?.resolvedRequestType && method.resolvedResponseType)) return undefined;
  const parameters = new URLSearchParams(mark < 0 ? "" : request.url.slice(mark + 1));
  const { resolvedRequestType: type, resolvedResponseType: responseType } = method;
  const numericEnums = (parameters.get("$alt") ?? parameters.get("alt") ?? "").includes(
    "enum-encoding=int",
  );
  const json = requestObject(type, match, request.body, parameters);
  return {
    rpc: match.rpc,
    bytes: messageFromJson(type, json),
    streams: method.responseStream === true,
    toJson: (response) => messageToJson(responseType, response, numericEnums),
  };
}

type JsonObject = Record<string, unknown>;

function requestObject(
  type: protobuf.Type,
  { body: bodyField, bindings }: RuleMatch,
  body: string,
  parameters: URLSearchParams,
): JsonObject {
  const object: JsonObject = {};
  if (bodyField === "*") Object.assign(object, parseBody(body));
  else if (bodyField !== undefined) object[bodyField] = parseBody(body);
  for (const [field, value] of bindings) assign(type, object, field, [decoded(value)]);
  for (const name of new Set(parameters.keys())) {
    if (name.startsWith("$") || SYSTEM_PARAMETERS.has(name)) continue;
    assign(type, object, name, parameters.getAll(name));
  }
  return object;
}

function parseBody(body: string): JsonObject {
  if (body.trim() === "") return {};
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw payloadError(error instanceof Error ? error.message : "not JSON");
  }
  if (json === null || typeof json !== "object" || Array.isArray(json)) {
    throw payloadError("The body must be an object");
  }
  return json as JsonObject;
}

function decoded(value: string): string {
  try {
    return value.split("/").map(decodeURIComponent).join("/");
  } catch {
    throw new FirestoreError("INVALID_ARGUMENT", `Bad percent-encoding in the path: "${value}".`);
  }
}

/** Sets the field at a path like "currentDocument.exists", from strings as a URL has them. */
function assign(
  type: protobuf.Type,
  object: JsonObject,
  fieldPath: string,
  values: readonly string[],
): void {
  const segments = fieldPath.split(".");
  const last = segments.pop() ?? "";
  let inner = object;
  let innerType = type;
  for (const segment of segments) {
    const field = bindable(innerType, segment, fieldPath);
    if (!(field.resolvedType instanceof protobuf.Type)) throw cannotBind(fieldPath);
    innerType = field.resolvedType;
    const next = inner[field.name] ?? {};
    if (typeof next !== "object" || Array.isArray(next)) throw cannotBind(fieldPath);
    inner[field.name] = next;
    inner = next as JsonObject;
  }
  const field = bindable(innerType, last, fieldPath);
  const converted = values.map((value) => scalar(field, value, fieldPath));
  inner[field.name] = field.repeated ? converted : converted.at(-1);
}

function bindable(type: protobuf.Type, name: string, fieldPath: string): protobuf.Field {
  const field = fieldNamed(type, name);
  if (field === undefined || field.map) throw cannotBind(fieldPath);
  return field;
}

function scalar(field: protobuf.Field, value: string, fieldPath: string): unknown {
  if (field.type === "bool") {
    if (value === "true" || value === "false") return value === "true";
    throw payloadError(`Invalid value at '${fieldPath}' (TYPE_BOOL), "${value}"`);
  }
  if (field.resolvedType instanceof protobuf.Enum && /^\d+$/.test(value)) return Number(value);
  return value;
}

function cannotBind(fieldPath: string): FirestoreError {
  return payloadError(
    `Unknown name "${fieldPath}": Cannot bind query parameter. Field '${fieldPath}' could not be found in request message`,
  );
}
