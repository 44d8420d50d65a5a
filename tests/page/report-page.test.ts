import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fixtureResult } from "../../src/sim/report/result.fixture.ts";
import type { Result } from "../../src/sim/report/result.ts";
import { writeReport } from "../../src/sim/report/write-report.ts";
import { isWithoutChromium, launchChromium } from "./chromium.ts";

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const PLOTS = ["writes", "market", "backlog", "troubles", "pnl", "queries"];

/** Each plot's id and how many different colours its canvas shows: 1 is an empty one. */
const COUNT_COLOURS = `[...document.querySelectorAll(".plot-canvas")].map((plot) => {
  const canvas = plot.querySelector("canvas");
  const pixels = new Uint32Array(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return [plot.id.replace("plot-", ""), new Set(pixels).size];
})`;

/** The lowest contrast of any text against its background, with that text (WCAG 2.2, 1.4.3). */
const LOWEST_CONTRAST = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const backgroundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    !["SCRIPT", "NOSCRIPT"].includes(element.tagName) && element.checkVisibility() &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""));
  return texts.map((element) => {
    const style = getComputedStyle(element);
    const colour = rgba(element instanceof SVGElement ? style.fill : style.color);
    const pair = [luminance(colour), luminance(backgroundOf(element))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    return [contrast, element.textContent.trim().slice(0, 40)];
  }).sort((left, right) => left[0] - right[0])[0];
})()`;

describe.skipIf(isWithoutChromium)("report.html in a browser", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), "plimsoll-page-"));
  });

  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Opens a report from disk; `faults` collects errors of the page and any request it makes. */
  async function openReport(
    result: Result,
    viewport: typeof WIDE,
    colorScheme: "light" | "dark" = "light",
  ): Promise<{ page: Page; faults: string[] }> {
    const report = await writeReport(result, folder);
    const url = pathToFileURL(join(report.folder, "report.html")).href;
    const page = await browser.newPage({ viewport, colorScheme });
    const faults: string[] = [];
    page.on("console", (message) => faults.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== url) faults.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    return { page, faults };
  }

  /** Where a plot is in the window, once scrolled to. */
  async function placeOf(page: Page, id: string): Promise<{ x: number; y: number; width: number }> {
    const plot = page.locator(`#plot-${id} .u-over`);
    await plot.scrollIntoViewIfNeeded();
    return (await plot.boundingBox())!;
  }

  test("draws every plot, without an error and without a request", async () => {
    const { page, faults } = await openReport(fixtureResult(), WIDE);
    const colours = await page.evaluate<[string, number][]>(COUNT_COLOURS);
    expect(colours.map(([id]) => id)).toEqual(PLOTS);
    expect(colours.filter(([, count]) => count <= 20)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  for (const [name, viewport] of [
    ["a phone", PHONE],
    ["a screen", WIDE],
  ] as const) {
    test(`is no wider than ${name}`, async () => {
      const { page } = await openReport(fixtureResult(), viewport);
      const width = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(width).toBe(viewport.width);
      await page.close();
    });
  }

  for (const scheme of ["light", "dark"] as const) {
    test(`has text of AA contrast in the ${scheme} scheme`, async () => {
      const { page } = await openReport(fixtureResult(), WIDE, scheme);
      const [contrast, text] = await page.evaluate<[number, string]>(LOWEST_CONTRAST);
      expect(contrast < 4.5 ? `${contrast}: ${text}` : "enough").toBe("enough");
      await page.close();
    });
  }

  test("links the cursors of all plots, also by keyboard", async () => {
    const { page } = await openReport(fixtureResult(), WIDE);
    await page.locator("#plot-writes").focus();
    await page.keyboard.press("End");
    // The fixture's last second: 30 + 45 + 60 + 40 seconds and three pauses of 4, counted from 0.
    await expect.poll(() => page.locator("#legend-writes output").textContent()).toContain("3:06");
    const moments = await page.locator(".plot-legend output").allTextContents();
    expect(moments).toEqual(PLOTS.map(() => "3:06 · dashboards · active"));
    await page.close();
  });

  test("zooms all plots together and back", async () => {
    const { page } = await openReport(fixtureResult(), WIDE);
    const placed = await placeOf(page, "pnl");
    await page.mouse.move(placed.x + placed.width * 0.4, placed.y + 40);
    await page.mouse.down();
    await page.mouse.move(placed.x + placed.width * 0.7, placed.y + 40, { steps: 4 });
    await page.mouse.up();
    const reset = page.getByRole("button", { name: "Show all of the run" });
    expect(await reset.count()).toBe(2);
    // The left edge of the plot of writes is now 40% into the run: past its first 70 seconds.
    const writes = await placeOf(page, "writes");
    await page.mouse.move(writes.x + 2, writes.y + 40);
    await expect
      .poll(() => page.locator("#legend-writes output").textContent())
      .toMatch(/^1:1\d · active/u);
    await reset.first().click();
    await expect.poll(() => reset.count()).toBe(0);
    await page.close();
  });

  test("hides a line when its name is pressed", async () => {
    const { page } = await openReport(fixtureResult(), WIDE);
    const before = await page.evaluate<[string, number][]>(COUNT_COLOURS);
    const button = page.locator("#legend-market button");
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    await expect.poll(() => page.evaluate<[string, number][]>(COUNT_COLOURS)).not.toEqual(before);
    await page.close();
  });

  test("shows a run that was cut short before anything was measured", async () => {
    const fixture = fixtureResult();
    const { page, faults } = await openReport(
      fixtureResult({
        run: { ...fixture.run, status: "partial", partialReason: "interrupted by Ctrl-C" },
        verdict: "inconclusive",
        brokeFirst: null,
        checks: [],
        phases: [],
        histograms: [],
        series: [],
      }),
      PHONE,
    );
    expect(await page.locator(".banner").first().textContent()).toContain("interrupted by Ctrl-C");
    expect(await page.locator("canvas").count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  test("draws a run of one second", async () => {
    const fixture = fixtureResult();
    const { page, faults } = await openReport(
      fixtureResult({ series: fixture.series.slice(0, 1) }),
      PHONE,
    );
    expect(await page.locator("#plot-writes canvas").count()).toBe(1);
    expect(faults).toEqual([]);
    await page.close();
  });

  test("shows hostile text as text", async () => {
    const hostile = `</script><script>document.title = "owned"</script><img src=x onerror="document.title='owned'">`;
    const fixture = fixtureResult();
    const { page, faults } = await openReport(
      fixtureResult({
        headline: hostile,
        checks: fixture.checks.map((check) => ({ ...check, title: hostile, detail: hostile })),
        phases: fixture.phases.map((phase) => ({ ...phase, name: hostile })),
        series: fixture.series.map((second) => ({ ...second, phase: hostile, regime: hostile })),
        histograms: fixture.histograms.map((each) => ({ ...each, metric: hostile })),
      }),
      WIDE,
    );
    expect(await page.title()).toContain("Plimsoll report");
    expect(await page.locator("h1").textContent()).toBe(hostile);
    expect(await page.locator("img").count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });
});
