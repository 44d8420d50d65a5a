import { invalid } from "./refusals.ts";

/** A page token is the last item of the page before, behind a mark that tells ours from others. */
const MARK = "p1:";

export function encodePageToken(last: string): string {
  return `${MARK}${encodeURIComponent(last)}`;
}

/** Undefined for no token. */
export function decodePageToken(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  if (!token.startsWith(MARK)) throw invalid("invalid page token");
  try {
    return decodeURIComponent(token.slice(MARK.length));
  } catch {
    throw invalid("invalid page token");
  }
}
