/**
 * Runs every write limiter under one load on a virtual clock, draws docs/limiter/<name>.svg and
 * rewrites the generated tables of docs/limiter.md. Deterministic: `npx tsx scripts/plot-limiters.ts`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createRng } from "../src/std/rng.ts";
import { limiterConfigSchema } from "../src/system/limiter/config.ts";
import { createLimiter, type LimiterOptions } from "../src/system/limiter/create-limiter.ts";
import type { Outcome } from "../src/system/limiter/limiter.ts";

const PAGE = fileURLToPath(new URL("../docs/limiter.md", import.meta.url));
const PLOTS = fileURLToPath(new URL("../docs/limiter/", import.meta.url));

/** "1,000 users x 10 trades x 2 updates/min", section 6: 333 writes/s in the mean. */
const LOAD = { users: 1000, trades: 10, periodMs: 30_000, sweeps: 2 } as const;
const SHOWN_SECONDS = 60;
const PRESSURE = { fromMs: 10_000, untilMs: 25_000, writesPerSecond: 200 } as const;

interface Case {
  readonly name: string;
  readonly title: string;
  readonly options: LimiterOptions;
  /** Starts all users together although the limiter would spread them. */
  readonly together?: boolean;
  /** Sends to a database that refuses for a while: see PRESSURE. */
  readonly isPressed?: boolean;
}

const disabled = limiterConfigSchema.parse({ enable_rate_limiting: false });
const CASES: readonly Case[] = [
  { name: "literal", title: "literal: a call is a write", options: { strategy: "literal" } },
  {
    name: "literal-serial",
    title: "literal, called from one loop: a call is a write",
    options: { strategy: "literal", callers: "serial" },
  },
  {
    name: "literal-user",
    title: "literal-user: a call is a user's batch",
    options: { strategy: "literal-user" },
  },
  { name: "paced", title: "paced: the default", options: { strategy: "paced" } },
  {
    name: "paced-together",
    title: "paced, but all users start at the same moment",
    options: { strategy: "paced" },
    together: true,
  },
  { name: "ramp", title: "ramp: the published rule", options: { strategy: "ramp" } },
  { name: "adaptive", title: "adaptive: nothing refuses", options: { strategy: "adaptive" } },
  {
    name: "paced-pressed",
    title: "paced: the database serves 200/s from 10 s to 25 s",
    options: { strategy: "paced" },
    isPressed: true,
  },
  {
    name: "adaptive-pressed",
    title: "adaptive: the database serves 200/s from 10 s to 25 s",
    options: { strategy: "adaptive" },
    isPressed: true,
  },
  { name: "disabled", title: "disabled", options: { config: disabled } },
];

interface Sent {
  readonly atMs: number;
  readonly writes: number;
  /** From the moment the user's turn was meant to be. */
  readonly waitMs: number;
  readonly isRefused: boolean;
}

/** Half of the users belong to one tenant, the rest to tenants of five. */
function tenantOf(user: number): string {
  return user % 2 === 0 ? "large" : `small-${Math.floor(user / 10)}`;
}

/** Things to do on the virtual clock, in slots of a millisecond; none is done before its time. */
class Agenda {
  readonly #slots = new Map<number, (() => void)[]>();

  at(atMs: number, task: () => void): void {
    const slot = Math.ceil(atMs);
    const waiting = this.#slots.get(slot);
    if (waiting === undefined) this.#slots.set(slot, [task]);
    else waiting.push(task);
  }

  run(enter: (nowMs: number) => void): void {
    for (let slot = 0; this.#slots.size > 0; slot += 1) {
      enter(slot);
      // A task may add to its own slot; the list is walked to its new end.
      for (const task of this.#slots.get(slot) ?? []) task();
      this.#slots.delete(slot);
    }
  }
}

/** A database that, between two moments, serves only so many writes in each second. */
function isPressedAt(sent: readonly Sent[], atMs: number): boolean {
  if (atMs < PRESSURE.fromMs || atMs >= PRESSURE.untilMs) return false;
  let inSecond = 0;
  for (let index = sent.length - 1; index >= 0; index -= 1) {
    const one = sent[index];
    if (one === undefined || one.atMs <= atMs - 1000) break;
    if (!one.isRefused) inSecond += one.writes;
  }
  return inSecond >= PRESSURE.writesPerSecond;
}

/** A user's calls follow one another; the calls of all users are made in order of time. */
function run({ options, together, isPressed }: Case): readonly Sent[] {
  const limiter = createLimiter(options, createRng("plot-limiters"));
  const isTogether = together ?? limiter.stagger === "together";
  const cost = limiter.unit === "user" ? LOAD.trades : 1;
  const agenda = new Agenda();
  const sent: Sent[] = [];
  let nowMs = 0;
  const call = (user: number, dueMs: number, writesLeft: number): void => {
    const keys = [`users/${user}/shadowTradeHistory/${writesLeft}`];
    const demand = { cost, keys, tenantId: tenantOf(user), userCount: LOAD.users };
    const reservation = limiter.reserve(demand, nowMs);
    if (reservation.kind === "refused") return;
    const atMs = reservation.sendAtMs;
    agenda.at(atMs, () => {
      const isRefused = isPressed === true && isPressedAt(sent, atMs);
      sent.push({ atMs, writes: cost, waitMs: atMs - dueMs, isRefused });
      const status: Outcome["status"] = isRefused ? "resource-exhausted" : "committed";
      limiter.report({ cost, tenantId: demand.tenantId, status, latencyMs: 20 }, nowMs);
      if (writesLeft > cost) call(user, dueMs, writesLeft - cost);
    });
  };
  for (let sweep = 0; sweep < LOAD.sweeps; sweep += 1) {
    for (let user = 0; user < LOAD.users; user += 1) {
      const offsetMs = isTogether ? 0 : (user * LOAD.periodMs) / LOAD.users;
      const dueMs = sweep * LOAD.periodMs + offsetMs;
      agenda.at(dueMs, () => call(user, dueMs, LOAD.trades));
    }
  }
  agenda.run((slotMs) => (nowMs = slotMs));
  return sent;
}

interface Figures {
  readonly perSecond: readonly number[];
  readonly worstSecond: number;
  readonly worstTenth: number;
  readonly doneSeconds: number;
  readonly refusedWrites: number;
  readonly waits: readonly { readonly label: string; readonly ms: number }[];
}

function figuresOf(sent: readonly Sent[]): Figures {
  const ordered = sent.toSorted((a, b) => a.atMs - b.atMs);
  const waits = sent.map(({ waitMs }) => waitMs).toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    waits[Math.min(waits.length - 1, Math.ceil(share * waits.length) - 1)] ?? 0;
  const perSecond = Array.from({ length: SHOWN_SECONDS }, () => 0);
  for (const { atMs, writes } of ordered) {
    const second = Math.floor(atMs / 1000);
    if (second < SHOWN_SECONDS) perSecond[second] = (perSecond[second] ?? 0) + writes;
  }
  return {
    perSecond,
    worstSecond: worst(ordered, 1000),
    worstTenth: worst(ordered, 100),
    refusedWrites: sent.reduce((sum, { isRefused, writes }) => sum + (isRefused ? writes : 0), 0),
    doneSeconds: (ordered.at(-1)?.atMs ?? 0) / 1000,
    waits: [
      { label: "p50", ms: quantile(0.5) },
      { label: "p90", ms: quantile(0.9) },
      { label: "p99", ms: quantile(0.99) },
      { label: "max", ms: quantile(1) },
    ],
  };
}

/** The most writes in any window of this length; `sent` in order of time. */
function worst(sent: readonly Sent[], windowMs: number): number {
  let most = 0;
  let inside = 0;
  let first = 0;
  for (const { atMs, writes } of sent) {
    inside += writes;
    for (; (sent[first]?.atMs ?? atMs) <= atMs - windowMs; first += 1) {
      inside -= sent[first]?.writes ?? 0;
    }
    most = Math.max(most, inside);
  }
  return most;
}

const COLOURS = {
  card: "#f6f5f1",
  ink: "#22252a",
  faint: "#5c636b",
  grid: "#d9d7cf",
  bar: "#2f6f9f",
  over: "#b4432f",
  limit: "#8a6d1d",
} as const;
const LIMIT = 500;
const AREA = { left: 84, top: 64, width: 520, height: 236 } as const;

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${content}</text>`;
}

function draw(title: string, figures: Figures): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 380" role="img" font-size="14"`,
    ` font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" fill="${COLOURS.ink}">`,
    `<title>${title}</title>`,
    `<rect width="900" height="380" rx="10" fill="${COLOURS.card}"/>`,
    text(24, 34, title, `font-size="18" font-weight="600"`),
    drawRate(figures),
    drawWaits(figures),
    `</svg>\n`,
  ].join("\n");
}

function drawRate({ perSecond, worstSecond, worstTenth }: Figures): string {
  const { left, top, width, height } = AREA;
  const bottom = top + height;
  const axisTop = niceCeiling(Math.max(1.2 * LIMIT, ...perSecond));
  const scale = height / axisTop;
  const parts: string[] = [];
  for (let step = 0; step <= 4; step += 1) {
    const value = (axisTop * step) / 4;
    const y = bottom - value * scale;
    parts.push(`<path d="M${left} ${round(y)}H${left + width}" stroke="${COLOURS.grid}"/>`);
    parts.push(text(left - 10, y + 5, value.toLocaleString("en"), `text-anchor="end"`));
  }
  const barWidth = width / perSecond.length;
  for (const [second, writes] of perSecond.entries()) {
    if (writes === 0) continue;
    const colour = writes > LIMIT ? COLOURS.over : COLOURS.bar;
    const box = `x="${round(left + second * barWidth + 0.5)}" width="${round(barWidth - 1)}"`;
    const tall = Math.max(1, writes * scale);
    parts.push(
      `<rect ${box} y="${round(bottom - tall)}" height="${round(tall)}" fill="${colour}"/>`,
    );
  }
  const limitY = round(bottom - LIMIT * scale);
  const dashed = `stroke="${COLOURS.limit}" stroke-width="2" stroke-dasharray="6 4"`;
  parts.push(`<path d="M${left} ${limitY}H${left + width}" ${dashed}/>`);
  const limitText = `fill="${COLOURS.limit}" font-weight="600"`;
  parts.push(text(left + width + 6, limitY + 5, "500/s", limitText));
  for (let second = 0; second <= SHOWN_SECONDS; second += 10) {
    const x = left + second * barWidth;
    parts.push(text(x, bottom + 22, String(second), `text-anchor="middle"`));
  }
  parts.push(text(left + width / 2, bottom + 44, "time (s)", `text-anchor="middle"`));
  const turned = `text-anchor="middle" transform="rotate(-90 22 ${top + height / 2})"`;
  parts.push(text(22, top + height / 2, "writes sent in each second", turned));
  const most = `worst second ${worstSecond.toLocaleString("en")} writes, worst 100 ms ${worstTenth.toLocaleString("en")}`;
  parts.push(text(left, bottom + 68, most, `fill="${COLOURS.faint}"`));
  return parts.join("\n");
}

function drawWaits({ waits }: Figures): string {
  const left = 710;
  const width = 105;
  const most = Math.max(1, ...waits.map(({ ms }) => ms));
  const parts = [
    text(left - 44, AREA.top + 14, "wait before a write is sent", `font-weight="600"`),
  ];
  for (const [index, { label, ms }] of waits.entries()) {
    const y = AREA.top + 36 + index * 46;
    parts.push(text(left - 10, y + 19, label, `text-anchor="end"`));
    const long = Math.max(1, (ms / most) * width);
    const colour = ms > 500 ? COLOURS.over : COLOURS.bar;
    parts.push(`<rect x="${left}" y="${y}" width="${round(long)}" height="28" fill="${colour}"/>`);
    parts.push(text(left + long + 8, y + 19, duration(ms)));
  }
  const y = AREA.top + 36 + waits.length * 46 + 14;
  parts.push(text(left - 44, y, "red: over the 500 ms of", `fill="${COLOURS.faint}"`));
  parts.push(
    text(left - 44, y + 20, "the P&amp;L target, or over 500/s", `fill="${COLOURS.faint}"`),
  );
  return parts.join("\n");
}

function niceCeiling(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10].find((step) => step * unit >= value) ?? 10) * unit;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function row({ name }: Case, figures: Figures): string {
  const [p50, p90, p99, max] = figures.waits.map(({ ms }) => duration(ms));
  const counts = [figures.worstSecond, figures.worstTenth].map((value) =>
    value.toLocaleString("en"),
  );
  const refused = figures.refusedWrites.toLocaleString("en");
  const done = `${figures.doneSeconds.toFixed(1)} s`;
  return `| ${[`\`${name}\``, ...counts, p50, p90, p99, max, done, refused].join(" | ")} |`;
}

/** Replaces what stands between the markers of this name. */
function fill(page: string, marker: string, content: string): string {
  const [before, rest] = page.split(`<!-- ${marker} -->\n`);
  const after = rest?.split(`<!-- end of ${marker} -->`)[1];
  if (before === undefined || after === undefined) throw new Error(`${PAGE}: no ${marker} markers`);
  return `${before}<!-- ${marker} -->\n${content}\n<!-- end of ${marker} -->${after}`;
}

mkdirSync(PLOTS, { recursive: true });
const rows = CASES.map((one) => {
  const figures = figuresOf(run(one));
  writeFileSync(`${PLOTS}${one.name}.svg`, draw(one.title, figures));
  return row(one, figures);
});
const head =
  "| case | worst second | worst 100 ms | p50 wait | p90 | p99 | max | last write | refused writes |";
const table = [head, `|${" --- |".repeat(9)}`, ...rows].join("\n");
writeFileSync(PAGE, fill(readFileSync(PAGE, "utf8"), "figures", table));
