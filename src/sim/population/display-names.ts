import { Faker, en } from "@faker-js/faker";
import type { Rng } from "../../std/rng.ts";

/** Makes up names that people read in reports and consoles. */
export interface DisplayNames {
  company(rng: Rng): string;
  person(rng: Rng): { readonly firstName: string; readonly lastName: string };
}

/** Faker, drawing from whichever stream it is handed, so that its strings follow the run's seed. */
export function createDisplayNames(): DisplayNames {
  let source: Rng | undefined;
  const faker = new Faker({
    locale: en,
    randomizer: { next: () => source?.next() ?? 0, seed: () => undefined },
  });
  return {
    company(rng) {
      source = rng;
      return faker.company.name();
    },
    person(rng) {
      source = rng;
      return { firstName: faker.person.firstName(), lastName: faker.person.lastName() };
    },
  };
}

/** Lower-case letters and digits, words joined by hyphens: "O'Conner - Koss" gives "oconner-koss". */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll("'", "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
