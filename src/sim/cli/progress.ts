import { stripVTControlCharacters } from "node:util";
import type { Clock } from "../../std/clock.ts";
import { formatTime } from "./format-time.ts";
import type { TextStream } from "./text-stream.ts";

/** How a run shows what it is doing. Nothing of it is needed to understand the result. */
export interface RunOutput {
  /** A new part of the run begins. */
  phase(title: string): void;
  progress(done: number, total: number, label: string): void;
  /**
   * The current figures, shown in place of the ones before; made only when they are drawn. With how
   * far a stretch of known length has come, where there is one.
   */
  live(lines: () => readonly string[], elapsed?: Elapsed): void;
  /** A line that stays. */
  line(text: string): void;
  /** Ends the live display. */
  finish(): void;
}

/** How much of a stretch of time is over, in milliseconds of the run's own clock. */
interface Elapsed {
  readonly passedMs: number;
  readonly totalMs: number;
  /** On a virtual clock: how many times faster than real time, and what that leaves of real time. */
  readonly timesRealTime?: number;
  readonly leftRealMs?: number;
}

/** 10 redraws a second are smooth; more only cost. */
const REDRAW_PERIOD_MS = 100;
/** Logs of CI are read afterwards: one line in 5 s is enough. */
const PLAIN_PERIOD_MS = 5_000;
const BAR_WIDTH = 30;
/** For a terminal that does not know its size, or says 0. */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

export function createRunOutput(stream: TextStream, clock: Clock, quiet: boolean): RunOutput {
  if (quiet) return quietOutput(stream);
  return stream.isTTY === true ? new TerminalOutput(stream, clock) : new PlainOutput(stream, clock);
}

function quietOutput(stream: TextStream): RunOutput {
  const silent = () => undefined;
  const line = (text: string) => void stream.write(`${text}\n`);
  return { phase: silent, progress: silent, live: silent, line, finish: silent };
}

const noLines = (): readonly string[] => [];

/** Redraws a block of lines at the bottom of the terminal. */
class TerminalOutput implements RunOutput {
  readonly #stream: TextStream;
  readonly #clock: Clock;
  #progressLine: string | undefined;
  #liveLines: () => readonly string[] = noLines;
  #drawnLines = 0;
  #drawnAtMs = -Infinity;

  constructor(stream: TextStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  phase(title: string): void {
    this.#keep();
    this.line(title);
  }

  progress(done: number, total: number, label: string): void {
    this.#progressLine = `${bar(done, total)} ${describeProgress(done, total, label)}`;
    this.#redraw(done >= total);
  }

  live(lines: () => readonly string[], elapsed?: Elapsed): void {
    if (elapsed !== undefined) {
      const { passedMs, totalMs } = elapsed;
      this.#progressLine = `${bar(passedMs, totalMs)} ${describeElapsed(elapsed)}`;
    }
    this.#liveLines = lines;
    this.#redraw(false);
  }

  line(text: string): void {
    this.#erase();
    this.#stream.write(`${text}\n`);
    this.#draw();
  }

  finish(): void {
    this.#keep();
  }

  /** Leaves the block's last state on the screen and begins a new one below it. */
  #keep(): void {
    this.#redraw(true);
    this.#progressLine = undefined;
    this.#liveLines = noLines;
    this.#drawnLines = 0;
  }

  #redraw(now: boolean): void {
    if (!now && this.#clock.monotonicMs() - this.#drawnAtMs < REDRAW_PERIOD_MS) return;
    this.#erase();
    this.#draw();
  }

  #erase(): void {
    // Up to the block's first line, then clear to the end of the screen.
    if (this.#drawnLines > 0) this.#stream.write(`\u001b[${this.#drawnLines}A\r\u001b[0J`);
    this.#drawnLines = 0;
  }

  #draw(): void {
    const block = this.#progressLine === undefined ? [] : [this.#progressLine];
    // A block higher than the screen, or a line that wraps, could not be moved back over.
    const room = Math.max(1, (this.#stream.rows || DEFAULT_ROWS) - 1);
    const lines = [...block, ...this.#liveLines()].slice(0, room);
    for (const line of lines) this.#stream.write(`${this.#fit(line)}\n`);
    this.#drawnLines = lines.length;
    this.#drawnAtMs = this.#clock.monotonicMs();
  }

  #fit(line: string): string {
    const width = (this.#stream.columns || DEFAULT_COLUMNS) - 1;
    const plain = stripVTControlCharacters(line);
    // Cutting could split a colour code, so a line that is too long loses its colours.
    return plain.length <= width ? line : `${plain.slice(0, Math.max(0, width - 1))}…`;
  }
}

/** Writes lines for a log: few, complete, without control characters. */
class PlainOutput implements RunOutput {
  readonly #stream: TextStream;
  readonly #clock: Clock;
  #writtenAtMs = -Infinity;
  #pending: (() => string) | undefined;

  constructor(stream: TextStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  phase(title: string): void {
    this.finish();
    this.line(title);
    this.#writtenAtMs = this.#clock.monotonicMs();
  }

  progress(done: number, total: number, label: string): void {
    this.#offer(() => describeProgress(done, total, label));
  }

  live(lines: () => readonly string[], elapsed?: Elapsed): void {
    const time = elapsed === undefined ? [] : [describeElapsed(elapsed)];
    this.#offer(() => [...time, ...lines().map((line) => line.trim())].join(" | "));
  }

  line(text: string): void {
    this.#stream.write(`${stripVTControlCharacters(text)}\n`);
  }

  /** The last state is written even when the one before it was a moment ago. */
  finish(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) this.line(`  ${pending()}`);
  }

  #offer(text: () => string): void {
    this.#pending = text;
    if (this.#clock.monotonicMs() - this.#writtenAtMs < PLAIN_PERIOD_MS) return;
    this.finish();
    this.#writtenAtMs = this.#clock.monotonicMs();
  }
}

function describeProgress(done: number, total: number, label: string): string {
  return `${share(done, total)}%  ${done} of ${total} ${label}`;
}

/** 45%  0:27:00 of 1:00:00, 812 times real time, 0:00:03 to go */
function describeElapsed({ passedMs, totalMs, timesRealTime, leftRealMs }: Elapsed): string {
  const time = `${formatTime(Math.max(0, passedMs))} of ${formatTime(totalMs)}`;
  const shared = `${share(passedMs, totalMs)}%  ${time}`;
  if (timesRealTime === undefined) return shared;
  const times = Math.round(timesRealTime).toLocaleString("en-US");
  const left = leftRealMs === undefined ? "" : `, ${formatTime(leftRealMs)} to go`;
  return `${shared}, ${times} times real time${left}`;
}

function bar(done: number, total: number): string {
  const filled = Math.floor((share(done, total) / 100) * BAR_WIDTH);
  return `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}]`;
}

function share(done: number, total: number): number {
  return total <= 0 ? 100 : Math.max(0, Math.min(100, Math.floor((done / total) * 100)));
}
