import type { StatusCode } from "../../../firestore/data/status.ts";
import { UserError } from "../../cli/errors.ts";

/** What Cloud Monitoring refused a call with, or why it was never answered. */
export class MonitoringFault extends Error {
  override readonly name = "MonitoringFault";
  readonly code: StatusCode;

  constructor(code: StatusCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Worth another try: it may pass by itself, or when fewer calls are made. */
export function isPassing({ code }: MonitoringFault): boolean {
  return (
    code === "UNAVAILABLE" ||
    code === "DEADLINE_EXCEEDED" ||
    code === "RESOURCE_EXHAUSTED" ||
    code === "INTERNAL"
  );
}

/** The same as the operator is to hear it: what to put right. */
export function operatorError(fault: MonitoringFault, project: string): UserError {
  const [code, hint] = remedyOf(fault, project);
  const said = `Cloud Monitoring of ${project}: ${fault.code}: ${fault.message}`;
  return new UserError(code, said, hint, { cause: fault });
}

function remedyOf(
  { code, message }: MonitoringFault,
  project: string,
): readonly ["E_MONITORING" | "E_STAGING_ROLE" | "E_NO_CREDENTIALS", string] {
  const isOff = /SERVICE_DISABLED|has not been used|is disabled/.test(message);
  if (code === "PERMISSION_DENIED" && isOff) {
    const command = `gcloud services enable monitoring.googleapis.com --project ${project}`;
    return ["E_MONITORING", `Enable the API: ${command}`];
  }
  if (code === "PERMISSION_DENIED") {
    return [
      "E_STAGING_ROLE",
      "Give the credentials Monitoring Viewer (roles/monitoring.viewer) on the project: it may list time series and metric descriptors.",
    ];
  }
  if (code === "UNAUTHENTICATED") {
    return [
      "E_NO_CREDENTIALS",
      "Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to a credentials file.",
    ];
  }
  if (code === "RESOURCE_EXHAUSTED") {
    return [
      "E_MONITORING",
      "The call was repeated for two minutes. Others use up the project's quota of the Monitoring API: wait, or raise it.",
    ];
  }
  return [
    "E_MONITORING",
    "Nothing was changed. Try again later: Monitoring keeps its points for six weeks.",
  ];
}
