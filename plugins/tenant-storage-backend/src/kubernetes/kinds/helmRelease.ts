import { appliedBy } from './appliedBy';
import {
  metadataOf,
  numberAt,
  objectsAt,
  textAt,
  trueAt,
  withoutAbsent,
  wordAt,
} from './rawObject';
import type { RawObject } from './rawObject';
import { readyOf } from './readyCondition';
import type { WatchedKind } from './watchedKind';

/** The release as it was installed last; Flux keeps the latest first. */
function latestOf(raw: RawObject): RawObject {
  return objectsAt(raw, 'status', 'history')[0] ?? {};
}

function isObserved(raw: RawObject): boolean | undefined {
  const generation = numberAt(raw, 'metadata', 'generation');
  return generation === undefined
    ? undefined
    : numberAt(raw, 'status', 'observedGeneration') === generation;
}

/** Flux's: which chart is installed, and how that went. Its values are never kept: they may hold secrets. */
export const helmRelease: WatchedKind<'HelmRelease'> = {
  name: 'HelmRelease',
  group: 'helm.toolkit.fluxcd.io',
  version: 'v2',
  plural: 'helmreleases',
  namespaced: true,
  part: 'changes',
  builtIn: false,
  reduce(raw) {
    const metadata = metadataOf(raw);
    return (
      metadata &&
      withoutAbsent({
        ...metadata,
        chart:
          wordAt(raw, 'spec', 'chart', 'spec', 'chart') ??
          wordAt(latestOf(raw), 'chartName'),
        version:
          wordAt(latestOf(raw), 'chartVersion') ??
          wordAt(raw, 'spec', 'chart', 'spec', 'version'),
        releaseName:
          textAt(latestOf(raw), 'name') ?? textAt(raw, 'spec', 'releaseName'),
        targetNamespace: textAt(raw, 'spec', 'targetNamespace'),
        suspended: trueAt(raw, 'spec', 'suspend'),
        driftDetection: wordAt(raw, 'spec', 'driftDetection', 'mode'),
        generationObserved: isObserved(raw),
        ready: readyOf(raw),
        ...appliedBy(raw),
      })
    );
  },
};
