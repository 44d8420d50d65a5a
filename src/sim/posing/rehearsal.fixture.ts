import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Firestore } from "@google-cloud/firestore";
import { onTestFinished, vi } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { channelCredentials } from "../staging/channel-credentials.ts";
import { openProject } from "../staging/project-file.ts";
import type { StagingProject } from "../staging/project.ts";
import { createFakeMachine } from "../targets/fake-machine.fixture.ts";
import { openRehearsal, type OpenRehearsal } from "./open-rehearsal.ts";
import { resolveRehearsalSettings } from "./rehearsal-settings.ts";

export const PROJECT = "demo-rehearsal";

/** A rehearsal in this process, and the project as a staging run opens it: by the two files alone. */
export interface Rehearsed {
  readonly rehearsal: OpenRehearsal;
  readonly staging: StagingProject;
  /** Of Google's own client, with tokens. */
  readonly firestore: Firestore;
}

/** All of it ends with the test. */
export async function rehearse(
  options: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Rehearsed> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-rehearsal-"));
  const ending = new AbortController();
  onTestFinished(async () => {
    ending.abort();
    await rm(folder, { recursive: true });
  });
  const rehearsal = await openRehearsal(
    resolveRehearsalSettings({
      project: PROJECT,
      backend: "embedded",
      latency: "off",
      folder,
      ...options,
    }),
    createFakeMachine({ files }),
    createRealClock(),
    { log: (line) => process.stderr.write(`${line}\n`), signal: ending.signal },
  );
  onTestFinished(() => rehearsal.close());
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", rehearsal.files.credentialsFile);
  onTestFinished(() => void vi.unstubAllEnvs());
  const staging = await openProject(
    { projectId: PROJECT, file: rehearsal.files.projectFile },
    { readText: (path) => readFile(path, "utf8") },
  );
  const firestore = new Firestore({
    projectId: PROJECT,
    host: staging.endpoints.firestore.host,
    sslCreds: channelCredentials(staging, "firestore"),
  });
  onTestFinished(() => firestore.terminate());
  return { rehearsal, staging, firestore };
}
