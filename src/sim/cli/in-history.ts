import { UserError } from "./errors.ts";

/** Does something with a history's folder; what the file system says against it is told as a fault. */
export async function inHistory<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "E_HISTORY",
      `--history: "${folder}" cannot be used: ${reason}. Accepted: a folder that can be read and written.`,
      "Its runs are as they were.",
      { cause: error },
    );
  }
}
