import type { ListenEvent } from "../../../engine/engine.ts";
import type { ListenResponse } from "../../../wire/encode-listen-response.ts";

/** What a target's client knows so far: which responses an event makes depends on it. */
export class TargetView {
  readonly #targetId: number;
  /** Whether the client holds documents from an earlier stream. */
  readonly #resumed: boolean;
  #events = 0;

  constructor(targetId: number, resumed: boolean) {
    this.#targetId = targetId;
    this.#resumed = resumed;
  }

  /** The first event answers the request; those that follow are changes. */
  get isFirst(): boolean {
    return this.#events === 0;
  }

  /** The event in the protocol's terms, without the snapshot mark that ends it. */
  responses(event: ListenEvent): readonly ListenResponse[] {
    const targetIds = [this.#targetId];
    const { readTime, resumeToken } = event;
    const first = this.isFirst;
    this.#events += 1;
    const responses: ListenResponse[] = [];
    if (event.reset && (!first || this.#resumed)) {
      responses.push({ kind: "reset", targetIds, resumeToken, readTime });
    }
    for (const document of event.changed) {
      responses.push({ kind: "document-change", document, targetIds, removedTargetIds: [] });
    }
    for (const { path, deleted } of event.removed) {
      const kind = deleted ? "document-delete" : "document-remove";
      responses.push({ kind, path, removedTargetIds: targetIds, readTime });
    }
    // A client that resumed counts its documents against this, in case it lost one.
    if (first && this.#resumed && !event.reset) {
      responses.push({ kind: "filter", targetId: this.#targetId, count: event.count });
    }
    if (first || event.reset) {
      responses.push({ kind: "current", targetIds, resumeToken, readTime });
    }
    return responses;
  }
}
