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
  "src/sim/monitoring/catalogue",
  "src/sim/monitoring/compare",
  "src/sim/monitoring/series",
  "src/sim/verify",
  "src/sim/tune",
  "src/sim/headroom",
  "src/sim/calibrate/fit",
  "src/sim/compare",
];
const PURE_PACKAGES = new Set([
  "zod",
  "big.js",
  "csv-parse/sync",
  "csv-stringify/sync",
  "@faker-js/faker",
]);

/** The adapters: the only files in which real time and chance may be named. */
const ADAPTERS = new Set([
  "src/sim/clock/real-clock.ts",
  "src/sim/clock/node-turns.ts",
  "src/system/store/process-clock.ts",
  "src/system/store/admin-transaction.ts",
  "src/system/functions/services.ts",
  "src/system/functions/alpaca-quotes.ts",
]);

/** They tell of the machine and the process; nothing of a virtual run's result comes from them. */
const MACHINE_ADAPTERS = new Set([
  "src/sim/run/machine-facts.ts",
  "src/sim/run/memory-watch.ts",
  "src/sim/trial/trial-pool.ts",
  "src/sim/targets/real-machine.ts",
  "src/firestore/gateway/control/gateway-metrics.ts",
]);

type Ban = readonly [RegExp, string];

/** What differs from one moment or run to the next. */
const AMBIENT: readonly Ban[] = [
  [/\bDate\s*(\?\.|\.)\s*now\b|\bnow\b.*=\s*Date\b/, "Date.now"],
  [/\bnew (globalThis\.)?Date(\(\s*\)|\b(?!\())/, "new Date()"],
  [/(?<!new )(?<![\w.$])Date\(/, "Date() without new"],
  [/\bDate\s*\[|[=(,]\s*(globalThis\.)?Date\s*[;,)]/, "Date by another name"],
  [/\bperformance\s*(\?\.|[.[])|\bperformance\b.*=\s*globalThis|perf_hooks/, "performance"],
  [/\bset(Timeout|Interval|Immediate)\b|\bAbortSignal\.timeout\b/, "a timer"],
  [/["'](node:)?timers(\/promises)?["']/, "node:timers"],
  [/\bMath\s*(\?\.|\.)\s*random\b|\brandom\b.*=\s*Math\b|\bMath\[/, "Math.random"],
  [/\brandom(UUID|Bytes|Int|Fill(Sync)?)\b|\bgetRandomValues\b/, "ambient randomness"],
  [/\bgenerateKey(Pair)?(Sync)?\b|["'](nanoid|uuid|ulid|cuid)["']/, "ambient randomness"],
  [/\bimport \{[^}]*\bfaker\b/, "the shared faker"],
  [/\bhrtime\b/, "process.hrtime"],
  [/\bTemporal\.Now\b/, "Temporal.Now"],
  [/\bWeakRef\b|\bFinalizationRegistry\b/, "what the garbage collector has seen"],
];

/** What differs from one machine, process or folder to the next. */
const OF_THE_MACHINE: readonly Ban[] = [
  [/^(?!import \{ tmpdir \}).*["'](node:)?(os|v8)["']/, "a module that tells of the machine"],
  [
    /\bprocess\.(pid|ppid|uptime|cpuUsage|memoryUsage|resourceUsage|platform|arch|title)\b/,
    "what process says of the machine",
  ],
];

const LOCAL_GETTER =
  /\.(get|set)(Hours|Minutes|Seconds|Milliseconds|Date|Day|Month|FullYear|Year)\(|\.getTimezoneOffset\(/;

/** What differs from one language or time zone to the next; also in an adapter. */
const LOCAL: readonly Ban[] = [
  [/\.toLocale\w*\(\s*(\)|undefined\b|\[\s*\])/, "toLocale… without a locale"],
  [/\.toLocale(Date|Time)String\b|\.to(Date|Time)String\(/, "a date in the local time zone"],
  [/\.localeCompare\([^,()]*(\([^()]*\)[^,()]*)*\)/, "localeCompare without a locale"],
  [/\bIntl\.\w+\((?!\s*["'])/, "Intl without a locale"],
  [/\bIntl\.DateTimeFormat\b(?!.*timeZone)/, "Intl.DateTimeFormat without a time zone"],
  [LOCAL_GETTER, "a part of a date in the local time zone"],
  [/\bnew Date\([^()]*,/, "a date from parts in the local time zone"],
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
  if (!path.startsWith("src/") || isTestFile(path)) return [];
  const bans = [
    ...(ADAPTERS.has(path) ? [] : AMBIENT),
    ...(MACHINE_ADAPTERS.has(path) ? [] : OF_THE_MACHINE),
  ];
  return [
    ...banned(path, lines, bans, "is ambient; take a Clock or an Rng as an argument instead"),
    ...banned(path, lines, LOCAL, "is local; name the locale, and reckon in UTC"),
  ];
}

function banned(
  path: string,
  lines: readonly string[],
  bans: readonly Ban[],
  why: string,
): readonly Fault[] {
  return lines.flatMap((line, index) =>
    bans
      .filter(([pattern]) => pattern.test(line))
      .map(([, name]) => `${path}:${index + 1}: ${name} ${why}`),
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
