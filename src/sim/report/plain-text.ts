/**
 * Text from a run may hold anything: names, paths, messages of a database. A terminal obeys control
 * characters and XML forbids most of them, so no report repeats them.
 */
// oxlint-disable-next-line no-control-regex -- these characters are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/gu;
const BLANKS = /[\t\n\r\u2028\u2029]+/gu;

/** The text on one line: line breaks and tabs become a space, other controls become U+FFFD. */
export function onOneLine(text: string): string {
  return text.toWellFormed().replace(BLANKS, " ").replace(CONTROLS, "\ufffd");
}

/** The text with its lines kept and its control characters replaced by U+FFFD. */
export function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/gu, "\n")
    .replace(CONTROLS, (control) => (control === "\n" || control === "\t" ? control : "\ufffd"));
}

/** The text cut to a length, with an ellipsis when something was cut. */
export function cutTo(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).toWellFormed()}…`;
}
