import { execFile } from "node:child_process";
import { readFile, readdir, realpath, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { startGuarded } from "./guarded-process.ts";
import type { CommandOutput, Machine } from "./machine.ts";

const COMMAND_TIMEOUT_MS = 20_000;

/** The computer this process runs on. */
export function createRealMachine(): Machine {
  return {
    environment: process.env,
    homeFolder: homedir(),
    nodeVersion: process.versions.node,
    availableMemoryBytes: () => process.availableMemory(),
    freeDiskBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    isFile: async (path) => (await stat(path).catch(() => undefined))?.isFile() ?? false,
    list: async (folder) => (await readdir(folder).catch((): string[] => [])).sort(),
    realPath: (path) => realpath(path).catch(() => undefined),
    readText: (path) => readFile(path, "utf8"),
    run,
    start: startGuarded,
    freePort: async () => {
      const port = await listenOnce(0);
      if (port === undefined) throw new Error("127.0.0.1 has no free port");
      return port;
    },
    isPortFree: async (port) => (await listenOnce(port)) !== undefined,
  };
}

function run(command: string, parameters: readonly string[]): Promise<CommandOutput> {
  return new Promise((resolve) => {
    const options = { timeout: COMMAND_TIMEOUT_MS, windowsHide: true };
    execFile(command, [...parameters], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ exitCode, output: `${stdout}${stderr}` });
    });
  });
}

/** Opens and closes a listener; undefined when the port is taken or not allowed. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address() as AddressInfo;
      server.close(() => resolve(address.port));
    });
  });
}
