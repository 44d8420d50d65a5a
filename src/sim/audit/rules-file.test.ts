import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRules, RulesFault, type MatchBlock } from "./rules-file.ts";

function blocksOf(...lines: readonly string[]): readonly MatchBlock[] {
  const head = "service cloud.firestore { match /databases/{db}/documents {";
  return readRules(`${head}\n${lines.join("\n")}\n}}`).blocks;
}

/** The lookups of the only allow statement. */
function lookupsOf(...lines: readonly string[]): readonly string[] {
  return blocksOf(...lines)[0]?.allows[0]?.lookups ?? [];
}

describe("readRules", () => {
  it("reads our own", () => {
    const { blocks } = readRules(readFileSync("firestore.rules", "utf8"));
    expect(blocks.map(({ path }) => path)).toContain("/users/{uid}/shadowTradeHistory/{tradeId}");
    expect(blocks.length).toBeGreaterThanOrEqual(14);
    expect(blocks.flatMap(({ allows }) => allows).every(({ methods }) => methods.length > 0)).toBe(
      true,
    );
  });

  it("joins the paths of blocks within blocks, and tells their lines", () => {
    const blocks = blocksOf(
      "match /users/{uid} {",
      "  allow get: if true;",
      "  match /trades/{tradeId} { allow read, write: if request.auth.uid == uid; }",
      "}",
      "match /{document=**} { allow read; }",
    );
    expect(blocks.map(({ path, line, allows }) => [path, line, allows[0]?.methods])).toEqual([
      ["/users/{uid}", 2, ["get"]],
      ["/users/{uid}/trades/{tradeId}", 4, ["read", "write"]],
      ["/{document=**}", 6, ["read"]],
    ]);
    expect(blocks[2]?.allows[0]?.condition).toBe("true");
  });

  it("is not led astray by comments, texts and braces", () => {
    const blocks = blocksOf(
      "/* match /a/{b} { */ // allow read: if true;",
      "match /a/{b} { allow read: if b.matches('[^/;}]{1,3}//') && {'x': ';'}.x == \";\"; }",
    );
    expect(blocks).toMatchObject([
      {
        path: "/a/{b}",
        line: 3,
        allows: [{ condition: `b.matches('[^/;}]{1,3}//') && {'x': ';'}.x == ";"` }],
      },
    ]);
  });

  it("needs no semicolons", () => {
    const [block] = blocksOf(
      "match /a/{b} {",
      "  allow get",
      "  allow list: if request.auth != null",
      "  allow update, delete : if isAllowed()",
      "  function isAllowed() { return b in ['match', 'allow it'] }",
      "  allow create: if true",
      "  match /c/{d} { allow read: if d == b }",
      "}",
    );
    expect(block?.allows.map(({ line, methods, condition }) => [line, methods, condition])).toEqual(
      [
        [3, ["get"], "true"],
        [4, ["list"], "request.auth != null"],
        [5, ["update", "delete"], "isAllowed()"],
        [7, ["create"], "true"],
      ],
    );
    expect(block?.allows[2]?.meaning).toBe("b in ['match', 'allow it']");
  });

  it.each([
    ["(true)", "true"],
    ["((request.auth != null))", "request.auth != null"],
    ["(a) || (b)", "(a) || (b)"],
    ["(isIn())", "request.auth != null"],
  ])("takes %s for %s", (condition, meaning) => {
    const [block] = blocksOf(
      "function isIn() { return (request.auth != null); }",
      `match /a/{b} { allow read: if ${condition}; }`,
    );
    expect(block?.allows[0]?.meaning).toBe(meaning);
  });

  it("finds what a condition looks up, in the functions it calls too", () => {
    expect(
      lookupsOf(
        "function isAdmin(t) { return hasRole(t, 'admin') && exists(/databases/$(db)/documents/on/$(t)); }",
        "match /a/{b} { allow read: if isAdmin(b); }",
        "function hasRole(tenant, role) { let user = get(/databases/$(db)/documents/u/$(tenant)); return user.data.role == role; }",
      ),
    ).toEqual([
      "get(/databases/$(db)/documents/u/$(b))",
      "exists(/databases/$(db)/documents/on/$(b))",
    ]);
  });

  it("counts a document once, and not the get() of a map", () => {
    expect(
      lookupsOf(
        "match /a/{b} { allow read: if get(/x/$(b)).data.a && get(/x/$(b)).data.get('c', 'd') && resource.data.get('e', 1); }",
      ),
    ).toEqual(["get(/x/$(b))"]);
  });

  it("takes the function of the nearest block", () => {
    expect(
      lookupsOf(
        "function f() { return get(/outer/o); }",
        "match /a/{b} { function f() { return get(/inner/i); } allow read: if f(); }",
      ),
    ).toEqual(["get(/inner/i)"]);
  });

  it("tells what a function comes to that only returns something", () => {
    const [block] = blocksOf(
      "function isSignedIn() { return request.auth != null; }",
      "function isAnybody() { return isSignedIn(); }",
      "function isOwner(uid) { return request.auth.uid == uid; }",
      "match /a/{b} {",
      "  allow get: if isAnybody();",
      "  allow list: if isAnybody() && b == 'x';",
      "  allow create: if isOwner(b);",
      "}",
    );
    expect(block?.allows.map(({ meaning }) => meaning)).toEqual([
      "request.auth != null",
      "isAnybody() && b == 'x'",
      "isOwner(b)",
    ]);
  });

  it("comes to an end where functions call each other for ever", () => {
    expect(
      lookupsOf(
        "function f() { return f() || get(/a/b); }",
        "match /a/{b} { allow read: if f(); }",
      ),
    ).toEqual(["get(/a/b)"]);
  });

  it.each([
    ["match /a/{b} { allow read: if true; ", 3, "a block without its end"],
    ["match a/{b} { }", 2, "expected a path"],
    ["match /a/{b} {\n permit read; }", 3, "expected match, allow or function"],
    ["match /a/{b} { allow read: if 'x; }", 2, "a text without its end"],
    ["}}}", 2, "a } too many"],
  ])("refuses %s", (text, line, message) => {
    const read = () => blocksOf(text);
    expect(read).toThrow(message);
    expect(faultOf(read)?.line).toBe(line);
  });

  it("refuses what is about something else", () => {
    expect(() => readRules("service firebase.storage { }")).toThrow("cloud.firestore");
  });
});

function faultOf(read: () => unknown): RulesFault | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof RulesFault) return error;
    throw error;
  }
}
