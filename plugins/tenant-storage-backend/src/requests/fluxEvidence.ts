import type { KustomizationRecord } from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import type { FluxEvidence } from './requestState';

/** More revisions than this are not compared: Kustomizations of one repository are at the same one, or nearly. */
const MOST_REVISIONS = 10;

type SeenFlux = Extract<FluxEvidence, { seen: true }>;

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

/** Whether a revision has the merge in it; undefined = can't be told now. */
type HasMerge = (revision: string | undefined) => Promise<boolean | undefined>;

/** Compares each revision once. */
function comparing(
  contains: (commit: string) => Promise<boolean | undefined>,
): HasMerge {
  const answers = new Map<string, Promise<boolean | undefined>>();
  return async revision => {
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

function named({ namespace, name }: KustomizationRecord): string {
  return `${namespace}/${name}`;
}

function isFailing({ ready }: KustomizationRecord): boolean {
  return ready?.status === 'False';
}

function isWorking({ ready }: KustomizationRecord): boolean {
  return ready?.status === 'Unknown';
}

function failureOf(
  kustomization: KustomizationRecord,
  ofTheMerge: boolean,
): SeenFlux['failing'] {
  const { ready } = kustomization;
  return {
    by: named(kustomization),
    words: [ready?.reason, ready?.message].filter(Boolean).join(': '),
    ofTheMerge,
  };
}

/** Of a quota, by the Kustomization that applies it; else by any. */
async function quotaEvidence(
  kustomizations: readonly KustomizationRecord[],
  owner: KustomizationRecord | undefined,
  hasMerge: HasMerge,
): Promise<SeenFlux> {
  const have = [];
  for (const each of kustomizations) {
    have.push(await hasMerge(each.lastAppliedRevision));
  }
  let applied: boolean | undefined = false;
  if (have.includes(true)) applied = true;
  else if (have.includes(undefined)) applied = undefined;

  let failing: SeenFlux['failing'] = null;
  if (!applied || !owner) {
    for (const each of kustomizations.filter(isFailing)) {
      const ofTheMerge = (await hasMerge(each.lastAttemptedRevision)) === true;
      if (owner || ofTheMerge) {
        failing = failureOf(each, ofTheMerge);
        break;
      }
    }
  }
  return {
    seen: true,
    owner: owner ? named(owner) : null,
    applied,
    waitsFor: [],
    suspended: kustomizations.every(({ suspended }) => suspended),
    working: kustomizations.some(isWorking),
    failing,
  };
}

/** A Kustomization, and how far it is with the merge; undefined = can't be told now. */
interface Progress {
  kustomization: KustomizationRecord;
  applied: boolean | undefined;
  /** Whether it has applied it, or failed at it. */
  tried: boolean | undefined;
}

/** What it applies from, wherever it is told from. */
function sourceKey({ namespace, source = '' }: KustomizationRecord): string {
  const [kind, ...name] = source.split('/');
  return name.length > 1 ? source : `${kind}/${namespace}/${name[0] ?? ''}`;
}

function bySource(all: readonly Progress[]): Progress[][] {
  const sources = new Map<string, Progress[]>();
  for (const each of all) {
    const key = sourceKey(each.kustomization);
    sources.set(key, [...(sources.get(key) ?? []), each]);
  }
  return [...sources.values()];
}

/** The folder that a Kustomization applies, such as `clusters/muc-1/`; empty for all of the repository. */
function folderOf({ path = '' }: KustomizationRecord): string {
  return path
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .map(part => `${part}/`)
    .join('');
}

interface Awaited {
  /** Those that may bring the change. */
  all: Progress[];
  /** Those of them that do. */
  certain: ReadonlySet<Progress>;
}

/**
 * Of one source, the Kustomizations whose folders the files are in, each by the one next to it. What is beside the folders of deeper ones may be a
 * base of theirs, so that these are waited for, too.
 *
 * @returns undefined if one of the files is in nobody's folder.
 */
function holdersOf(
  source: readonly Progress[],
  files: readonly string[],
): Awaited | undefined {
  const all = new Set<Progress>();
  const certain = new Set<Progress>();
  const folders = source.map(({ kustomization }) => folderOf(kustomization));
  for (const file of files) {
    const over = folders.filter(folder => file.startsWith(folder));
    if (over.length === 0) return undefined;
    const nearest = over.reduce((a, b) => (b.length > a.length ? b : a));
    const isBelow = (folder: string) =>
      folder.length > nearest.length && folder.startsWith(nearest);
    const isCertain = !folders.some(isBelow);
    source.forEach((each, at) => {
      if (folders[at] === nearest && isCertain) certain.add(each);
      if (folders[at] === nearest || isBelow(folders[at])) all.add(each);
    });
  }
  return all.size > 0 ? { all: [...all], certain } : undefined;
}

/** Those of some sources that a change waits for; where its files don't tell, all of them. */
function awaitedOf(
  sources: ReadonlyArray<readonly Progress[]>,
  files: readonly string[],
): Awaited {
  const holders = sources.flatMap(source => holdersOf(source, files) ?? []);
  return holders.length > 0
    ? {
        all: holders.flatMap(({ all }) => all),
        certain: new Set(holders.flatMap(({ certain }) => [...certain])),
      }
    : { all: sources.flat(), certain: new Set() };
}

/** How far each is with the merge. Before there are too many revisions, those are compared that matter most. */
async function progressOf(
  kustomizations: readonly KustomizationRecord[],
  files: readonly string[],
  hasMerge: HasMerge,
): Promise<Progress[]> {
  const all = kustomizations.map(
    (kustomization): Progress => ({
      kustomization,
      applied: undefined,
      tried: undefined,
    }),
  );
  const isNear = ({ kustomization }: Progress) =>
    files.some(file => file.startsWith(folderOf(kustomization)));
  const ofEachSource = bySource(all).map(([first]) => first);
  const inOrder = new Set([...all.filter(isNear), ...ofEachSource, ...all]);
  for (const each of inOrder) {
    each.applied = await hasMerge(each.kustomization.lastAppliedRevision);
    each.tried = each.applied;
  }
  for (const each of inOrder) {
    if (!each.applied && isFailing(each.kustomization)) {
      each.tried = await hasMerge(each.kustomization.lastAttemptedRevision);
    }
  }
  return all;
}

/** Of a change of the under cluster's storage: it is applied once all have applied it that it waits for. */
async function storageEvidence(
  kustomizations: readonly KustomizationRecord[],
  files: readonly string[],
  hasMerge: HasMerge,
): Promise<SeenFlux> {
  const looked = await progressOf(kustomizations, files, hasMerge);
  const sources = bySource(looked);
  const reached = sources.filter(source => source.some(({ tried }) => tried));
  const { all, certain } = awaitedOf(
    reached.length > 0 ? reached : sources,
    files,
  );
  // Where others have applied the merge, one that is held up may have nothing to do with the change.
  const someApplied = all.some(({ applied }) => applied);
  const isSure = (each: Progress) => certain.has(each) || !someApplied;
  const isSuspended = ({ kustomization }: Progress) => kustomization.suspended;

  const behind = all.filter(({ applied }) => !applied);
  const waited = behind.filter(each => !isSuspended(each) || isSure(each));
  const notYet = waited.filter(({ applied }) => applied === false);
  const isKnown =
    reached.length > 0 || looked.every(({ applied }) => applied === false);
  let applied: boolean | undefined = waited.length === 0;
  if (!applied && !(isKnown && notYet.length > 0)) applied = undefined;

  const failed =
    behind.find(each => isFailing(each.kustomization) && each.tried) ??
    waited.find(each => isFailing(each.kustomization) && certain.has(each));
  const asleep = applied ? behind.find(isSuspended) : undefined;
  let failing: SeenFlux['failing'] = null;
  if (failed) {
    failing = failureOf(
      failed.kustomization,
      failed.tried === true && isSure(failed),
    );
  } else if (asleep) {
    const by = named(asleep.kustomization);
    failing = { by, words: 'it is suspended', ofTheMerge: true };
  }
  // Where no source has the merge, nobody knows whose it is to bring, but by the files.
  const areKnown = isKnown && (reached.length > 0 || certain.size > 0);
  return {
    seen: true,
    owner: null,
    applied,
    waitsFor: areKnown
      ? notYet.map(({ kustomization }) => ({
          name: named(kustomization),
          suspended: kustomization.suspended,
        }))
      : [],
    suspended:
      applied === false &&
      notYet.length === waited.length &&
      waited.every(isSuspended),
    working: waited.some(({ kustomization }) => isWorking(kustomization)),
    failing,
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
      waitsFor: [],
      suspended: false,
      working: false,
      failing: null,
    };
  }
  const owner =
    change.tenant === null ? undefined : ownerOf(cluster, change.tenant);
  const candidates = owner ? [owner] : [...cluster.list('Kustomization')];
  // Artifacts that are no commits tell nothing of a merge.
  const telling = candidates.filter(
    ({ lastAppliedRevision }) =>
      lastAppliedRevision === undefined || commitOf(lastAppliedRevision),
  );
  if (telling.length === 0) return { seen: false };
  const hasMerge = comparing(contains);
  return change.tenant === null
    ? storageEvidence(telling, change.files, hasMerge)
    : quotaEvidence(telling, owner, hasMerge);
}
