import type { Result } from "../result.ts";
import { replayWords } from "../replay-words.ts";
import { machineFacts, printValue } from "../run-facts.ts";
import { markup, type Markup } from "./markup.ts";

/** How to make the run again, and what it depended on. */
export function runSection(result: Result): Markup {
  return markup`<section id="run" aria-labelledby="run-title">
    <h2 id="run-title">This run</h2>
    <p>Repeat it with:</p>
    ${commandLine("run-command", result.run.command)}
    ${replayWords(result, `reports/${result.run.id}`).map(
      ([what, command]) =>
        markup`<p>${what} it, where its report lies in reports/:</p>
          ${commandLine(`${what.toLowerCase()}-command`, command)}`,
    )}
    <dl class="facts">
      ${machineFacts(result).map(
        ([name, value]) =>
          markup`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    ${recordFold("All options, as resolved", result.run.options)}
    ${recordFold("Limiter configuration", result.limiter.config)}
  </section>`;
}

function commandLine(id: string, command: string): Markup {
  return markup`<div class="command">
    <code id="${id}">${command}</code>
    <button type="button" data-copy="${id}" hidden>Copy</button>
  </div>`;
}

function recordFold(title: string, record: Readonly<Record<string, unknown>>): Markup | null {
  const entries = Object.entries(record);
  if (entries.length === 0) return null;
  return markup`<details>
    <summary>${title}</summary>
    <dl class="facts">
      ${entries.map(
        ([name, value]) =>
          markup`<dt>${name}</dt>
            <dd class="code">${printValue(value)}</dd>`,
      )}
    </dl>
  </details>`;
}
