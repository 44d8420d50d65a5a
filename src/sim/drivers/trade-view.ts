/*
 * What one listener on open trades sees, kept from the messages of a Listen stream: only the part
 * of the protocol that tells when a quote came into view.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#listenresponse
 */

/** The target of the one query on a stream. */
export const TARGET_ID = 1;

/** A ListenResponse as the generated client decodes it; one of its fields is set. */
export interface ListenMessage {
  readonly targetChange?: {
    readonly targetChangeType?: string;
    readonly targetIds?: readonly number[];
    readonly readTime?: object | null;
    readonly cause?: { readonly code: number; readonly message: string } | null;
  };
  readonly documentChange?: {
    readonly document: ListenDocument;
    readonly targetIds?: readonly number[];
  };
  readonly documentDelete?: { readonly document: string };
  readonly documentRemove?: { readonly document: string };
}

interface ListenDocument {
  readonly name: string;
  readonly fields: Readonly<Record<string, ListenField | undefined>>;
}

interface ListenField {
  readonly timestampValue?: { readonly seconds: string | number; readonly nanos: number };
}

export interface QuoteView {
  readonly tradeId: string;
  readonly quotedAtMs: number;
}

export type ViewEvent =
  | { readonly kind: "nothing" }
  /** The view is consistent again, with these trades quoted anew since it last was. */
  | { readonly kind: "view"; readonly quotes: readonly QuoteView[] }
  /** The server refuses the query. */
  | { readonly kind: "refused"; readonly code: number; readonly message: string };

const NOTHING: ViewEvent = { kind: "nothing" };

/**
 * Changes count when the server says that the view is consistent, which is when the app's
 * listener would be called, and not as each document comes in. The view outlives a stream that
 * breaks: what a new stream sends again unchanged is not reported again.
 */
export class TradeView {
  /** Quote times of the trades in view, as last reported. */
  readonly #seen = new Map<string, number>();
  /** Changes since the view was last consistent; undefined for a trade that left it. */
  readonly #pending = new Map<string, number | undefined>();
  #isCurrent = false;

  /** A new stream begins: the server will send everything from the start. */
  restart(): void {
    this.#pending.clear();
    this.#isCurrent = false;
  }

  apply(message: ListenMessage): ViewEvent {
    const { targetChange, documentChange } = message;
    if (targetChange) return this.#applyTargetChange(targetChange);
    const gone = message.documentDelete ?? message.documentRemove;
    if (gone) this.#pending.set(idOf(gone.document), undefined);
    if (documentChange) {
      const isInView = documentChange.targetIds?.includes(TARGET_ID) === true;
      const { name, fields } = documentChange.document;
      this.#pending.set(idOf(name), isInView ? timeMsOf(fields["quoted_at"]) : undefined);
    }
    return NOTHING;
  }

  #applyTargetChange(change: NonNullable<ListenMessage["targetChange"]>): ViewEvent {
    const type: string = change.targetChangeType ?? "NO_CHANGE";
    switch (type) {
      case "REMOVE":
        return {
          kind: "refused",
          code: change.cause?.code ?? 13,
          message: (change.cause?.message ?? "the server ended the query").trim(),
        };
      case "RESET":
        this.restart();
        return NOTHING;
      case "CURRENT":
        this.#isCurrent = true;
        return NOTHING;
      case "NO_CHANGE": {
        const isForAll = (change.targetIds ?? []).length === 0;
        if (!isForAll || !change.readTime || !this.#isCurrent) return NOTHING;
        return { kind: "view", quotes: this.#takePending() };
      }
      default:
        return NOTHING;
    }
  }

  #takePending(): readonly QuoteView[] {
    const quotes: QuoteView[] = [];
    for (const [tradeId, quotedAtMs] of this.#pending) {
      if (quotedAtMs === undefined) {
        this.#seen.delete(tradeId);
      } else if (this.#seen.get(tradeId) !== quotedAtMs) {
        this.#seen.set(tradeId, quotedAtMs);
        quotes.push({ tradeId, quotedAtMs });
      }
    }
    this.#pending.clear();
    return quotes;
  }
}

function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** undefined for a trade that was not quoted yet. */
function timeMsOf(field: ListenField | undefined): number | undefined {
  const time = field?.timestampValue;
  return time && Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000);
}
