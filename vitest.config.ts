import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Google's client libraries look for a metadata server otherwise, and wait for it. */
const env = { METADATA_SERVER_DETECTION: "none", GOOGLE_CLOUD_PROJECT: "demo-plimsoll" };
const withoutEmulator = process.env["PLIMSOLL_WITHOUT_EMULATOR"] === "1";

/**
 * Five projects, one after another: `unit` needs nothing but Node, and takes all processors;
 * `process` starts the commands, k6, and runs in real time, so it has the machine to itself; `emulator` starts
 * the official Firestore emulator (or uses the one in FIRESTORE_EMULATOR_HOST) once per suite; `staging` goes
 * the whole staging path against a rehearsal; `page` opens report.html in Chromium.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          env,
          include: ["src/**/*.test.ts", "tests/*.test.ts", "tests/{contract,judge}/**/*.test.ts"],
          exclude: ["**/*.emulator.test.ts"],
          testTimeout: 30_000,
          // Vitest's own default leaves one processor free, of two.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "process",
          env,
          include: ["tests/{cli,differential,k6}/**/*.test.ts"],
          exclude: ["**/*.emulator.test.ts"],
          testTimeout: 30_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
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
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "page",
          include: ["tests/page/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
