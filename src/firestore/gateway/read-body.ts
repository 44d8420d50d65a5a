import type { IncomingMessage } from "node:http";

/** Production's own limit for a request. */
export const BODY_BYTES_MAX = 10_485_760;

/**
 * Reads a body up to production's limit. What comes beyond it is read and thrown away, so that the
 * client gets to the answer; the server's time-out for a whole request bounds it.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | "too-large" | "gone"> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const part = chunk as Buffer;
      bytes += part.length;
      if (bytes > BODY_BYTES_MAX) {
        request.resume();
        return "too-large";
      }
      chunks.push(part);
    }
    return Buffer.concat(chunks);
  } catch {
    return "gone"; // The client broke off.
  }
}
