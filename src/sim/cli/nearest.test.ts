import { expect, it } from "vitest";
import { nearest } from "./nearest.ts";

const FLAGS = ["--users", "--limiter", "--limiter-config"];

it.each([
  { word: "--limitr", meant: "--limiter" },
  { word: "--LIMITER", meant: "--limiter" },
  { word: "--limiter-conf", meant: "--limiter-config" },
  { word: "--user", meant: "--users" },
  { word: "--colour", meant: undefined }, // nothing is close
  { word: "", meant: undefined },
])("takes $word for $meant", ({ word, meant }) => {
  expect(nearest(word, FLAGS)).toBe(meant);
});

it("finds nothing among nothing", () => {
  expect(nearest("users", [])).toBeUndefined();
});
