import { inject } from "vitest";
import { processClock } from "../../src/system/store/process-clock.ts";
import { sdkContract, sdkListenerContract } from "./sdk-contract.ts";

/** An emulator that outlives the suite keeps its databases, so each run names new ones. */
const projectPrefix = `demo-sdk-${processClock.wallMs()}`;
const endpoint = () => inject("firestoreEndpoint");
const cannot = {
  "cuts a collection group into partitions that join to the whole":
    "the emulator answers PartitionQuery with UNIMPLEMENTED",
  "explains which indexes a query uses, and what it costs":
    "the emulator passes over explain options",
  "commits 9 MB at once":
    "the emulator refuses messages beyond 4 MiB, and the SDK retries for minutes",
};
sdkListenerContract({ name: "official emulator", transport: "grpc", endpoint, projectPrefix });
sdkContract({ name: "official emulator", transport: "grpc", endpoint, projectPrefix, cannot });
sdkContract({ name: "official emulator", transport: "rest", endpoint, projectPrefix, cannot });
