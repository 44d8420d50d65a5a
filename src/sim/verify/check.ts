/** Milliseconds for people: three digits that matter. */
export function formatMs(valueMs: number): string {
  if (valueMs >= 10_000) return `${(valueMs / 1000).toFixed(1)} s`;
  if (valueMs >= 1000) return `${(valueMs / 1000).toFixed(2)} s`;
  return `${valueMs.toFixed(valueMs < 100 ? 1 : 0)} ms`;
}

export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export function formatRate(perSecond: number): string {
  return `${perSecond.toFixed(perSecond < 1000 ? 1 : 0)}/s`;
}

/** "1 user", "2 users". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
