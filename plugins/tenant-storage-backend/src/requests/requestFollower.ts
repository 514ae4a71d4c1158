import { createHash, randomUUID } from 'node:crypto';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import {
  quotaGates,
  type ChangeGate,
  type QuotaFacts,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import {
  GitHostError,
  unlessNotFound,
  type CommitStatus,
  type GitHost,
  type GitHosts,
  type HostedRepository,
  type Proposal,
} from '../gitHost';
import type { Inventory } from '../inventory/types';
import { changeTrailerOf } from './changeTrailer';
import { confirmedQuotaFacts, liveEvidence } from './clusterEvidence';
import { fluxEvidence } from './fluxEvidence';
import { gateStatus, unjudgedStatus } from './gateStatus';
import { notificationOf, pageOf } from './requestNotification';
import {
  judgedSince,
  nextState,
  proposesOther,
  type Evidence,
  type HostEvidence,
  type LiveEvidence,
  type ProposedHead,
  type RequestProgress,
  type Step,
} from './requestState';
import type {
  RequestChanges,
  RequestsStore,
  StoredRequest,
} from './requestsStore';
import {
  notRead,
  storageChangeEvidence,
  type LiveFactsOf,
} from './storageChangeEvidence';
import type { QuotaToRecord } from './types';

/** For how long a withdrawn request is looked after, in case that it is opened again. */
const REOPENED_WITHIN_MS = 24 * 3600_000;

/** Longer than one request ever takes; a replica that stops in the middle lets others go on after it. */
const LEASE_MS = 120_000;

/** A Git host's clock may be behind this one's by that much. */
const CLOCK_SKEW_MS = 300_000;

/** The first wait after a Git host gave no answer; it doubles. */
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 600_000;
/** A host that says to come back later than that is asked all the same: GitHub's windows are an hour, and a wrong clock may say years. */
const LONGEST_TOLD_WAIT_MS = 2 * 3600_000;

/** How long a repository that takes no commit status is left in peace. */
const STATUS_AGAIN_AFTER_MS = 600_000;

/** A branch that the target branch was merged into more often says nothing of the portal's commit. */
const MOST_MERGES = 20;

/** A notification that could not be delivered for so long is of no use any more. */
const NOTIFY_WITHIN_MS = 24 * 3600_000;

const CLOSED = 'It was closed: nobody judges it any more, ask for it again';
const ASKED_FOR_OTHER =
  'Something else was asked for since: it is not there yet';

/** What a poll saw of a repository. */
type Sight =
  | { host: GitHost; proposals: Map<string, Proposal[]> }
  | { host: GitHost; fault: GitHostError | 'waiting' }
  | { never: string };

/** What a poll saw of one request's proposal. */
interface Look {
  evidence: HostEvidence;
  proposal: Proposal | null;
  /** Whether what was known as its proposal ended before the latest wish, and is not its proposal any more. */
  forgotten: boolean;
}

/** Whether it is about one repository, which its requests say themselves; others of the host go on. */
function isOfRepository({ fault }: GitHostError): boolean {
  return ['notFound', 'forbidden', 'refused'].includes(fault);
}

function keyOf({ host, repository }: HostedRepository): string {
  return `${host} ${repository}`;
}

/** Looks how far requests are, at their Git hosts and in their under clusters, and does what follows from it. */
export class RequestFollower {
  readonly #store: RequestsStore;
  readonly #gitHosts: GitHosts;
  readonly #inventory: Inventory;
  readonly #quotaFactsOf: (request: QuotaToRecord) => QuotaFacts | undefined;
  readonly #liveFactsOf: LiveFactsOf;
  readonly #notifications: NotificationService;
  readonly #logger: LoggerService;
  readonly #stuckAfter: number;
  readonly #portalUrl: string | undefined;
  readonly #now: () => number;
  readonly #onAdvance: () => Promise<void>;
  readonly #holder = randomUUID();
  readonly #statusRefused = new Map<string, number>();
  /** Hosts that gave no answer during this look: what is left to ask them waits for the next one. */
  readonly #silent = new Set<string>();
  /** What the heads of requests' proposals say, by request: a commit never changes. */
  readonly #heads = new Map<
    string,
    { sha: string; says: ProposedHead | null }
  >();
  #warnedOfNotifications = false;

  constructor(options: {
    store: RequestsStore;
    gitHosts: GitHosts;
    inventory: Inventory;
    quotaFactsOf: (request: QuotaToRecord) => QuotaFacts | undefined;
    liveFactsOf: LiveFactsOf;
    notifications: NotificationService;
    logger: LoggerService;
    /** Milliseconds. */
    stuckAfter: number;
    /** The portal's own address, for links at the Git host. */
    portalUrl?: string;
    now: () => number;
    /** After something went on. */
    onAdvance: () => Promise<void>;
  }) {
    this.#store = options.store;
    this.#gitHosts = options.gitHosts;
    this.#inventory = options.inventory;
    this.#quotaFactsOf = options.quotaFactsOf;
    this.#liveFactsOf = options.liveFactsOf;
    this.#notifications = options.notifications;
    this.#logger = options.logger;
    this.#stuckAfter = options.stuckAfter;
    this.#portalUrl = options.portalUrl;
    this.#now = options.now;
    this.#onAdvance = options.onAdvance;
  }

  /**
   * Looks at all requests that may go on, or at some of them.
   *
   * @param only - which ones; all if absent.
   */
  async look(
    signal?: AbortSignal,
    only?: (request: StoredRequest) => boolean,
  ): Promise<void> {
    const followed = await this.#store.followed(
      this.#now() - REOPENED_WITHIN_MS,
    );
    const byHost = new Map<string, StoredRequest[]>();
    for (const request of only ? followed.filter(only) : followed) {
      const { host } = request.repository;
      byHost.set(host, [...(byHost.get(host) ?? []), request]);
    }
    const troubles = new Map(
      (await this.#store.hostTroubles()).map(it => [it.host, it]),
    );
    // A host that takes its time holds up its own requests only.
    const looks = [...byHost].map(async ([host, requests]) => {
      const trouble = troubles.get(host);
      await this.#lookAtHost(
        requests,
        {
          waits: trouble !== undefined && trouble.retryAt > this.#now(),
          hadTrouble: trouble !== undefined,
        },
        signal,
      );
    });
    for (const result of await Promise.allSettled(looks)) {
      if (result.status === 'rejected') throw result.reason;
    }
    if (!only) {
      const ids = new Set(followed.map(({ id }) => id));
      for (const id of this.#heads.keys()) {
        if (!ids.has(id)) this.#heads.delete(id);
      }
      for (const request of await this.#store.untold()) {
        if (signal?.aborted) return;
        await this.#leased(request, leased => this.#notify(leased));
      }
    }
  }

  async #lookAtHost(
    requests: StoredRequest[],
    { waits, hadTrouble }: { waits: boolean; hadTrouble: boolean },
    signal?: AbortSignal,
  ): Promise<void> {
    const byRepository = new Map<string, StoredRequest[]>();
    for (const request of requests) {
      const key = keyOf(request.repository);
      byRepository.set(key, [...(byRepository.get(key) ?? []), request]);
    }
    const { host } = requests[0].repository;
    this.#silent.delete(host);
    for (const of of byRepository.values()) {
      if (signal?.aborted) return;
      const sight = await this.#see(of, waits || this.#silent.has(host));
      for (const request of of) {
        if (signal?.aborted) return;
        await this.#leased(request, leased =>
          this.#follow(leased, sight).catch(error => {
            this.#logger.error(
              `Following the request ${request.id} about ${request.underCluster}/${request.object} failed; it is tried again`,
              error instanceof Error ? error : undefined,
            );
          }),
        );
      }
    }
    if (hadTrouble && !waits && !this.#silent.has(host)) {
      await this.#store.clearHostTrouble(host);
      this.#logger.info(`Requests at ${host} can be followed again`);
    }
  }

  async #leased(
    request: StoredRequest,
    work: (leased: StoredRequest) => Promise<unknown>,
  ): Promise<void> {
    const leased = await this.#store.lease(
      request.id,
      this.#holder,
      this.#now(),
      LEASE_MS,
    );
    if (!leased) return;
    try {
      await work(leased);
    } finally {
      await this.#store.release(request.id, this.#holder);
    }
  }

  /** One call for all requests of a repository. */
  async #see(requests: StoredRequest[], waits: boolean): Promise<Sight> {
    const { repository } = requests[0];
    const host = this.#gitHosts.of(repository);
    if ('unfollowed' in host) return { never: host.unfollowed };
    if (waits) return { host, fault: 'waiting' };
    const asked = requests.filter(({ mergedAt }) => mergedAt === null);
    if (asked.length === 0) return { host, proposals: new Map() };
    try {
      const proposals = await host.proposals(repository, [
        ...new Set(asked.map(({ branch }) => branch)),
      ]);
      return { host, proposals };
    } catch (error) {
      if (!(error instanceof GitHostError)) throw error;
      await this.#trouble(error);
      return { host, fault: error };
    }
  }

  /** Notes that a host gave no answer, and when it is asked again: later each time, and never before it said itself. */
  async #trouble(error: GitHostError): Promise<void> {
    if (isOfRepository(error)) return;
    this.#silent.add(error.host);
    const at = this.#now();
    const known = (await this.#store.hostTroubles()).find(
      ({ host }) => host === error.host,
    );
    const failures = (known?.failures ?? 0) + 1;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
    await this.#store.setHostTrouble({
      host: error.host,
      message: error.message,
      since: known?.since ?? at,
      failures,
      retryAt: Math.max(
        at + wait,
        Math.min(error.retryAt ?? 0, at + LONGEST_TOLD_WAIT_MS),
      ),
    });
    if (!known)
      this.#logger.warn(`Requests can't be followed: ${error.message}`);
  }

  async #follow(request: StoredRequest, sight: Sight): Promise<void> {
    const cluster = this.#inventory.cluster(request.underCluster);
    const look = await this.#lookAt(request, sight);
    const judged = await this.#judge(request);
    const { live } = judged;
    const merge =
      request.revision ??
      (look.proposal?.state === 'merged' ? look.proposal.mergeCommit : null);
    const flux = await fluxEvidence(cluster, request, async commit => {
      if (merge === null) return false;
      if (commit === merge) return true;
      if (!('host' in sight) || 'fault' in sight || this.#isSilent(request)) {
        return undefined;
      }
      try {
        return await sight.host.contains(request.repository, commit, merge);
      } catch (error) {
        if (!(error instanceof GitHostError)) throw error;
        await this.#trouble(error);
        return undefined;
      }
    });

    const at = this.#now();
    const progress: RequestProgress = {
      state: request.state,
      since: request.steps[request.steps.length - 1].at,
      askedAt: request.askedAt,
      change: request.change,
      wish: request.wish,
      title: request.title,
      liveBefore: request.liveBefore,
      liveBeforeKnown: request.liveBeforeKnown,
      arrivedBefore: request.arrivedBefore,
      proposal: look.forgotten ? null : request.proposal,
      mergedAt: request.mergedAt,
      appliedAt: request.appliedAt,
      host: request.repository.host,
    };
    const evidence: Evidence = { at, host: look.evidence, live, flux };
    const told = nextState(progress, evidence, {
      stuckAfter: this.#stuckAfter,
    });
    // Nothing new, and no words: those that are there stay.
    const isTold =
      told.length === 1 &&
      told[0].state === request.state &&
      told[0].message === null;
    const steps = isTold ? [] : told;
    const changes = this.#changes(request, look, steps, live);
    changes.gates = isJudged(request, changes, steps) ? judged.gates() : null;
    const askedAt = judgedSince(progress, evidence);
    if (askedAt !== request.askedAt) changes.askedAt = askedAt;

    const last = request.steps[request.steps.length - 1];
    const isSame =
      steps.every(
        step =>
          step.state === last.state &&
          step.message === last.message &&
          (step.platformMessage ?? null) === last.platformMessage &&
          !(step.state === 'changesRequested' && step.at > last.at),
      ) && isUnchanged(request, changes);
    const advanced = isSame
      ? request
      : await this.#store.advance(request, at, steps, changes);
    // Somebody changed it meanwhile, by asking again: the next look sees.
    if (!advanced) return;
    if (!isSame) await this.#onAdvance();
    await this.#notify(await this.#publish(advanced, look, sight));
  }

  /** What its Git host says of one request. */
  async #lookAt(request: StoredRequest, sight: Sight): Promise<Look> {
    const nothing = { proposal: null, forgotten: false };
    if (request.mergedAt !== null) {
      return { ...nothing, evidence: { seen: 'unknown' } };
    }
    if ('never' in sight) {
      return { ...nothing, evidence: { seen: 'never', kind: sight.never } };
    }
    if ('fault' in sight) {
      return {
        ...nothing,
        evidence:
          sight.fault !== 'waiting' && isOfRepository(sight.fault)
            ? { seen: 'repositoryClosed', message: sight.fault.message }
            : { seen: 'unknown' },
      };
    }
    const others = new Set(await this.#store.otherProposals(request));
    const onBranch = sight.proposals.get(request.branch) ?? [];
    // What ended before the latest wish was another wish's.
    const isPast = ({ state, mergedAt, closedAt }: Proposal) =>
      state !== 'open' && (mergedAt ?? closedAt ?? 0) < request.askedAt;
    const isOurs = (proposal: Proposal) => {
      if (proposal.number === request.proposal?.number) return true;
      // One that is open is what the latest wish was put into, whosever it was before.
      if (others.has(proposal.number)) {
        return request.open && proposal.state === 'open';
      }
      return request.proposal
        ? proposal.number > request.proposal.number
        : proposal.state === 'open' ||
            proposal.createdAt >= request.createdAt - CLOCK_SKEW_MS;
    };
    const ours = onBranch.filter(isOurs);
    const isEnded = request.state === 'withdrawn';
    const proposal = ours.find(it => isEnded || !isPast(it)) ?? null;
    const forgotten =
      !proposal && ours.some(it => it.number === request.proposal?.number);
    const { host } = sight;
    const isStillClosed =
      request.state === 'withdrawn' &&
      proposal?.state === 'closed' &&
      proposal.number === request.proposal?.number &&
      isTakenBack(request, proposal);
    if (isStillClosed || this.#isSilent(request)) {
      return { ...nothing, evidence: { seen: 'unknown' } };
    }
    try {
      const reviews = proposal
        ? await host.reviews(request.repository, proposal)
        : [];
      const end =
        proposal && proposal.state !== 'open'
          ? await host.end(request.repository, proposal)
          : undefined;
      const head = proposal
        ? await this.#headOf(request, proposal, host)
        : null;
      const reviewers = new Set([
        ...reviews.map(({ by }) => by),
        ...(end?.reviewers ?? []),
      ]);
      const evidence: HostEvidence = {
        seen: 'yes',
        proposal,
        head,
        reviews,
        endedBy: end?.by ?? null,
        endedByReviewer: Boolean(end?.by && reviewers.has(end.by)),
      };
      // What was merged with another size is not what this wish became.
      return proposal?.state === 'merged' && proposesOther(request, evidence)
        ? {
            evidence,
            proposal: null,
            forgotten: proposal.number === request.proposal?.number,
          }
        : { evidence, proposal, forgotten };
    } catch (error) {
      if (!(error instanceof GitHostError)) throw error;
      await this.#trouble(error);
      return {
        ...nothing,
        evidence:
          error.fault === 'forbidden'
            ? { seen: 'repositoryClosed', message: error.message }
            : { seen: 'unknown' },
      };
    }
  }

  /** What the portal's commit at the head says; asked once for each head. */
  async #headOf(
    request: StoredRequest,
    { head, state }: Proposal,
    host: GitHost,
  ): Promise<ProposedHead | null> {
    const known = this.#heads.get(request.id);
    if (known?.sha === head) return known.says;
    const asked = host.commit(request.repository, head);
    // What is merged goes on all the same where its branch was deleted and cleaned away.
    const found = await (state === 'open' ? asked : unlessNotFound(asked));
    if (!found) return null;
    let commit = found;
    // The target branch was merged into it: what is proposed is what it was merged into.
    for (let merges = 0; merges < MOST_MERGES; merges += 1) {
      if (commit.parents.length < 2) break;
      commit = await host.commit(request.repository, commit.parents[0]);
    }
    const trailer =
      commit.parents.length < 2
        ? changeTrailerOf(request, commit.message)
        : undefined;
    const wish = trailer?.wish ?? null;
    const says =
      wish === null ? null : { wish, publishedAt: commit.authoredAt };
    this.#heads.set(request.id, { sha: head, says });
    return says;
  }

  #changes(
    request: StoredRequest,
    { proposal, forgotten, evidence }: Look,
    steps: readonly Step[],
    live: LiveEvidence,
  ): RequestChanges {
    const changes: RequestChanges = {};
    if (proposal) {
      changes.proposal = { number: proposal.number, url: proposal.url };
    } else if (forgotten) {
      changes.proposal = null;
    }
    if (proposal?.state === 'merged') {
      changes.mergedAt =
        steps.find(({ state }) => state === 'merged')?.at ?? this.#now();
      changes.revision = proposal.mergeCommit;
    }
    const applied = steps.find(({ state }) => state === 'applied');
    if (applied && request.appliedAt === null) changes.appliedAt = applied.at;
    // What was live before the merge tells afterwards whether anything changed: seen while it was not merged, or never.
    const isKnown = request.liveBeforeKnown || request.arrivedBefore !== null;
    const isBefore =
      request.mergedAt === null &&
      (evidence.seen === 'yes'
        ? proposal?.state !== 'merged'
        : evidence.seen === 'never' && !isKnown);
    if (isBefore && live.known) {
      if ('arrived' in live) changes.arrivedBefore = live.arrived;
      else {
        changes.liveBeforeKnown = true;
        changes.liveBefore = live.bytes;
      }
    }
    return changes;
  }

  /** What the under cluster tells of a request. */
  async #judge(
    request: StoredRequest,
  ): Promise<{ live: LiveEvidence; gates: () => ChangeGate[] }> {
    if (request.change === 'quota') {
      const cluster = this.#inventory.cluster(request.underCluster);
      return {
        live: liveEvidence(cluster, request.tenant),
        gates: () => {
          const { tenant, sizeBytes, before, allowBelowUse } = request;
          const facts = this.#quotaFactsOf(request);
          return facts
            ? quotaGates(
                confirmedQuotaFacts(facts, cluster, tenant),
                sizeBytes,
                before,
                allowBelowUse,
              )
            : [notRead(request.underCluster)];
        },
      };
    }
    const { live, gates } = storageChangeEvidence(
      request,
      await this.#store.openChanges(request.underCluster),
      this.#liveFactsOf,
    );
    return { live, gates: () => gates };
  }

  /** What is to be told beside the newest commit; undefined if nothing is. */
  #statusOf(
    request: StoredRequest,
    { proposal, evidence }: Look,
  ): CommitStatus | undefined {
    if (!proposal || proposal.state === 'merged') return undefined;
    const page =
      this.#portalUrl &&
      `${this.#portalUrl.replace(/\/+$/, '')}${pageOf(request)}`;
    const isClosed = proposal.state === 'closed';
    // What is told beside a commit is about the wish that it proposes.
    if (!isClosed && !proposesOther(request, evidence)) {
      return request.gates
        ? gateStatus(request.change, request.gates, page)
        : undefined;
    }
    if (!request.publishedStatus?.startsWith(`${proposal.head} `)) {
      return undefined;
    }
    return unjudgedStatus(isClosed ? CLOSED : ASKED_FOR_OTHER, page);
  }

  /** Says beside the newest commit what the gates come to, once for each commit and verdict. */
  async #publish(
    request: StoredRequest,
    look: Look,
    sight: Sight,
  ): Promise<StoredRequest> {
    const status = this.#statusOf(request, look);
    const { proposal } = look;
    if (!status || !proposal || !('host' in sight) || this.#isSilent(request)) {
      return request;
    }
    const key = statusKey(request, proposal.head, status);
    const at = this.#now();
    const repository = keyOf(request.repository);
    if (
      request.publishedStatus === key ||
      (this.#statusRefused.get(repository) ?? 0) > at
    ) {
      return request;
    }
    // A Git host may take it and its answer get lost: until that is here, nobody knows what stands there.
    const unsure = `${proposal.head} ?`;
    const begun =
      request.publishedStatus === unsure
        ? request
        : await this.#store.advance(request, at, [], {
            publishedStatus: unsure,
          });
    if (!begun) return request;
    try {
      await sight.host.publishStatus(request.repository, proposal.head, status);
    } catch (error) {
      if (!(error instanceof GitHostError)) throw error;
      if (['unreachable', 'rateLimited', 'failing'].includes(error.fault)) {
        await this.#trouble(error);
      } else {
        this.#statusRefused.set(repository, at + STATUS_AGAIN_AFTER_MS);
        this.#logger.warn(
          `What gates come to can't be published at ${request.repository.repository}: ${error.message}`,
        );
      }
      return begun;
    }
    return (
      (await this.#store.advance(begun, at, [], { publishedStatus: key })) ??
      begun
    );
  }

  #isSilent({ repository }: StoredRequest): boolean {
    return this.#silent.has(repository.host);
  }

  /** Tells the requester of the present state, unless that was done. */
  async #notify(request: StoredRequest): Promise<void> {
    const present = request.steps[request.steps.length - 1];
    if (!present.notificationDue) return;
    const notification = notificationOf(request);
    if (!notification || this.#now() - present.at > NOTIFY_WITHIN_MS) {
      await this.#store.notified(request, 'skipped');
      return;
    }
    try {
      await this.#notifications.send(notification);
      await this.#store.notified(request, 'sent');
      this.#warnedOfNotifications = false;
    } catch (error) {
      if (!this.#warnedOfNotifications) {
        this.#warnedOfNotifications = true;
        this.#logger.warn(
          `Requesters can't be notified, because the portal's notifications don't answer (is its notifications backend installed?): ${
            error instanceof Error ? error.message : error
          }`,
        );
      }
    }
  }
}

/** Gates don't matter any more once it is merged or at its end. */
function isJudged(
  request: StoredRequest,
  changes: RequestChanges,
  steps: readonly Step[],
): boolean {
  const state = steps[steps.length - 1]?.state ?? request.state;
  const isMerged = request.mergedAt !== null || Boolean(changes.mergedAt);
  return !(isMerged || state === 'live' || state === 'withdrawn');
}

/** What was published, in a few characters. */
function statusKey(
  { change }: StoredRequest,
  head: string,
  { state, description }: CommitStatus,
): string {
  if (change === 'quota') return `${head} ${state}`;
  // Which gate is closed is told, too: another one may be closed later.
  const words = createHash('sha256').update(description).digest('hex');
  return `${head} ${state} ${words.slice(0, 12)}`;
}

/** Whether nothing that was published beside the newest commit lets it be merged. */
function isTakenBack(request: StoredRequest, { head }: Proposal): boolean {
  const published = request.publishedStatus;
  const key = statusKey(request, head, unjudgedStatus(CLOSED, undefined));
  return !published?.startsWith(`${head} `) || published === key;
}

function isUnchanged(request: StoredRequest, changes: RequestChanges): boolean {
  return (
    (changes.proposal === undefined ||
      changes.proposal?.number === request.proposal?.number) &&
    changes.askedAt === undefined &&
    (changes.mergedAt === undefined || request.mergedAt !== null) &&
    (changes.appliedAt === undefined || request.appliedAt !== null) &&
    (changes.liveBefore === undefined ||
      (request.liveBeforeKnown && changes.liveBefore === request.liveBefore)) &&
    (changes.arrivedBefore === undefined ||
      changes.arrivedBefore === request.arrivedBefore) &&
    (changes.gates === undefined ||
      JSON.stringify(changes.gates) === JSON.stringify(request.gates))
  );
}
