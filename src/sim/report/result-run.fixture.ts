import type { Result } from "./result.ts";

export function fixtureRun(): Result["run"] {
  return {
    id: "2026-11-23T10-15-00Z-7f3a",
    status: "complete",
    partialReason: null,
    startedAt: "2026-11-23T10:15:00.000Z",
    finishedAt: "2026-11-23T10:18:32.000Z",
    durationMs: 212_000,
    command: "npm run sim -- --users 1000 --tenants 25 --seed 42 --limiter literal",
    seed: 42,
    commit: "1394c84",
    versions: {
      plimsoll: "0.1.0",
      node: "24.21.0",
      "firebase-admin": "13.10.0",
      "firestore-emulator": "1.19.9",
    },
    machine: {
      cpus: 2,
      cpuModel: "Intel(R) Xeon(R) Processor @ 2.60GHz",
      memoryGiB: 7.8,
      loadAverage: 1.24,
    },
    options: { users: 1000, tenants: 25, seed: 42, limiter: "literal", target: "auto" },
    harnessPeakMiB: 412,
    targetPeakMiB: 688,
    gatewayPeakMiB: 96,
  };
}
