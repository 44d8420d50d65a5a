/*
 * Requests are made by the service's own code, once, with `~name~` in place of what differs from
 * arrival to arrival. k6 imports this file and fills them in; Node's tests compare what comes out
 * with what that code makes of the values themselves.
 */

export type TemplateValues = Readonly<Record<string, string>>;

/** `~uid~` in a template is the place of the value of that name. */
export function placeOf(name: string): string {
  return `~${name}~`;
}

/** Fills the values into a JSON text, each as the inside of a string. */
export function fillJson(template: string, values: TemplateValues): string {
  return fill(template, values, (value) => JSON.stringify(value).slice(1, -1));
}

/** Fills the values into a URL's path, percent-encoded. */
export function fillUrl(template: string, values: TemplateValues): string {
  return fill(template, values, encodeURIComponent);
}

export function fillText(template: string, values: TemplateValues): string {
  return fill(template, values, (value) => value);
}

/** Once through, so that a value which looks like a place is left as it is. */
function fill(template: string, values: TemplateValues, encode: (value: string) => string): string {
  return template.replace(/~([A-Za-z]+)~/g, (place, name: string) => {
    const value = values[name];
    return value === undefined ? place : encode(value);
  });
}
