import type { Micros } from "./micros.ts";

/*
 * A resume token: four bytes that name the database's life (it changes with `clear`), then the
 * microseconds as eight bytes, both big-endian.
 */

export function encodeToken(life: number, micros: Micros): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, life);
  view.setBigUint64(4, BigInt(micros));
  return bytes;
}

/** Undefined for a token that is not of this life of the database, or not ours at all. */
export function decodeToken(life: number, token: Uint8Array): Micros | undefined {
  if (token.length !== 12) return undefined;
  const view = new DataView(token.buffer, token.byteOffset, token.byteLength);
  if (view.getUint32(0) !== life) return undefined;
  return Number(view.getBigUint64(4));
}
