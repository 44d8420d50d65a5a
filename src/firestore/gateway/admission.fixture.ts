import type {
  Admission,
  Decision,
  QueryAttempt,
  ReadAttempt,
  WriteAttempt,
} from "../admission/admission.ts";

/** For tests: decides by path alone, and counts how often each has been asked for. */
export class FixtureAdmission implements Admission {
  readonly asked = new Map<string, number>();
  readonly #decide: (path: string, seen: number) => Decision;

  /** `seen`: how often the path has been asked for, this time included. */
  constructor(decide: (path: string, seen: number) => Decision) {
    this.#decide = decide;
  }

  commit({ writes }: WriteAttempt): Decision {
    return this.#all(writes.map(({ path }) => path));
  }

  batchWrite({ writes }: WriteAttempt): readonly Decision[] {
    return writes.map(({ path }) => this.#all([path]));
  }

  query({ query }: QueryAttempt): Decision {
    return this.#all([query.collectionId ?? ""]);
  }

  read({ paths }: ReadAttempt): Decision {
    return this.#all(paths);
  }

  #all(paths: readonly string[]): Decision {
    const decisions = paths.map((path) => {
      const seen = (this.asked.get(path) ?? 0) + 1;
      this.asked.set(path, seen);
      return this.#decide(path, seen);
    });
    const refused = decisions.find(({ kind }) => kind === "refuse");
    const delayMs = Math.max(0, ...decisions.map((one) => one.delayMs));
    return refused ?? { kind: "admit", delayMs };
  }
}
