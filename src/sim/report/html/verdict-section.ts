import { brokeFirstMessage, partialNotice, tallyChecks, VERDICT_WORDS } from "../check-groups.ts";
import { formatCount, formatDuration } from "../format-figures.ts";
import { latencyProvenance } from "../model-words.ts";
import type { Result } from "../result.ts";
import { markup, type Markup } from "./markup.ts";
import { verdictSign } from "./verdict-badge.ts";

/** The top of the page: what it is, whether it is whole, the verdict, and what broke first. */
export function verdictSection(result: Result): Markup {
  return markup`${partialBanner(result)}
    <section id="verdict" class="verdict ${result.verdict}" aria-labelledby="verdict-word">
      <p class="verdict-word" id="verdict-word">
        ${verdictSign(result.verdict)}${VERDICT_WORDS[result.verdict]}
      </p>
      <h1>${result.headline}</h1>
      <p class="tally">${tallyChecks(result.checks)}</p>
    </section>
    ${brokeFirstSection(result)}
    ${keyFacts(result)}`;
}

function partialBanner(result: Result): Markup | null {
  const notice = partialNotice(result);
  if (notice === null) return null;
  return markup`<div class="banner" role="note"><strong>Partial run.</strong> ${notice}</div>`;
}

function brokeFirstSection(result: Result): Markup {
  return markup`<section class="broke" aria-labelledby="broke-title">
    <h2 id="broke-title">What broke first</h2>
    <p>${brokeFirstMessage(result)}</p>
    ${brokenCheck(result)}
  </section>`;
}

function brokenCheck({ brokeFirst, checks }: Result): Markup | null {
  const check = checks.find(({ id }) => id === brokeFirst?.checkId);
  if (brokeFirst === null || check === undefined) return null;
  const where = brokeFirst.phase === null ? "" : ` in ${brokeFirst.phase}`;
  return markup`<p class="aside">
    The check: <a href="#check-${check.id}">${check.title}</a>${where}.
  </p>`;
}

function keyFacts(result: Result): Markup {
  const { population, limiter, target, run } = result;
  const facts: readonly (readonly [string, string])[] = [
    ["Users", formatCount(population.users)],
    ["Tenants", formatCount(population.tenants)],
    ["Open trades", formatCount(population.openTrades)],
    ["Limiter", `${limiter.strategy} (${limiter.preset})`],
    ["Ran on", target.kind === "embedded" ? "embedded engine" : target.kind],
    ["Limits", target.limits],
    ...(target.latency === "off"
      ? []
      : [["Latency", `${target.latency} (${latencyProvenance(result)})`] as const]),
    ["Took", formatDuration(run.durationMs)],
    ["Seed", String(run.seed)],
  ];
  return markup`<dl class="key-facts">
    ${facts.map(
      ([name, value]) =>
        markup`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
