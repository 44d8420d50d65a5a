import { expect, it } from "vitest";

/** Stands in for all emulator tests when PLIMSOLL_WITHOUT_EMULATOR=1, so that the gap is seen. */
it("all tests that need the emulator", (context) => {
  expect(process.env["PLIMSOLL_WITHOUT_EMULATOR"]).toBe("1");
  context.skip("left out: PLIMSOLL_WITHOUT_EMULATOR=1 is set");
});
