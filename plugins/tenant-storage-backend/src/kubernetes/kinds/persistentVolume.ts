import {
  annotationOf,
  bytesAt,
  messageAt,
  metadataOf,
  objectsAt,
  textAt,
  withoutAbsent,
  wordAt,
  wordsAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

/** The one node that the affinity allows; none if it allows several. */
function nodeOf(raw: RawObject): string | undefined {
  const terms = objectsAt(
    raw,
    'spec',
    'nodeAffinity',
    'required',
    'nodeSelectorTerms',
  );
  const nodes = new Set<string>();
  for (const term of terms) {
    // local-path says kubernetes.io/hostname as an expression, others the node's name as a field.
    const hostnames = [
      ...objectsAt(term, 'matchExpressions').filter(
        it => textAt(it, 'key') === 'kubernetes.io/hostname',
      ),
      ...objectsAt(term, 'matchFields').filter(
        it => textAt(it, 'key') === 'metadata.name',
      ),
    ].filter(it => textAt(it, 'operator') === 'In');
    if (hostnames.length === 0) return undefined;
    for (const it of hostnames) {
      for (const value of wordsAt(it, 'values')) nodes.add(value);
    }
  }
  return nodes.size === 1 ? [...nodes][0] : undefined;
}

function claimOf(raw: RawObject) {
  const namespace = wordAt(raw, 'spec', 'claimRef', 'namespace');
  const name = textAt(raw, 'spec', 'claimRef', 'name');
  return namespace && name
    ? withoutAbsent({
        namespace,
        name,
        uid: textAt(raw, 'spec', 'claimRef', 'uid'),
      })
    : undefined;
}

export const persistentVolume: WatchedKind<'PersistentVolume'> = {
  name: 'PersistentVolume',
  group: '',
  version: 'v1',
  plural: 'persistentvolumes',
  namespaced: false,
  part: 'base',
  builtIn: true,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        storageClass: wordAt(raw, 'spec', 'storageClassName'),
        phase: wordAt(raw, 'status', 'phase'),
        capacity: bytesAt(raw, 'spec', 'capacity', 'storage'),
        claim: claimOf(raw),
        node: nodeOf(raw),
        csiDriver: wordAt(raw, 'spec', 'csi', 'driver'),
        provisionedBy: annotationOf(raw, 'pv.kubernetes.io/provisioned-by'),
        reclaimPolicy: wordAt(raw, 'spec', 'persistentVolumeReclaimPolicy'),
        reason: wordAt(raw, 'status', 'reason'),
        message: messageAt(raw, 'status', 'message'),
      })
    );
  },
};
