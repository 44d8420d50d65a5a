/** A JSON text read, with the line of every value in it. */
export interface JsonDocument {
  readonly value: unknown;
  /** The 1-based line where the value at a path of keys and numbers begins, or of its nearest parent. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** What is wrong with a text that is no JSON, and on which line. */
export class JsonFault extends Error {
  override readonly name = "JsonFault";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/**
 * Reads JSON as the Firebase tools do: comments are allowed. Throws a JsonFault. JSON.parse would
 * not tell the lines, which is what the findings of an audit are known by.
 */
export function readJson(text: string): JsonDocument {
  const reader = new Reader(text);
  const value = reader.readDocument();
  const lines = reader.lines;
  return {
    value,
    lineOf(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const line = lines.get(keyOf(path.slice(0, length)));
        if (line !== undefined) return line;
      }
      return 1;
    },
  };
}

function keyOf(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}

/** Deeper than any index file, and far from the stack's end. */
const DEEPEST = 200;
const LITERALS = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Reader {
  readonly lines = new Map<string, number>();
  readonly #text: string;
  #at = 0;
  /** Lines are counted as the reader goes on, never anew from the top. */
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text.startsWith("\uFEFF") ? text.slice(1) : text;
  }

  readDocument(): unknown {
    const value = this.#readValue([]);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#fault("expected the end");
    return value;
  }

  #readValue(path: readonly PropertyKey[]): unknown {
    if (path.length > DEEPEST) throw this.#fault("nested too deeply");
    this.#skipSpace();
    this.lines.set(keyOf(path), this.#lineNow());
    const character = this.#text[this.#at];
    if (character === "{") return this.#readObject(path);
    if (character === "[") return this.#readArray(path);
    if (character === '"') return this.#readString();
    return this.#readAtom();
  }

  #readObject(path: readonly PropertyKey[]): unknown {
    const entries: [string, unknown][] = [];
    this.#readItems("}", () => {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#fault("expected a key in double quotes");
      const key = this.#readString();
      this.#skipSpace();
      this.#expect(":");
      entries.push([key, this.#readValue([...path, key])]);
    });
    return Object.fromEntries(entries);
  }

  #readArray(path: readonly PropertyKey[]): unknown {
    const items: unknown[] = [];
    this.#readItems("]", () => {
      items.push(this.#readValue([...path, items.length]));
    });
    return items;
  }

  #readItems(end: string, readItem: () => void): void {
    this.#at += 1;
    this.#skipSpace();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    while (true) {
      readItem();
      this.#skipSpace();
      if (this.#text[this.#at] === end) break;
      this.#expect(",", `, or ${end}`);
    }
    this.#at += 1;
  }

  #readString(): string {
    const match = matchAt(/"(?:[^"\\\n]|\\.)*"/y, this.#text, this.#at);
    if (match === undefined) throw this.#fault("a text without its end");
    return String(this.#parse(match));
  }

  #readAtom(): unknown {
    const match = matchAt(/[-+.\w]+/y, this.#text, this.#at);
    if (match === undefined) throw this.#fault("expected a value");
    if (LITERALS.has(match)) {
      this.#at += match.length;
      return LITERALS.get(match);
    }
    return this.#parse(match);
  }

  #parse(match: string): unknown {
    try {
      const value: unknown = JSON.parse(match);
      this.#at += match.length;
      return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw this.#fault(`${match} is no JSON value`);
    }
  }

  #expect(character: string, shown = character): void {
    if (this.#text[this.#at] !== character) throw this.#fault(`expected ${shown}`);
    this.#at += 1;
  }

  #skipSpace(): void {
    const space = matchAt(/(?:[ \t\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y, this.#text, this.#at);
    this.#at += space?.length ?? 0;
  }

  #lineNow(): number {
    for (; this.#counted < this.#at; this.#counted += 1) {
      if (this.#text[this.#counted] === "\n") this.#line += 1;
    }
    return this.#line;
  }

  #fault(what: string): JsonFault {
    const found = this.#text.slice(this.#at, this.#at + 20).split("\n")[0] ?? "";
    return new JsonFault(
      `${what}, found ${found === "" ? "the end" : JSON.stringify(found)}`,
      this.#lineNow(),
    );
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
