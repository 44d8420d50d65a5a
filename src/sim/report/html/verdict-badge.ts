import { VERDICT_WORDS } from "../check-groups.ts";
import type { Verdict } from "../result.ts";
import { markup, type Markup } from "./markup.ts";

/** A tick, a cross and a bar: told apart by their shape, without colour. */
const SIGN_PATHS: Readonly<Record<Verdict, string>> = {
  pass: "M3 8.5l3.2 3.2L13 5",
  fail: "M4 4l8 8M12 4l-8 8",
  inconclusive: "M3.5 8h9",
};

export function verdictBadge(verdict: Verdict): Markup {
  const word = VERDICT_WORDS[verdict];
  return markup`<span class="badge ${verdict}">${verdictSign(verdict)}${word}</span>`;
}

export function verdictSign(verdict: Verdict): Markup {
  return markup`<svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
    <path d="${SIGN_PATHS[verdict]}" />
  </svg>`;
}
