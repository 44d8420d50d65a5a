/**
 * `npm run bench`: measures what Plimsoll promises of its own speed, as ratios within one run, and
 * writes reports/bench/DATE.json and .md. Words after it choose topics: `npm run bench -- gateway`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { commitName, machineFacts, versions } from "../../src/sim/run/machine-facts.ts";
import type { BenchRow } from "./bench-row.ts";
import { benchCapacity } from "./capacity.ts";
import { benchDifferential } from "./differential.ts";
import { benchGateway } from "./gateway.ts";
import { benchIndexes } from "./indexes.ts";
import { benchK6 } from "./k6.ts";
import { benchVirtual } from "./virtual.ts";

const FOLDER = fileURLToPath(new URL("../../reports/bench/", import.meta.url));

const TOPICS: Readonly<
  Record<string, (say: (line: string) => void) => Promise<readonly BenchRow[]>>
> = {
  capacity: benchCapacity,
  differential: benchDifferential,
  gateway: benchGateway,
  indexes: benchIndexes,
  k6: benchK6,
  virtual: benchVirtual,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(words: readonly string[]): Promise<void> {
  const unknown = words.find((word) => TOPICS[word] === undefined);
  if (unknown !== undefined) {
    say(`"${unknown}": no such topic. Accepted: ${Object.keys(TOPICS).join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  const startedAt = new Date().toISOString();
  const machineBefore = machineFacts();
  const topics: { readonly topic: string; readonly rows: readonly BenchRow[] }[] = [];
  for (const [topic, bench] of Object.entries(TOPICS)) {
    if (words.length > 0 && !words.includes(topic)) continue;
    say(`${topic} …`);
    topics.push({ topic, rows: await bench(say) });
  }
  const facts = {
    startedAt,
    commit: commitName(),
    machine: machineBefore,
    loadAverageAtEnd: machineFacts().loadAverage,
    versions: versions(),
  };
  const markdown = render(facts, topics);
  mkdirSync(FOLDER, { recursive: true });
  const name = startedAt.replaceAll(":", "-").replace(/\.\d+Z$/, "Z");
  writeFileSync(`${FOLDER}${name}.json`, `${JSON.stringify({ ...facts, topics }, null, 2)}\n`);
  writeFileSync(`${FOLDER}${name}.md`, markdown);
  say(`\n${markdown}\nWritten to reports/bench/${name}.json and .md.`);
}

interface Facts {
  readonly startedAt: string;
  readonly commit: string;
  readonly machine: ReturnType<typeof machineFacts>;
  readonly loadAverageAtEnd: number;
  readonly versions: Readonly<Record<string, string>>;
}

function render(
  facts: Facts,
  topics: readonly { readonly topic: string; readonly rows: readonly BenchRow[] }[],
): string {
  const { machine } = facts;
  const lines = [
    `# Benchmark of ${facts.startedAt}`,
    "",
    `Commit ${facts.commit}; ${machine.cpus} CPUs (${machine.cpuModel}), ${machine.memoryGiB} GiB, load`,
    `average ${machine.loadAverage} at the start and ${facts.loadAverageAtEnd} at the end;`,
    `${Object.entries(facts.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
    "Figures of another machine, or of a busy one, compare only as ratios.",
  ];
  for (const { topic, rows } of topics) {
    lines.push("", `## ${topic}`, "", "| what | figure | target | met |", "|---|---|---|---|");
    for (const { name, figure, unit, target, met } of rows) {
      const judged = met === null ? "" : met ? "yes" : "NO";
      lines.push(
        `| ${name} | ${show(figure)} ${unit} | ${target === null ? "" : show(target)} | ${judged} |`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

function show(figure: number): string {
  if (Math.abs(figure) >= 100) return Math.round(figure).toLocaleString("en");
  return String(Number(figure.toFixed(2)));
}

// What is started for a topic does not keep this process alive by itself.
const alive = setInterval(() => undefined, 60_000);
await main(process.argv.slice(2));
clearInterval(alive);
