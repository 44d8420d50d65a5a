import { readFileSync, writeFileSync } from "node:fs";
import { renderLimits } from "../src/firestore/limits/limits-table.ts";

/** Writes the generated parts of docs/capacity.md: `npx tsx scripts/capacity-docs.ts`. */
const PAGE = "docs/capacity.md";

const page = readFileSync(PAGE, "utf8");
const between = /(<!-- limits -->\n)[\s\S]*?(<!-- \/limits -->)/;
writeFileSync(
  PAGE,
  page.replace(
    between,
    (_all, before: string, after: string) => `${before}${renderLimits()}\n${after}`,
  ),
);
