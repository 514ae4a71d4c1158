import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import { isRecord } from '../../gitops/plainData';
import type { DraftPlace, RepositoryDraft } from '../../gitops/repositoryDraft';
import {
  isRendered,
  localPathValues,
  type LocalPathValues,
} from '../paths/localPathValues';
import { becauseOf } from '../paths/nodeBoundary';
import { liveClass } from './liveBackend';

/** Who makes the class, as Git says. */
export interface ClassInGit {
  /** Local-path's classes; undefined if they are in no repository. */
  values?: LocalPathValues;
  /** Whether local-path's chart makes the class. */
  rendered: boolean;
  /** The class as a manifest of its own. */
  manifest?: DraftPlace;
  /** What the manifest says serves it. */
  provisioner?: string;
}

/**
 * Who makes the tenants' class, as Git says.
 *
 * @throws GitOpsError `ownedElsewhere` if two do.
 */
export function classInGit(
  draft: RepositoryDraft,
  storageClass: string,
): ClassInGit {
  if (storageClass === 'local-path') {
    throw new GitOpsError({
      code: 'notSupported',
      problem:
        "The tenants' class is local-path itself, which the platform's own volumes are on; it is never handed over.",
      remedy:
        'Give tenants a class of their own, and set storageClass of the under cluster to it.',
    });
  }
  const values = localPathValues(draft);
  const rendered =
    values !== undefined && isRendered(draft, values, storageClass);
  const manifest = draft.find({
    apiGroup: 'storage.k8s.io',
    kind: 'StorageClass',
    name: storageClass,
  });
  if (rendered && manifest) {
    throw new GitOpsError({
      code: 'ownedElsewhere',
      problem: `Two make the class ${storageClass} in Git: local-path's values at ${draft.shown(
        values.at,
      )} and the manifest at ${draft.shown(manifest)}.`,
      remedy:
        'Set storageClass.create: false in the values, or take out the manifest, whichever does not serve the class now.',
    });
  }
  const provisioner = manifest && draft.data(manifest, ['provisioner']);
  return {
    values,
    rendered,
    manifest,
    provisioner: typeof provisioner === 'string' ? provisioner : undefined,
  };
}

/**
 * The refusal of a class that is there, while nothing in Git makes it.
 */
export function ownerOutsideGit(facts: UnderClusterFacts): GitOpsError {
  const live = liveClass(facts);
  const labels = live?.labels ?? {};
  const annotations = live?.annotations ?? {};
  const release =
    labels['helm.toolkit.fluxcd.io/name'] ??
    annotations['meta.helm.sh/release-name'];
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  if (release !== undefined) {
    return new GitOpsError({
      code: 'ownedByHelmRelease',
      problem: `The class ${facts.storageClass} is rendered by the Helm release ${release}, and no repository has the value that makes it; a second owner in Git would fight with that.`,
      remedy:
        "Set locators.localPath of the under cluster to storageClassConfigs in this release's values.",
    });
  }
  return new GitOpsError({
    code: 'ownedElsewhere',
    problem: `The class ${facts.storageClass} is live (${
      live?.provisioner
    }), and nothing in Git makes it${
      kustomization === undefined
        ? ''
        : `; the Flux Kustomization ${kustomization} applies it`
    }.`,
    remedy:
      'Add the repository that it comes from to the settings of the under cluster, or correct their root.',
  });
}

/** Whether classes can be seen, which no stage can do without. */
export function needClasses(facts: UnderClusterFacts): void {
  if (facts.storageClasses.sight === 'known') return;
  throw new GitOpsError({
    code: 'factUnknown',
    problem: `Classes of ${facts.underCluster} can't be seen${becauseOf(
      facts.storageClasses,
    )}, so what serves ${facts.storageClass} is not known.`,
    remedy: 'Let the portal list StorageClasses there.',
  });
}

/** Keys of a StorageClass that Kubernetes never lets anybody change. */
const IMMUTABLE = [
  'provisioner',
  'parameters',
  'reclaimPolicy',
  'volumeBindingMode',
];

/** What Kubernetes takes if a class does not say. */
const DEFAULTS: Record<string, unknown> = {
  parameters: {},
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
};

function same(a: unknown, b: unknown): boolean {
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every(key => Object.hasOwn(b, key) && same(a[key], b[key]))
    );
  }
  return a === b;
}

/** Keys in which a class would have to change, and can't. */
export function immutableDifferences(
  now: unknown,
  then: Record<string, unknown>,
): string[] {
  if (!isRecord(now)) return IMMUTABLE;
  return IMMUTABLE.filter(
    key => !same(now[key] ?? DEFAULTS[key], then[key] ?? DEFAULTS[key]),
  );
}

/** The annotation with which an object survives being taken out of Git. */
export function isKeptByFlux(draft: RepositoryDraft, at: DraftPlace): boolean {
  return (
    draft.data(at, [
      'metadata',
      'annotations',
      'kustomize.toolkit.fluxcd.io/prune',
    ]) === 'disabled'
  );
}
