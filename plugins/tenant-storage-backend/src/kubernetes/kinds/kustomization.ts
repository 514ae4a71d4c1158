import type { KustomizationRecord } from '../../inventory/records';
import {
  conditionsOf,
  metadataOf,
  textAt,
  trueAt,
  withoutAbsent,
} from './rawObject';
import type { RawObject } from './rawObject';
import type { WatchedKind } from './watchedKind';

function readyOf(raw: RawObject): KustomizationRecord['ready'] {
  const ready = conditionsOf(raw).find(({ type }) => type === 'Ready');
  return ready
    ? withoutAbsent({
        status: ready.status,
        reason: ready.reason,
        message: ready.message,
        since: ready.at,
      })
    : null;
}

/** Flux's: what of Git is in the under cluster. Of the spec only the path and whether it is suspended are kept. */
export const kustomization: WatchedKind<'Kustomization'> = {
  name: 'Kustomization',
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'kustomizations',
  namespaced: true,
  part: 'changes',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        path: textAt(raw, 'spec', 'path'),
        suspended: trueAt(raw, 'spec', 'suspend'),
        lastAppliedRevision: textAt(raw, 'status', 'lastAppliedRevision'),
        lastAttemptedRevision: textAt(raw, 'status', 'lastAttemptedRevision'),
        ready: readyOf(raw),
      })
    );
  },
};
