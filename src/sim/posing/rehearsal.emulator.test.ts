import { expect, inject, it } from "vitest";
import { PROJECT, rehearse } from "./rehearsal.fixture.ts";
import { signIn } from "./sign-in.fixture.ts";

const RULES = `rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /notes/{id} {
      allow read: if request.auth.uid == 'ada' && request.auth.token.tenant_id == 'acme';
      allow create: if request.auth.uid == 'ada' && request.resource.data.keys().hasOnly(['text']);
    }
  }
}
`;

it("lets the security rules decide about users, whose tokens it has verified", async () => {
  const { staging, firestore } = await rehearse(
    { backend: inject("firestoreEndpoint"), rules: "notes.rules" },
    { "notes.rules": RULES },
  );
  const one = firestore.doc("notes/one");
  await one.set({ text: "hello" });
  expect((await one.get()).data()).toEqual({ text: "hello" });
  const ada = await signIn(staging, "ada", { tenant_id: "acme" });
  const bob = await signIn(staging, "bob", { tenant_id: "acme" });
  const { host } = staging.endpoints.firestore;
  const notes = `http://${host}/v1/projects/${PROJECT}/databases/(default)/documents/notes`;
  const status = async (url: string, token: string | undefined, fields?: object) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const written =
      fields === undefined ? {} : { method: "POST", body: JSON.stringify({ fields }) };
    return (await fetch(url, { headers, ...written })).status;
  };
  expect(await status(`${notes}/one`, ada)).toBe(200);
  expect(await status(`${notes}/one`, bob)).toBe(403);
  expect(await status(`${notes}/one`, undefined)).toBe(403);
  expect(await status(notes, ada, { text: { stringValue: "x" } })).toBe(200);
  expect(await status(notes, ada, { other: { stringValue: "x" } })).toBe(403);
  // The claims are verified here: the emulator itself would believe anybody.
  const [, claims] = ada.split(".");
  expect(await status(`${notes}/one`, `${btoa('{"alg":"none"}')}.${claims}.`)).toBe(401);
});
