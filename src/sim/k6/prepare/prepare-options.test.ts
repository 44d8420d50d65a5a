import { describe, expect, it } from "vitest";
import { resolvePrepareOptions } from "./prepare-options.ts";

const HERE = "127.0.0.1:8080";

describe("resolvePrepareOptions", () => {
  it("has its defaults", () => {
    expect(resolvePrepareOptions({}, HERE)).toEqual({
      endpoint: HERE,
      projectId: "demo-plimsoll",
      users: 1_000,
      tenants: 400,
      seed: 1,
      soakSeconds: 3_600,
      rampTo: 10_000,
      output: "scenarios/k6/workloads.json",
      signUpPort: null,
    });
  });

  it("takes --endpoint before the variable, and few users in one tenant at least", () => {
    const given = { endpoint: "localhost:9000", users: "1", soak: "24h", serveSignUps: "0" };
    expect(resolvePrepareOptions(given, HERE)).toMatchObject({
      endpoint: "localhost:9000",
      tenants: 1,
      soakSeconds: 86_400,
      signUpPort: 0,
    });
  });

  it("tells every fault at once", () => {
    const given = { users: "0", tenants: "x", rampTo: "499", soak: "59s", serveSignUps: "70000" };
    expect(() => resolvePrepareOptions(given, undefined)).toThrow(
      /--users: "0" .*\n--tenants: "x" .*\n--ramp-to: "499" .*\n--serve-sign-ups: "70000" .*\n--soak: "59s" .*\n--endpoint: nothing says/,
    );
    expect(() => resolvePrepareOptions({ users: "5", tenants: "6" }, HERE)).toThrow(
      /--tenants: "6" is not accepted. Accepted: not more than --users/,
    );
  });

  it("loads this machine only", () => {
    for (const endpoint of ["firestore.googleapis.com:443", "10.0.0.1:8080", "127.0.0.1"]) {
      expect(() => resolvePrepareOptions({ endpoint }, HERE)).toThrow(/^--endpoint: .*Accepted/);
    }
  });
});
