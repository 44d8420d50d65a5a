import { describe, expect, it } from "vitest";
import { createPinoLog } from "./pino-log.ts";

describe("createPinoLog", () => {
  it("writes lines that Cloud Logging understands, from the level on", () => {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    };
    const log = createPinoLog("warn", { write });
    log.info({}, "not shown");
    log.warn({ uid: "u1" }, "careful");
    log.error({ code: "ABORTED" }, "broken");
    expect(lines).toEqual([
      { severity: "WARNING", time: expect.any(String), uid: "u1", message: "careful" },
      { severity: "ERROR", time: expect.any(String), code: "ABORTED", message: "broken" },
    ]);
  });
});
