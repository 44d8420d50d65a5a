/** A match block of a rules file: its full path and the operations it says something about. */
export interface MatchBlock {
  readonly path: string;
  /** Operations allowed under some condition; `if false` grants nothing. */
  readonly granted: readonly string[];
}

const EXPANDED: Readonly<Record<string, readonly string[]>> = {
  read: ["get", "list"],
  write: ["create", "update", "delete"],
};

/**
 * Finds the match blocks of a rules file by its braces, below the one of all documents. Enough for
 * a file that puts each match and each allow on a line of its own.
 */
export function matchBlocks(rules: string): readonly MatchBlock[] {
  const blocks: { path: string; granted: string[] }[] = [];
  /** What each open brace belongs to: a block, or null for service, functions and the root. */
  const open: ({ path: string; granted: string[] } | null)[] = [];
  for (const line of rules.split("\n").map((text) => text.replace(/\/\/.*$/, ""))) {
    const match = /^\s*match\s+(\S+)\s*\{\s*$/.exec(line)?.[1];
    const allow = /^\s*allow\s+([a-z, ]+):\s*if\s+(.*)$/.exec(line);
    if (match?.endsWith("/documents")) open.push(null);
    else if (match !== undefined) {
      const block = {
        path: (open.findLast((one) => one !== null)?.path ?? "") + match,
        granted: [],
      };
      blocks.push(block);
      open.push(block);
    } else if (/\{\s*$/.test(line)) open.push(null);
    else if (/^\s*\}\s*$/.test(line)) open.pop();
    if (allow?.[1] !== undefined && allow[2] !== "false;") {
      const operations = allow[1].split(",").map((name) => name.trim());
      open.at(-1)?.granted.push(...operations.flatMap((name) => EXPANDED[name] ?? [name]));
    }
  }
  return blocks;
}
