import { defineConfig } from "vitest/config";

/** Google's client libraries look for a metadata server otherwise, and wait for it. */
const env = { METADATA_SERVER_DETECTION: "none", GOOGLE_CLOUD_PROJECT: "demo-plimsoll" };
const withoutEmulator = process.env["PLIMSOLL_WITHOUT_EMULATOR"] === "1";

/**
 * Four projects: `unit` needs nothing but Node; `emulator` starts the official Firestore emulator
 * (or uses the one in FIRESTORE_EMULATOR_HOST) once per suite; `staging` goes the whole staging path
 * against a rehearsal; `page` opens report.html in Chromium.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          env,
          include: [
            "src/**/*.test.ts",
            "tests/*.test.ts",
            "tests/{cli,contract,differential,judge,k6}/**/*.test.ts",
          ],
          exclude: ["**/*.emulator.test.ts", "tests/emulator/**"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "emulator",
          env,
          include: withoutEmulator
            ? ["tests/setup/without-emulator.test.ts"]
            : ["{src,tests}/**/*.emulator.test.ts", "tests/emulator/**/*.test.ts"],
          globalSetup: ["tests/setup/emulator.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          // Commands as processes against a rehearsal, one after another: minutes, most of them waits.
          name: "staging",
          env,
          include: ["tests/staging/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "page",
          include: ["tests/page/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
