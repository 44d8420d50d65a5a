import { UserError } from "../cli/errors.ts";

/**
 * Reads FIRESTORE_EMULATOR_HOST. Only this machine is accepted: a load run against another one,
 * by a variable left over in a shell, would be an attack. Returns host:port.
 */
export function readEmulatorHost(value: string): string {
  const match = /^(?<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+):(?<port>\d{1,5})$/i.exec(value);
  const { host = "", port = "" } = match?.groups ?? {};
  if (match === null || Number(port) < 1 || Number(port) > 65_535) {
    throw refused(value, "is not a host and port. Accepted: such as 127.0.0.1:8080.");
  }
  if (!isLoopback(host.toLowerCase())) {
    throw refused(
      value,
      "is not this machine. Accepted: 127.0.0.1, localhost or [::1] with a port.",
    );
  }
  return value;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

function refused(value: string, fault: string): UserError {
  return new UserError(
    "E_EMULATOR_HOST",
    `FIRESTORE_EMULATOR_HOST: ${JSON.stringify(value)} ${fault}`,
    "Correct the variable, or unset it to have an emulator started.",
  );
}
