import type { FieldPath } from "../data/document.ts";
import { EncodedFields, EncodedUpdate } from "../data/encoded-fields.ts";
import { FirestoreError } from "../data/status.ts";
import type { Value } from "../data/value.ts";
import type { FieldTransform, Precondition, Write } from "../data/write.ts";
import type { ByteReader } from "./byte-reader.ts";
import { parseFieldPath } from "../data/field-path.ts";
import { readArray, readMapEntry, readTimestamp, readValue } from "./read-value.ts";
import { readEncodedDocument } from "./read-encoded-document.ts";
import { checkDocumentPath, rootIn } from "./resource-name.ts";

/**
 * Turns the full names of documents into paths. All of one request are in one database, whose root is
 * taken from the first name.
 */
export class NameReader {
  /** "projects/P/databases/D/documents/"; undefined until a name was read. */
  root: string | undefined;

  /** @throws FirestoreError INVALID_ARGUMENT */
  documentPath(name: string): string {
    if (this.root === undefined || !name.startsWith(this.root)) {
      const root = `${rootIn(name)}/`;
      if (this.root !== undefined) {
        throw new FirestoreError(
          "INVALID_ARGUMENT",
          `Documents of more than one database in one request: "${this.root}" and "${name}".`,
        );
      }
      this.root = root;
    }
    return checkDocumentPath(name.slice(this.root.length), name);
  }
}

/** The parts of a google.firestore.v1.Write, in whatever order they come. */
interface Parts {
  operation: "update" | "delete" | "transform" | "verify" | undefined;
  name: string;
  fields: Map<string, Value> | EncodedFields | undefined;
  mask: FieldPath[] | undefined;
  transforms: FieldTransform[];
  precondition: Precondition | undefined;
}

/** Whether documents' fields are made values at once, or where possible only when they are looked at. */
export type FieldsForm = "decoded" | "encoded";

/**
 * Reads a google.firestore.v1.Write, with its length before it.
 * @throws WireError, or FirestoreError INVALID_ARGUMENT for what is no write
 */
export function readWrite(
  reader: ByteReader,
  names: NameReader,
  form: FieldsForm = "decoded",
): Write {
  const outer = reader.enter();
  const parts: Parts = {
    operation: undefined,
    name: "",
    fields: undefined,
    mask: undefined,
    transforms: [],
    precondition: undefined,
  };
  while (reader.position < reader.limit) readPart(reader, parts, form);
  reader.leave(outer);
  return assemble(parts, names);
}

function readPart(reader: ByteReader, parts: Parts, form: FieldsForm): void {
  const tag = reader.tag();
  switch (tag) {
    case (1 << 3) | 2:
      parts.operation = "update";
      ({ name: parts.name, fields: parts.fields } =
        (form === "encoded" ? readEncodedDocument(reader) : undefined) ??
        readDocumentParts(reader));
      break;
    case (2 << 3) | 2:
      parts.operation = "delete";
      parts.name = reader.string();
      break;
    case (3 << 3) | 2:
      parts.mask = readMask(reader, parts.mask);
      break;
    case (4 << 3) | 2:
      parts.precondition = readPrecondition(reader);
      break;
    // Not in the published protos; the web SDK's transactions send it for documents only read.
    case (5 << 3) | 2:
      parts.operation = "verify";
      parts.name = reader.string();
      break;
    case (6 << 3) | 2:
      readDocumentTransform(reader, parts);
      break;
    case (7 << 3) | 2:
      parts.transforms.push(readTransform(reader));
      break;
    default:
      reader.skip(tag);
  }
}

function assemble(parts: Parts, names: NameReader): Write {
  const { operation, precondition, mask, transforms } = parts;
  if (operation === undefined) throw invalid("empty write operation");
  const path = names.documentPath(parts.name);
  switch (operation) {
    case "update":
      if (parts.fields instanceof EncodedFields) {
        return new EncodedUpdate(path, parts.fields, parts);
      }
      return {
        kind: "update",
        path,
        fields: parts.fields ?? new Map(),
        mask,
        transforms,
        precondition,
      };
    case "transform":
      if (transforms.length === 0) throw invalid("The list of FieldTransform must not be empty.");
      return { kind: "transform", path, transforms, precondition };
    case "delete":
      if (mask !== undefined) throw invalid("a delete must not specify a document mask.");
      return { kind: "delete", path, precondition };
    case "verify":
      return { kind: "verify", path, precondition };
  }
}

export interface DocumentParts {
  readonly name: string;
  readonly fields: Map<string, Value>;
}

/** Reads a google.firestore.v1.Document, with its length before it. Its times are the server's. */
export function readDocumentParts(reader: ByteReader): DocumentParts {
  const outer = reader.enter();
  let name = "";
  const fields = new Map<string, Value>();
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) name = reader.string();
    else if (tag === ((2 << 3) | 2)) readMapEntry(reader, 0, fields);
    else reader.skip(tag);
  }
  reader.leave(outer);
  return { name, fields };
}

/** Reads a google.firestore.v1.DocumentMask, with its length before it; parts of one add up. */
export function readMask(reader: ByteReader, mask: FieldPath[] = []): FieldPath[] {
  const outer = reader.enter();
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) mask.push(parseFieldPath(reader.name()));
    else reader.skip(tag);
  }
  reader.leave(outer);
  return mask;
}

/** A precondition that names no condition is none. */
export function readPrecondition(reader: ByteReader): Precondition | undefined {
  const outer = reader.enter();
  let precondition: Precondition | undefined;
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 0)) precondition = { kind: "exists", exists: reader.bool() };
    else if (tag === ((2 << 3) | 2)) {
      precondition = { kind: "update-time", updateTime: readTimestamp(reader) };
    } else reader.skip(tag);
  }
  reader.leave(outer);
  return precondition;
}

function readDocumentTransform(reader: ByteReader, parts: Parts): void {
  const outer = reader.enter();
  parts.operation = "transform";
  parts.name = "";
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) parts.name = reader.string();
    else if (tag === ((2 << 3) | 2)) parts.transforms.push(readTransform(reader));
    else reader.skip(tag);
  }
  reader.leave(outer);
}

type TransformKind =
  | { readonly kind: "server-timestamp" }
  | { readonly kind: "increment" | "maximum" | "minimum"; readonly operand: Value }
  | { readonly kind: "array-union" | "array-remove"; readonly elements: readonly Value[] };

function readTransform(reader: ByteReader): FieldTransform {
  const outer = reader.enter();
  let field: FieldPath = [];
  let transform: TransformKind | undefined;
  while (reader.position < reader.limit) {
    const tag = reader.tag();
    if (tag === ((1 << 3) | 2)) field = parseFieldPath(reader.string());
    else transform = readTransformKind(reader, tag) ?? transform;
  }
  reader.leave(outer);
  if (transform === undefined) {
    throw invalid("Operation type must be specified for field transformation.");
  }
  if (field.length === 0) throw invalid("Invalid empty property path string.");
  return { field, ...transform };
}

/** Undefined after passing over a field that is not known. */
function readTransformKind(reader: ByteReader, tag: number): TransformKind | undefined {
  switch (tag) {
    case (2 << 3) | 0:
      // REQUEST_TIME is the only value there is.
      if (reader.uint32() === 1) return { kind: "server-timestamp" };
      throw invalid("ServerValue type must be specified for set_to_server_value transformation.");
    case (3 << 3) | 2:
      return { kind: "increment", operand: readValue(reader) };
    case (4 << 3) | 2:
      return { kind: "maximum", operand: readValue(reader) };
    case (5 << 3) | 2:
      return { kind: "minimum", operand: readValue(reader) };
    case (6 << 3) | 2:
      return { kind: "array-union", elements: readArray(reader) };
    case (7 << 3) | 2:
      return { kind: "array-remove", elements: readArray(reader) };
    default:
      reader.skip(tag);
      return undefined;
  }
}

function invalid(message: string): FirestoreError {
  return new FirestoreError("INVALID_ARGUMENT", message);
}
