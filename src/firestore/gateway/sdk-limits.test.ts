import { describeLimitsWithSdk } from "./sdk-limits-suite.fixture.ts";

describeLimitsWithSdk("embedded engine", () => undefined);
