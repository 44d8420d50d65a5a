import { describe, expect, it } from "vitest";
import { functionsPackage } from "../scripts/functions-package.ts";

const repository = {
  name: "plimsoll",
  version: "1.2.3",
  dependencies: { "@google-cloud/firestore": "9.4.1", pino: "10.4.0", k6: "0.0.0" },
};

describe("functionsPackage", () => {
  it("takes the packages that are imported, by any path of theirs, in exact versions", () => {
    const source = [
      'import { pino } from "pino";',
      'import { join } from "node:path";',
      'import {\n  Firestore,\n} from "@google-cloud/firestore/pipelines";',
      'import "./functions/answers.js";',
      'export * from "./functions/services.js";',
      'export const text = "k6";',
    ].join("\n");
    expect(functionsPackage(repository, [source, source])).toEqual({
      name: "plimsoll-functions",
      version: "1.2.3",
      private: true,
      type: "module",
      main: "system/functions.js",
      engines: { node: "24" },
      dependencies: { "@google-cloud/firestore": "9.4.1", pino: "10.4.0" },
    });
  });

  it("refuses what package.json does not list", () => {
    const build = (): object => functionsPackage(repository, ['import { z } from "zod";']);
    expect(build).toThrow("zod");
  });
});
