import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { USER_ERRORS, UserError } from "./errors.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { EXIT_CODE_HELP } from "./help-text.ts";

const SOURCES = new URL("../../", import.meta.url);
const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
const codes = Object.keys(USER_ERRORS);

it("has every code explained in docs/errors.md, and no other", () => {
  const explained = [...page.matchAll(/^### (\S+)$/gm)].map((match) => match[1] ?? "");
  expect(explained.toSorted()).toEqual(codes.toSorted());
});

it("has every code under the heading of its exit code", () => {
  const sections = page.split(/^## /m).slice(1);
  for (const section of sections) {
    const exitCode = Number(/\(exit (\d+)\)/.exec(section)?.[1]);
    const listed = [...section.matchAll(/^### (\S+)$/gm)].map((match) => match[1] ?? "");
    for (const code of listed)
      expect({ code, exitCode: USER_ERRORS[code as "E_NO_JAVA"] }).toEqual({ code, exitCode });
  }
});

it("has every code thrown somewhere", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith("cli/errors.ts"),
  );
  const text = files.map((path) => readFileSync(new URL(path, SOURCES), "utf8")).join("\n");
  expect(codes.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});

it("has every exit code in the help and in docs/errors.md", () => {
  for (const exitCode of Object.values(EXIT_CODES)) {
    expect(EXIT_CODE_HELP).toMatch(new RegExp(`^  ${exitCode} `, "m"));
    expect(page).toContain(`| ${exitCode} |`);
  }
});

it("carries the exit code of its code", () => {
  expect(new UserError("E_TARGET_DIED", "m", "h").exitCode).toBe(1);
  expect(new UserError("E_NO_JAVA", "m", "h").exitCode).toBe(2);
});
