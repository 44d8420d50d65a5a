import type { TextStream } from "./text-stream.ts";

export interface RecordedStream extends TextStream {
  /** All that was written. */
  readonly text: () => string;
  /** What a terminal would show: control sequences of the live display carried out. */
  readonly screen: () => readonly string[];
}

export function recordStream(options: Omit<TextStream, "write"> = {}): RecordedStream {
  const chunks: string[] = [];
  const text = () => chunks.join("");
  return { ...options, write: (chunk) => chunks.push(chunk), text, screen: () => play(text()) };
}

/** Understands just "up n lines, to the line's start, clear to the end". */
function play(text: string): readonly string[] {
  let lines = [""];
  for (const part of text.replaceAll("\u001b", "<esc>").split(/(\n|<esc>\[\d+A\r<esc>\[0J)/)) {
    const up = /^<esc>\[(\d+)A/.exec(part);
    if (up !== null) lines = [...lines.slice(0, lines.length - 1 - Number(up[1])), ""];
    else if (part === "\n") lines.push("");
    else lines[lines.length - 1] += part;
  }
  return lines;
}
