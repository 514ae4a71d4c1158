import type {
  DatabaseService,
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { ServiceUnavailableError } from '@backstage/errors';
import type { ScmIntegrationRegistry } from '@backstage/integration';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { durationToMilliseconds } from '@backstage/types';
import type {
  ManifestRepository,
  QuotaChangeFacts,
  StorageRequest,
  StorageRequestList,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  quotaBranch,
  storageChangeBranch,
  storageChangeOf,
  type ChangeGate,
  type QuotaFacts,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import {
  createGitHosts,
  GitHostError,
  type GitHosts,
  type HostedRepository,
} from '../gitHost';
import type { Inventory, InventoryChange } from '../inventory/types';
import { type Clock, systemClock } from '../kubernetes/clock';
import { CHANGE_KINDS } from '../changes/changeKinds';
import type { KindName } from '../inventory/records';
import { commitsOfOthers } from './changeTrailer';
import { liveEvidence } from './clusterEvidence';
import { Gathering } from './gathering';
import { RequestFollower } from './requestFollower';
import { RequestsStore, subjectKey, type StoredRequest } from './requestsStore';
import { requestView } from './requestView';
import {
  storageChangeEvidence,
  type LiveFactsOf,
} from './storageChangeEvidence';
import type {
  QuotaToRecord,
  RequestAudience,
  RequestedObject,
  RequestQuery,
  RequestsSettings,
  RequestToRecord,
  StorageRequests,
} from './types';

/** At most one look for quotas that changed in under clusters in this time. */
const QUOTA_GAP_MS = 1_000;

/** At most one look for anything else that changed: a gate stands on the whole under cluster, in which something changes all the time. */
const STORAGE_GAP_MS = 5_000;

/** Replicas' clocks may differ by that much. */
const CLOCK_SKEW_MS = 120_000;

/** Which requests to look at. */
type Choice = (request: StoredRequest) => boolean;

function isAboutQuotas({ kind, namespace }: InventoryChange): boolean {
  return (
    kind === 'Kustomization' ||
    (kind === 'ResourceQuota' && namespace !== undefined)
  );
}

/** Who sees a request that nobody is told to see as somebody else. */
function readersOf({ tenant }: RequestedObject): RequestAudience {
  return tenant === null ? 'platform' : 'tenant';
}

/** The one branch for an object. */
function branchOf({ underCluster, change, object }: RequestedObject): string {
  return change === 'quota'
    ? quotaBranch(underCluster, object)
    : storageChangeBranch(storageChangeOf(change), underCluster, object);
}

class FollowedRequests implements StorageRequests {
  readonly #store: RequestsStore;
  readonly #gitHosts: GitHosts;
  readonly #logger: LoggerService;
  readonly #clock: Clock;
  readonly #inventory: Inventory;
  readonly #follower: RequestFollower;
  readonly #listeners = new Set<
    (request: { underCluster: string; tenant: string }) => void
  >();
  /** Versions that listeners were told of. */
  #told = new Map<string, number>();
  #toldAt: number;
  readonly #stopped = new AbortController();
  /** Looks of this replica come one after the other. */
  #looking: Promise<void> = Promise.resolve();
  readonly #quotasChanged: Gathering<InventoryChange>;
  readonly #storageChanged: Gathering<InventoryChange>;
  readonly #liveFactsOf: LiveFactsOf;

  constructor(options: {
    store: RequestsStore;
    gitHosts: GitHosts;
    inventory: Inventory;
    quotaFactsOf: (request: QuotaToRecord) => QuotaFacts | undefined;
    liveFactsOf: LiveFactsOf;
    notifications: NotificationService;
    logger: LoggerService;
    stuckAfter: number;
    portalUrl?: string;
    clock: Clock;
  }) {
    this.#store = options.store;
    this.#gitHosts = options.gitHosts;
    this.#inventory = options.inventory;
    this.#logger = options.logger;
    this.#clock = options.clock;
    this.#toldAt = options.clock.now();
    this.#follower = new RequestFollower({
      ...options,
      now: () => options.clock.now(),
      onAdvance: () => this.tellChanges(),
    });
    this.#liveFactsOf = options.liveFactsOf;
    const soon = (
      look: (changes: readonly InventoryChange[]) => Promise<void>,
      gapMs: number,
    ) =>
      new Gathering<InventoryChange>(options.clock, gapMs, changes => {
        look(changes).catch(error => {
          this.#logger.warn(
            'Requests could not be looked at after a change in an under cluster; the next poll does',
            error instanceof Error ? error : undefined,
          );
        });
      });
    this.#quotasChanged = soon(
      changes => this.#lookAtQuotas(changes),
      QUOTA_GAP_MS,
    );
    this.#storageChanged = soon(
      changes => this.#lookAtStorageChanges(changes),
      STORAGE_GAP_MS,
    );
  }

  async record(request: RequestToRecord): Promise<StorageRequest> {
    const stored = await this.#store.record(request, this.#clock.now());
    await this.tellChanges();
    return requestView(stored, readersOf(stored));
  }

  async subjects() {
    return this.#store.subjects();
  }

  async openChanges(underCluster: string) {
    return this.#store.openChanges(underCluster);
  }

  async list(query: RequestQuery) {
    const { items, total } = await this.#store.list(query);
    const audiences = new Map(
      query.subjects.map(it => [subjectKey(it), it.audience]),
    );
    return {
      items: items.map(item =>
        requestView(item, audiences.get(subjectKey(item)) ?? readersOf(item)),
      ),
      total,
    };
  }

  async openRequest(
    object: RequestedObject,
    audience: RequestAudience = readersOf(object),
  ): Promise<StorageRequest | undefined> {
    const stored = await this.#store.openRequest(object);
    return stored && requestView(stored, audience);
  }

  async proposed(
    object: RequestedObject,
  ): Promise<QuotaChangeFacts['openRequest']> {
    const stored = await this.#store.openRequest(object);
    if (!stored) return null;
    const request = requestView(stored, readersOf(stored));
    const wish = stored.change === 'quota' ? stored.size : stored.wish;
    const nothing = { request, mergeable: null, title: null, wish };
    const host = this.#gitHosts.of(stored.repository);
    if ('unfollowed' in host) return nothing;
    const proposals = await host.proposals(stored.repository, [stored.branch]);
    const proposal = proposals
      .get(stored.branch)
      ?.find(({ state }) => state === 'open');
    if (!proposal) return nothing;
    return {
      request: {
        ...request,
        pullRequest: { number: proposal.number, url: proposal.url },
      },
      mergeable: await host.mergeable(stored.repository, proposal),
      title: proposal.title,
      wish,
    };
  }

  async branches(
    object: RequestedObject,
    repositories: readonly ManifestRepository[],
  ): Promise<QuotaChangeFacts['branches']> {
    const branch = branchOf(object);
    return Promise.all(
      repositories.map(async ({ url, host, repository, branch: target }) => {
        const at = { url, host, repository };
        return {
          host,
          repository,
          branch,
          commitsOfOthers: await this.#commitsOfOthers(object, at, {
            branch,
            target,
          }),
        };
      }),
    );
  }

  async #commitsOfOthers(
    object: RequestedObject,
    repository: HostedRepository,
    names: { branch: string; target: string | null },
  ): Promise<QuotaChangeFacts['branches'][number]['commitsOfOthers']> {
    const host = this.#gitHosts.of(repository);
    if ('unfollowed' in host) return null;
    const { branch } = names;
    try {
      const found = await host.branch(repository, names);
      const others = commitsOfOthers(object, found?.commits ?? []);
      if (found === undefined || others.length === 0) return [];
      // A squash brings what is on a branch into its target, though not the commits.
      const proposals = await host.proposals(repository, [branch]);
      const isMerged = proposals
        .get(branch)
        ?.some(({ state, head }) => state === 'merged' && head === found.head);
      if (isMerged) return [];
      return others.map(({ sha, author, message }) => ({
        sha,
        author,
        title: message.split('\n')[0].slice(0, 200),
      }));
    } catch (error) {
      if (!(error instanceof GitHostError)) throw error;
      throw new ServiceUnavailableError(
        `Whether somebody else works on the branch ${branch} of ${repository.repository} can't be told: ${error.message}. Nothing was changed or asked for; try again in a few minutes.`,
      );
    }
  }

  async problems(): Promise<StorageRequestList['errors']> {
    return this.#store.problems();
  }

  onChange(
    listener: (request: { underCluster: string; tenant: string }) => void,
  ): () => void {
    const own: typeof listener = request => listener(request);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Tells listeners of what changed since they were told, whichever replica did it. */
  async tellChanges(): Promise<void> {
    const since = this.#toldAt - CLOCK_SKEW_MS;
    const now = this.#clock.now();
    const changed = await this.#store.changedSince(since);
    const told = new Map<string, number>();
    for (const { id, version, underCluster, tenant } of changed) {
      const isNew = this.#told.get(id) !== version;
      told.set(id, version);
      if (isNew && tenant !== null) this.#tell({ underCluster, tenant });
    }
    this.#told = told;
    this.#toldAt = now;
  }

  #tell(request: { underCluster: string; tenant: string }): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(request);
      } catch (error) {
        this.#logger.error(
          'A listener to requests failed; the others go on',
          error instanceof Error ? error : undefined,
        );
      }
    }
  }

  /** Looks at every request; waits for a look that is under way. */
  async poll(signal?: AbortSignal): Promise<void> {
    await this.#look(signal);
  }

  /** `choose` tells which requests, when it is its turn; none of them if it tells nothing. */
  async #look(
    signal?: AbortSignal,
    choose?: () => Promise<Choice | undefined> | Choice,
  ): Promise<void> {
    const before = this.#looking;
    const signals = [this.#stopped.signal, ...(signal ? [signal] : [])];
    const look = before.then(async () => {
      const either = AbortSignal.any(signals);
      if (either.aborted) return;
      const only = await choose?.();
      if (only || !choose) await this.#follower.look(either, only);
    });
    this.#looking = look.catch(() => {});
    await look;
  }

  /** Something changed in an under cluster: looks soon at the requests that it may be about, without waiting for the next poll. */
  changed(change: InventoryChange): void {
    if (this.#stopped.signal.aborted) return;
    const { underCluster, kind, namespace = '' } = change;
    const key = `${underCluster}/${kind}`;
    // A change of a storage stands on whole kinds, whatever the namespace.
    this.#storageChanged.add(key, change);
    if (isAboutQuotas(change)) {
      this.#quotasChanged.add(`${key}/${namespace}`, change);
    }
  }

  async #lookAtQuotas(changes: readonly InventoryChange[]): Promise<void> {
    const changed = new Set(
      changes.map(({ underCluster, kind, namespace = null }) =>
        subjectKey({
          underCluster,
          tenant: kind === 'ResourceQuota' ? namespace : null,
        }),
      ),
    );
    await this.#look(
      undefined,
      () => request =>
        request.change === 'quota' && this.#concernsQuota(request, changed),
    );
  }

  /** One that isn't merged is asked about at its Git host, which is worth it only if the quota became another one. */
  #concernsQuota(
    request: Extract<StoredRequest, { change: 'quota' }>,
    changed: ReadonlySet<string>,
  ): boolean {
    const { underCluster, tenant, mergedAt } = request;
    const isAboutQuota = changed.has(subjectKey(request));
    const isAboutFlux = changed.has(subjectKey({ underCluster, tenant: null }));
    if (!request.open || !(isAboutQuota || isAboutFlux)) return false;
    if (mergedAt !== null) return true;
    const live = liveEvidence(this.#inventory.cluster(underCluster), tenant);
    return (
      isAboutQuota &&
      live.known &&
      'bytes' in live &&
      !(request.liveBeforeKnown && live.bytes === request.liveBefore)
    );
  }

  async #lookAtStorageChanges(
    changes: readonly InventoryChange[],
  ): Promise<void> {
    const kinds = new Map<string, Set<KindName>>();
    for (const { underCluster, kind } of changes) {
      const known = kinds.get(underCluster);
      if (known) known.add(kind);
      else kinds.set(underCluster, new Set([kind]));
    }
    await this.#look(undefined, () => this.#storageChangesOf(kinds));
  }

  /** Undefined if there are none. */
  async #storageChangesOf(
    kinds: ReadonlyMap<string, ReadonlySet<KindName>>,
  ): Promise<Choice | undefined> {
    const open = new Map<string, UnderClusterFacts['openChanges']>();
    for (const underCluster of kinds.keys()) {
      const all = await this.#store.openChanges(underCluster);
      if (all.some(({ change }) => change !== 'quota')) {
        open.set(underCluster, all);
      }
    }
    if (open.size === 0) return undefined;
    return request => {
      const openChanges = open.get(request.underCluster);
      const changed = kinds.get(request.underCluster);
      return (
        request.change !== 'quota' &&
        request.open &&
        openChanges !== undefined &&
        changed !== undefined &&
        this.#concernsStorageChange(request, changed, openChanges)
      );
    };
  }

  /** As far as the change stands on what changed, and comes to something else than before: Git hosts are not asked for nothing. */
  #concernsStorageChange(
    request: Exclude<StoredRequest, { change: 'quota' }>,
    changed: ReadonlySet<KindName>,
    openChanges: UnderClusterFacts['openChanges'],
  ): boolean {
    const isMerged = request.mergedAt !== null;
    if (isMerged && changed.has('Kustomization')) return true;
    if (!CHANGE_KINDS[request.change].some(kind => changed.has(kind))) {
      return false;
    }
    const { live, gates } = storageChangeEvidence(
      request,
      openChanges,
      this.#liveFactsOf,
    );
    if (isMerged) return live.known && 'arrived' in live && live.arrived;
    const verdicts = (of: readonly ChangeGate[] | null) =>
      JSON.stringify(of?.map(({ id, state }) => [id, state]) ?? null);
    return verdicts(gates) !== verdicts(request.gates);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#quotasChanged.stop();
    this.#storageChanged.stop();
    await this.#looking;
  }
}

/** Requests that are followed while it runs. */
export interface RunningStorageRequests {
  requests: StorageRequests;
  /** Begins to follow; nothing is asked before. */
  start(): Promise<void>;
  /** Ends what is under way. */
  stop(): Promise<void>;
}

/**
 * Requests for changes, kept in the database and followed.
 *
 * @param options - `quotaFactsOf`: what a tenant's quota is judged by, undefined while nothing is known of its under cluster; `liveFactsOf`:
 *   what every other change is judged by. `portalUrl`: the portal's own address, for links at the Git host. `gitHosts` and `clock` are for tests.
 */
export async function createStorageRequests(options: {
  database: DatabaseService;
  logger: LoggerService;
  scheduler: SchedulerService;
  notifications: NotificationService;
  integrations: ScmIntegrationRegistry;
  inventory: Inventory;
  quotaFactsOf: (request: QuotaToRecord) => QuotaFacts | undefined;
  liveFactsOf: LiveFactsOf;
  settings: RequestsSettings;
  portalUrl?: string;
  gitHosts?: GitHosts;
  clock?: Clock;
}): Promise<RunningStorageRequests> {
  const { scheduler, settings, inventory, integrations } = options;
  const clock = options.clock ?? systemClock;
  const requests = new FollowedRequests({
    ...options,
    clock,
    store: await RequestsStore.create(options),
    gitHosts:
      options.gitHosts ??
      createGitHosts({ integrations, now: () => clock.now() }),
    stuckAfter: durationToMilliseconds(settings.stuckAfter),
  });
  let unsubscribe = () => {};
  return {
    requests,
    async start() {
      unsubscribe = inventory.onChange(change => requests.changed(change));
      await scheduler.scheduleTask({
        ...settings.schedule,
        scope: 'global',
        id: 'follow-storage-requests',
        fn: signal => requests.poll(signal),
      });
      // What another replica saw is told to this one's readers, too.
      await scheduler.scheduleTask({
        ...settings.schedule,
        scope: 'local',
        id: 'tell-storage-requests',
        fn: () => requests.tellChanges(),
      });
    },
    async stop() {
      unsubscribe();
      await requests.stop();
    },
  };
}
