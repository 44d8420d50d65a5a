import { expect, it } from "vitest";
import { readEmulatorHost } from "./emulator-host.ts";

it.each(["127.0.0.1:8080", "localhost:1", "LOCALHOST:8080", "[::1]:8080", "127.9.9.9:65535"])(
  "accepts %s, which is this machine",
  (host) => {
    expect(readEmulatorHost(host)).toBe(host);
  },
);

it.each([
  "firestore.googleapis.com:443", // production
  "10.0.0.7:8080", // a neighbour
  "0.0.0.0:8080", // every interface: an address to listen on, not to send to
  "localhost.evil.example:80", // begins like this machine
  "127.0.0.1.evil.example:80",
])("refuses %s, which is not this machine", (host) => {
  expect(() => readEmulatorHost(host)).toThrow("is not this machine");
});

it.each(["127.0.0.1", "8080", "http://127.0.0.1:8080", "127.0.0.1:0", "127.0.0.1:99999", ":80"])(
  "refuses %s, which is not a host and port",
  (host) => {
    expect(() => readEmulatorHost(host)).toThrow("is not a host and port");
  },
);

it("names the option that stands for the variable, and what to do about it", () => {
  expect(() => readEmulatorHost("10.0.0.7:8080", "--endpoint")).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^--endpoint: "10.0.0.7:8080" is not this machine/),
      hint: expect.stringContaining("sim -- gateway"),
    }),
  );
});
