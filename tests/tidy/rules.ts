/**
 * The rules of the code base that no off-the-shelf linter holds: which part may look at which, what
 * pure folders may import, and that nobody but an adapter meets real time or chance.
 */

/** A rule broken: `file:line: what and why`. */
export type Fault = string;

export interface SourceFile {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The parts, and the parts each may import. Arrows go one way (ARCHITECTURE.md). */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "src/std": ["src/std"],
  "src/system": ["src/std", "src/system"],
  "src/firestore": ["src/std", "src/firestore"],
  "src/sim": ["src/std", "src/system", "src/firestore", "src/sim"],
};

/** Folders whose decisions are functions of their arguments. Libraries named are pure themselves. */
const PURE_FOLDERS = [
  "src/std",
  "src/system/limiter",
  "src/system/schema",
  "src/system/queries",
  "src/firestore/data",
  "src/firestore/limits",
  "src/firestore/engine",
  "src/firestore/capacity",
  "src/firestore/admission",
  "src/firestore/indexes",
  "src/sim/market",
  "src/sim/population",
  "src/sim/audit",
  "src/sim/verify",
  "src/sim/tune",
];
const PURE_PACKAGES = new Set(["zod", "big.js", "csv-parse/sync", "@faker-js/faker"]);

/** The adapters: the only files in which real time and chance may be named. */
const ADAPTERS = new Set([
  "src/sim/clock/real-clock.ts",
  "src/sim/clock/node-turns.ts",
  "src/system/store/process-clock.ts",
  "src/system/store/admin-transaction.ts",
  "src/system/functions/services.ts",
]);

const AMBIENT: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b/, "Date.now"],
  [/\bnew Date\(\s*\)/, "new Date()"],
  [/\bperformance\s*[.[]|perf_hooks/, "performance"],
  [/\bset(Timeout|Interval|Immediate)\b/, "a timer"],
  [/\bMath\.random\b/, "Math.random"],
  [/\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/, "ambient randomness"],
  [/\bhrtime\b/, "process.hrtime"],
  [/timers\/promises/, "node:timers/promises"],
];

/** Collection names are spelled in src/system/schema only, so that one typo cannot hide. */
const COLLECTION_NAME =
  /["'`/](shadowTradeHistory|ledger_trades|alpacaAccounts|ops_heartbeats)["'`/]/;

export function faultsOf(file: SourceFile): readonly Fault[] {
  const lines = codeLines(file.text);
  return [
    ...layerFaults(file, lines),
    ...purityFaults(file, lines),
    ...ambientFaults(file, lines),
    ...spellingFaults(file, lines),
    ...exitFaults(file, lines),
  ];
}

function isTestFile(path: string): boolean {
  return (
    /\.(test|fixture)\.ts$/.test(path) || path.includes("/testing/") || path.startsWith("tests/")
  );
}

/** The file's lines with comments blanked out, so that prose may name what code may not. */
function codeLines(text: string): readonly string[] {
  const blank = (comment: string): string => comment.replaceAll(/[^\n]/g, " ");
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, blank)
    .split("\n")
    .map((line) => line.replace(/(^|\s)\/\/.*$/, "$1"));
}

interface Import {
  readonly line: number;
  readonly specifier: string;
}

function importsOf(lines: readonly string[]): readonly Import[] {
  return lines.flatMap((line, index) => {
    const match = /(?:\bfrom|^import|\bimport\()\s*"([^"]+)"/.exec(line);
    return match?.[1] === undefined ? [] : [{ line: index + 1, specifier: match[1] }];
  });
}

/** The folder under src/ that a file belongs to: "src/sim". */
function layerOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

function resolveImport(path: string, specifier: string): string {
  const segments = path.split("/").slice(0, -1);
  for (const segment of specifier.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}

function layerFaults({ path }: SourceFile, lines: readonly string[]): readonly Fault[] {
  const allowed = LAYERS[layerOf(path)];
  if (allowed === undefined) return [];
  return importsOf(lines).flatMap(({ line, specifier }) => {
    if (!specifier.startsWith(".")) return [];
    const target = layerOf(resolveImport(path, specifier));
    if (allowed.includes(target) || !target.startsWith("src/")) return [];
    return [`${path}:${line}: ${layerOf(path)} must not import ${target} (${specifier})`];
  });
}

function purityFaults({ path }: SourceFile, lines: readonly string[]): readonly Fault[] {
  const folder = PURE_FOLDERS.find((pure) => path.startsWith(`${pure}/`));
  if (folder === undefined || isTestFile(path)) return [];
  return importsOf(lines).flatMap(({ line, specifier }) => {
    if (specifier.startsWith(".") || PURE_PACKAGES.has(specifier)) return [];
    return [`${path}:${line}: ${folder} is pure and must not import ${specifier}`];
  });
}

function ambientFaults({ path }: SourceFile, lines: readonly string[]): readonly Fault[] {
  if (!path.startsWith("src/") || ADAPTERS.has(path) || isTestFile(path)) return [];
  return lines.flatMap((line, index) =>
    AMBIENT.filter(([pattern]) => pattern.test(line)).map(
      ([, name]) =>
        `${path}:${index + 1}: ${name} is ambient; take a Clock or an Rng as an argument instead`,
    ),
  );
}

function spellingFaults({ path }: SourceFile, lines: readonly string[]): readonly Fault[] {
  const exempt = path.startsWith("src/system/schema/") || isTestFile(path);
  if (!path.startsWith("src/") || exempt) return [];
  return lines.flatMap((line, index) => {
    const name = COLLECTION_NAME.exec(line)?.[1];
    if (name === undefined) return [];
    return [
      `${path}:${index + 1}: spell ${name} by its constant or path builder in src/system/schema`,
    ];
  });
}

function exitFaults({ path }: SourceFile, lines: readonly string[]): readonly Fault[] {
  if (!path.startsWith("src/") || path === "src/sim/main.ts" || isTestFile(path)) return [];
  return lines.flatMap((line, index) =>
    /\bprocess\.exit\b/.test(line)
      ? [`${path}:${index + 1}: process.exit belongs in src/sim/main.ts; return an exit code`]
      : [],
  );
}
