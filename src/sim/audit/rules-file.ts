/*
 * A light reader of firestore.rules: blocks, paths, allow statements, functions. Of expressions it
 * reads no more than which functions they call. It does not evaluate conditions, follow `let`
 * variables, or know types; docs/audit.md says what follows from that.
 */

export interface RulesFile {
  readonly blocks: readonly MatchBlock[];
}

export interface MatchBlock {
  /** The path from the database's documents, "/users/{uid}/trades/{tradeId}" or "/{document=**}". */
  readonly path: string;
  readonly line: number;
  readonly allows: readonly Allow[];
}

export interface Allow {
  readonly line: number;
  readonly methods: readonly string[];
  /** The condition in one line; "true" where there is none. */
  readonly condition: string;
  /** The same; where it is but a call of a function that only returns something, what that is. */
  readonly meaning: string;
  /** The documents it looks up: get(), exists(), getAfter(), existsAfter(), each text once. */
  readonly lookups: readonly string[];
}

/** What could not be read, and on which line. */
export class RulesFault extends Error {
  override readonly name = "RulesFault";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export function readRules(text: string): RulesFile {
  return { blocks: new RulesReader(withoutComments(text)).read() };
}

interface RulesFunction {
  readonly parameters: readonly string[];
  readonly body: string;
}

interface Scope {
  readonly path: string;
  readonly functions: Map<string, RulesFunction>;
  readonly outer: Scope | undefined;
}

interface OpenBlock {
  readonly path: string;
  readonly line: number;
  readonly scope: Scope;
  readonly allows: {
    readonly line: number;
    readonly methods: readonly string[];
    readonly condition: string;
  }[];
}

/** A semicolon is optional: the emulator's compiler takes "allow read allow write: if true". */
const END_OF_CONDITION = /[;}]|\b(?:allow\s+\w|match\s+\/|function\s+\w)/y;
const END_OF_BODY = /\}/y;

const DOCUMENTS = /^\/databases\/\{[^}]*\}\/documents/;

class RulesReader {
  readonly #text: string;
  #at = 0;
  /** Lines are counted as the reader goes on, never anew from the top. */
  #lineNumber = 1;
  #counted = 0;
  readonly #blocks: OpenBlock[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly MatchBlock[] {
    this.#readStatements({ path: "", functions: new Map(), outer: undefined }, undefined);
    if (!/\bservice\s+cloud\.firestore\b/.test(this.#text)) {
      throw new RulesFault("no `service cloud.firestore` block", 1);
    }
    // Functions may be declared after what calls them.
    return this.#blocks
      .filter(({ allows }) => allows.length > 0)
      .map(({ path, line, scope, allows }) => ({
        path: path.replace(DOCUMENTS, ""),
        line,
        allows: allows.map((allow) => ({
          ...allow,
          meaning: meaningOf(allow.condition, scope, 0),
          lookups: [...lookupsOf(allow.condition, scope, 0)],
        })),
      }));
  }

  /** Reads to the end of the block, or of the file for `block` undefined at the top. */
  #readStatements(scope: Scope, block: OpenBlock | undefined): void {
    while (true) {
      this.#skip(/[\s;]*/y);
      if (this.#at >= this.#text.length) {
        if (scope.outer !== undefined) throw this.#fault("a block without its end");
        return;
      }
      if (this.#skip(/\}/y) !== undefined) {
        if (scope.outer === undefined) throw this.#fault("a } too many");
        return;
      }
      this.#readStatement(scope, block);
    }
  }

  #readStatement(scope: Scope, block: OpenBlock | undefined): void {
    if (this.#skip(/rules_version\s*=\s*['"][^'"]*['"]/y) !== undefined) return;
    if (this.#skip(/service\s+[\w.]+\s*\{/y) !== undefined) {
      this.#readStatements({ path: "", functions: new Map(), outer: scope }, undefined);
    } else if (this.#skip(/match\s+/y) !== undefined) this.#readMatch(scope);
    else if (this.#skip(/function\s+/y) !== undefined) this.#readFunction(scope);
    else if (block !== undefined && this.#skip(/allow\s+/y) !== undefined) this.#readAllow(block);
    else throw this.#fault("expected match, allow or function");
  }

  #readMatch(outer: Scope): void {
    const line = this.#line();
    const path = this.#skip(/(?:\/(?:\{[^}\s]*\}|[^\s/{}]+))+/y);
    if (path === undefined || this.#skip(/\s*\{/y) === undefined) {
      throw this.#fault("expected a path and {");
    }
    const scope: Scope = { path: outer.path + path, functions: new Map(), outer };
    const block: OpenBlock = { path: scope.path, line, scope, allows: [] };
    this.#blocks.push(block);
    this.#readStatements(scope, block);
  }

  #readFunction(scope: Scope): void {
    const head = this.#skip(/\w+\s*\([^)]*\)\s*\{/y);
    const [, name, parameters] = /^(\w+)\s*\(([^)]*)\)/.exec(head ?? "") ?? [];
    if (name === undefined || parameters === undefined) throw this.#fault("expected name(…) {");
    const body = this.#readTo(END_OF_BODY);
    this.#at += 1;
    scope.functions.set(name, { parameters: parameters.match(/\w+/g) ?? [], body });
  }

  #readAllow(block: OpenBlock): void {
    const line = this.#line();
    const methods = this.#skip(/\w+(?:\s*,\s*\w+)*/y)?.match(/\w+/g) ?? [];
    if (methods.length === 0) throw this.#fault("expected methods");
    const hasCondition = this.#skip(/\s*:\s*if\b/y) !== undefined;
    const condition = hasCondition ? oneLine(this.#readTo(END_OF_CONDITION)) : "true";
    block.allows.push({ line, methods, condition });
  }

  /** The text up to an end outside of texts, parentheses and inner braces; stands before the end then. */
  #readTo(end: RegExp): string {
    const start = this.#at;
    let depth = 0;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? "";
      if (depth === 0 && this.#stands(end)) return this.#text.slice(start, this.#at);
      if (character === "'" || character === '"') this.#skipText();
      else {
        if ("([{".includes(character)) depth += 1;
        if (")]}".includes(character)) depth -= 1;
        this.#at += 1;
      }
    }
    throw this.#fault("an expression without its end");
  }

  #skipText(): void {
    if (this.#skip(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y) === undefined) {
      throw this.#fault("a text without its end");
    }
  }

  #stands(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    if (match !== undefined) this.#at += match.length;
    return match;
  }

  #line(): number {
    for (; this.#counted < this.#at; this.#counted += 1) {
      if (this.#text[this.#counted] === "\n") this.#lineNumber += 1;
    }
    return this.#lineNumber;
  }

  #fault(what: string): RulesFault {
    const found = this.#text.slice(this.#at, this.#at + 30).split("\n")[0] ?? "";
    const shown = found === "" ? "the end" : JSON.stringify(found);
    return new RulesFault(`${what}, found ${shown}`, this.#line());
  }
}

/** Comments become blanks, so that lines stay what they are. Texts are left alone. */
function withoutComments(text: string): string {
  return text.replaceAll(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (part) => (part.startsWith("/") ? part.replaceAll(/[^\n]/g, " ") : part),
  );
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}

const LOOKUPS = new Set(["get", "exists", "getAfter", "existsAfter"]);

/** Functions call each other at most so deep (quotas page, security rules). */
const DEEPEST_CALL = 20;

/** The lookups of an expression, those within the functions it calls included, with their arguments put in. */
function lookupsOf(expression: string, scope: Scope, depth: number): ReadonlySet<string> {
  const found = new Set<string>();
  if (depth > DEEPEST_CALL) return found;
  for (const { name, inner } of callsIn(expression)) {
    if (LOOKUPS.has(name)) found.add(`${name}(${oneLine(inner)})`);
    const known = functionOf(name, scope);
    if (known === undefined) continue;
    const values = splitArguments(inner);
    for (const lookup of lookupsOf(known.body, scope, depth + 1)) {
      found.add(withArguments(lookup, known.parameters, values));
    }
  }
  return found;
}

/** What a condition comes to that says it in a function: `isSignedIn()` is `request.auth != null`. */
function meaningOf(written: string, scope: Scope, depth: number): string {
  const condition = withoutParentheses(written);
  const name = /^(\w+)\(\)$/.exec(condition)?.[1];
  const body = name === undefined ? undefined : functionOf(name, scope)?.body;
  const returned = /^\s*return\b([^;]*);?\s*$/.exec(body ?? "")?.[1];
  if (returned === undefined || depth > DEEPEST_CALL) return condition;
  return meaningOf(oneLine(returned), scope, depth + 1);
}

/** "((a) || (b))" is "(a) || (b)". */
function withoutParentheses(expression: string): string {
  const isWhole = expression.startsWith("(") && endOfCall(expression, 1) === expression.length - 1;
  return isWhole ? withoutParentheses(expression.slice(1, -1).trim()) : expression;
}

interface Call {
  readonly name: string;
  readonly inner: string;
}

/** Calls of functions, not of methods: those after a dot are the value's own. */
function callsIn(expression: string): readonly Call[] {
  const blanked = expression.replaceAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (text) =>
    "_".repeat(text.length),
  );
  return [...blanked.matchAll(/(?<![.\w])(\w+)\s*\(/g)].map((match) => {
    const start = match.index + match[0].length;
    return { name: match[1] ?? "", inner: expression.slice(start, endOfCall(blanked, start)) };
  });
}

function endOfCall(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    if ("([{".includes(text[at] ?? "")) depth += 1;
    if (")]}".includes(text[at] ?? "")) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function splitArguments(inner: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < inner.length; at += 1) {
    if ("([{".includes(inner[at] ?? "")) depth += 1;
    if (")]}".includes(inner[at] ?? "")) depth -= 1;
    if (depth === 0 && inner[at] === ",") {
      parts.push(inner.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, inner.slice(start).trim()];
}

function functionOf(name: string, scope: Scope | undefined): RulesFunction | undefined {
  if (scope === undefined) return undefined;
  return scope.functions.get(name) ?? functionOf(name, scope.outer);
}

function withArguments(
  text: string,
  parameters: readonly string[],
  values: readonly string[],
): string {
  return text.replaceAll(/(?<![.\w])\w+/g, (word) => {
    const at = parameters.indexOf(word);
    return at === -1 ? word : (values[at] ?? word);
  });
}
