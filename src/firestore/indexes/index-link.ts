import type { IndexDefinition, IndexField } from "./catalogue.ts";
import { nameDirectionAfter } from "./index-file.ts";

/*
 * The links in production's refusals carry the index, as google.firestore.admin.v1.Index in base64url.
 * Its form was decoded from live links (firestore-facts section 4); its numbers are those of
 * https://github.com/googleapis/googleapis/blob/master/google/firestore/admin/v1/index.proto.
 */

const SCOPES = { COLLECTION: 1, COLLECTION_GROUP: 2 } as const;
const ORDERS = { ASCENDING: 1, DESCENDING: 2 } as const;
const CONTAINS = 1;

/** Index: name = 1, query_scope = 2, fields = 3. IndexField: field_path = 1, order = 2, array_config = 3. */
const WIRE_VARINT = 0;
const WIRE_BYTES = 2;

/** What `create_composite=` is followed by. */
export function compositeToken(index: IndexDefinition, projectId: string): string {
  const name = `${collectionName(index, projectId)}/indexes/_`;
  return tokenOf(name, index, withName(index.fields));
}

/** What `create_exemption=` is followed by: an index of one field. */
export function exemptionToken(index: IndexDefinition, projectId: string): string {
  const path = index.fields[0]?.fieldPath ?? "";
  return tokenOf(`${collectionName(index, projectId)}/fields/${path}`, index, index.fields);
}

function collectionName({ collectionGroup }: IndexDefinition, projectId: string): string {
  return `projects/${projectId}/databases/(default)/collectionGroups/${collectionGroup}`;
}

/** The link says `__name__` also where a firestore.indexes.json need not. */
function withName(fields: readonly IndexField[]): readonly IndexField[] {
  if (fields.at(-1)?.fieldPath === "__name__") return fields;
  return [...fields, { fieldPath: "__name__", order: nameDirectionAfter(fields) }];
}

function tokenOf(name: string, index: IndexDefinition, fields: readonly IndexField[]): string {
  return base64Url([
    ...textField(1, name),
    ...numberField(2, SCOPES[index.queryScope]),
    ...fields.flatMap((field) => bytesField(3, columnBytes(field))),
  ]);
}

function columnBytes(field: IndexField): readonly number[] {
  const path = textField(1, field.fieldPath);
  if ("order" in field) return [...path, ...numberField(2, ORDERS[field.order])];
  return "arrayConfig" in field ? [...path, ...numberField(3, CONTAINS)] : path;
}

function textField(field: number, text: string): readonly number[] {
  return bytesField(field, [...new TextEncoder().encode(text)]);
}

function bytesField(field: number, bytes: readonly number[]): readonly number[] {
  return [...varint(field * 8 + WIRE_BYTES), ...varint(bytes.length), ...bytes];
}

function numberField(field: number, value: number): readonly number[] {
  return [...varint(field * 8 + WIRE_VARINT), ...varint(value)];
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function base64Url(bytes: readonly number[]): string {
  const text = btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
