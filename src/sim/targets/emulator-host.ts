import { UserError } from "../cli/errors.ts";

const VARIABLE = "FIRESTORE_EMULATOR_HOST";

/**
 * Reads FIRESTORE_EMULATOR_HOST, or an option that stands for it (`source`, as faults name it). Only
 * this machine is accepted: a load run against another one, by a variable left over in a shell,
 * would be an attack. Returns host:port.
 */
export function readEmulatorHost(value: string, source = VARIABLE): string {
  const match = /^(?<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+):(?<port>\d{1,5})$/i.exec(value);
  const { host = "", port = "" } = match?.groups ?? {};
  if (match === null || Number(port) < 1 || Number(port) > 65_535) {
    throw refused(source, value, "is not a host and port. Accepted: such as 127.0.0.1:8080.");
  }
  if (!isLoopback(host.toLowerCase())) {
    throw refused(
      source,
      value,
      "is not this machine. Accepted: 127.0.0.1, localhost or [::1] with a port.",
    );
  }
  return value;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

function refused(source: string, value: string, fault: string): UserError {
  return new UserError(
    "E_EMULATOR_HOST",
    `${source}: ${JSON.stringify(value)} ${fault}`,
    source === VARIABLE
      ? "Correct the variable, or unset it to have an emulator started."
      : "Name a target on this machine, for one that `npm run sim -- gateway --port 8080` starts.",
  );
}
