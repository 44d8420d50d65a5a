import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/sim/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const READY = /rehearsal of \S+ listening on (\S+) /;
const CREDENTIALS = /GOOGLE_APPLICATION_CREDENTIALS=(\S+)/;
const PROJECT_FILE = /--project-file (\S+)/;
const GATEWAY = /http:\/\/(\S+)\/plimsoll what/;
const CONFIG_FILE = /--config (\S+)/;

export interface Outcome {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

/** A command that goes on. */
interface Started {
  readonly child: ChildProcess;
  /** Resolves with what matched once it has been printed; rejects when the command ends before. */
  printed(text: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Outcome>;
}

/** The command line as a process, in the repository's folder. */
function startSim(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Started {
  const {
    FIRESTORE_EMULATOR_HOST: _,
    METADATA_SERVER_DETECTION: _detection,
    ...inherited
  } = process.env;
  const child = spawn(process.execPath, ["--import", TSX, MAIN, ...parameters], {
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const looks: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const look of looks) look();
    });
  }
  return {
    child,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = text.exec(output);
          if (found !== null) resolve(found);
        };
        looks.push(look);
        child.once("close", () => reject(new Error(`ended before ${text}:\n${output}`)));
        look();
      }),
    ended: once(child, "close").then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      output,
    })),
  };
}

/** A rehearsal as a process of its own, and commands that find it by the two files it wrote. */
export interface RehearsedProject {
  readonly projectId: string;
  readonly folder: string;
  /** Starts a command with the project's credentials. */
  start(...parameters: readonly string[]): Started;
  /** The same to its end. */
  sim(...parameters: readonly string[]): Promise<Outcome>;
  /** Parameters that name the project: --project and --project-file. */
  readonly named: readonly string[];
  /** The allow-list: --config. */
  readonly listed: readonly string[];
  /** Both, for a run. */
  readonly target: readonly string[];
  /** Has something go wrong, or asks the rehearsal how it is. */
  control(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown>;
  /** So many documents written through the door by somebody with rights, who is no run of ours. */
  writeAside(count: number): Promise<void>;
  /** Paths of all documents that there are, read behind the door. */
  documents(): Promise<readonly string[]>;
  /** Writes that have reached the database, refused ones too. */
  writes(): Promise<number>;
  stop(): Promise<void>;
}

export async function startRehearsal(
  projectId: string,
  options: readonly string[],
): Promise<RehearsedProject> {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-staging-"));
  const given = ["--project", projectId, "--folder", join(folder, "project"), ...options];
  const rehearsal = startSim(["rehearsal", ...given]);
  await rehearsal.printed(/Ctrl-C ends it/);
  const [, apis = ""] = await rehearsal.printed(READY);
  const [, credentials = ""] = await rehearsal.printed(CREDENTIALS);
  const [, projectFile = ""] = await rehearsal.printed(PROJECT_FILE);
  const [, configFile = ""] = await rehearsal.printed(CONFIG_FILE);
  const [, gateway = ""] = await rehearsal.printed(GATEWAY);
  const environment = { GOOGLE_APPLICATION_CREDENTIALS: credentials };
  const named = ["--project", projectId, "--project-file", projectFile];
  const start = (...parameters: readonly string[]): Started => startSim(parameters, environment);
  return {
    projectId,
    folder,
    start,
    sim: (...parameters) => start(...parameters).ended,
    named,
    listed: ["--config", configFile],
    target: ["--target", "staging", ...named, "--config", configFile],
    control: async (method, path, body) => {
      const response = await fetch(`http://${apis}/plimsoll/rehearsal${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.json();
    },
    writeAside: async (count) => {
      const subject = readFileSync(join(folder, "project", "subject-token"), "utf8");
      const form = { grant_type: TOKEN_EXCHANGE, subject_token: subject };
      const exchanged = await fetch(`http://${apis}/v1/token`, {
        method: "POST",
        body: new URLSearchParams(form),
      });
      const { access_token: token } = (await exchanged.json()) as { readonly access_token: string };
      const database = `projects/${projectId}/databases/(default)`;
      const writes = Array.from({ length: count }, (_, index) => ({
        update: { name: `${database}/documents/aside/${index}`, fields: {} },
      }));
      const response = await fetch(`http://${apis}/v1/${database}/documents:commit`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ writes }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    documents: async () => {
      const root = `projects/${projectId}/databases/(default)/documents`;
      const select = { fields: [{ fieldPath: "__name__" }] };
      const structuredQuery = { from: [{ allDescendants: true }], select };
      const response = await fetch(`http://${gateway}/v1/${root}:runQuery`, {
        method: "POST",
        body: JSON.stringify({ structuredQuery }),
      });
      const answers = (await response.json()) as {
        readonly document?: { readonly name: string };
      }[];
      return answers.flatMap(({ document }) =>
        document === undefined ? [] : [document.name.slice(root.length + 1)],
      );
    },
    writes: async () => {
      const response = await fetch(`http://${gateway}/plimsoll/v1/limits`);
      const { writes } = (await response.json()) as { readonly writes: { attempted: number } };
      return writes.attempted;
    },
    stop: async () => {
      rehearsal.child.kill("SIGTERM");
      await rehearsal.ended;
      rmSync(folder, { recursive: true });
    },
  };
}
