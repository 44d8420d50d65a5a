/** A coordinate of a picture, to a tenth of its unit. */
export function svgNumber(value: number): string {
  return String(Math.round(value * 10) / 10);
}
