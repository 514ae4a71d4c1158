import {
  isObject,
  metadataOf,
  objectAt,
  textMapAt,
  withoutAbsent,
  wordsAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

const STORAGE_KEYS = new Set([
  'requests.storage',
  'persistentvolumeclaims',
  'count/persistentvolumeclaims',
]);

function storageKeys(raw: RawObject, ...path: string[]) {
  return Object.fromEntries(
    Object.entries(textMapAt(raw, ...path)).filter(
      ([key]) =>
        STORAGE_KEYS.has(key) || key.includes('.storageclass.storage.k8s.io/'),
    ),
  );
}

/** Who applies an object says so in these; nothing else of them is kept, and not `last-applied-configuration`. */
const APPLIED_BY =
  /^(?:(?:helm|kustomize)\.toolkit\.fluxcd\.io\/|meta\.helm\.sh\/release-|app\.kubernetes\.io\/(?:managed-by|instance)$)/;

function appliedBy(
  raw: RawObject,
  of: 'labels' | 'annotations',
): Record<string, string> | undefined {
  const entries = Object.entries(textMapAt(raw, 'metadata', of)).filter(
    ([key]) => APPLIED_BY.test(key),
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

export const resourceQuota: WatchedKind<'ResourceQuota'> = {
  name: 'ResourceQuota',
  group: '',
  version: 'v1',
  plural: 'resourcequotas',
  namespaced: true,
  part: 'base',
  builtIn: true,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        hard: storageKeys(raw, 'spec', 'hard'),
        used: storageKeys(raw, 'status', 'used'),
        scoped:
          wordsAt(raw, 'spec', 'scopes').length > 0 ||
          isObject(objectAt(raw, 'spec').scopeSelector),
        labels: appliedBy(raw, 'labels'),
        annotations: appliedBy(raw, 'annotations'),
      })
    );
  },
};
