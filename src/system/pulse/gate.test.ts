import { expect, test } from "vitest";
import { Gate } from "./gate.ts";

test("at most the limit is inside, and those who wait come in order", async () => {
  const gate = new Gate(2);
  const entered: number[] = [];
  const enter = async (who: number): Promise<void> => {
    await gate.enter();
    entered.push(who);
  };
  const all = Promise.all([1, 2, 3, 4].map(enter));
  await Promise.resolve();
  await Promise.resolve();
  expect(entered).toEqual([1, 2]);
  gate.leave();
  gate.leave();
  await all;
  expect(entered).toEqual([1, 2, 3, 4]);
});
