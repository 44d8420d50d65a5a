/** Identity Toolkit's refusals: a word, at times with an explanation after a colon. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly httpStatus: 400 | 403;

  constructor(message: string, httpStatus: 400 | 403 = 400) {
    super(message);
    this.httpStatus = httpStatus;
  }
}

/** https://cloud.google.com/identity-platform/docs/error-codes (read 2026-11-26). */
export function identityErrorBody({ message, httpStatus }: IdentityError): object {
  const errors = [{ message, domain: "global", reason: "invalid" }];
  return { error: { code: httpStatus, message, errors } };
}
