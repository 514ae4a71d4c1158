import {
  ListRequestsQuery,
  StorageRequest,
  StorageRequestList,
  StorageRequestStep,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { ago, gi } from './tenants';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const IS_END: Partial<Record<StorageRequest['state'], true>> = {
  live: true,
  withdrawn: true,
};

/** A step of a request's history. */
export function step(
  state: StorageRequest['state'],
  secondsAgo: number,
  by: string | null = null,
  message: string | null = null,
): StorageRequestStep {
  return { state, at: ago(secondsAgo), by, message };
}

let made = 0;

/** A request that has been through these steps, changed as told. */
export function requestThrough(
  history: StorageRequestStep[],
  changes: Partial<StorageRequest> = {},
): StorageRequest {
  const last = history[history.length - 1];
  made++;
  const number = changes.pullRequest?.number ?? 40 + made;
  return {
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    underCluster: 'muc-1',
    tenant: 'alpha',
    change: 'quota',
    object: 'alpha',
    title: '60Gi of storage for alpha in muc-1',
    size: '60Gi',
    sizeBytes: gi(60),
    before: gi(50),
    reason: 'The nightly reports need 5 Gi more until the archive moves.',
    requester: 'user:default/alice',
    state: last.state,
    since: last.at,
    by: last.by,
    message: last.message,
    open: !IS_END[last.state],
    pullRequest:
      last.state === 'preparing'
        ? null
        : {
            number,
            url: `https://git.example.com/kmetal/fleet/pull/${number}`,
          },
    repository: { host: 'git.example.com', repository: 'kmetal/fleet' },
    revision: null,
    gates: null,
    history,
    createdAt: history[0].at,
    ...changes,
  };
}

const sent = (secondsAgo: number) => [
  step('preparing', secondsAgo + 20),
  step('opened', secondsAgo, 'alice'),
];

const past = (tenant: string) => [
  requestThrough(
    [
      ...sent(20 * DAY),
      step('approved', 20 * DAY - 2 * HOUR, 'petra'),
      step('merged', 20 * DAY - 2 * HOUR - 40, 'petra'),
      step('applied', 20 * DAY - 2 * HOUR - 60),
      step('live', 20 * DAY - 2 * HOUR - 62),
    ],
    { tenant, size: '50Gi', sizeBytes: gi(50), before: gi(20) },
  ),
  requestThrough(
    [
      ...sent(41 * DAY),
      step('withdrawn', 40 * DAY, 'alice', 'Not needed any more.'),
    ],
    { tenant, size: '80Gi', sizeBytes: gi(80), before: gi(20) },
  ),
];

/** What was asked for, by tenant: every state that a request can be in. */
export function requestCases(): Record<string, StorageRequest[]> {
  const of = (tenant: string, request: StorageRequest) => ({
    [tenant]: [{ ...request, tenant }, ...past(tenant)],
  });
  return {
    ...of(
      'alpha',
      requestThrough(sent(25 * MINUTE), {
        size: '20Gi',
        sizeBytes: gi(20),
        before: gi(10),
        gates: [
          {
            id: 'fleet.capacity',
            title: 'The disks of the under cluster have room for it',
            state: 'unknown',
            detail: 'How much fits on the disks is not known.',
          },
          {
            id: 'quota.notBelowUse',
            title: 'Not less than what is used',
            state: 'passed',
            detail: '8.2 Gi are used.',
          },
        ],
      }),
    ),
    ...of('being-sent', requestThrough([step('preparing', 15)])),
    ...of(
      'changes-wanted',
      requestThrough([
        ...sent(3 * HOUR),
        step(
          'changesRequested',
          20 * MINUTE,
          'petra',
          '60Gi is more than the disks have left this month.\nWould 55Gi do until the new nodes are there?',
        ),
      ]),
    ),
    ...of(
      'approved',
      requestThrough([
        ...sent(2 * HOUR),
        step('approved', 3 * MINUTE, 'petra'),
      ]),
    ),
    ...of(
      'being-applied',
      requestThrough(
        [
          ...sent(2 * HOUR),
          step('approved', 3 * MINUTE, 'petra'),
          step('merged', 8, 'petra'),
        ],
        { revision: '4f1c2a9d0b7e' },
      ),
    ),
    ...of(
      'stuck',
      requestThrough(
        [
          ...sent(DAY),
          step('approved', 3 * HOUR, 'petra'),
          step('merged', 2 * HOUR, 'petra'),
          step(
            'stuck',
            110 * MINUTE,
            null,
            'It was merged 2 h ago, but the under cluster has not taken it yet: the Kustomization tenants in flux-system is not ready.',
          ),
        ],
        {
          revision: '4f1c2a9d0b7e',
        },
      ),
    ),
    ...of(
      'now-live',
      requestThrough(
        [
          ...sent(2 * HOUR),
          step('approved', 3 * MINUTE, 'petra'),
          step('merged', 2 * MINUTE, 'petra'),
          step('applied', 100),
          step('live', 98),
        ],
        { revision: '4f1c2a9d0b7e' },
      ),
    ),
    'only-past': past('only-past'),
  };
}

/** Fewer than the backend gives, so that a few tenants are enough to turn pages. */
const MOST = 8;

/** A page of requests as the backend would answer, with offsets as cursors. */
export function requestList(
  cases: Record<string, StorageRequest[]>,
  query: URLSearchParams,
  errors: StorageRequestList['errors'] = [],
): StorageRequestList {
  const asked = (name: keyof ListRequestsQuery) => query.get(name);
  const matching = Object.values(cases)
    .flat()
    .filter(
      request =>
        [null, request.tenant].includes(asked('tenant')) &&
        [null, request.underCluster].includes(asked('underCluster')) &&
        [null, String(request.open)].includes(asked('open')) &&
        (asked('change') ?? request.change)
          .split(',')
          .includes(request.change) &&
        (asked('state') ?? request.state).split(',').includes(request.state),
    )
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const offset = Number(asked('cursor') ?? 0);
  const end = offset + Math.min(Number(asked('limit') ?? MOST), MOST);
  return {
    items: matching.slice(offset, end),
    total: matching.length,
    nextCursor: end < matching.length ? String(end) : null,
    errors,
  };
}

/** The answer about requests; undefined if it is asked for something else. */
export function answerAboutRequests(
  url: URL,
  cases: Record<string, StorageRequest[]>,
  errors?: StorageRequestList['errors'],
): { status: number; body: object } | undefined {
  return url.pathname.endsWith('/v1/requests')
    ? { status: 200, body: requestList(cases, url.searchParams, errors) }
    : undefined;
}
