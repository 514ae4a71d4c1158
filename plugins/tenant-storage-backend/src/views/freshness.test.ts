import type { KindName, KindState } from '../inventory/records';
import {
  freshnessOf,
  problemsOf,
  TENANT_KINDS,
  UNDER_CLUSTER_KINDS,
} from './freshness';
import { inventoryOf, NOW } from './inventoryOf.testing';

const HOUR = 3600_000;
const SECRETIVE =
  'persistentvolumes is forbidden: User "system:serviceaccount:kmetal:reader" at https://10.0.0.1:6443';

const states: Record<string, KindState> = {
  stale: { state: 'stale', since: NOW - HOUR, message: SECRETIVE },
  syncing: { state: 'syncing', since: NOW - HOUR, message: SECRETIVE },
  notPermitted: {
    state: 'notPermitted',
    since: NOW - HOUR,
    message: SECRETIVE,
  },
  notInstalled: {
    state: 'notInstalled',
    since: NOW - HOUR,
    message: SECRETIVE,
  },
};

function clusterWith(given: Partial<Record<KindName, KindState>>) {
  return inventoryOf({}, { states: given });
}

describe('freshness', () => {
  it('is live if all that is needed is live, whatever the rest', () => {
    const cluster = clusterWith({ Pod: states.stale });
    expect(freshnessOf(cluster, ['Node', 'Event'], NOW)).toEqual({
      state: 'live',
      since: null,
      kinds: [
        {
          kind: 'Node',
          state: 'synced',
          at: '2026-06-01T12:00:00.000Z',
          since: null,
          message: null,
        },
        {
          kind: 'Event',
          state: 'synced',
          at: '2026-06-01T12:00:00.000Z',
          since: null,
          message: null,
        },
      ],
    });
  });

  it.each(['stale', 'syncing'] as const)(
    'is %s if one kind is, and partial if one can not be seen',
    state => {
      expect(
        freshnessOf(
          clusterWith({ Pod: states[state], Node: states.notPermitted }),
          TENANT_KINDS,
          NOW,
        ).state,
      ).toBe(state);
      expect(
        freshnessOf(
          clusterWith({ Node: states.notPermitted }),
          TENANT_KINDS,
          NOW,
        ).state,
      ).toBe('partial');
    },
  );

  it('is live if a kind is not installed, which hides nothing, and says so of that kind', () => {
    const cluster = clusterWith({
      VirtualMachineInstance: states.notInstalled,
    });
    const freshness = freshnessOf(cluster, TENANT_KINDS, NOW);
    expect(freshness.state).toBe('live');
    expect(
      freshness.kinds.find(({ kind }) => kind === 'VirtualMachineInstance'),
    ).toMatchObject({
      state: 'notInstalled',
      message:
        'The under cluster Munich 1 does not have VirtualMachineInstance objects, so there is nothing to tell of which worker machine uses a volume.',
    });
    expect(problemsOf(cluster, TENANT_KINDS, NOW)).toEqual([]);
    expect(problemsOf(cluster, UNDER_CLUSTER_KINDS, NOW, 'platform')).toEqual(
      [],
    );
  });

  it('tells the oldest time that is not confirmed', () => {
    const cluster = clusterWith({
      Pod: { state: 'stale', since: NOW - HOUR, message: '' },
      Node: { state: 'stale', since: NOW - 2 * HOUR, message: '' },
    });
    expect(freshnessOf(cluster, TENANT_KINDS, NOW).since).toBe(
      '2026-06-01T10:00:00.000Z',
    );
  });

  it('is never in the future, however the clocks differ', () => {
    const cluster = clusterWith({
      Pod: { state: 'synced', at: NOW + HOUR },
      Node: { state: 'stale', since: NOW + HOUR, message: '' },
    });
    const freshness = freshnessOf(cluster, ['Pod', 'Node'], NOW);
    expect(freshness.since).toBe('2026-06-01T12:00:00.000Z');
    expect(freshness.kinds[0].at).toBe('2026-06-01T12:00:00.000Z');
  });
});

describe('problems', () => {
  it('are none if all is live', () => {
    expect(problemsOf(clusterWith({}), UNDER_CLUSTER_KINDS, NOW)).toEqual([]);
  });

  it.each(['stale', 'syncing', 'notPermitted'])(
    'say of a kind that is %s what that hides, and nothing of the platform',
    state => {
      const cluster = clusterWith({ PersistentVolume: states[state] });
      const problems = problemsOf(cluster, TENANT_KINDS, NOW);
      expect(problems).toEqual([
        {
          underCluster: 'muc-1',
          kind: 'PersistentVolume',
          message: expect.stringContaining('on which node a volume lies'),
          since: '2026-06-01T11:00:00.000Z',
        },
      ]);
      const told = JSON.stringify([
        problems,
        freshnessOf(cluster, TENANT_KINDS, NOW),
      ]);
      expect(told).not.toContain('10.0.0.1');
      expect(told).not.toContain('serviceaccount');
      expect(
        JSON.stringify(problemsOf(cluster, TENANT_KINDS, NOW, 'platform')),
      ).toContain('10.0.0.1');
    },
  );

  it('are one for the whole under cluster, rather than one for each kind', () => {
    const stale = Object.fromEntries(
      TENANT_KINDS.map(kind => [kind, states.stale]),
    );
    const cluster = inventoryOf(
      {},
      {
        states: { ...stale, Node: states.notPermitted },
        problems: [
          { message: 'connect ECONNREFUSED 10.0.0.1:6443', since: NOW - HOUR },
        ],
      },
    );
    expect(
      problemsOf(cluster, TENANT_KINDS, NOW).map(({ kind }) => kind),
    ).toEqual([null, 'Node']);
    expect(JSON.stringify(problemsOf(cluster, TENANT_KINDS, NOW))).toContain(
      'Munich 1',
    );
    expect(
      JSON.stringify(problemsOf(cluster, TENANT_KINDS, NOW)),
    ).not.toContain('10.0.0.1');
    expect(
      problemsOf(cluster, UNDER_CLUSTER_KINDS, NOW, 'platform')[0].message,
    ).toContain('ECONNREFUSED');
  });
});
