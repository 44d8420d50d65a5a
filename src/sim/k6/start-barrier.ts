import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Where the k6 processes of a phase wait for it to begin, all together. On this machine only. */
export interface StartBarrier {
  /** k6 asks it from its setup(), and is answered `{startWallMs}` when the phase begins. */
  readonly url: string;
  /** Resolves when so many processes wait. */
  readonly allWait: Promise<void>;
  /** Lets them begin, at that wall time. */
  open(startWallMs: number): void;
  /** Whoever still waits is told nothing any more. */
  close(): Promise<void>;
}

export async function createStartBarrier(processes: number): Promise<StartBarrier> {
  const begun = Promise.withResolvers<number>();
  const allWait = Promise.withResolvers<void>();
  let waiting = 0;
  const server = createServer((_request, response) => {
    waiting += 1;
    if (waiting === processes) allWait.resolve();
    void begun.promise.then((startWallMs) => reply(response, { startWallMs }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/start`,
    allWait: allWait.promise,
    open: (startWallMs) => begun.resolve(startWallMs),
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function reply(response: ServerResponse, content: object): void {
  if (response.destroyed) return;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(content));
}
