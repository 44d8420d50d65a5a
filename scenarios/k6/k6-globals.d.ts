/** What k6 has besides its modules and @types/k6 does not declare. */
declare const console: {
  log(...values: readonly unknown[]): void;
  warn(...values: readonly unknown[]): void;
  error(...values: readonly unknown[]): void;
};

interface ImportMeta {
  /** The address of a file beside this one. */
  resolve(specifier: string): string;
}
