/**
 * Users come in order of their IDs, and so lie beside each other in the database: visited in that
 * order, a sweep would write through the key space like a pen over a line, all of its writes always
 * at one place. Firestore splits a busy key range, but a load that moves on is never where the split
 * was made, and one range takes some 500 writes a second at most.
 *
 * So the users are cut into pages of neighbours, small enough to be read in one query and written
 * within a second or two, and the pages are visited far apart: each lies 0.38 of all users from the
 * one before (the golden ratio's smaller part), so that any few pages in a row are spread evenly.
 */
export function scatteredPages<Item>(
  items: readonly Item[],
  pageSize: number,
): readonly (readonly Item[])[] {
  const pages = Array.from({ length: Math.ceil(items.length / pageSize) }, (_, index) =>
    items.slice(index * pageSize, (index + 1) * pageSize),
  );
  const step = stepFor(pages.length);
  return pages.map((_, turn) => pages[(turn * step) % pages.length] ?? []);
}

const GOLDEN_PART = (3 - Math.sqrt(5)) / 2;

/** The step nearest to that part that comes round to every page once. */
function stepFor(pages: number): number {
  const ideal = Math.round(pages * GOLDEN_PART);
  for (let distance = 0; distance < pages; distance += 1) {
    for (const step of [ideal + distance, ideal - distance]) {
      if (step > 0 && greatestCommonDivisor(step, pages) === 1) return step;
    }
  }
  return 1;
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
