import type { Timestamp } from "./timestamp.ts";

/**
 * A Firestore value in memory. The JavaScript type tells the Firestore type: `bigint` is an integer
 * (64 bits, signed), `number` a double, `Uint8Array` bytes, a `Map` a map, an array an array. A
 * vector is a map whose field `__type__` is the string "__vector__", as on the wire.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | Timestamp
  | string
  | Uint8Array
  | Reference
  | GeoPoint
  | ArrayValue
  | MapValue;

export type ArrayValue = readonly Value[];
export type MapValue = ReadonlyMap<string, Value>;

/** A document named in a value: `projects/P/databases/D/documents/users/alice`. */
export class Reference {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class GeoPoint {
  readonly latitude: number;
  readonly longitude: number;

  constructor(latitude: number, longitude: number) {
    this.latitude = latitude;
    this.longitude = longitude;
  }
}
