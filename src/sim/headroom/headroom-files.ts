import { renderCurveCsv } from "./curve.ts";
import { renderCurveSvg } from "./curve-svg.ts";
import type { HeadroomResult } from "./headroom-result.ts";
import { renderHeadroomMarkdown } from "./render-headroom.ts";

/** The report's files by name. A curve without points has no files. */
export function renderHeadroomFiles(result: HeadroomResult): ReadonlyMap<string, string> {
  const svg = renderCurveSvg(result);
  return new Map([
    ["headroom.json", `${JSON.stringify(result, undefined, 2)}\n`],
    ["headroom.md", renderHeadroomMarkdown(result, svg !== "")],
    ...(svg === ""
      ? []
      : ([
          ["curve.csv", renderCurveCsv(result)],
          ["curve.svg", svg],
        ] as const)),
  ]);
}
