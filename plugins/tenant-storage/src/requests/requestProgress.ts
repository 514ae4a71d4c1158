import { StorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';

type State = StorageRequest['state'];

/** The steps of a request as its requester sees them. */
export const STEPS = ['sent', 'approved', 'applied', 'live'] as const;

/** One step of a request. */
export interface ProgressStep {
  id: (typeof STEPS)[number];
  /** `trouble`: it is here that it does not go on. */
  state: 'done' | 'current' | 'trouble' | 'ahead';
  /** When the step was taken; null if it has not been. */
  at: string | null;
  /** Who took it, as the Git host calls them. */
  by: string | null;
}

/** The state by which a step is done, or else the first later one that shows that it must have been. */
const DONE_BY: Record<ProgressStep['id'], State[]> = {
  sent: ['opened', 'changesRequested', 'approved', 'merged'],
  // Who merges without a word approves.
  approved: ['approved', 'merged'],
  applied: ['applied', 'live'],
  live: ['live'],
};

const STEPS_DONE: Record<State, number | undefined> = {
  preparing: 0,
  opened: 1,
  changesRequested: 1,
  approved: 2,
  merged: 2,
  applied: 3,
  live: 4,
  // Wherever it was before.
  stuck: undefined,
  withdrawn: undefined,
};

/** How far it has come, or had come before it got stuck or was withdrawn: the state that counts. */
function reachedState({ state, history }: StorageRequest): State {
  if (STEPS_DONE[state] !== undefined) return state;
  const before = [...history]
    .reverse()
    .find(step => STEPS_DONE[step.state] !== undefined);
  return before?.state ?? 'preparing';
}

/** Whether a new wish would still be the same request: what is merged is past changing. */
export function canChange(request: StorageRequest): boolean {
  return request.open && !isMerged(request);
}

function isMerged(request: StorageRequest): boolean {
  return ['merged', 'applied', 'live'].includes(reachedState(request));
}

/** The steps of a request with what became of each. */
export function progressOf(request: StorageRequest): ProgressStep[] {
  const done = STEPS_DONE[reachedState(request)] ?? 0;
  const isTroubled = ['changesRequested', 'stuck', 'withdrawn'].includes(
    request.state,
  );
  const latest = [...request.history].reverse();
  return STEPS.map((id, index) => {
    if (index > done) return { id, state: 'ahead', at: null, by: null };
    if (index === done) {
      return isTroubled
        ? { id, state: 'trouble', at: request.since, by: request.by }
        : { id, state: 'current', at: null, by: null };
    }
    const taken = DONE_BY[id]
      .map(state => latest.find(step => step.state === state))
      .find(Boolean);
    return {
      id,
      state: 'done',
      at: taken?.at ?? null,
      // Whose wish it is is known; it is the portal that writes it down at the Git host.
      by: id === 'sent' ? null : taken?.by ?? null,
    };
  });
}

/** A request that ended not longer ago than this is news. */
const NEWS_MS = 60 * 60_000;

/** The requests of a tenant: what is to be shown whole, and what is folded away. The latest first, as they come. */
export function splitRequests(
  requests: readonly StorageRequest[],
  now: number,
): { current: StorageRequest[]; past: StorageRequest[] } {
  const isCurrent = (request: StorageRequest, index: number) =>
    request.open || (index === 0 && now - Date.parse(request.since) < NEWS_MS);
  return {
    current: requests.filter(isCurrent),
    past: requests.filter((request, index) => !isCurrent(request, index)),
  };
}
