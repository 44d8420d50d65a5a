import type { IncomingMessage } from "node:http";

/** Production's own limit for a request. */
export const BODY_BYTES_MAX = 10_485_760;

/**
 * Reads a body up to production's limit. What comes beyond it is read and thrown away, so that the
 * client gets to the answer and its connection stays of use; the server's time-out for a whole
 * request bounds it.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | "too-large" | "gone"> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
      else {
        chunks = [];
        resolve("too-large");
      }
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    // The client broke off. After the end, this changes nothing.
    request.on("error", () => resolve("gone"));
    request.on("close", () => resolve("gone"));
  });
}
