import { z } from "zod";
import { count, documentId, documentPath, timestamp } from "./document.ts";

/*
 * The document names ops/write_rates/{userId}, ops/write_rates/global and ops/batch_performance.
 * The first two have three segments, which is a collection and not a document, and the third is
 * one document that every pulse worker would write. Here each is a document with a collection of
 * small documents beneath it, one for each writer, so that no two workers write the same one.
 */

const OPS = "ops";

/** ops/write_rates/users/{uid} */
export const userWriteRateSchema = z.object({
  writes_per_minute: count,
  last_updated: timestamp,
});
export type UserWriteRate = z.infer<typeof userWriteRateSchema>;
export const USER_WRITE_RATES = `${OPS}/write_rates/users`;
export const userWriteRatePath = (uid: string): string =>
  documentPath(OPS, "write_rates", "users", uid);

/** ops/write_rates/global/{workerId}: the total is the sum over the workers */
export const workerWriteRateSchema = z.object({
  writes_per_minute: count,
  last_updated: timestamp,
});
export type WorkerWriteRate = z.infer<typeof workerWriteRateSchema>;
export const WORKER_WRITE_RATES = `${OPS}/write_rates/global`;
export const workerWriteRatePath = (workerId: string): string =>
  documentPath(OPS, "write_rates", "global", workerId);

/** ops/batch_performance/workers/{workerId} */
export const batchPerformanceSchema = z.object({
  current_batch_count: count,
  batches_per_minute: count,
  rate_limited_events: count,
  last_updated: timestamp,
});
export type BatchPerformance = z.infer<typeof batchPerformanceSchema>;
export const BATCH_PERFORMANCE = `${OPS}/batch_performance/workers`;
export const batchPerformancePath = (workerId: string): string =>
  documentPath(OPS, "batch_performance", "workers", workerId);

/** ops/onboarding_errors/entries/{uid}: what a retry needs; deleted when the retry succeeds */
export const onboardingErrorSchema = z.object({
  uid: documentId,
  email: z.string(),
  tenant_id: z.string().nullable(),
  step: z.enum(["on_user_signup", "on_user_created", "provision_user_manually"]),
  code: z.string(),
  message: z.string(),
  attempts: z.int().positive(),
  first_failed_at: timestamp,
  last_failed_at: timestamp,
});
export type OnboardingError = z.infer<typeof onboardingErrorSchema>;
export const ONBOARDING_ERRORS = `${OPS}/onboarding_errors/entries`;
export const onboardingErrorPath = (uid: string): string =>
  documentPath(OPS, "onboarding_errors", "entries", uid);

/** ops/pulse/sweeps/{shardKey}: the lease that keeps two sweeps of one shard apart */
export const sweepLeaseSchema = z.object({
  sweep_id: z.string().min(1),
  worker_id: documentId,
  /** Unique to one attempt at the sweep. */
  holder: z.string().min(1),
  started_at: timestamp,
  /** A sweep that has not renewed or released its lease by then is taken for dead. */
  expires_at: timestamp,
  finished_at: timestamp.nullable(),
});
export type SweepLease = z.infer<typeof sweepLeaseSchema>;
export const sweepLeasePath = (shardKey: string): string =>
  documentPath(OPS, "pulse", "sweeps", shardKey);
