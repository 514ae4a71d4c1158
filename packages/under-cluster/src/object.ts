/** JSON as it came over the wire. Kubernetes objects are open by design, so their fields are not typed here. */
export type Json = any;

/** A Kubernetes object as JSON: the envelope every kind shares, and whatever the kind adds. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: Json };
  [field: string]: Json;
};

/** Tells whether a value is a JSON object (not null, not a list). */
export function isRecord(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Splits `apps/v1` into its group (`''` for the core group) and version. */
export function splitApiVersion(apiVersion: string): {
  group: string;
  version: string;
} {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : {
        group: apiVersion.slice(0, slash),
        version: apiVersion.slice(slash + 1),
      };
}

/** A deep copy, so that what is stored can't be changed from outside. */
export function copyOf<T>(value: T): T {
  return structuredClone(value);
}
