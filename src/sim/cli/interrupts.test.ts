import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { FakeClock } from "../drivers/testing/fake-clock.ts";
import { watchInterrupts } from "./interrupts.ts";

function watched() {
  const clock = new FakeClock();
  const source = new EventEmitter();
  const said: string[] = [];
  const exits: number[] = [];
  const interrupts = watchInterrupts(clock, source, {
    say: (text) => said.push(text),
    exit: (code) => exits.push(code),
  });
  const press = (signal = "SIGINT") => source.emit(signal, signal);
  return { clock, source, said, exits, interrupts, press };
}

it("asks the run to end at the first signal and says how to leave at once", () => {
  const { said, exits, interrupts, press } = watched();
  press();
  expect(interrupts.signal.reason).toEqual(new Error("interrupted by Ctrl-C"));
  expect(said).toEqual([
    "Stopping; the report will hold what was measured. Press Ctrl-C again to exit now.",
  ]);
  expect(exits).toEqual([]);
});

it("exits with 130 at the second", () => {
  const { clock, exits, press } = watched();
  press();
  clock.stall(1_000);
  press();
  expect(exits).toEqual([130]);
});

it("takes one Ctrl-C for one, though npm and tsx pass it on again", () => {
  const { clock, exits, press } = watched();
  press();
  press();
  clock.stall(400);
  press("SIGTERM");
  expect(exits).toEqual([]);
});

it.each(["SIGTERM", "SIGHUP"])("names %s as what interrupted the run", (signal) => {
  const { interrupts, press } = watched();
  press(signal);
  expect(interrupts.signal.reason).toEqual(new Error(`interrupted by ${signal}`));
});

it("listens no longer once released", () => {
  const { source, interrupts } = watched();
  interrupts.release();
  expect(source.eventNames()).toEqual([]);
});
