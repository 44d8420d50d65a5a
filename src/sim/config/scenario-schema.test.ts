import { fileURLToPath } from "node:url";
import { format } from "oxfmt";
import { expect, test } from "vitest";
import { z } from "zod";
import { scenarioSchema } from "./scenario.ts";

const SCHEMA_FILE = fileURLToPath(
  new URL("../../../scenarios/scenario.schema.json", import.meta.url),
);

/** `npx vitest run --project unit src/sim/config/scenario-schema.test.ts -u` writes the file anew. */
test("scenarios/scenario.schema.json is what the zod schema says", async () => {
  const schema = {
    title: "A Plimsoll scenario",
    ...z.toJSONSchema(scenarioSchema, { io: "input" }),
  };
  const { code } = await format("scenario.schema.json", JSON.stringify(schema, null, 2), {
    printWidth: 100,
  });
  await expect(code).toMatchFileSnapshot(SCHEMA_FILE);
});
