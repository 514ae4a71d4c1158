import { appliedBy } from './appliedBy';
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
        ...appliedBy(raw),
      })
    );
  },
};
