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

/** A deep copy, so that what is stored can't be changed from outside. */
export function copyOf<T>(value: T): T {
  return structuredClone(value);
}
