/** Draws lines over time as SVG, in the dress of docs/limiter. */

export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly dashed?: boolean;
  /** One figure a minute. */
  readonly values: readonly number[];
}

const LEFT = 84;
const RIGHT = 660;
const TOP = 64;
const BOTTOM = 320;

export function lineChart(title: string, unit: string, lines: readonly Line[]): string {
  const most = Math.max(...lines.flatMap(({ values }) => values));
  const step = niceStep(most / 5);
  const top = Math.ceil(most / step) * step;
  const minutes = Math.max(...lines.map(({ values }) => values.length));
  const x = (minute: number): number => LEFT + ((RIGHT - LEFT) * minute) / (minutes - 1);
  const y = (value: number): number => BOTTOM - ((BOTTOM - TOP) * value) / top;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 380" role="img" font-size="14"`,
    ` font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" fill="#22252a">`,
    `<title>${title}</title>`,
    `<rect width="900" height="380" rx="10" fill="#f6f5f1"/>`,
    `<text x="24" y="34" font-size="18" font-weight="600">${title}</text>`,
  ];
  for (let value = 0; value <= top; value += step) {
    parts.push(`<path d="M${LEFT} ${fixed(y(value))}H${RIGHT}" stroke="#d9d7cf"/>`);
    parts.push(
      `<text x="${LEFT - 10}" y="${fixed(y(value) + 5)}" text-anchor="end">${value.toLocaleString("en-US")}</text>`,
    );
  }
  for (let minute = 0; minute < minutes; minute += 5) {
    parts.push(
      `<text x="${fixed(x(minute))}" y="${BOTTOM + 22}" text-anchor="middle">${minute}</text>`,
    );
  }
  parts.push(`<text x="${RIGHT}" y="${BOTTOM + 44}" text-anchor="end">minutes</text>`);
  parts.push(`<text x="24" y="56" fill="#5f6672">${unit}</text>`);
  for (const [index, line] of lines.entries()) parts.push(...drawn(line, index, x, y));
  return `${[...parts, "</svg>"].join("\n")}\n`;
}

function drawn(
  line: Line,
  index: number,
  x: (minute: number) => number,
  y: (value: number) => number,
): readonly string[] {
  const points = line.values.map((value, minute) => `${fixed(x(minute))} ${fixed(y(value))}`);
  const dash = line.dashed === true ? ` stroke-dasharray="6 5"` : "";
  const legendY = 84 + index * 28;
  return [
    `<path d="M${points.join("L")}" fill="none" stroke="${line.colour}" stroke-width="2.5"${dash}/>`,
    `<path d="M682 ${legendY}h28" stroke="${line.colour}" stroke-width="2.5"${dash}/>`,
    `<text x="718" y="${legendY + 5}">${line.name}</text>`,
  ];
}

/** 1, 2 or 5 times a power of ten, at least the step asked for. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5].find((factor) => factor * power >= step) ?? 10) * power;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}
