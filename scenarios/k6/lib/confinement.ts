import type { Options } from "k6/options";
import type { K6Plan } from "../../../src/sim/k6/plan.ts";

/** All IPv4 addresses but 127.0.0.0/8, and all IPv6 addresses but ::1. */
const BEYOND_THIS_MACHINE = [
  "0.0.0.0/2",
  "64.0.0.0/3",
  "96.0.0.0/4",
  "112.0.0.0/5",
  "120.0.0.0/6",
  "124.0.0.0/7",
  "126.0.0.0/8",
  "128.0.0.0/1",
  "8000::/1",
  "4000::/2",
  "2000::/3",
  "1000::/4",
  "100::/8",
];

/** Where a script may connect to: a load meant for an emulator must never reach production. */
export function confinement({ reach }: K6Plan["target"]): Options {
  if (reach === "anywhere") return {};
  // Names are not looked up at all: the harness gives addresses of this machine.
  return { blockHostnames: ["*"], blacklistIPs: BEYOND_THIS_MACHINE };
}
