import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { OperationOutcome } from "../drivers/outcome.ts";

/**
 * Where the k6 processes of a phase turn to: they wait at it for the phase to begin, all together,
 * and have people signed up. It listens on this machine only.
 */
export interface PhaseDesk {
  readonly startUrl: string;
  readonly signUpUrl: string;
  /** Resolves when so many processes have asked when to begin. */
  readonly allReady: Promise<void>;
  /** Lets them begin, at that wall time. */
  begin(startWallMs: number): void;
  /** Settles with the first fault of the program, and never otherwise. */
  readonly fault: Promise<unknown>;
  close(): Promise<void>;
}

/** Rejects only for a fault of the program. */
type SignUp = () => Promise<OperationOutcome>;

/** A question to the desk is a few bytes. */
const BODY_MAX = 10_000;

const askedSchema = z.strictObject({ n: z.int().nonnegative() });

export async function openPhaseDesk(processes: number, signUp: SignUp): Promise<PhaseDesk> {
  const begun = Promise.withResolvers<number>();
  const ready = Promise.withResolvers<void>();
  const fault = Promise.withResolvers<unknown>();
  let asked = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === "/start") {
      asked += 1;
      if (asked >= processes) ready.resolve();
      reply(response, 200, { startWallMs: await begun.promise });
    } else if (request.url === "/sign-up" && (await isSignUp(request))) {
      reply(response, 200, await signUp());
    } else {
      reply(response, 404, { message: "k6 asks for /start and /sign-up only" });
    }
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      fault.resolve(error);
      reply(response, 500, { message: "a fault of the harness" });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    startUrl: `${address}/start`,
    signUpUrl: `${address}/sign-up`,
    allReady: ready.promise,
    begin: (startWallMs) => begun.resolve(startWallMs),
    fault: fault.promise,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function isSignUp(request: IncomingMessage): Promise<boolean> {
  let text = "";
  try {
    for await (const chunk of request) {
      text += String(chunk);
      if (text.length > BODY_MAX) return false;
    }
    return askedSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

function reply(response: ServerResponse, status: number, content: object): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(content));
}
