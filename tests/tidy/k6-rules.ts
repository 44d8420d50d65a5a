import { posix } from "node:path";
import type { Fault, SourceFile } from "./rules.ts";

/**
 * What code that k6 runs may not contain: everything in scenarios/k6 and whatever it imports, in src
 * too. k6's engine (Sobek) lacks some syntax, and k6 does not say so: it takes a `.ts` file that it
 * cannot parse for one with types, strips them, fails again and goes on for ever (measured on v1.8.1 and
 * v2.2.0; `k6 inspect` hangs likewise).
 */

type Ban = readonly [RegExp, string];

const HANGS: readonly Ban[] = [
  [/\bfor\s+await\b/, "for await hangs k6"],
  [/\basync\s+function\s*\*|\basync\s*\*/, "an async generator hangs k6"],
  [/\b(await\s+)?using\s+\w+\s*=/, "using hangs k6"],
  [/^\s*@\w+/, "a decorator hangs k6"],
];

/** They parse, and fail when they are met. */
const LACKS: readonly Ban[] = [
  [/\bimport\(/, "k6 has no dynamic import"],
  [
    /\b(performance|URL|URLSearchParams|structuredClone|queueMicrotask|Intl|fetch|AbortController|WeakRef|FinalizationRegistry|btoa|atob|process|Buffer|Atomics|TextEncoder|TextDecoder)\b(?=[.(\s;,)])/,
    "k6 1 lacks this global",
  ],
  [/\/[a-z]*[dv][a-z]*\.(test|exec)\(/, "k6 lacks the flags d and v of regular expressions"],
  [/\b(Promise\.withResolvers|Object\.groupBy|Map\.groupBy)\b/, "k6 lacks this method"],
];

/** Faults of the files that k6 runs, beginning with the entries; `read` gives undefined for no file. */
export function k6Faults(
  entries: readonly string[],
  read: (path: string) => string | undefined,
): readonly Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = seen.has(path) ? undefined : read(path);
    seen.add(path);
    if (text === undefined) continue;
    const { imported, faults: found } = examine({ path, text });
    faults.push(...found);
    waiting.push(...imported);
  }
  return faults;
}

function examine({ path, text }: SourceFile) {
  const lines = codeLines(text);
  const faults = lines.flatMap((line, index) =>
    [...HANGS, ...LACKS]
      .filter(([pattern]) => pattern.test(line))
      .map(([, why]): Fault => `${path}:${index + 1}: ${why}`),
  );
  const imported: string[] = [];
  for (const { line, specifier } of importsOf(lines.join("\n"))) {
    const fault = specifierFault(specifier);
    if (fault !== undefined) faults.push(`${path}:${line}: ${fault}`);
    else if (specifier.startsWith(".")) {
      imported.push(posix.join(posix.dirname(path), specifier));
    }
  }
  return { imported, faults };
}

function specifierFault(specifier: string): string | undefined {
  if (specifier === "k6" || specifier.startsWith("k6/")) return undefined;
  if (specifier === "zod") return "zod costs k6 megabytes a virtual user; check in Node instead";
  if (!specifier.startsWith(".")) return `k6 cannot import "${specifier}": it has no packages`;
  if (!specifier.endsWith(".ts")) return `k6 needs the extension .ts: "${specifier}"`;
  return undefined;
}

/** Strings and comments blanked out, but for the specifiers of imports. */
function codeLines(text: string): readonly string[] {
  const blank = (part: string): string => part.replaceAll(/[^\n]/g, " ");
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, blank)
    .split("\n")
    .map((line) => line.replace(/(^|\s)\/\/.*$/, "$1"))
    .map((line) =>
      /\bfrom\s+["']|^\s*import\s+["']/.test(line)
        ? line
        : line.replaceAll(
            /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g,
            (string) => `"${blank(string.slice(2))}"`,
          ),
    );
}

/** Those that are there at run time: `import type` is erased, `import { type X }` is not. */
function importsOf(text: string) {
  const statements = text.matchAll(
    /^\s*(?:import|export)\b(?!\s+type\b)[^"';]*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']/gm,
  );
  return [...statements].map((match) => ({
    line: text.slice(0, match.index + match[0].length).split("\n").length,
    specifier: match[1] ?? match[2] ?? "",
  }));
}
