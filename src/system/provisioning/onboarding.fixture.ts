import type { Clock } from "../../std/clock.ts";
import type { Log } from "../log.ts";
import { createMemoryStore, type MemoryFaults } from "../store/memory-store.ts";
import type { AuthDirectory, DirectoryUser } from "./auth-directory.ts";
import type { OnboardingDependencies } from "./onboard-user.ts";

/** The time every test starts at. */
export const START_MS = Date.UTC(2026, 0, 5, 14, 30);

/** A clock whose sleeps are over at once, having moved the time on. */
export class InstantClock implements Clock {
  #nowMs = START_MS;

  monotonicMs(): number {
    return this.#nowMs - START_MS;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    // Deadlines sleep with a signal: they pass only when the work has had its turns.
    if (signal) for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    signal?.throwIfAborted();
    this.#nowMs += durationMs;
  }
}

/** A directory in memory. `failures` makes the next calls of a method fail. */
export class MemoryDirectory implements AuthDirectory {
  readonly users = new Map<string, DirectoryUser>();
  readonly failures: { readonly method: keyof AuthDirectory; readonly error: Error }[] = [];

  add(user: Partial<DirectoryUser> & { readonly uid: string }): void {
    const email = `${user.uid}@example.com`;
    this.users.set(user.uid, { email, emailVerified: false, tenantId: undefined, ...user });
  }

  async getUser(uid: string): Promise<DirectoryUser | undefined> {
    this.#fail("getUser");
    return this.users.get(uid);
  }

  async setTenantClaim(uid: string, tenantId: string): Promise<void> {
    this.#fail("setTenantClaim");
    const user = this.users.get(uid);
    if (user) this.users.set(uid, { ...user, tenantId });
  }

  #fail(method: keyof AuthDirectory): void {
    const index = this.failures.findIndex((failure) => failure.method === method);
    const [failure] = index < 0 ? [] : this.failures.splice(index, 1);
    if (failure) throw failure.error;
  }
}

export interface LogLine {
  readonly level: keyof Log;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class MemoryLog implements Log {
  readonly lines: LogLine[] = [];

  info(fields: LogLine["fields"], message: string): void {
    this.lines.push({ level: "info", fields, message });
  }

  warn(fields: LogLine["fields"], message: string): void {
    this.lines.push({ level: "warn", fields, message });
  }

  error(fields: LogLine["fields"], message: string): void {
    this.lines.push({ level: "error", fields, message });
  }
}

export interface OnboardingWorld extends OnboardingDependencies {
  readonly clock: InstantClock;
  readonly directory: MemoryDirectory;
  readonly log: MemoryLog;
}

/** An empty service in memory. */
export function createWorld(faults: MemoryFaults = {}): OnboardingWorld {
  const clock = new InstantClock();
  return {
    clock,
    store: createMemoryStore(clock, faults),
    directory: new MemoryDirectory(),
    log: new MemoryLog(),
  };
}
