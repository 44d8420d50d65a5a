import { FirestoreError } from "../data/status.ts";

/** Bytes that are no message: cut short, or not as protobuf's encoding has them. */
export class WireError extends FirestoreError {
  constructor(message: string) {
    super("INVALID_ARGUMENT", message);
  }
}
