import { doc, setDoc, updateDoc, type Firestore } from "firebase/firestore";
import type { Persona } from "./rules-world.ts";
import type { Samples } from "./value-samples.ts";

/** What somebody who may write there tries to write. */
export interface ContentCase {
  readonly name: string;
  readonly as: Persona;
  readonly verdict: "allowed" | "refused";
  readonly write: (database: Firestore) => Promise<void>;
}

let created = 0;

export function creation(
  what: string,
  as: Persona,
  collection: string,
  data: () => object,
): (allowed: boolean, why: string, changes?: object) => ContentCase {
  return (allowed, why, changes = {}) => ({
    name: `${what}: ${why}`,
    as,
    verdict: allowed ? "allowed" : "refused",
    write: (database) => {
      created += 1;
      const content = Object.entries({ ...data(), ...changes }).filter(
        ([, value]) => value !== GONE,
      );
      return setDoc(doc(database, `${collection}/content-${created}`), Object.fromEntries(content));
    },
  });
}

export function change(
  path: string,
  as: Persona,
  allowed: boolean,
  why: string,
  changes: object,
): ContentCase {
  return {
    name: `${path} changed by ${as}: ${why}`,
    as,
    verdict: allowed ? "allowed" : "refused",
    write: (database) => updateDoc(doc(database, path), changes),
  };
}

/** Marks a field that is left out. */
const GONE = Symbol("gone");

export function refused(
  create: (allowed: boolean, why: string, changes: object) => ContentCase,
  field: string,
  values: readonly unknown[],
): readonly ContentCase[] {
  return values.map((value) => {
    const shown = typeof value === "object" ? "another type" : JSON.stringify(value);
    return create(false, `${field} ${shown.slice(0, 20)}`, { [field]: value });
  });
}

/** What the schema's tests take, the rules take; what those refuse, and other types, they refuse. */
export function sampled(
  create: (allowed: boolean, why: string, changes: object) => ContentCase,
  field: string,
  { good, bad }: Samples,
): readonly ContentCase[] {
  return [
    ...good.map((value) => create(true, `${field} ${value}`, { [field]: value })),
    ...refused(create, field, [...bad, 1, null]),
  ];
}

/** A creation by bob under an ID of the client's choice. */
export function named(
  collection: string,
  id: string,
  allowed: boolean,
  data: () => object,
): ContentCase {
  return {
    name: `${collection}: created as ${JSON.stringify(id).slice(0, 30)} of ${id.length}`,
    as: "bob",
    verdict: allowed ? "allowed" : "refused",
    write: (database) => setDoc(doc(database, `${collection}/${id}`), data()),
  };
}

export function missing(
  create: (allowed: boolean, why: string, changes: object) => ContentCase,
  sample: object,
): readonly ContentCase[] {
  return Object.keys(sample).map((field) => create(false, `without ${field}`, { [field]: GONE }));
}
