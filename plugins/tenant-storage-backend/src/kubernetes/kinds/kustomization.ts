import { metadataOf, textAt, trueAt, withoutAbsent, wordAt } from './rawObject';
import type { RawObject } from './rawObject';
import { readyOf } from './readyCondition';
import type { WatchedKind } from './watchedKind';

/** Such as `GitRepository/flux-system/fleet`; without a namespace it is the Kustomization's own. */
function sourceOf(raw: RawObject): string | undefined {
  const at = ['spec', 'sourceRef'];
  const name = textAt(raw, ...at, 'name');
  const parts = [wordAt(raw, ...at, 'kind'), wordAt(raw, ...at, 'namespace')];
  return name === undefined
    ? undefined
    : [...parts, name].filter(part => part !== undefined).join('/');
}

/** Flux's: what of Git is in the under cluster. Of the spec only where it applies from and how are kept: the rest may hold secrets. */
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
        source: sourceOf(raw),
        prune: trueAt(raw, 'spec', 'prune'),
        wait: trueAt(raw, 'spec', 'wait'),
        force: trueAt(raw, 'spec', 'force'),
        suspended: trueAt(raw, 'spec', 'suspend'),
        lastAppliedRevision: textAt(raw, 'status', 'lastAppliedRevision'),
        lastAttemptedRevision: textAt(raw, 'status', 'lastAttemptedRevision'),
        ready: readyOf(raw),
      })
    );
  },
};
