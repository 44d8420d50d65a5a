import fc from "fast-check";
import { expect, test } from "vitest";
import { fillJson, fillText, fillUrl, placeOf } from "./fill-template.ts";

test("a JSON text holds any value", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (uid, name) => {
      const template = JSON.stringify({ uid: placeOf("uid"), deep: [`a/${placeOf("name")}/b`] });
      const filled: unknown = JSON.parse(fillJson(template, { uid, name }));
      expect(filled).toEqual({ uid, deep: [`a/${name}/b`] });
    }),
  );
});

test("a URL's path holds a value as one segment", () => {
  const url = fillUrl(`/v1/users/${placeOf("uid")}:runQuery`, { uid: "a?b#c d/e" });
  expect(url).toBe("/v1/users/a%3Fb%23c%20d%2Fe:runQuery");
});

test("a value that looks like a place is left alone", () => {
  const values = { one: placeOf("two"), two: placeOf("one") };
  expect(fillText(`${placeOf("one")} ${placeOf("two")}`, values)).toBe("~two~ ~one~");
  expect(fillText("~unknown~ $& ~one~", { one: "$&$1" })).toBe("~unknown~ $& $&$1");
});
