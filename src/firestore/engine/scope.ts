import type { FieldPath } from "../data/document.ts";
import { formatFieldPath } from "../data/field-path.ts";
import { OrderedView } from "./ordered-view.ts";
import type { ViewKind } from "./ordered-view.ts";
import type { Row } from "./row.ts";
import type { Change } from "./version.ts";

/** Views beyond so many of one scope are dropped, the one longest unused first, and built anew when asked for. */
const VIEWS_MAX = 24;

/**
 * What a query looks through: a collection, all collections of a name, or the whole database. It
 * keeps a view for each field that queries order or filter by, built when the first asks for it and
 * kept up to date from then on.
 */
export abstract class Scope {
  readonly #views = new Map<string, OrderedView>();

  /** How many documents are in it. */
  abstract get size(): number;
  abstract liveRows(): Iterable<Row>;

  view(field: FieldPath, kind: ViewKind): OrderedView {
    const key = `${kind} ${formatFieldPath(field)}`;
    const view = this.#views.get(key) ?? new OrderedView(field, kind, this.liveRows());
    this.#views.delete(key);
    this.#views.set(key, view);
    if (this.#views.size > VIEWS_MAX) {
      const oldest = this.#views.keys().next();
      if (oldest.done !== true) this.#views.delete(oldest.value);
    }
    return view;
  }

  update(change: Change): void {
    if (this.#views.size === 0) return;
    for (const view of this.#views.values()) view.update(change);
  }
}
