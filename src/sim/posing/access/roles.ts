/**
 * The predefined roles that a staging run is granted, with those of their permissions that the posing
 * project asks for (https://docs.cloud.google.com/iam/docs/roles-permissions, read 2026-11-26).
 */
const ROLE_PERMISSIONS = {
  "roles/datastore.user": [
    "datastore.databases.get",
    "datastore.databases.getMetadata",
    "datastore.databases.list",
    "datastore.entities.create",
    "datastore.entities.delete",
    "datastore.entities.get",
    "datastore.entities.list",
    "datastore.entities.update",
    "datastore.indexes.list",
    "resourcemanager.projects.get",
  ],
  "roles/datastore.viewer": [
    "datastore.databases.get",
    "datastore.databases.getMetadata",
    "datastore.databases.list",
    "datastore.entities.get",
    "datastore.entities.list",
    "datastore.indexes.get",
    "datastore.indexes.list",
    "resourcemanager.projects.get",
  ],
  "roles/datastore.indexAdmin": [
    "datastore.databases.getMetadata",
    "datastore.indexes.get",
    "datastore.indexes.list",
    "resourcemanager.projects.get",
  ],
  "roles/firebaserules.viewer": [
    "firebaserules.releases.get",
    "firebaserules.rulesets.get",
    "resourcemanager.projects.get",
  ],
  "roles/firebaseauth.admin": [
    "firebaseauth.users.create",
    "firebaseauth.users.delete",
    "firebaseauth.users.get",
    "firebaseauth.users.update",
    "resourcemanager.projects.get",
  ],
  "roles/monitoring.viewer": [
    "monitoring.metricDescriptors.get",
    "monitoring.metricDescriptors.list",
    "monitoring.timeSeries.list",
    "resourcemanager.projects.get",
  ],
  "roles/iam.serviceAccountTokenCreator": ["iam.serviceAccounts.signJwt"],
  "roles/browser": ["resourcemanager.projects.get"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Role = keyof typeof ROLE_PERMISSIONS;

export type Permission = (typeof ROLE_PERMISSIONS)[Role][number];

export const ROLES = Object.keys(ROLE_PERMISSIONS) as readonly Role[];

/** What a staging run needs, and no more. */
export const STAGING_ROLES: readonly Role[] = [
  "roles/datastore.user",
  "roles/datastore.indexAdmin",
  "roles/firebaserules.viewer",
  "roles/firebaseauth.admin",
  "roles/monitoring.viewer",
  "roles/iam.serviceAccountTokenCreator",
  "roles/browser",
];

export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLE_PERMISSIONS, text);
}

export function permissionsOf(roles: Iterable<Role>): ReadonlySet<Permission> {
  return new Set([...roles].flatMap((role): readonly Permission[] => ROLE_PERMISSIONS[role]));
}
