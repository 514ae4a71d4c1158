import {
  formatBytes,
  type RequestedChange,
  type StorageRequestState,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { Proposal, Review } from '../gitHost';
import { reviewWords } from '../gitHost/reviewWords';

/** What is remembered of a request, as far as its next state depends on it. Times are milliseconds since the epoch. */
export interface RequestProgress {
  state: StorageRequestState;
  /** Since when it is in this state. */
  since: number;
  /** When the latest wish was made: what reviewers said before was about another one. */
  askedAt: number;
  change: RequestedChange;
  /** Bytes of a quota, the fingerprint of any other wish. */
  wish: string;
  /** What is asked for, in a line. */
  title: string;
  /** The live quota before the change was merged, as last seen; null = there was none. */
  liveBefore: bigint | null;
  /** Whether liveBefore is known. */
  liveBeforeKnown: boolean;
  /** Whether the under cluster had it before the change was merged, as last seen; null = not known, or a quota. */
  arrivedBefore: boolean | null;
  proposal: { number: number } | null;
  mergedAt: number | null;
  appliedAt: number | null;
  /** The Git host, for messages. */
  host: string;
}

/** What the portal's commit at the head of a proposal says. */
export interface ProposedHead {
  /** Bytes of a quota, the fingerprint of any other wish. */
  wish: string;
  /** When that was published, by the Git host's clock; null if it doesn't say. */
  publishedAt: number | null;
}

/** What the Git host tells. */
export type HostEvidence =
  /** It doesn't answer now. */
  | { seen: 'unknown' }
  /** Of a kind that can't be asked; what it is called. */
  | { seen: 'never'; kind: string }
  /** It is gone, or the portal may not read it. */
  | { seen: 'repositoryClosed'; message: string }
  | {
      seen: 'yes';
      /** Null: there is none on the branch. */
      proposal: Proposal | null;
      /** What the portal's commit at its head says; null if somebody else's is there, or if it does not say. */
      head: ProposedHead | null;
      reviews: Review[];
      /** Who merged or closed it. */
      endedBy: string | null;
      /** Whether that is one who was asked to review it. */
      endedByReviewer: boolean;
    };

/** What the under cluster tells. */
export type LiveEvidence =
  | { known: false }
  /** For a change of its storage. */
  | {
      known: true;
      arrived: boolean;
      /** What is not there yet, in a sentence for the platform team; empty if it has arrived. */
      missing: string;
    }
  /** For a quota, what the live quotas of the class tell. */
  | {
      known: true;
      /** Of the quota that binds first; null = there is none. */
      bytes: bigint | null;
      /** Every live quota of the class, by its size. */
      all: bigint[];
    };

/** What Flux tells of the merge. */
export type FluxEvidence =
  /** There is no Flux in the under cluster, or nothing of it can be seen. */
  | { seen: false }
  | {
      seen: true;
      /** The Kustomization, as `namespace/name`; null = nobody knows which one it is. */
      owner: string | null;
      /** Whether it has applied the merge, or all have that it waits for; undefined = can't be told now. */
      applied: boolean | undefined;
      /** Of a change of the under cluster's storage: who has not applied the merge yet, as `namespace/name`. */
      waitsFor: ReadonlyArray<{ name: string; suspended: boolean }>;
      suspended: boolean;
      /** Whether it is at it now; what it said before is not told meanwhile. */
      working: boolean;
      /**
       * Whose trouble there is, as `namespace/name`, and which; `ofTheMerge`: with a revision that has the merge in it, by who applies the
       * change as far as anybody knows.
       */
      failing: { by: string; words: string; ofTheMerge: boolean } | null;
    };

export interface Evidence {
  at: number;
  host: HostEvidence;
  live: LiveEvidence;
  flux: FluxEvidence;
}

/** A state that a request comes to. */
export interface Step {
  state: StorageRequestState;
  at: number;
  by: string | null;
  /** For the tenant's people. */
  message: string | null;
  /** For the platform team, where it is another one. */
  platformMessage?: string;
}

export interface StateRules {
  /** Milliseconds after which a request that does not go on is stuck. */
  stuckAfter: number;
}

/** After so long, what never reached its Git host is given up. */
const GIVEN_UP_AFTER_MS = 24 * 3600_000;

/** How long quotas may lag behind what Flux says it has applied: two watches tell of it, in any order. */
const LAG_MS = 60_000;

/** What reviewers say of the latest wish: a change that is asked for weighs more than an approval. */
export function verdictOf(
  reviews: readonly Review[],
  askedAt: number,
): Review | undefined {
  const counted = reviews
    .filter(({ at }) => at >= askedAt)
    .sort((a, b) => b.at - a.at);
  return (
    counted.find(({ verdict }) => verdict === 'changesRequested') ??
    counted.find(({ verdict }) => verdict === 'approved')
  );
}

function minutes(milliseconds: number): string {
  const count = Math.round(milliseconds / 60_000);
  if (count < 1) return `${Math.round(milliseconds / 1000)} seconds`;
  return count === 1 ? 'a minute' : `${count} minutes`;
}

/** Whether the under cluster has what was asked for, as far as that is known. */
function hasArrived({ wish }: RequestProgress, { live: now }: Evidence) {
  if (!now.known) return false;
  return 'arrived' in now ? now.arrived : now.all.includes(BigInt(wish));
}

function live(request: RequestProgress, evidence: Evidence): Step | undefined {
  return hasArrived(request, evidence)
    ? { state: 'live', at: evidence.at, by: null, message: null }
    : undefined;
}

/** As {@link live}; what was there before it was proposed is not there by its doing. */
function liveByItself(
  request: RequestProgress,
  evidence: Evidence,
): Step | undefined {
  return request.arrivedBefore ? undefined : live(request, evidence);
}

/** The quota became something else than what was asked for. */
function liveOtherwise(
  request: RequestProgress,
  evidence: Evidence,
): Step | undefined {
  const now = evidence.live;
  if (
    !now.known ||
    'arrived' in now ||
    now.bytes === null ||
    !request.liveBeforeKnown ||
    now.bytes === request.liveBefore
  ) {
    return undefined;
  }
  return {
    state: 'live',
    at: evidence.at,
    by: null,
    message: `The quota is ${formatBytes(now.bytes)} now, not the ${formatBytes(
      BigInt(request.wish),
    )} that were asked for: it was changed on the way`,
  };
}

/** What an under cluster is like that does not have what was asked for. */
interface NotThere {
  /** Such as `the quota is 50 GiB`. */
  now: string;
  /** The same, beside what was asked for. */
  instead: string;
  /** What to do, or what to look at. */
  remedy: string;
}

function notThere(
  request: RequestProgress,
  now: Extract<LiveEvidence, { known: true }>,
): NotThere {
  if ('arrived' in now) {
    const words = `it is not there: ${now.missing.replace(/\.$/, '')}`;
    return { now: words, instead: words, remedy: '' };
  }
  const quota =
    now.bytes === null
      ? 'there is no quota'
      : `the quota is ${formatBytes(now.bytes)}`;
  return {
    now: `${quota};`,
    instead: `${quota}, not ${formatBytes(BigInt(request.wish))}:`,
    remedy: ' the platform team has to look ',
  };
}

/**
 * Since when the latest wish can be judged. One that was waited for is judged from when it was published: what reviewers said before was about
 * what was proposed then.
 */
export function judgedSince(
  { state, askedAt, wish }: RequestProgress,
  { at, host }: Evidence,
): number {
  const isWaitedFor = state === 'preparing' || state === 'stuck';
  if (!isWaitedFor || host.seen !== 'yes') return askedAt;
  if (host.head?.wish !== wish) return askedAt;
  return Math.max(askedAt, Math.min(host.head.publishedAt ?? 0, at));
}

/** Whether what is proposed, or was accepted, is another wish than the latest: that one was not published. */
export function proposesOther(
  { wish }: Pick<RequestProgress, 'wish'>,
  host: HostEvidence,
): boolean {
  return host.seen === 'yes' && host.head !== null && host.head.wish !== wish;
}

/** It stays what it was, as far as anybody can tell. */
const STAYS: Step[] = [];

/** Where the Git host can't be asked, the under cluster alone tells. */
function unfollowed(
  request: RequestProgress,
  evidence: Evidence,
  kind: string,
): Step[] {
  return [
    live(request, evidence) ??
      liveOtherwise(request, evidence) ?? {
        state: 'preparing',
        at: evidence.at,
        by: null,
        message: `How far it is at ${kind} can't be seen from here: look there, or wait until ${
          request.change === 'quota' ? 'the quota is live' : 'it is there'
        }`,
      },
  ];
}

function notReady({ by, words }: { by: string; words: string }): string {
  return `Kustomization ${by} is not ready: ${words}`;
}

/** More Kustomizations than this are counted, not named. */
const MOST_NAMED = 3;

/** The Kustomizations that have not applied the merge, as the subject of a sentence; undefined if nobody knows which. */
function behind({
  owner,
  waitsFor,
  suspended: areAllSuspended,
}: Extract<FluxEvidence, { seen: true }>):
  | { who: string; areMany: boolean }
  | undefined {
  if (owner !== null) return { who: `Kustomization ${owner}`, areMany: false };
  const names = [...waitsFor]
    .sort((a, b) => Number(b.suspended) - Number(a.suspended))
    .slice(0, MOST_NAMED)
    .map(({ name, suspended }) =>
      suspended && !areAllSuspended ? `${name} (suspended)` : name,
    );
  const more = waitsFor.length - names.length;
  if (more > 0) names.push(`${more} more`);
  const last = names.pop();
  if (last === undefined) return undefined;
  return names.length === 0
    ? { who: `Kustomization ${last}`, areMany: false }
    : { who: `Kustomizations ${names.join(', ')} and ${last}`, areMany: true };
}

function afterMerge(
  request: RequestProgress,
  evidence: Evidence,
  mergedAt: number,
  rules: StateRules,
): Step[] {
  const { at, flux } = evidence;
  const isApplied =
    request.appliedAt !== null || (flux.seen && flux.applied === true);
  const overdue = at - mergedAt > rules.stuckAfter;
  // What was there before is there by the merge once that is applied, as far as anybody can tell.
  const arrived =
    isApplied || !flux.seen || overdue
      ? live(request, evidence)
      : liveByItself(request, evidence);
  const applied: Step[] =
    isApplied && request.appliedAt === null
      ? [{ state: 'applied', at, by: null, message: null }]
      : [];
  if (arrived) return [...applied, arrived];

  const mayHaveArrived = isApplied || !flux.seen;
  const otherwise = mayHaveArrived
    ? liveOtherwise(request, evidence)
    : undefined;
  if (otherwise) return [...applied, otherwise];

  const waits = (state: 'merged' | 'applied', since: number): Step[] => {
    const isUnseen = !evidence.live.known && at - since > rules.stuckAfter;
    const words = state === 'merged' ? 'accepted' : 'applied';
    return [
      {
        state,
        at,
        by: null,
        message: isUnseen
          ? `The change was ${words}; whether it is there can't be seen at the moment`
          : null,
      },
    ];
  };
  const stuck = (message: string, platformMessage?: string): Step[] => [
    ...applied,
    { state: 'stuck', at, by: null, message, platformMessage },
  ];

  if (isApplied) {
    // Without its owner nobody knows whether that Kustomization has the quota in it: another one may still be on its way. What installs or
    // copies something takes its time.
    const isAtOnce =
      request.change === 'quota' && !(flux.seen && flux.owner === null);
    const patience = isAtOnce ? LAG_MS : rules.stuckAfter;
    if (
      evidence.live.known &&
      at - (request.appliedAt ?? at) > Math.min(patience, rules.stuckAfter)
    ) {
      const { instead, remedy } = notThere(request, evidence.live);
      const message = `The change was applied, but ${instead}${
        remedy && `${remedy}what sets it`
      }`;
      // One has applied the merge; what it brings may be in another one.
      return flux.seen && flux.failing?.ofTheMerge
        ? stuck(message, `${message}. ${notReady(flux.failing)}`)
        : stuck(message);
    }
    if (applied.length > 0) return applied;
    if (request.state === 'stuck' && !evidence.live.known) return STAYS;
    return waits('applied', request.appliedAt ?? at);
  }

  if (flux.seen) {
    const held = behind(flux);
    if (flux.suspended) {
      return stuck(
        'The change was accepted, but applying changes is switched off at the moment; the platform team sees why',
        held?.areMany
          ? `${held.who} are suspended: they apply nothing until they are resumed`
          : `${
              held?.who ?? 'A Kustomization'
            } is suspended: it applies nothing until it is resumed`,
      );
    }
    if (flux.failing && (flux.failing.ofTheMerge || overdue)) {
      return stuck(
        'The change was accepted, but applying it failed; the platform team sees why',
        notReady(flux.failing),
      );
    }
    // Flux takes back that it failed whenever it tries again: its next verdict is waited for, or people were told with every try.
    if (request.state === 'stuck' && flux.working) return STAYS;
    if (overdue && flux.applied === false) {
      return stuck(
        `The change was accepted, but has not been applied within ${minutes(
          rules.stuckAfter,
        )}; the platform team sees why`,
        `${
          held
            ? `${held.who} ${held.areMany ? 'have' : 'has'} not`
            : 'No Kustomization has'
        } applied the merge within ${minutes(rules.stuckAfter)}`,
      );
    }
  } else if (overdue && evidence.live.known) {
    const { now, remedy } = notThere(request, evidence.live);
    return stuck(
      `The change was accepted, but after ${minutes(rules.stuckAfter)} ${now}${
        remedy && `${remedy}why`
      }`,
    );
  }
  // What can't be seen now is not stuck: it stays what it was.
  if (request.state === 'stuck' && !(flux.seen && evidence.live.known)) {
    return STAYS;
  }
  return waits('merged', mergedAt);
}

/** What was asked for last is nowhere: on its way, or lost. */
function waiting(
  request: RequestProgress,
  evidence: Evidence,
  rules: StateRules,
  why: { preparing: string | null; stuck: string; givenUp: string | null },
): Step[] {
  const { at } = evidence;
  const { state, askedAt } = request;
  const step = (to: Step['state'], message: string | null): Step[] => [
    { state: to, at, by: null, message },
  ];
  if (why.givenUp !== null) {
    if (state === 'withdrawn') return STAYS;
    if (at - askedAt > Math.max(rules.stuckAfter, GIVEN_UP_AFTER_MS)) {
      const arrived = liveByItself(request, evidence);
      return arrived ? [arrived] : step('withdrawn', why.givenUp);
    }
  }
  // One that had gone on is waited for from now on, however long ago it was asked for.
  let begun = at;
  if (state === 'preparing') begun = request.since;
  else if (state === 'stuck') begun = askedAt;
  if (at - Math.max(askedAt, begun) > rules.stuckAfter) {
    const arrived = liveByItself(request, evidence);
    return arrived ? [arrived] : step('stuck', why.stuck);
  }
  return step('preparing', state === 'preparing' ? null : why.preparing);
}

/** What is proposed, beside what was asked for. */
function insteadOfWish(
  request: RequestProgress,
  other: { proposal: Proposal; wish: string },
): string {
  if (request.change === 'quota') {
    return `${formatBytes(BigInt(other.wish))} instead of ${formatBytes(
      BigInt(request.wish),
    )}`;
  }
  const proposed = reviewWords(other.proposal.title)
    .replace(/\s+/g, ' ')
    .slice(0, 200);
  return proposed === request.title
    ? `“${proposed}”, with other values`
    : `“${proposed}” instead of “${request.title}”`;
}

/** The portal's commit at the head proposes another wish than the latest. */
function waitingForOther(
  request: RequestProgress,
  evidence: Evidence,
  rules: StateRules,
  other: { proposal: Proposal; wish: string },
): Step[] {
  const instead = insteadOfWish(request, other);
  const isMerged = other.proposal.state === 'merged';
  const what = isMerged
    ? `The change that was accepted is another one than was asked for last: ${instead}`
    : `The change that is proposed at ${request.host} is another one than was asked for last: ${instead}`;
  return waiting(request, evidence, rules, {
    preparing: what,
    stuck: `${what}; ask again`,
    givenUp: isMerged ? `${what}, which was not proposed within a day` : null,
  });
}

function beforeMerge(
  request: RequestProgress,
  evidence: Evidence,
  rules: StateRules,
): Step[] {
  const { at, host } = evidence;
  if (host.seen === 'repositoryClosed') {
    if (request.state === 'withdrawn') return STAYS;
    return [{ state: 'stuck', at, by: null, message: host.message }];
  }
  if (host.seen !== 'yes') return STAYS;
  const { proposal } = host;
  if (!proposal) {
    if (request.proposal) {
      return [
        {
          state: 'stuck',
          at,
          by: null,
          message: `The change with the number ${request.proposal.number} is gone from ${request.host}: ask again`,
        },
      ];
    }
    return waiting(request, evidence, rules, {
      preparing: null,
      stuck: `The change never reached ${request.host}: ask again; if that does not help either, the task’s log says why`,
      givenUp: `The change never reached ${request.host} within a day, so it was given up`,
    });
  }
  const isOther = proposesOther(request, host);
  if (isOther && host.head && proposal.state !== 'closed') {
    return waitingForOther(request, evidence, rules, {
      proposal,
      wish: host.head.wish,
    });
  }

  const isNew = request.proposal?.number !== proposal.number;
  const opened: Step = {
    state: 'opened',
    at: isNew ? proposal.createdAt : host.head?.publishedAt ?? at,
    by: proposal.author,
    message: null,
  };
  // A stuck or withdrawn one that goes on was opened before.
  const before: Step[] =
    (isNew && request.state !== 'opened') ||
    (request.state === 'preparing' && !isOther)
      ? [opened]
      : [];
  // What reviewers say of another wish is not said of this wish.
  const verdict = isOther
    ? undefined
    : verdictOf(host.reviews, judgedSince(request, evidence));
  const said: Step | undefined = verdict && {
    state: verdict.verdict === 'approved' ? 'approved' : 'changesRequested',
    at: verdict.at,
    by: verdict.by,
    message: verdict.words || null,
  };
  if (proposal.state === 'open') {
    return said ? [...before, said] : [opened];
  }
  const judged = said && said.state !== request.state ? [said] : [];
  if (proposal.state === 'closed') {
    return [
      ...before,
      ...judged.filter(({ state }) => state === 'changesRequested'),
      {
        state: 'withdrawn',
        at: proposal.closedAt ?? at,
        by: host.endedBy,
        message: host.endedByReviewer
          ? `${host.endedBy}, who reviewed it, closed it without accepting it${
              said?.message ? `: ${said.message}` : ''
            }`
          : 'It was closed without being accepted',
      },
    ];
  }
  const mergedAt = proposal.mergedAt ?? at;
  return [
    ...before,
    ...judged.filter(({ state }) => state === 'approved'),
    { state: 'merged', at: mergedAt, by: host.endedBy, message: null },
    ...afterMerge({ ...request, mergedAt }, evidence, mergedAt, rules).filter(
      ({ state }) => state !== 'merged',
    ),
  ];
}

/**
 * How far a request is, from what is remembered of it and what is seen now. Pure.
 *
 * @returns the states that it has come to since, in their order, the last one is its state now; none if nothing can be told. What is the
 *   same as its present state is told, too, with its words of now.
 */
export function nextState(
  request: RequestProgress,
  evidence: Evidence,
  rules: StateRules,
): Step[] {
  if (request.state === 'live') return [];
  let steps: Step[];
  if (request.mergedAt !== null) {
    steps = afterMerge(request, evidence, request.mergedAt, rules);
  } else if (evidence.host.seen === 'never') {
    steps = unfollowed(request, evidence, evidence.host.kind);
  } else {
    steps = beforeMerge(request, evidence, rules);
  }
  // Clocks differ: no step is before the one before it, and none in the future.
  let last = request.since;
  return steps.map(step => {
    last = Math.max(last, Math.min(step.at, evidence.at));
    return { ...step, at: last };
  });
}
