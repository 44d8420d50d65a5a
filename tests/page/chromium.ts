import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const CHROMIUM_PATH = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Set to do without the page tests where there is no browser. */
export const isWithoutChromium = process.env["PLIMSOLL_WITHOUT_CHROMIUM"] === "1";

/** Starts the browser of the machine; none is downloaded. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM_PATH)) {
    throw new Error(
      `${CHROMIUM_PATH}: no Chromium there. Install one, or set CHROMIUM_PATH to it, ` +
        "or set PLIMSOLL_WITHOUT_CHROMIUM=1 to leave the page tests out.",
    );
  }
  return chromium.launch({ executablePath: CHROMIUM_PATH, args: ["--no-sandbox"] });
}
