/** Every local target's project: with the prefix "demo-", SDKs refuse to talk to production. */
export const LOCAL_PROJECT_ID = "demo-plimsoll";
