import type { Write } from "./write.ts";

/** Whether some document is written more than once. */
export function repeatsDocument(writes: readonly Write[]): boolean {
  if (writes.length < 2) return false;
  const paths = new Set<string>();
  for (const { path } of writes) paths.add(path);
  return paths.size < writes.length;
}
