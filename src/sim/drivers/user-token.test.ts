import { expect, test } from "vitest";
import { unsignedUserToken } from "./user-token.ts";

function decode(segment: string | undefined): unknown {
  return JSON.parse(Buffer.from(segment ?? "", "base64url").toString());
}

test("a token has the claims of a Firebase ID token and no signature", () => {
  const user = { uid: "ada", email: "ada@example.com", tenantId: "acme" };
  // 2026-01-05 14:30:00.999 UTC: the part of a second is cut off.
  const token = unsignedUserToken(user, "demo-plimsoll", 1_767_623_400_999);
  const [header, claims, signature, ...rest] = token.split(".");
  expect(decode(header)).toEqual({ alg: "none", typ: "JWT" });
  expect(decode(claims)).toEqual({
    iss: "https://securetoken.google.com/demo-plimsoll",
    aud: "demo-plimsoll",
    sub: "ada",
    user_id: "ada",
    email: "ada@example.com",
    email_verified: true,
    tenant_id: "acme",
    auth_time: 1_767_623_400,
    iat: 1_767_623_400,
    exp: 1_767_627_000,
    firebase: { sign_in_provider: "password", identities: { email: ["ada@example.com"] } },
  });
  expect(signature).toBe("");
  expect(rest).toEqual([]);
});

test("names beyond ASCII survive the encoding", () => {
  const user = { uid: "zoë/東", email: "z@example.com", tenantId: "t" };
  const claims = decode(unsignedUserToken(user, "p", 0).split(".")[1]);
  expect(claims).toMatchObject({ sub: "zoë/東" });
});
