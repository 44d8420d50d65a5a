import type { Clock } from "../../std/clock.ts";
import type { RunOutput } from "../cli/progress.ts";
import type { SyntheticUser } from "../population/population.ts";
import type { AccountClient } from "./accounts.ts";
import type { IdTokens } from "./id-tokens.ts";

interface Doors {
  readonly clock: Clock;
  readonly accounts: AccountClient;
  readonly tokens: IdTokens;
}

/** Imports the population's accounts and signs everybody in. Returns a sentence for the report. */
export async function admitUsers(
  { clock, accounts, tokens }: Doors,
  users: readonly SyntheticUser[],
  output: RunOutput,
  signal: AbortSignal,
): Promise<string> {
  const total = users.length;
  output.phase(`Importing ${total} accounts, and signing them in`);
  const startedMs = clock.monotonicMs();
  const known = users.map(({ uid, email, tenantId }) => {
    return { uid, email, tenantId, emailVerified: true };
  });
  await accounts.import(known, signal, (done) => output.progress(done, total, "accounts"));
  const importedMs = clock.monotonicMs();
  const uids = users.map(({ uid }) => uid);
  await tokens.signIn(uids, signal, (done) => output.progress(done, total, "sign-ins"));
  const endedMs = clock.monotonicMs();
  return (
    `Accounts: ${total} imported in ${seconds(importedMs - startedMs)} s and signed in with custom tokens in ` +
    `${seconds(endedMs - importedMs)} s, before anything was measured: onboarding latency is the service's own part, ` +
    "from its first look at a sign-up to its commit. A client's own sign-ups are bound to 100 an hour and IP address, and were not used."
  );
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(1);
}
