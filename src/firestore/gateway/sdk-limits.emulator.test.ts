import { inject } from "vitest";
import { describeLimitsWithSdk } from "./sdk-limits-suite.fixture.ts";

describeLimitsWithSdk("official emulator", () => inject("firestoreEndpoint"));
