import type { FieldValue, Filter, Order } from "../store/store.ts";

/** How many documents a list shows at once. */
export interface PageOptions {
  readonly limit: number;
}

/** A list that ends at a moment in the past. */
export interface SinceOptions extends PageOptions {
  readonly since: Date;
}

export function equals(field: string, value: FieldValue): Filter {
  return { field, operator: "==", value };
}

export function since(field: string, moment: Date): Filter {
  return { field, operator: ">=", value: moment };
}

export function newestFirst(field: string): readonly Order[] {
  return [{ field, direction: "desc" }];
}

export function oldestFirst(field: string): readonly Order[] {
  return [{ field, direction: "asc" }];
}
