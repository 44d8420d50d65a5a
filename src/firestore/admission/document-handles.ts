import type { CapacityModel } from "../capacity/capacity-model.ts";
import type { RowHandle } from "../capacity/row-table.ts";
import type { KnownDocument } from "./admission.ts";

/** Documents whose locks are remembered: two generations of so many. */
const DOCUMENTS = 50_000;

/** What the model calls the documents that were written lately. */
export class DocumentHandles {
  readonly #handles = new Map<string, RowHandle>();
  /** By handle, the generation in which it was last asked for. */
  readonly #usedIn: number[] = [];
  #generation = 0;
  #young = 0;

  /** `known`: where the document itself keeps the handle, so that it need not be looked up. */
  of(
    model: CapacityModel,
    path: string,
    nowMs: number,
    known: KnownDocument | undefined,
  ): RowHandle {
    let handle = known?.limitsHandle ?? -1;
    // Once forgotten, a handle may be another document's.
    if (handle < 0 || !model.isOf(handle, path)) {
      handle = this.#handles.get(path) ?? this.#open(model, path, nowMs);
      if (known !== undefined) known.limitsHandle = handle;
    }
    if (this.#usedIn[handle] !== this.#generation) this.#use(model, handle);
    return handle;
  }

  #open(model: CapacityModel, path: string, nowMs: number): RowHandle {
    const handle = model.openDocument(path, nowMs);
    this.#handles.set(path, handle);
    this.#usedIn[handle] = -1;
    return handle;
  }

  #use(model: CapacityModel, handle: RowHandle): void {
    this.#usedIn[handle] = this.#generation;
    this.#young += 1;
    if (this.#young < DOCUMENTS) return;
    for (const [path, other] of this.#handles) {
      if (this.#usedIn[other] === this.#generation) continue;
      model.close(other);
      this.#handles.delete(path);
    }
    this.#generation += 1;
    this.#young = 0;
  }
}
