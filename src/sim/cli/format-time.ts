/** A stretch of time: 1:02:03. */
export function formatTime(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  const twoDigits = (value: number): string => String(value % 60).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds)}`;
}
