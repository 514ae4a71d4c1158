import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { recordOf } from '../../gitops/plainData';
import type { DraftPlace } from '../../gitops/repositoryDraft';
import type { Planning } from '../storageChange';
import type { VeleroLocationRequest } from './request';

export const API_GROUP = 'velero.io';
export const KIND = 'BackupStorageLocation';

type Live = UnderClusterFacts['backupLocations']['items'][number];

/** What Git says of a location, as far as it matters here. */
export interface InGit {
  at: DraftPlace;
  bucket?: string;
  prefix?: string;
  s3Url?: string;
  provider?: string;
  /** Absent where Git leaves it to Velero, which sets it on the location that its server was started with. */
  default?: boolean;
  /** Whether a template, a tag or a merge key may say `default`, so that what comes of it can't be read. */
  isDefaultUnread: boolean;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function inGit(
  draft: Planning<unknown>['draft'],
  namespace: string,
  name: string,
): InGit | undefined {
  const at = draft.find({ apiGroup: API_GROUP, kind: KIND, namespace, name });
  if (!at) return undefined;
  const spec = recordOf(recordOf(draft.data(at)).spec);
  const storage = recordOf(spec.objectStorage);
  return {
    at,
    bucket: textOf(storage.bucket),
    prefix: textOf(storage.prefix),
    s3Url: textOf(recordOf(spec.config).s3Url),
    provider: textOf(spec.provider),
    default: typeof spec.default === 'boolean' ? spec.default : undefined,
    isDefaultUnread:
      (spec.default !== undefined && typeof spec.default !== 'boolean') ||
      (spec.default === undefined && '<<' in spec),
  };
}

/** Who renders a live object that Git does not have; undefined if nobody is known to. */
function ownerOf({ labels, annotations }: Live): string | undefined {
  const release =
    labels['helm.toolkit.fluxcd.io/name'] ??
    annotations['meta.helm.sh/release-name'];
  if (release) return `the Helm release ${release}`;
  // Velero's chart has made it as a hook, which neither Helm nor Flux marks.
  const instance = labels['app.kubernetes.io/instance'];
  if (instance && labels['app.kubernetes.io/managed-by'] === 'Helm') {
    return `the Helm release ${instance}`;
  }
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  return kustomization && `the Flux Kustomization ${kustomization}`;
}

export function refuseForeign(
  { draft, facts, refuse }: Planning<VeleroLocationRequest>,
  { name, namespace }: Live,
  field: string,
  what: string,
): void {
  const live = facts.backupLocations.items.find(
    each => each.name === name && each.namespace === namespace,
  );
  if (!live || inGit(draft, namespace, name)) return;
  const owner = ownerOf(live);
  refuse({
    code: 'ownedElsewhere',
    field,
    problem: `The location ${namespace}/${name} ${what}, is ${
      owner ? `made by ${owner}` : 'there without Git'
    }, and is in no configured repository.`,
    remedy: owner
      ? `Change it in the values of ${owner} (Velero's chart: configuration.backupStorageLocation), or add the repository that it comes from to the settings of the under cluster.`
      : 'Bring it into the repository first, or remove it from the cluster.',
  });
}
