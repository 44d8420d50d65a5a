import type { Clock } from "../../../std/clock.ts";
import { equalJitterBackOffMs, type BackOff } from "../../../std/back-off.ts";
import { isPassing, MonitoringFault } from "./monitoring-fault.ts";

/** Doubling from a second: eight tries take some two minutes, more than a minute's quota. */
const BACK_OFF: BackOff = { baseMs: 1000, factor: 2, capMs: 32_000 };
const TRIES = 8;

/** A day of ten metrics has some thousand points; pages hold a hundred thousand unless told less. */
const MOST_PAGES = 1000;

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told when a call has to be repeated. */
  readonly say: (text: string) => void;
}

/** All pages of an answer; each is asked for again when what went wrong may pass. */
export async function allPages<Page extends { readonly nextPageToken: string }>(
  patience: Patience,
  ask: (pageToken: string) => Promise<Page>,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const tokens = new Set<string>();
  for (let token = ""; pages.length < MOST_PAGES;) {
    const page = await patiently(patience, () => ask(token));
    pages.push(page);
    token = page.nextPageToken;
    if (token === "") return pages;
    // A service that leads in a circle would be followed for ever.
    if (tokens.has(token)) {
      throw new MonitoringFault("INTERNAL", "the answer's pages lead in a circle");
    }
    tokens.add(token);
  }
  throw new MonitoringFault("INTERNAL", `the answer has more than ${MOST_PAGES} pages`);
}

async function patiently<T>({ clock, signal, say }: Patience, ask: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      const mayPass = error instanceof MonitoringFault && isPassing(error);
      if (!mayPass || failures >= TRIES) throw error;
      // One reader alone: nobody else comes back at the same moment.
      const waitMs = equalJitterBackOffMs(BACK_OFF, failures, 1);
      say(`Cloud Monitoring: ${error.code}: ${error.message}; again in ${waitMs / 1000} s`);
      await clock.sleep(waitMs, signal);
    }
  }
}
