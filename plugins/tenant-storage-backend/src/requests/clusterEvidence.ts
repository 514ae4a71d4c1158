import type { QuotaFacts } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { KustomizationRecord } from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { quotaLimitsOf } from '../views/quotaLimits';
import type { FluxEvidence, LiveEvidence } from './requestState';

/** More revisions than this are not compared: Kustomizations of one repository are at the same one, or nearly. */
const MOST_REVISIONS = 10;

/** What is live of the class that tenants' volumes are carved out of. What is stale is not known: nobody is told that nothing happens. */
export function liveEvidence(
  cluster: ClusterInventory | undefined,
  tenant: string,
): LiveEvidence {
  if (cluster?.state('ResourceQuota').state !== 'synced') {
    return { known: false };
  }
  const { limits, unreadable } = quotaLimitsOf(cluster, tenant);
  if (unreadable.length > 0) return { known: false };
  const all = limits
    .filter(
      ({ resource, storageClass }) => resource === 'bytes' && storageClass,
    )
    .map(({ hard }) => hard);
  const bytes = all.reduce<bigint | null>(
    (least, hard) => (least === null || hard < least ? hard : least),
    null,
  );
  return { known: true, bytes, all };
}

/** What a quota's gates are judged by: what has not been confirmed is kept to be shown, and is no reason to merge. */
export function confirmedQuotaFacts(
  facts: QuotaFacts,
  cluster: ClusterInventory | undefined,
  tenant: string,
): QuotaFacts {
  const areClaimsSeen =
    cluster?.state('PersistentVolumeClaim').state === 'synced';
  return {
    ...facts,
    ...(!liveEvidence(cluster, tenant).known && {
      quotaState: 'unknown',
      limits: [],
    }),
    ...(!areClaimsSeen && { charged: null }),
  };
}

/**
 * The commit of a revision that Flux tells: `main@sha1:<commit>`, `sha1:<commit>`, or `main/<commit>` before Flux 2.0 (RFC-0005). Undefined
 * for artifacts that are no commits, such as OCI's.
 */
export function commitOf(revision: string): string | undefined {
  return /(?:^|@)sha1:([0-9a-f]{40})$|\/([0-9a-f]{40})$/
    .exec(revision)
    ?.slice(1)
    .find(Boolean);
}

/** The Kustomization that applies the tenant's quota, by the labels that Flux puts on what it applies. */
function ownerOf(
  cluster: ClusterInventory,
  tenant: string | null,
): KustomizationRecord | undefined {
  if (tenant === null) return undefined;
  for (const { labels } of cluster.inNamespace('ResourceQuota', tenant)) {
    const name = labels?.['kustomize.toolkit.fluxcd.io/name'];
    const namespace = labels?.['kustomize.toolkit.fluxcd.io/namespace'];
    if (name && namespace) {
      const owner = cluster.get('Kustomization', namespace, name);
      if (owner) return owner;
    }
  }
  return undefined;
}

/**
 * What Flux tells of a merge: by the Kustomization that applies the quota, else by any of the under cluster.
 *
 * @param tenant - whose quota it is; null for a change of the under cluster's storage, which any Kustomization may apply.
 * @param contains - whether a commit has the merge in it; undefined if nobody can tell now.
 */
export async function fluxEvidence(
  cluster: ClusterInventory | undefined,
  tenant: string | null,
  contains: (commit: string) => Promise<boolean | undefined>,
): Promise<FluxEvidence> {
  const state = cluster?.state('Kustomization').state;
  if (!cluster || state === 'notInstalled' || state === 'notPermitted') {
    return { seen: false };
  }
  if (state !== 'synced') {
    return {
      seen: true,
      owner: null,
      applied: undefined,
      suspended: false,
      working: false,
      failing: null,
    };
  }
  const owner = ownerOf(cluster, tenant);
  const candidates = owner ? [owner] : [...cluster.list('Kustomization')];
  // Artifacts that are no commits tell nothing of a merge.
  const telling = candidates.filter(
    ({ lastAppliedRevision }) =>
      lastAppliedRevision === undefined || commitOf(lastAppliedRevision),
  );
  if (telling.length === 0) return { seen: false };

  const answers = new Map<string, Promise<boolean | undefined>>();
  const hasMerge = async (revision: string | undefined) => {
    const commit = revision && commitOf(revision);
    if (!commit) return false;
    const known = answers.get(commit);
    if (known) return known;
    if (answers.size >= MOST_REVISIONS) return undefined;
    const answer = contains(commit);
    answers.set(commit, answer);
    return answer;
  };
  const looked = [];
  for (const kustomization of telling) {
    looked.push({
      kustomization,
      applied: await hasMerge(kustomization.lastAppliedRevision),
    });
  }
  let applied: boolean | undefined = false;
  if (looked.some(it => it.applied)) applied = true;
  else if (looked.some(it => it.applied === undefined)) applied = undefined;

  let failing: Extract<FluxEvidence, { seen: true }>['failing'] = null;
  if (!applied || !owner) {
    for (const each of telling) {
      const { namespace, name, ready, lastAttemptedRevision } = each;
      if (ready?.status !== 'False') continue;
      const ofTheMerge = (await hasMerge(lastAttemptedRevision)) === true;
      if (owner || ofTheMerge) {
        failing = {
          by: `${namespace}/${name}`,
          words: [ready.reason, ready.message].filter(Boolean).join(': '),
          ofTheMerge,
        };
        break;
      }
    }
  }
  return {
    seen: true,
    owner: owner ? `${owner.namespace}/${owner.name}` : null,
    applied,
    suspended: telling.every(({ suspended }) => suspended),
    working: telling.some(({ ready }) => ready?.status === 'Unknown'),
    failing,
  };
}
