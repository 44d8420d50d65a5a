import { expect, test } from "vitest";
import { K6_PLAN_FORMAT, k6PlanSchema, type K6Plan } from "./plan.ts";

function plan(changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    format: K6_PLAN_FORMAT,
    scenario: "dashboards",
    target: { baseUrl: "http://127.0.0.1:8080", projectId: "demo-plimsoll", reach: "loopback" },
    start: { kind: "lead", leadMs: 1000 },
    durationMs: 5000,
    drainMs: 10_000,
    requestTimeoutMs: 10_000,
    signUpUrl: null,
    seed: 1,
    users: [
      { uid: "ada", email: "ada@example.com", tenantId: "acme", strategyIds: ["s1"], token: null },
    ],
    requests: {
      "open-trades": {
        method: "query",
        path: "users/~uid~",
        url: "/v1/~uid~",
        body: "{}",
        sinceMs: null,
      },
    },
    operations: [{ name: "open-trades", vus: 4, arrivals: [[12.5, 0]] }],
    thresholds: {},
    ...changes,
  };
}

test("a plan is read as it was written", () => {
  const read: K6Plan = k6PlanSchema.parse(plan());
  expect(read).toEqual(plan());
});

test.each([
  ["another format", { format: "plimsoll-k6-plan/2" }],
  ["a key nobody knows", { another: 1 }],
  ["an operation without a request", { requests: {} }],
  ["sign-ups without a place to go", { operations: [{ name: "sign-up", vus: 1, arrivals: [] }] }],
  ["an arrival of nobody", { operations: [{ name: "open-trades", vus: 1, arrivals: [[0, 1]] }] }],
  [
    "an arrival before the start",
    { operations: [{ name: "open-trades", vus: 1, arrivals: [[-1, 0]] }] },
  ],
  [
    "a slash at the URL's end",
    { target: { baseUrl: "http://h/", projectId: "p", reach: "loopback" } },
  ],
])("a plan with %s is refused", (_what, changes) => {
  expect(k6PlanSchema.safeParse(plan(changes)).success).toBe(false);
});
