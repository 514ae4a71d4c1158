import {
  bytesAt,
  metadataOf,
  objectsAt,
  textAt,
  textMapAt,
  withoutAbsent,
  wordAt,
  wordsAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** `nodeTopology` as one text, such as `kubernetes.io/hostname=w1`; the empty selector is every node, and no selector is none. */
function topologyOf(raw: RawObject): string | undefined {
  const labels = Object.entries(
    textMapAt(raw, 'nodeTopology', 'matchLabels'),
  ).map(([key, value]) => `${key}=${value}`);
  const expressions = objectsAt(raw, 'nodeTopology', 'matchExpressions').map(
    expression =>
      `${textAt(expression, 'key')} ${textAt(
        expression,
        'operator',
      )} (${wordsAt(expression, 'values').join(', ')})`,
  );
  const terms = [...labels, ...expressions].sort();
  return terms.length > 0 ? terms.join(', ') : undefined;
}

/**
 * What a CSI driver says it can still provision of a class, by topology. Kubernetes serves it as v1 since 1.24; where it doesn't, no
 * capacity is known, and the rest is.
 */
export const csiStorageCapacity: WatchedKind<'CSIStorageCapacity'> = {
  name: 'CSIStorageCapacity',
  group: 'storage.k8s.io',
  version: 'v1',
  plural: 'csistoragecapacities',
  namespaced: true,
  part: 'changes',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    const storageClass = wordAt(raw, 'storageClassName');
    return metadata && storageClass
      ? withoutAbsent({
          ...metadata,
          storageClass,
          topology: topologyOf(raw),
          capacity: bytesAt(raw, 'capacity') ?? null,
        })
      : undefined;
  },
};
