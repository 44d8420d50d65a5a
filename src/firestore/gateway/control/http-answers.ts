import type { ServerResponse } from "node:http";

/** A request to the gateway itself that cannot be answered, with what to do instead. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly httpStatus: number;
  readonly nextStep: string;

  constructor(httpStatus: number, message: string, nextStep: string) {
    super(message);
    this.httpStatus = httpStatus;
    this.nextStep = nextStep;
  }
}

export function sendJson(response: ServerResponse, httpStatus: number, value: unknown): void {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  sendText(response, httpStatus, "application/json; charset=utf-8", text);
}

export function sendText(
  response: ServerResponse,
  httpStatus: number,
  contentType: string,
  text: string,
): void {
  response.writeHead(httpStatus, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
  });
  response.end(text);
}

export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { message } = error as Error;
  if (error instanceof ControlError) {
    const { httpStatus, nextStep } = error;
    sendJson(response, httpStatus, { error: { code: httpStatus, message, next: nextStep } });
    return;
  }
  const next = "This is a fault of Plimsoll itself; the gateway goes on.";
  sendJson(response, 500, { error: { code: 500, message, next } });
}
