/** Beyond it so few users are left of any population that nothing is learned from them. */
export const COHORT_MAX = 10_000;

/** As many users as are simulated one by one; of cohorts, as many cohorts. */
export const SIMULATED_USERS_MAX = 100_000;

/** The whole numbers that divide it, smallest first. */
export function divisors(count: number): readonly number[] {
  const small: number[] = [];
  const large: number[] = [];
  for (let size = 1; size * size <= count; size += 1) {
    if (count % size !== 0) continue;
    small.push(size);
    if (size * size !== count) large.unshift(count / size);
  }
  return [...small, ...large];
}
