import type { Permission } from "./roles.ts";

/** The APIs of a project that may be disabled, by the words their permissions begin with. */
const SERVICES = {
  datastore: { service: "firestore.googleapis.com", title: "Cloud Firestore API" },
  firebaserules: { service: "firebaserules.googleapis.com", title: "Firebase Rules API" },
  firebaseauth: { service: "identitytoolkit.googleapis.com", title: "Identity Toolkit API" },
  monitoring: { service: "monitoring.googleapis.com", title: "Cloud Monitoring API" },
  resourcemanager: {
    service: "cloudresourcemanager.googleapis.com",
    title: "Cloud Resource Manager API",
  },
  iam: { service: "iamcredentials.googleapis.com", title: "IAM Service Account Credentials API" },
} as const satisfies Readonly<Record<string, { readonly service: string; readonly title: string }>>;

export type Service = (typeof SERVICES)[keyof typeof SERVICES]["service"];

export const SERVICE_NAMES: readonly Service[] = Object.values(SERVICES).map(
  ({ service }) => service,
);

/** The API that asks for a permission. */
export function serviceOf(permission: Permission): {
  readonly service: Service;
  readonly title: string;
} {
  return SERVICES[permission.split(".")[0] as keyof typeof SERVICES];
}
