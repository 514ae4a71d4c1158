import type { QuotaFacts } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { KustomizationRecord } from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { quotaLimitsOf } from '../views/quotaLimits';
import type { FluxEvidence, LiveEvidence } from './requestState';

/** More revisions than this are not compared: Kustomizations of one repository are at the same one, or nearly. */
const MOST_REVISIONS = 10;

type SeenFlux = Extract<FluxEvidence, { seen: true }>;

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
  tenant: string,
): KustomizationRecord | undefined {
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

type Contains = (commit: string) => Promise<boolean | undefined>;

/** What Kustomizations can tell of a merge; each revision is compared once. */
function comparing(contains: Contains) {
  const answers = new Map<string, Promise<boolean | undefined>>();
  return async (revision: string | undefined) => {
    const commit = revision && commitOf(revision);
    if (!commit) return false;
    const known = answers.get(commit);
    if (known) return known;
    if (answers.size >= MOST_REVISIONS) return undefined;
    const answer = contains(commit);
    answers.set(commit, answer);
    return answer;
  };
}

interface Looked {
  kustomization: KustomizationRecord;
  /** Whether what it has applied has the merge in it; undefined = can't be told now. */
  applied: boolean | undefined;
  /** The same of what it tried last, where that failed. */
  attempted: boolean | undefined;
}

/** What it applies from, wherever it is told from. */
function sourceKey({ namespace, source = '' }: KustomizationRecord): string {
  const [kind, ...name] = source.split('/');
  return name.length > 1 ? source : `${kind}/${namespace}/${name[0] ?? ''}`;
}

/** How many folders deep the folder is that a Kustomization applies; undefined if the file is not in it. */
function depthOver(
  { path = '' }: KustomizationRecord,
  file: string,
): number | undefined {
  const folders = path.split('/').filter(part => part !== '' && part !== '.');
  const start = folders.map(folder => `${folder}/`).join('');
  return file.startsWith(start) ? folders.length : undefined;
}

/** Those that apply the files, each by the folder next to it; undefined if one of the files is in nobody's folder, such as that of a base. */
function holdersOf(
  looked: readonly Looked[],
  files: readonly string[],
): Looked[] | undefined {
  const holders = new Set<Looked>();
  for (const file of files) {
    const depths = looked.map(
      ({ kustomization }) => depthOver(kustomization, file) ?? -1,
    );
    const deepest = Math.max(...depths);
    if (deepest < 0) return undefined;
    looked.forEach((each, at) => {
      if (depths[at] === deepest) holders.add(each);
    });
  }
  return holders.size > 0 ? [...holders] : undefined;
}

/**
 * Those that a change of the under cluster's storage waits for: of the sources that have the merge, the Kustomizations whose folders have its files
 * in them; where that can't be told, all of these sources.
 */
function awaited(
  looked: readonly Looked[],
  files: readonly string[],
): { all: readonly Looked[]; areHolders: boolean } {
  const sources = new Map<string, Looked[]>();
  for (const each of looked) {
    const key = sourceKey(each.kustomization);
    sources.set(key, [...(sources.get(key) ?? []), each]);
  }
  const haveIt = [...sources.values()].filter(of =>
    of.some(({ applied, attempted }) => applied || attempted),
  );
  const candidates = haveIt.length > 0 ? haveIt : [...sources.values()];
  const holders = candidates.flatMap(of => holdersOf(of, files) ?? []);
  return holders.length > 0
    ? { all: holders, areHolders: true }
    : { all: candidates.flat(), areHolders: false };
}

function named({ namespace, name }: KustomizationRecord): string {
  return `${namespace}/${name}`;
}

function failureOf(
  { kustomization }: Looked,
  ofTheMerge: boolean,
): SeenFlux['failing'] {
  const { ready } = kustomization;
  return {
    by: named(kustomization),
    words: [ready?.reason, ready?.message].filter(Boolean).join(': '),
    ofTheMerge,
  };
}

function isFailing({ ready }: KustomizationRecord): boolean {
  return ready?.status === 'False';
}

function working(all: readonly Looked[]): boolean {
  return all.some(
    ({ kustomization }) => kustomization.ready?.status === 'Unknown',
  );
}

function suspended(all: readonly Looked[]): boolean {
  return all.every(({ kustomization }) => kustomization.suspended);
}

/** Of a quota, by the Kustomization that applies it; else by any. */
function quotaEvidence(
  looked: readonly Looked[],
  owner: KustomizationRecord | undefined,
): SeenFlux {
  let applied: boolean | undefined = false;
  if (looked.some(it => it.applied)) applied = true;
  else if (looked.some(it => it.applied === undefined)) applied = undefined;

  const failing =
    !applied || !owner
      ? looked.find(
          ({ kustomization, attempted }) =>
            isFailing(kustomization) && (owner || attempted === true),
        )
      : undefined;
  return {
    seen: true,
    owner: owner ? named(owner) : null,
    applied,
    waitsFor: [],
    suspended: suspended(looked),
    working: working(looked),
    failing: failing ? failureOf(failing, failing.attempted === true) : null,
  };
}

/** Of a change of the under cluster's storage: it is applied once all have applied it that it waits for. */
function storageEvidence(
  looked: readonly Looked[],
  files: readonly string[],
): SeenFlux {
  const { all, areHolders } = awaited(looked, files);
  const left = all.filter(({ applied }) => !applied);
  let applied: boolean | undefined = left.length === 0;
  if (!applied && left.every(each => each.applied === undefined)) {
    applied = undefined;
  }
  const failing = left.find(
    ({ kustomization, attempted }) =>
      isFailing(kustomization) && attempted === true,
  );
  // Where nobody knows which of them holds the files, and others have applied theirs, what holds one up may have nothing to do with the change.
  const isSure = areHolders || left.length === all.length;
  return {
    seen: true,
    owner: null,
    applied,
    waitsFor: left
      .filter(each => each.applied === false)
      .map(({ kustomization }) => ({
        name: named(kustomization),
        suspended: kustomization.suspended,
      })),
    suspended: isSure && left.length > 0 && suspended(left),
    working: working(left),
    failing: failing ? failureOf(failing, isSure) : null,
  };
}

/**
 * What Flux tells of a merge.
 *
 * @param change - of a quota, the tenant: the Kustomization that applies the quota tells, else any. Of a change of the under cluster's storage,
 *   the files that it changes, by their paths in the repository: the Kustomizations tell whose folders they are in, else all of the
 *   sources that have the merge.
 * @param contains - whether a commit has the merge in it; undefined if nobody can tell now.
 */
export async function fluxEvidence(
  cluster: ClusterInventory | undefined,
  change: { tenant: string } | { tenant: null; files: readonly string[] },
  contains: Contains,
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
      waitsFor: [],
      suspended: false,
      working: false,
      failing: null,
    };
  }
  const { tenant } = change;
  const owner = tenant === null ? undefined : ownerOf(cluster, tenant);
  const candidates = owner ? [owner] : [...cluster.list('Kustomization')];
  // Artifacts that are no commits tell nothing of a merge.
  const telling = candidates.filter(
    ({ lastAppliedRevision }) =>
      lastAppliedRevision === undefined || commitOf(lastAppliedRevision),
  );
  if (telling.length === 0) return { seen: false };
  if (change.tenant === null) {
    // Those that have its files in their folders are compared before there are too many.
    const isNear = (each: KustomizationRecord) =>
      change.files.some(file => depthOver(each, file) !== undefined);
    telling.sort((a, b) => Number(isNear(b)) - Number(isNear(a)));
  }

  const hasMerge = comparing(contains);
  const looked: Looked[] = [];
  for (const kustomization of telling) {
    const applied = await hasMerge(kustomization.lastAppliedRevision);
    looked.push({
      kustomization,
      applied,
      attempted: isFailing(kustomization)
        ? await hasMerge(kustomization.lastAttemptedRevision)
        : applied,
    });
  }
  return change.tenant === null
    ? storageEvidence(looked, change.files)
    : quotaEvidence(looked, owner);
}
