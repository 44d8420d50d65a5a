import { collectionGroup, doc, getDoc, getDocs, query, setDoc, where } from "firebase/firestore";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { DOCUMENT_FAMILIES } from "../../src/system/schema/catalogue.ts";
import { readRuleCoverage } from "../setup/rule-coverage.ts";
import { matchBlocks } from "../setup/rules-blocks.ts";
import { CONTENT_CASES } from "../setup/rules-contents.ts";
import { attempt, OPERATIONS, RULES_TABLE } from "../setup/rules-table.ts";
import {
  openRulesWorld,
  type Persona,
  PERSONAS,
  PREFERENCES,
  readRules,
  type RulesWorld,
  verdictOf,
} from "../setup/rules-world.ts";

const EVERYBODY = Object.keys(PERSONAS) as Persona[];

let world: RulesWorld;
beforeAll(async () => {
  world = await openRulesWorld(inject("firestoreEndpoint"), `demo-rules-${process.pid}`);
});
beforeEach(() => world.reset());
afterAll(() => world.close());

/** Those whose attempt passes, when everybody tries. */
async function allowedOf(tryAs: (persona: Persona) => Promise<unknown>): Promise<Persona[]> {
  const verdicts = await Promise.all(EVERYBODY.map((persona) => verdictOf(tryAs(persona))));
  return EVERYBODY.filter((_, index) => verdicts[index] === "allowed");
}

describe("who may do what", () => {
  const rows = RULES_TABLE.flatMap((row) =>
    OPERATIONS.map((operation) => ({ row, operation, block: row.block })),
  );

  it.each(rows)("$operation in $block", async ({ row, operation }) => {
    const allowed = await allowedOf((persona) =>
      attempt(row, operation, persona, world.as(persona)),
    );

    expect(allowed).toEqual(row.allowed[operation] ?? []);
  });

  it("create in /users/{uid}/config/preferences: one's own, where there are none", async () => {
    const created = (persona: Persona, uid: string) =>
      setDoc(doc(world.as(persona), `users/${uid}/config/preferences`), PREFERENCES);

    expect(await verdictOf(created("colleague", "colleague"))).toBe("allowed");
    expect(await allowedOf((persona) => created(persona, "somebody"))).toEqual([]);
  });

  it("get in /tenants/{tenantId}/users/{uid}: not one's own that was left behind", async () => {
    const left = getDoc(doc(world.as("mover"), "tenants/acme/users/mover"));

    expect(await verdictOf(left)).toBe("refused");
  });
});

describe("what may be written", () => {
  it.each(CONTENT_CASES)("$verdict: $name", async ({ as, verdict, write }) => {
    expect(await verdictOf(write(world.as(as)))).toBe(verdict);
  });
});

describe("queries over every collection of a name", () => {
  const names = new Set(DOCUMENT_FAMILIES.map(({ pattern }) => pattern.split("/").at(-2) ?? ""));

  it.each([...names])("%s: refused to everybody, even about oneself", async (name) => {
    const all = (persona: Persona) => getDocs(collectionGroup(world.as(persona), name));
    const own = (persona: Persona) => {
      const isOwn = where("uid", "==", PERSONAS[persona]?.uid ?? "nobody");
      return getDocs(query(collectionGroup(world.as(persona), name), isOwn));
    };

    expect(await allowedOf(all)).toEqual([]);
    expect(await allowedOf(own)).toEqual([]);
  });
});

describe("the table of the tests", () => {
  const blocks = matchBlocks(readRules());

  it("has a row for each match block of the rules, and no other", () => {
    expect(blocks.length).toBeGreaterThan(0);
    expect(RULES_TABLE.map(({ block }) => block).toSorted()).toEqual(
      blocks.map(({ path }) => path).toSorted(),
    );
  });

  it("has somebody who is allowed what a block grants, and nobody else", () => {
    const grants = blocks.map(({ path, granted }) => [path, granted.toSorted()]);
    const rows = RULES_TABLE.map(({ block, allowed }) => {
      // Nobody in the table may create preferences, since bob has some: tested by itself.
      const apart = block === "/users/{uid}/config/preferences" ? ["create"] : [];
      return [block, [...Object.keys(allowed), ...apart].toSorted()];
    });

    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(grants));
  });

  it("covers every kind of document the service keeps", () => {
    const matchers = blocks
      .filter(({ path }) => path !== "/{document=**}")
      .map(({ path }) => patternOf(path));
    const uncovered = DOCUMENT_FAMILIES.filter(
      ({ pattern }) => !matchers.some((matcher) => matcher.test(examplePath(pattern))),
    );

    expect(uncovered).toEqual([]);
  });

  function patternOf(block: string): RegExp {
    const anything = block.replace(/\{[^}]*=\*\*\}/, ".+");
    return new RegExp(`^${anything.replaceAll(/\{[^}]*\}/g, "[^/]+")}$`);
  }

  /** The two documents that the rules name have these IDs. */
  function examplePath(pattern: string): string {
    const named = pattern.replace("{statusId}", "trading").replace("{configId}", "preferences");
    return `/${named.replaceAll(/\{[^}]*\}/g, "x")}`;
  }
});

// Last, since it looks back at what all attempts above have made of the rules.
describe("the emulator's rule coverage", () => {
  it("has every expression of the rules come out both ways", async () => {
    const coverage = await readRuleCoverage(inject("firestoreEndpoint"), world.projectId);

    expect(coverage.expressions).toBeGreaterThan(100);
    expect(coverage.oneSided).toEqual([]);
  });
});
