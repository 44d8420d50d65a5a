import type protobuf from "protobufjs";
import { protos } from "../protos.ts";

/** A way to call a method over HTTP, from its google.api.http annotation. */
interface HttpRule {
  readonly rpc: string;
  readonly httpMethod: string;
  readonly pattern: RegExp;
  /** The request's fields that the path holds, in the order of the pattern's groups. */
  readonly fields: readonly string[];
  /** The request's field that the body is: "*" for the whole request, undefined for no body. */
  readonly body: string | undefined;
}

export interface RuleMatch {
  readonly rpc: string;
  readonly body: string | undefined;
  /** Values of fields, still percent-encoded: ["document.name", "projects/…"]. */
  readonly bindings: readonly (readonly [field: string, value: string])[];
}

const VERBS = ["get", "put", "post", "delete", "patch"] as const;

export const firestoreService = protos.lookupService("google.firestore.v1.Firestore");
firestoreService.resolveAll();

const RULES = rulesOf(firestoreService);

/** The rule for a request, whose path comes without its query; undefined: there is none. */
export function matchRule(httpMethod: string, path: string): RuleMatch | undefined {
  for (const { rpc, httpMethod: expected, pattern, fields, body } of RULES) {
    const match = httpMethod === expected ? pattern.exec(path) : null;
    if (match === null) continue;
    const bindings = fields.map((field, index) => [field, match[index + 1] ?? ""] as const);
    // "…/documents/things" is matched by a document's name too, but names a collection.
    if (rpc === "GetDocument" && isCollection(bindings[0]?.[1] ?? "")) continue;
    return { rpc, body, bindings };
  }
  return undefined;
}

/** Documents have an even number of segments after "projects/P/databases/D/documents". */
function isCollection(name: string): boolean {
  return name.split("/").length % 2 === 0;
}

function rulesOf(service: protobuf.Service): readonly HttpRule[] {
  const rules = service.methodsArray.flatMap((method) => {
    // Streams of requests have an annotation, but no way to be called by one HTTP request.
    if (method.requestStream === true) return [];
    return annotationsOf(method).flatMap((annotation) => ruleOf(method.name, annotation));
  });
  // A ":verb" says most, and GetDocument comes before the lists (see matchRule).
  const weight = ({ rpc, pattern }: HttpRule): number => {
    if (/:[a-z]+\$$/i.test(pattern.source)) return 0;
    return rpc === "GetDocument" ? 1 : 2;
  };
  return [...rules].sort((left, right) => weight(left) - weight(right));
}

type Annotation = Readonly<Record<string, unknown>>;

function annotationsOf(method: protobuf.Method): readonly Annotation[] {
  const options = (method.parsedOptions ?? []) as readonly Readonly<Record<string, Annotation>>[];
  return options.flatMap((option) => {
    const rule = option["(google.api.http)"];
    if (rule === undefined) return [];
    const more = rule["additional_bindings"] as Annotation | readonly Annotation[] | undefined;
    return [rule, ...(more === undefined ? [] : [more].flat())];
  });
}

function ruleOf(rpc: string, annotation: Annotation): readonly HttpRule[] {
  return VERBS.flatMap((verb) => {
    const template = annotation[verb];
    if (typeof template !== "string") return [];
    const body = annotation["body"];
    return [
      {
        rpc,
        httpMethod: verb.toUpperCase(),
        ...compile(template),
        body: typeof body === "string" ? body : undefined,
      },
    ];
  });
}

/** "/v1/{parent=projects/*}/{collection_id}:verb" as a pattern with a group for each field. */
function compile(template: string): Pick<HttpRule, "pattern" | "fields"> {
  const fields: string[] = [];
  const source = template.replaceAll(
    /\{([^=}]+)(?:=([^}]+))?\}/g,
    (_, field: string, glob = "*") => {
      fields.push(field);
      const segments = String(glob)
        .replaceAll("/**", "(?:/.+)?")
        .replaceAll(/(?<![\\?+.])\*/g, "[^/]+");
      return `(${segments})`;
    },
  );
  return { pattern: new RegExp(`^${source}$`), fields };
}
