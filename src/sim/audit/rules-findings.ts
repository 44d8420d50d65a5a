import { LIMITS } from "../../firestore/limits/limits.ts";
import type { AuditInput } from "./audit-input.ts";
import { count } from "./exemption-findings.ts";
import { advice, type Finding, type Place } from "./finding.ts";
import { limitText } from "./limit-text.ts";
import type { Allow, MatchBlock } from "./rules-file.ts";

const WRITES = new Set(["write", "create", "update", "delete"]);
const CONDITIONS = "https://firebase.google.com/docs/firestore/security/rules-conditions";
const INSECURE = "https://firebase.google.com/docs/firestore/security/insecure-rules";

/** What the security rules let in, what they look up, and what nobody asks for. */
export function rulesFindings(input: AuditInput): readonly Finding[] {
  if (input.rules === undefined) return [];
  const { name, file } = input.rules;
  return file.blocks.flatMap((block) => [
    ...block.allows.flatMap((allow) => [
      ...openTo(block, allow, { file: name, line: allow.line }),
      ...lookups(block, allow, { file: name, line: allow.line }),
    ]),
    ...fixedDocument(block, { file: name, line: block.line }),
    ...unused(input, block, { file: name, line: block.line }),
  ]);
}

function isWrite({ methods }: Allow): boolean {
  return methods.some((method) => WRITES.has(method));
}

/** Rules that let in more than anybody means to. */
function openTo(block: MatchBlock, allow: Allow, where: Place): readonly Finding[] {
  const { meaning, methods } = allow;
  const what = `${block.path}: allow ${methods.join(", ")}`;
  const isEverything = /^\/\{\w+=\*\*\}$/.test(block.path);
  if (meaning === "true") {
    return [
      {
        severity: isWrite(allow) || isEverything ? "error" : "warning",
        id: "rules-open",
        where,
        what: `${what} to everybody.`,
        why: `Whoever knows the project's name may ${isWrite(allow) ? "write here, at your cost" : "read all of this"} (${INSECURE}).`,
        remedy: advice("Ask at least who it is: `if request.auth != null && …`."),
      },
    ];
  }
  if (meaning.startsWith("request.time < timestamp.date(")) {
    return [
      {
        severity: "warning",
        id: "rules-for-a-time",
        where,
        what: `${what} to everybody until a day: ${meaning}.`,
        why: `These are the rules of a new project in test mode; after that day everything is refused (${INSECURE}).`,
        remedy: advice("Write rules for each collection."),
      },
    ];
  }
  const isAnyUser = /^request\.auth(\.uid)? ?!= ?null$/.test(meaning);
  if (!isAnyUser || !(isWrite(allow) || block.path.includes("=**"))) return [];
  return [
    {
      severity: "warning",
      id: "rules-any-user",
      where,
      what: `${what} to whoever has signed in.`,
      why: `Anybody may sign up, so this is next to open (${INSECURE}).`,
      remedy: advice("Compare request.auth.uid or a claim with the path or the document."),
    },
  ];
}

function lookups(block: MatchBlock, allow: Allow, where: Place): readonly Finding[] {
  const number = allow.lookups.length;
  const most = LIMITS["rules-lookups-single"].value;
  if (number === 0) return [];
  return [
    {
      severity: number > most ? "error" : number === most ? "warning" : "info",
      id: "rules-lookups",
      where,
      what: `${block.path}: allow ${allow.methods.join(", ")} looks up ${count(number, "document", "documents")}: ${allow.lookups.join(", ")}.`,
      why: `Each is billed as a read and waited for. At most ${limitText("rules-lookups-single")} for a request of one document or a query, ${limitText("rules-lookups-multiple")} for a batch or transaction; the same document counts once (${CONDITIONS}#access_other_documents).`,
      remedy:
        number < most
          ? null
          : advice("Put what is looked up into custom claims, or into the document."),
    },
  ];
}

/** A document with a path of its own that clients may write: all of them write the same one. */
function fixedDocument(block: MatchBlock, where: Place): readonly Finding[] {
  const isFixed = !block.path.includes("{");
  const isWritten = block.allows.some((allow) => isWrite(allow) && allow.meaning !== "false");
  if (!isFixed || !isWritten) return [];
  return [
    {
      severity: "warning",
      id: "hot-document",
      where,
      what: `${block.path} is one document, and clients write it.`,
      why: `A document's writes wait for each other: about ${limitText("document-writes")}. No split helps one document.`,
      remedy: advice(
        "Write one document for each writer and add them up when reading (https://docs.cloud.google.com/firestore/native/docs/solutions/counters).",
      ),
    },
  ];
}

/** Blocks that let something in where, so far as is known, nothing is kept and nobody asks. */
function unused(input: AuditInput, block: MatchBlock, where: Place): readonly Finding[] {
  // Documents that are read by their path are in no query: without a schema nobody knows of them.
  if (!input.areAllQueries || input.families.length === 0) return [];
  if (block.allows.every(({ meaning }) => meaning === "false")) return [];
  const known = [
    ...input.families.map(({ pattern }) => pattern),
    ...input.queries.map(({ query }) =>
      query.allDescendants
        ? `{any=**}/${query.collectionId ?? "{any}"}/{id}`
        : `${query.parent === "" ? "" : `${query.parent}/`}${query.collectionId ?? "{any}"}/{id}`,
    ),
  ];
  if (known.some((pattern) => mayMeet(segmentsOf(block.path), segmentsOf(pattern)))) return [];
  return [
    {
      severity: "info",
      id: "rules-unused",
      where,
      what: `${block.path}: no known kind of document lies there, and no known query reads it.`,
      why: "Rules for what is not there hide mistakes in names, and let clients make what nobody expects.",
      remedy: advice("Remove the block, or correct its path."),
    },
  ];
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** Whether some document matches both: a name in braces is any segment, one with =** any number of them. */
function mayMeet(left: readonly string[], right: readonly string[]): boolean {
  const [first, ...rest] = left;
  const [other, ...others] = right;
  if (first === undefined) return right.every((segment) => segment.includes("=**"));
  if (first.includes("=**")) {
    return mayMeet(rest, right) || (other !== undefined && mayMeet(left, others));
  }
  if (other === undefined) return false;
  if (other.includes("=**")) return mayMeet(right, left);
  return (
    (first === other || first.startsWith("{") || other.startsWith("{")) && mayMeet(rest, others)
  );
}
