import type { Basis } from "../report/basis.ts";
import type { Check } from "../report/result.ts";
import { formatCount } from "./check.ts";
import type { DataAudit } from "./data-audit.ts";
import type { Findings } from "./findings.ts";

interface DataCheck {
  readonly id: string;
  readonly title: string;
  readonly section: string | null;
  readonly target: string;
  /** What is counted, for the figure: "users", "trades". */
  readonly noun: string;
  /** True when a run may rightly have nothing of the kind: the check then does not apply. */
  readonly mayBeEmpty: boolean;
}

/** The checks on the database itself, after the run. `expectTrades`: some phase had open trades. */
export function dataChecks(
  audit: DataAudit,
  basis: Basis,
  expectTrades: boolean,
): readonly Check[] {
  const heartbeats = audit.heartbeats();
  return [
    ...toCheck(audit.groups(), basis, {
      id: "data.document-groups",
      title: "Every user has all seven document groups",
      section: "4",
      target: "0 users with one missing",
      noun: "users",
      mayBeEmpty: false,
    }),
    ...toCheck(audit.trades, basis, {
      id: "data.last-pnl",
      title: "Every trade is as opened, its P&L as last quoted",
      section: null,
      target: "0 lost, altered, stale or wrong",
      noun: "trades",
      mayBeEmpty: !expectTrades,
    }),
    ...toCheck(audit.ledger, basis, {
      id: "data.ledger",
      title: "No ledger entry lost or doubled",
      section: "5",
      target: "0 lost, doubled or altered",
      noun: "entries",
      mayBeEmpty: true,
    }),
    ...toCheck(audit.direct, basis, {
      id: "data.direct",
      title: "No acknowledged direct write lost",
      section: null,
      target: "0 lost, 0 miscounted",
      noun: "documents",
      mayBeEmpty: true,
    }),
    ...toCheck(audit.accounts, basis, {
      id: "data.accounts",
      title: "Every account adds up",
      section: "1",
      target: "0 with other cash or equity than its trades make",
      noun: "accounts",
      mayBeEmpty: false,
    }),
    ...(heartbeats.checked === 0 ? [] : toCheck(heartbeats, basis, HEARTBEATS)),
    ...toCheck(audit.isolation, basis, {
      id: "data.isolation",
      title: "No document outside its tenant",
      section: "1",
      target: "0 misplaced",
      noun: "documents",
      mayBeEmpty: false,
    }),
    ...toCheck(audit.schema, basis, {
      id: "data.schema",
      title: "Every document matches its schema",
      section: "1",
      target: "0 that do not parse",
      noun: "documents",
      mayBeEmpty: false,
    }),
  ];
}

/** Only where a sweep had the time to end. */
const HEARTBEATS: DataCheck = {
  id: "data.heartbeats",
  title: "Every tenant swept has a heartbeat",
  section: "1",
  target: "0 tenants without",
  noun: "tenants",
  mayBeEmpty: false,
};

function toCheck(findings: Findings, basis: Basis, check: DataCheck): readonly Check[] {
  const { id, title, section, target, noun, mayBeEmpty } = check;
  const empty = findings.checked === 0 && findings.faults === 0;
  const base = { id, group: "data" as const, title, section, target, basis, unit: noun };
  if (empty && mayBeEmpty) return [];
  if (empty) {
    const nothing = { figure: "no samples", value: null, bound: 0, samples: 0 };
    return [{ ...base, ...nothing, verdict: "fail", detail: `No ${noun} to check.` }];
  }
  const counted = {
    ...base,
    figure: `${formatCount(findings.faults)} of ${formatCount(findings.checked)} ${noun} at fault`,
    value: findings.faults,
    bound: 0,
    samples: findings.checked,
    verdict: findings.faults === 0 ? "pass" : "fail",
    detail: findings.faults === 0 ? "Read back after the run." : findings.examples.join("; "),
  } as const;
  return [counted];
}
