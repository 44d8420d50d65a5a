import { withoutControls } from "../plain-text.ts";

/**
 * HTML that is safe to show. Only `markup` and `trustedMarkup` make it, so a text that came from a
 * run cannot become markup by being forgotten.
 */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What may stand in a template: texts and numbers are escaped, markup is not, null is nothing. */
export type Content = string | number | Markup | null | readonly Content[];

/** A template whose values are escaped: markup`<td title="${text}">${text}</td>`. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const parts = strings.map((string, index) => string + printContent(values[index] ?? null));
  return new Markup(parts.join(""));
}

/** Takes a text for markup as it is: for our own style sheets and scripts, never for data. */
export function trustedMarkup(source: string): Markup {
  return new Markup(source);
}

function printContent(content: Content): string {
  if (content === null) return "";
  if (content instanceof Markup) return content.source;
  if (typeof content === "string") return escapeHtml(content);
  if (typeof content === "number") return String(content);
  return content.map(printContent).join("");
}

/** A text as HTML or SVG says it, within an element or an attribute. */
export function escapeHtml(text: string): string {
  return withoutControls(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Data for a <script type="application/json">: no text in it can end the element. */
export function jsonMarkup(data: unknown): Markup {
  return new Markup(JSON.stringify(data).replaceAll("<", String.raw`\u003c`));
}

/** A script's own text inside a <script> element, which any "</script" in it would end early. */
export function scriptMarkup(script: string): Markup {
  return new Markup(script.replaceAll(/<\/(?=script)/giu, String.raw`<\/`));
}
