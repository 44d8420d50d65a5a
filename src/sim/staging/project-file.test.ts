import { describe, expect, it } from "vitest";
import type { AccessTokens } from "./access-tokens.ts";
import { openProject } from "./project-file.ts";

const TOKENS = { accessToken: () => Promise.resolve("secret") } as unknown as AccessTokens;

const open = (content: unknown, projectId = "my-staging") =>
  openProject(
    { projectId, file: "p.json" },
    {
      readText: () =>
        Promise.resolve(typeof content === "string" ? content : JSON.stringify(content)),
    },
    TOKENS,
  );

const FILE = { format: "plimsoll-project/1", project: "my-staging" };

describe("openProject", () => {
  it("takes Google's hosts where no file names others", async () => {
    const machine = { readText: () => Promise.reject(new Error("not to be read")) };
    const project = await openProject({ projectId: "my-staging", file: null }, machine, TOKENS);
    expect(project).toMatchObject({ databaseId: "(default)", webApiKey: null, isGoogle: true });
    expect(project.endpoints.rules).toEqual({ host: "firebaserules.googleapis.com", tls: true });
  });

  it("takes a file's own hosts, and knows that the project is then not Google's", async () => {
    const firestore = { host: "127.0.0.1:8080", tls: false };
    const project = await open({ ...FILE, webApiKey: "key", endpoints: { firestore } });
    expect(project.endpoints.firestore).toEqual(firestore);
    expect(project).toMatchObject({ webApiKey: "key", isGoogle: false });
  });

  it.each([
    ["no JSON", "{", "p.json: "],
    ["another format", { ...FILE, format: "x" }, "format: "],
    ["another project", { ...FILE, project: "other-one" }, '"other-one", and --project'],
    ["an unknown key", { ...FILE, key: "x" }, "key"],
    ["a host that is none", { ...FILE, endpoints: { rules: { host: "http://x" } } }, "not a host"],
    [
      "plain text to another machine",
      { ...FILE, endpoints: { firestore: { host: "10.0.0.1:80", tls: false } } },
      "endpoints.firestore.tls: may be false for a host of this machine only",
    ],
  ])("refuses %s", async (_, content, text) => {
    await expect(open(content)).rejects.toMatchObject({
      code: "E_PROJECT_FILE",
      message: expect.stringContaining(text),
    });
  });

  it("refuses what is no project ID", async () => {
    await expect(open(FILE, "My Project")).rejects.toMatchObject({ code: "E_STAGING_REFUSED" });
  });
});
