import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import type { Knex } from 'knex';
import { GitHubServer, sha } from '../gitHost/gitHubServer.test.server';
import { ManualClock, until } from '../kubernetes/manualClock.test.clock';
import { testDatabases, type TestDatabaseServer } from './databases.testing';
import { ChangingCluster, startReplica } from './replica.test.server';
import type { QuotaToRecord } from './types';

const GI = 2n ** 30n;
const BRANCH = 'kmetal-storage.muc-1.alpha.quota';
const TRAILER = 'Kmetal-Storage-Change: muc-1/alpha quota';
const ALPHA = { underCluster: 'muc-1', tenant: 'alpha' } as const;
const OBJECT = { ...ALPHA, change: 'quota', object: 'alpha' } as const;

describe.each(testDatabases())(
  'requests that are followed, in $name',
  server => {
    beforeAll(() => server.start());
    afterAll(() => server.stop());
    followed(server);
  },
);

function followed(server: TestDatabaseServer) {
  let clock: ManualClock;
  let gitHub: GitHubServer;
  let cluster: ChangingCluster;
  let knex: Knex;
  let connect: () => Knex;
  let sent: NotificationSendOptions[];
  let notifications: { send: jest.Mock };
  const stops: Array<() => Promise<void>> = [];

  function wish(parts: Partial<QuotaToRecord> = {}): QuotaToRecord {
    return {
      ...OBJECT,
      object: parts.tenant ?? OBJECT.object,
      size: '60Gi',
      sizeBytes: 60n * GI,
      before: 50n * GI,
      allowBelowUse: false,
      reason: 'The database grows.',
      requester: 'user:default/alice',
      repository: {
        url: `${gitHub.url}/acme/fleet`,
        host: gitHub.server.host,
        repository: 'acme/fleet',
      },
      branch: BRANCH,
      ...parts,
    };
  }

  /** A replica of the backend, and its poll. */
  const replica = (on: Knex = knex, timeoutMs = 60_000) =>
    startReplica({
      knex: on,
      timeoutMs,
      clock,
      gitHub,
      notifications,
      inventory: cluster.inventory,
      stops,
      quotaFactsOf: () => {
        if (!cluster.configured) return undefined;
        const [live] = cluster.content.ResourceQuota ?? [];
        const [[key, hard]] = Object.entries(live?.hard ?? {});
        const bytes = BigInt(hard.replace('Gi', '')) * GI;
        return {
          isTenant: true,
          storageClass: 'tenant-storage-class',
          quotaState: 'limited',
          limits: [
            {
              quota: 'alpha-storage',
              key,
              resource: 'bytes',
              storageClass: 'tenant-storage-class',
              hard: `${bytes}`,
              used: `${41n * GI}`,
              remaining: null,
              usedRatio: null,
            },
          ],
          quotas: {},
          charged: `${41n * GI}`,
          headroom: {
            state: 'unknown',
            bytes: null,
            explanation: '',
            limitedBy: null,
            overhead: '0',
            doubled: false,
            inFlight: '0',
          },
          headroomAfter: null,
          pending: null,
          underWay: null,
          fleet: null,
        };
      },
    });

  const titles = () => sent.map(({ payload }) => payload.title);

  async function stateOf({
    requests,
  }: Awaited<ReturnType<typeof replica>>): Promise<string> {
    const { items } = await requests.list({
      subjects: [ALPHA],
      limit: 1,
      offset: 0,
    });
    return items[0].state;
  }

  beforeEach(async () => {
    clock = new ManualClock();
    gitHub = new GitHubServer(() => clock.now());
    await gitHub.server.start();
    cluster = new ChangingCluster();
    ({ knex, connect } = await server.create());
    sent = [];
    notifications = {
      send: jest.fn(async notification => {
        sent.push(notification);
      }),
    };
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map(stop => stop()));
    await gitHub.server.stop();
  });

  it('go from the wish to the live quota, and the requester is told on the way', async () => {
    cluster.setFlux();
    cluster.setQuota('50Gi', {
      'kustomize.toolkit.fluxcd.io/name': 'tenants',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    });
    const one = await replica();
    const recorded = await one.requests.record(wish());
    await one.poll();
    expect(await stateOf(one)).toBe('preparing');
    const pull = gitHub.open(BRANCH);
    await one.poll();
    expect(await stateOf(one)).toBe('opened');
    gitHub.review(pull, 'petra', 'CHANGES_REQUESTED', 'What for?');
    await one.poll();
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      state: 'changesRequested',
      by: 'petra',
      message: 'What for?',
      pullRequest: { number: 1, url: `${gitHub.url}/acme/fleet/pull/1` },
    });
    clock.advance(1000);
    gitHub.review(pull, 'petra', 'APPROVED', 'I see');
    await one.poll();
    expect(await stateOf(one)).toBe('approved');
    clock.advance(1000);
    const commit = gitHub.merge(pull);
    await one.poll();
    expect(await stateOf(one)).toBe('merged');
    // Something later has the merge in it.
    gitHub.history.push(sha('e'));
    cluster.setFlux({ lastAppliedRevision: `main@sha1:${sha('e')}` });
    await one.poll();
    expect(await stateOf(one)).toBe('applied');
    cluster.setQuota('60Gi');
    await one.poll();

    const { items } = await one.requests.list({
      subjects: [ALPHA],
      limit: 10,
      offset: 0,
    });
    expect(items).toMatchObject([
      {
        id: recorded.id,
        state: 'live',
        open: false,
        revision: commit,
        gates: null,
      },
    ]);
    expect(
      items[0].history.map(({ state, by, message }) => [state, by, message]),
    ).toEqual([
      ['preparing', null, null],
      ['opened', 'kmetal-portal[bot]', null],
      ['changesRequested', 'petra', 'What for?'],
      ['approved', 'petra', 'I see'],
      ['merged', 'petra', null],
      ['applied', null, null],
      ['live', null, null],
    ]);
    expect(titles()).toEqual([
      'Asked back: 60Gi of storage for alpha in muc-1',
      'Approved: 60Gi of storage for alpha in muc-1',
      'It is there: 60Gi of storage for alpha in muc-1',
    ]);
    expect(sent[0]).toEqual({
      recipients: { type: 'entity', entityRef: 'user:default/alice' },
      payload: {
        title: titles()[0],
        description: 'petra writes: What for?',
        severity: 'normal',
        link: '/catalog/default/resource/muc-1.alpha/storage',
        topic: 'tenant-storage',
        scope: `request:${recorded.id}:changesRequested`,
      },
    });
    // Nothing is asked any more.
    gitHub.server.take();
    await one.poll();
    expect(gitHub.server.take()).toEqual([]);
  });

  it('run once for all replicas, and every replica tells its readers', async () => {
    const one = await replica();
    expect(one.tasks.map(({ id, scope }) => [id, scope])).toEqual([
      ['follow-storage-requests', 'global'],
      ['tell-storage-requests', 'local'],
    ]);
    const two = await replica(connect());
    const told: string[] = [];
    one.requests.onChange(({ tenant }) => told.push(`one ${tenant}`));
    const end = two.requests.onChange(({ tenant }) =>
      told.push(`two ${tenant}`),
    );
    await one.requests.record(wish());
    expect(told).toEqual(['one alpha']);
    await two.tasks[1].fn(new AbortController().signal);
    await two.tasks[1].fn(new AbortController().signal);
    expect(told).toEqual(['one alpha', 'two alpha']);
    gitHub.open(BRANCH);
    end();
    await one.poll();
    expect(told.slice(2)).toContain('one alpha');
    expect(told.slice(2)).not.toContain('two alpha');
  });

  it('are live at once when the quota is, without waiting for the next poll', async () => {
    const one = await replica();
    await one.requests.record(wish());
    const pull = gitHub.open(BRANCH);
    await one.poll();
    gitHub.merge(pull);
    cluster.setQuota('60Gi');
    cluster.tell('ResourceQuota', 'alpha');
    cluster.tell('ResourceQuota', 'alpha');
    gitHub.server.take();
    clock.advance(1000);
    let state = '';
    await until(
      () => state === 'live',
      () => {
        stateOf(one).then(it => {
          state = it;
        });
      },
    );
    expect(
      gitHub.server.take().filter(({ path }) => path.includes('/pulls?')),
    ).toHaveLength(1);
    // People are told after it is written down.
    await until(() => sent.length > 0);
    expect(titles()).toEqual([
      'It is there: 60Gi of storage for alpha in muc-1',
    ]);
  });

  it('cost one conditional call for the list and one for each open one’s reviews, while nothing happens', async () => {
    const one = await replica();
    for (const tenant of ['alpha', 'beta', 'gamma']) {
      await one.requests.record(wish({ tenant, branch: `b.${tenant}` }));
    }
    gitHub.open('b.alpha');
    gitHub.open('b.beta');
    await one.poll();
    gitHub.server.take();
    await one.poll();
    expect(
      gitHub.server.take().map(({ status, method }) => `${method} ${status}`),
    ).toEqual(['GET 304', 'GET 304', 'GET 304']);
  });

  it('are withdrawn when they are closed, and go on when they are opened again', async () => {
    const one = await replica();
    await one.requests.record(wish());
    const pull = gitHub.open(BRANCH);
    await one.poll();
    gitHub.close(pull, 'petra');
    await one.poll();
    expect(await stateOf(one)).toBe('withdrawn');
    expect(titles()).toEqual([
      'Not accepted: 60Gi of storage for alpha in muc-1',
    ]);
    expect(sent[0].payload.description).toContain(
      'petra, who reviewed it, closed it',
    );
    gitHub.server.take();
    await one.poll();
    expect(gitHub.server.take()).toHaveLength(1);
    gitHub.reopen(pull);
    await one.poll();
    expect(await stateOf(one)).toBe('opened');
    // The same once more is told once more, in the place of the first.
    gitHub.close(pull, 'petra');
    await one.poll();
    expect(sent[1].payload.scope).toBe(sent[0].payload.scope);
  });

  it('leave old pull requests on the branch to the requests that they were of', async () => {
    const one = await replica();
    await one.requests.record(wish());
    gitHub.close(gitHub.open(BRANCH), 'petra');
    await one.poll();
    const second = await one.requests.record(wish());
    await one.poll();
    expect(await stateOf(one)).toBe('preparing');
    gitHub.open(BRANCH);
    await one.poll();
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      id: second.id,
      state: 'opened',
      pullRequest: { number: 2 },
    });
  });

  it('take the pull request before for theirs once it is open again: the wish was put there', async () => {
    const one = await replica();
    await one.requests.record(wish());
    const pull = gitHub.open(BRANCH);
    gitHub.close(pull, 'petra');
    await one.poll();
    const second = await one.requests.record(wish());
    gitHub.reopen(pull);
    await one.poll();
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      id: second.id,
      state: 'opened',
      pullRequest: { number: 1 },
    });
  });

  it('take a new pull request on the branch for theirs, after the one before was closed', async () => {
    const one = await replica();
    await one.requests.record(wish());
    const first = gitHub.open(BRANCH);
    await one.poll();
    gitHub.close(first, 'petra');
    gitHub.open(BRANCH);
    await one.poll();
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      state: 'opened',
      pullRequest: { number: 2 },
    });
  });

  it('are not ended by what was merged before the latest wish', async () => {
    const one = await replica();
    await one.requests.record(wish());
    const first = gitHub.open(BRANCH);
    await one.poll();
    gitHub.merge(first);
    clock.advance(1000);
    await one.requests.record(wish({ size: '70Gi', sizeBytes: 70n * GI }));
    await one.poll();
    expect(await stateOf(one)).toBe('preparing');
    gitHub.open(BRANCH);
    await one.poll();
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      size: '70Gi',
      state: 'opened',
      pullRequest: { number: 2 },
    });
  });

  it('are stuck where Flux fails, with its words for the platform team only, and go on by themselves', async () => {
    cluster.setFlux();
    const one = await replica();
    await one.requests.record(wish());
    const commit = gitHub.merge(gitHub.open(BRANCH));
    const fails = () =>
      cluster.setFlux({
        lastAttemptedRevision: `main@sha1:${commit}`,
        ready: {
          status: 'False',
          reason: 'BuildFailed',
          message: 'tenants/beta: no such file',
        },
      });
    fails();
    await one.poll();
    // As kustomize-controller does whenever it tries again (its reconcile, before it builds).
    cluster.setFlux({
      lastAttemptedRevision: `main@sha1:${commit}`,
      ready: {
        status: 'Unknown',
        reason: 'Progressing',
        message: 'Reconciliation in progress',
      },
    });
    await one.poll();
    fails();
    await one.poll();
    const of = async (audience: 'tenant' | 'platform') => {
      const { items } = await one.requests.list({
        subjects: [{ ...ALPHA, audience }],
        limit: 1,
        offset: 0,
      });
      return items[0];
    };
    expect(JSON.stringify(await of('tenant'))).not.toContain('beta');
    expect(await of('tenant')).toMatchObject({
      state: 'stuck',
      message: expect.stringContaining('the platform team sees why'),
    });
    expect((await of('platform')).message).toContain(
      'BuildFailed: tenants/beta: no such file',
    );
    expect(JSON.stringify(sent)).not.toContain('beta');
    expect(titles()).toEqual([
      'It does not go on: 60Gi of storage for alpha in muc-1',
    ]);
    cluster.setFlux({ lastAppliedRevision: `main@sha1:${commit}` });
    cluster.setQuota('60Gi');
    await one.poll();
    expect(await stateOf(one)).toBe('live');
  });

  it('are stuck where they never got to the Git host', async () => {
    const one = await replica();
    await one.requests.record(wish());
    await one.poll(11 * 60_000);
    expect(await stateOf(one)).toBe('stuck');
    gitHub.open(BRANCH);
    await one.poll();
    expect(await stateOf(one)).toBe('opened');
  });

  it('are stuck while their repository is gone', async () => {
    const one = await replica();
    await one.requests.record(wish());
    gitHub.open(BRANCH);
    await one.poll();
    gitHub.repository = null;
    await one.poll();
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      state: 'stuck',
      message: expect.stringContaining('no repository acme/fleet'),
    });
    gitHub.repository = 'acme/fleet';
    await one.poll();
    expect(await stateOf(one)).toBe('opened');
  });

  it('are stuck where the portal may not read their repository; those of others go on', async () => {
    const one = await replica();
    const beta = { ...OBJECT, tenant: 'beta', object: 'beta' };
    await one.requests.record(
      wish({
        tenant: 'beta',
        repository: {
          url: `${gitHub.url}/acme/secret`,
          host: gitHub.server.host,
          repository: 'acme/secret',
        },
      }),
    );
    await one.requests.record(wish());
    gitHub.open(BRANCH);
    gitHub.server.fault = { status: 403 };
    gitHub.server.faultOn = path => path.includes('acme/secret');
    await one.poll();
    expect(await one.requests.openRequest(beta)).toMatchObject({
      state: 'stuck',
      message: expect.stringContaining(
        'does not permit this for the repository acme/secret',
      ),
    });
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      state: 'opened',
    });
    expect(await one.requests.problems()).toEqual([]);
  });

  it('stay withdrawn though their repository is gone then', async () => {
    const one = await replica();
    await one.requests.record(wish());
    const pull = gitHub.open(BRANCH);
    await one.poll();
    gitHub.close(pull, 'petra');
    await one.poll();
    gitHub.repository = null;
    await one.poll();
    expect(await stateOf(one)).toBe('withdrawn');
  });

  it('are stuck where the portal may not read what reviewers say', async () => {
    const one = await replica();
    await one.requests.record(wish());
    gitHub.open(BRANCH);
    await one.poll();
    gitHub.server.fault = { status: 403 };
    gitHub.server.faultOn = path => path.includes('/reviews');
    await one.poll();
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      state: 'stuck',
      message: expect.stringContaining('does not permit this'),
    });
    gitHub.server.fault = undefined;
    await one.poll();
    expect(await stateOf(one)).toBe('opened');
  });

  describe('publish what gates come to', () => {
    it('once for each commit and verdict', async () => {
      const one = await replica();
      await one.requests.record(wish());
      const pull = gitHub.open(BRANCH);
      await one.poll();
      await one.poll();
      expect(gitHub.statuses).toEqual([
        {
          sha: pull.head,
          context: 'kmetal-storage',
          state: 'success',
          description:
            '41 Gi are in use; the quota would be 60 Gi. The live quota is 50 Gi.',
          target_url:
            'https://portal.example.com/catalog/default/resource/muc-1.alpha/storage',
        },
      ]);
      expect(await one.requests.openRequest(OBJECT)).toMatchObject({
        gates: [{ state: 'passed' }, { state: 'passed' }],
      });
      // Somebody changed the quota by hand.
      cluster.setQuota('52Gi');
      await one.poll();
      await one.poll();
      pull.head = sha('d00d');
      pull.updatedAt = new Date(clock.now()).toISOString();
      await one.poll();
      await one.poll();
      expect(gitHub.statuses.map(status => [status.sha, status.state])).toEqual(
        [
          [sha('b1'), 'success'],
          [sha('b1'), 'failure'],
          [sha('d00d'), 'failure'],
        ],
      );
    });

    it('and that they are not known once nothing is known of the under cluster', async () => {
      const one = await replica();
      await one.requests.record(wish());
      gitHub.open(BRANCH);
      await one.poll();
      cluster.configured = false;
      await one.poll();
      await one.poll();
      expect(gitHub.statuses.map(({ state }) => state)).toEqual([
        'success',
        'pending',
      ]);
      expect(gitHub.statuses[1].description).toContain('muc-1');
    });

    it('and that they are not known while what is live is not confirmed', async () => {
      const one = await replica();
      await one.requests.record(wish());
      gitHub.open(BRANCH);
      await one.poll();
      cluster.stale = ['ResourceQuota', 'PersistentVolumeClaim'];
      await one.poll();
      expect(
        gitHub.statuses.map(({ state, description }) => [state, description]),
      ).toEqual([
        ['success', expect.stringContaining('The live quota is 50 Gi.')],
        [
          'pending',
          "What is in use is not known now. The live quota can't be seen now.",
        ],
      ]);
      cluster.stale = [];
      await one.poll();
      expect(gitHub.statuses[2].state).toBe('success');
    });

    it('or say once that they may not, and go on', async () => {
      const one = await replica();
      await one.requests.record(wish());
      gitHub.open(BRANCH);
      gitHub.server.fault = { status: 403 };
      gitHub.server.faultOn = path => path.includes('/statuses/');
      await one.poll();
      await one.poll();
      expect(await stateOf(one)).toBe('opened');
      expect(one.logger.warn).toHaveBeenCalledTimes(1);
      expect(await one.requests.problems()).toEqual([]);
      gitHub.server.fault = undefined;
      await one.poll(11 * 60_000);
      expect(gitHub.statuses).toHaveLength(1);
    });
  });

  describe('that were asked for by two tasks at once', () => {
    const SEVENTY = { size: '70Gi', sizeBytes: 70n * GI };
    const publish = (size: string, digits: string) =>
      gitHub.publish(BRANCH, digits, `Raise\n\n${TRAILER} ${size}`);
    const openRequest = async (one: Awaited<ReturnType<typeof replica>>) =>
      one.requests.openRequest(OBJECT);

    it('go on with what was recorded last, once that is published last', async () => {
      const one = await replica();
      await one.requests.record(wish());
      await one.requests.record(wish(SEVENTY));
      const { sha: head } = publish('60Gi', '6');
      const pull = gitHub.open(BRANCH, { head });
      clock.advance(1000);
      gitHub.review(pull, 'petra', 'APPROVED');
      await one.poll();
      // 60Gi were approved, and nobody proposes 70Gi yet.
      expect(await openRequest(one)).toMatchObject({
        size: '70Gi',
        state: 'preparing',
        pullRequest: { number: 1 },
      });
      expect(gitHub.statuses).toEqual([]);
      clock.advance(1000);
      publish('70Gi', '7');
      await one.poll();
      expect(await openRequest(one)).toMatchObject({ state: 'opened' });
      expect(gitHub.statuses).toMatchObject([
        {
          sha: sha('7'),
          description: expect.stringContaining('would be 70 Gi'),
        },
      ]);
      expect(titles()).toEqual([]);
      clock.advance(1000);
      gitHub.review(pull, 'petra', 'APPROVED');
      await one.poll();
      await one.poll();
      expect(titles()).toEqual([
        'Approved: 70Gi of storage for alpha in muc-1',
      ]);
    });

    it('say that something else is proposed than was recorded last, until it is asked for again', async () => {
      const one = await replica();
      await one.requests.record(wish());
      await one.requests.record(wish(SEVENTY));
      const { sha: head } = publish('70Gi', '7');
      const pull = gitHub.open(BRANCH, { head });
      await one.poll();
      expect(gitHub.statuses).toHaveLength(1);
      clock.advance(1000);
      publish('60Gi', '6');
      gitHub.review(pull, 'petra', 'APPROVED');
      await one.poll();
      expect(await openRequest(one)).toMatchObject({
        size: '70Gi',
        state: 'preparing',
        message: expect.stringContaining('60 Gi instead of 70 Gi'),
      });
      expect(gitHub.statuses).toHaveLength(1);
      gitHub.server.take();
      await one.poll(11 * 60_000);
      // What a commit says is asked once.
      expect(
        gitHub.server.take().filter(({ path }) => path.includes('/commits/')),
      ).toEqual([]);
      expect(await openRequest(one)).toMatchObject({
        state: 'stuck',
        message: expect.stringMatching(/another one than was asked for last/),
      });
      expect(titles()).toEqual([
        'It does not go on: 70Gi of storage for alpha in muc-1',
      ]);
      await one.requests.record(wish(SEVENTY));
      await one.poll();
      expect(await openRequest(one)).toMatchObject({ state: 'preparing' });
      publish('70Gi', '77');
      await one.poll();
      expect(await openRequest(one)).toMatchObject({ state: 'opened' });
      expect(gitHub.statuses.map(status => status.sha)).toEqual([
        sha('7'),
        sha('77'),
      ]);
    });

    it('do not become what was merged instead', async () => {
      const one = await replica();
      await one.requests.record(wish());
      const { sha: head } = publish('60Gi', '6');
      const pull = gitHub.open(BRANCH, { head });
      await one.poll();
      await one.requests.record(wish(SEVENTY));
      clock.advance(1000);
      gitHub.merge(pull);
      await one.poll();
      expect(await openRequest(one)).toMatchObject({
        state: 'preparing',
        pullRequest: null,
      });
      const next = publish('70Gi', '7');
      gitHub.open(BRANCH, { head: next.sha });
      await one.poll();
      expect(await openRequest(one)).toMatchObject({
        state: 'opened',
        pullRequest: { number: 2 },
      });
    });

    it('are followed with the size that somebody else puts on the branch', async () => {
      const one = await replica();
      await one.requests.record(wish());
      const { sha: head } = publish('60Gi', '6');
      const pull = gitHub.open(BRANCH, { head });
      await one.poll();
      const theirs = gitHub.publish(BRANCH, '55', 'Make it 55Gi');
      clock.advance(1000);
      gitHub.review(pull, 'petra', 'APPROVED');
      await one.poll();
      expect(await openRequest(one)).toMatchObject({ state: 'approved' });
      expect(gitHub.statuses.at(-1)?.sha).toBe(theirs.sha);
    });

    it('are merged though the commit that was proposed is cleaned away', async () => {
      const one = await replica();
      await one.requests.record(wish());
      gitHub.merge(gitHub.open(BRANCH));
      gitHub.server.fault = { status: 404 };
      gitHub.server.faultOn = path => path.includes('/git/commits/');
      await one.poll();
      expect(await stateOf(one)).toBe('merged');
    });

    it('are told by what the target branch was merged into', async () => {
      const one = await replica();
      await one.requests.record(wish(SEVENTY));
      const { sha: ours } = publish('60Gi', '6');
      const pull = gitHub.open(BRANCH, { head: ours });
      const merge = {
        sha: sha('66'),
        message: "Merge branch 'main'",
        parents: [ours, sha('a')],
      };
      gitHub.branches.get(BRANCH)?.commits.push(merge);
      pull.head = merge.sha;
      await one.poll();
      expect(await openRequest(one)).toMatchObject({ state: 'preparing' });
    });

    it('stay what they are while the Git host does not tell what is proposed', async () => {
      const one = await replica();
      await one.requests.record(wish(SEVENTY));
      const { sha: head } = publish('70Gi', '7');
      gitHub.open(BRANCH, { head });
      gitHub.server.fault = { status: 502 };
      gitHub.server.faultOn = path => path.includes('/git/commits/');
      await one.poll();
      expect(await openRequest(one)).toMatchObject({ state: 'preparing' });
      gitHub.server.fault = undefined;
      await one.poll();
      expect(await openRequest(one)).toMatchObject({ state: 'opened' });
    });
  });

  it('that never got to the Git host are given up after a day, and the requester is told', async () => {
    const one = await replica();
    await one.requests.record(wish());
    await one.poll(11 * 60_000);
    await one.poll(24 * 3600_000);
    expect(await one.requests.openRequest(OBJECT)).toBeUndefined();
    expect(await stateOf(one)).toBe('withdrawn');
    expect(sent.at(-1)?.payload.description).toContain(
      'within a day, so it was given up',
    );
  });

  describe('at a Git host that gives no answer', () => {
    it.each([
      ['is down', { status: 503 }],
      ['is slow', 'hang'],
      ['breaks off', 'reset'],
      ['does not know the portal any more', { status: 401 }],
    ] as const)(
      'that %s, stay what they are, say so, and go on',
      async (_, fault) => {
        const one = await replica(knex, fault === 'hang' ? 3_000 : undefined);
        await one.requests.record(wish());
        const pull = gitHub.open(BRANCH);
        await one.poll();
        gitHub.server.fault = fault;
        await one.poll();
        const since = new Date(clock.now()).toISOString();
        gitHub.merge(pull);
        await one.poll(14_000);
        expect(await stateOf(one)).toBe('opened');
        expect(await one.requests.problems()).toEqual([
          {
            host: gitHub.server.host,
            message: expect.stringContaining(gitHub.server.host),
            since,
          },
        ]);
        await expect(one.requests.proposed(OBJECT)).rejects.toMatchObject({
          name: 'ServiceUnavailableError',
        });
        gitHub.server.fault = undefined;
        await one.poll();
        expect(await stateOf(one)).toBe('merged');
        expect(await one.requests.problems()).toEqual([]);
      },
    );

    it('ask later each time, and not before the host says', async () => {
      const one = await replica();
      await one.requests.record(wish());
      gitHub.server.fault = {
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': `${Math.ceil(clock.now() / 1000) + 900}`,
        },
      };
      await one.poll();
      expect(gitHub.server.take()).toHaveLength(1);
      for (let i = 0; i < 20; i += 1) await one.poll();
      expect(gitHub.server.take()).toHaveLength(0);
      gitHub.server.fault = { status: 500 };
      await one.poll(600_000);
      expect(gitHub.server.take()).toHaveLength(1);
      await one.poll(29_000);
      expect(gitHub.server.take()).toHaveLength(0);
      await one.poll(2_000);
      expect(gitHub.server.take()).toHaveLength(1);
      await one.poll(59_000);
      expect(gitHub.server.take()).toHaveLength(0);
    });

    it('that say to come back in many years, are asked again in two hours', async () => {
      const one = await replica();
      await one.requests.record(wish());
      gitHub.server.fault = {
        status: 429,
        headers: { 'retry-after': 'Wed, 21 Oct 2065 07:28:00 GMT' },
      };
      await one.poll();
      gitHub.server.fault = undefined;
      gitHub.open(BRANCH);
      await one.poll(2 * 3600_000 - 60_000);
      expect(await stateOf(one)).toBe('preparing');
      await one.poll(60_000);
      expect(await stateOf(one)).toBe('opened');
    });

    it('fail in the middle without losing anything', async () => {
      const one = await replica();
      await one.requests.record(wish());
      const pull = gitHub.open(BRANCH);
      await one.poll();
      gitHub.review(pull, 'petra', 'APPROVED');
      gitHub.server.fault = { status: 502 };
      gitHub.server.faultOn = path => path.includes('/reviews');
      await one.poll();
      expect(await stateOf(one)).toBe('opened');
      expect(await one.requests.problems()).toHaveLength(1);
      gitHub.server.fault = undefined;
      await one.poll();
      expect(await stateOf(one)).toBe('approved');
      expect(await one.requests.problems()).toEqual([]);
    });

    it('are live all the same once they are merged', async () => {
      const one = await replica();
      await one.requests.record(wish());
      gitHub.merge(gitHub.open(BRANCH));
      await one.poll();
      gitHub.server.fault = { status: 500 };
      cluster.setQuota('60Gi');
      await one.poll();
      expect(await stateOf(one)).toBe('live');
    });
  });

  it('that can not be followed go on by the live quota alone', async () => {
    const one = await replica();
    await one.requests.record(
      wish({
        repository: {
          url: 'https://dev.azure.com/acme/_git/fleet',
          host: 'dev.azure.com',
          repository: 'acme/fleet',
        },
      }),
    );
    await one.poll(60 * 60_000);
    expect(await one.requests.openRequest(OBJECT)).toMatchObject({
      state: 'preparing',
      message: expect.stringContaining('Azure DevOps'),
    });
    expect(await one.requests.proposed(OBJECT)).toMatchObject({
      mergeable: null,
    });
    cluster.setQuota('60Gi');
    await one.poll();
    expect(await stateOf(one)).toBe('live');
  });

  it('tell what is proposed now', async () => {
    const one = await replica();
    expect(await one.requests.proposed(OBJECT)).toBeNull();
    await one.requests.record(wish());
    expect(await one.requests.proposed(OBJECT)).toMatchObject({
      mergeable: null,
      title: null,
    });
    gitHub.open(BRANCH, { title: 'Raised', mergeable: false });
    expect(await one.requests.proposed(OBJECT)).toMatchObject({
      request: { pullRequest: { number: 1 } },
      mergeable: false,
      title: 'Raised',
    });
  });

  describe('tell whose commits are on the branch, though nothing was asked for', () => {
    const settings = (parts: object = {}) => ({
      ...wish().repository,
      branch: 'main',
      root: null,
      locators: {},
      newFiles: {},
      ...parts,
    });
    const OURS = {
      sha: sha('1'),
      message: `Raise\n\nWhy\n\n${TRAILER}\n`,
      parents: [],
    };
    const THEIRS = {
      sha: sha('3'),
      message: `Make it 55Gi\n\n${TRAILER} not really`,
      parents: [sha('2')],
    };
    const othersIn = async (one: Awaited<ReturnType<typeof replica>>) => {
      const [told] = await one.requests.branches(OBJECT, [settings()]);
      return told.commitsOfOthers;
    };

    it('and none are, where there is no branch', async () => {
      const one = await replica();
      expect(await one.requests.branches(OBJECT, [settings()])).toEqual([
        {
          host: gitHub.server.host,
          repository: 'acme/fleet',
          branch: BRANCH,
          commitsOfOthers: [],
        },
      ]);
      expect(await one.requests.branches(OBJECT, [])).toEqual([]);
    });

    it('by what the portal writes below its own, and merges are nobody’s', async () => {
      const one = await replica();
      gitHub.branches.set(BRANCH, {
        commits: [
          OURS,
          {
            sha: sha('2'),
            message: "Merge branch 'main'",
            parents: [sha('1'), sha('a')],
          },
          THEIRS,
          {
            sha: sha('4'),
            message: `${TRAILER}\n\nquoted above`,
            parents: [sha('3')],
          },
        ],
      });
      expect(await othersIn(one)).toEqual([
        { sha: sha('3'), author: 'Portal', title: 'Make it 55Gi' },
        expect.objectContaining({ sha: sha('4') }),
      ]);
    });

    it('and none are, on a branch that was merged and is left over', async () => {
      const one = await replica();
      gitHub.branches.set(BRANCH, { commits: [OURS] });
      gitHub.merge(gitHub.open(BRANCH, { head: sha('1') }));
      expect(await othersIn(one)).toEqual([]);
    });

    it('and none are lost, once a squash brought them into the target branch', async () => {
      const one = await replica();
      gitHub.branches.set(BRANCH, { commits: [OURS, THEIRS] });
      const pull = gitHub.open(BRANCH, { head: THEIRS.sha });
      expect(await othersIn(one)).toHaveLength(1);
      gitHub.merge(pull);
      expect(await othersIn(one)).toEqual([]);
      const later = { ...THEIRS, sha: sha('5') };
      gitHub.branches.set(BRANCH, { commits: [OURS, THEIRS, later] });
      expect(await othersIn(one)).toHaveLength(2);
    });

    it('and they are, once the pull request was closed', async () => {
      const one = await replica();
      gitHub.branches.set(BRANCH, { commits: [OURS, THEIRS] });
      gitHub.close(gitHub.open(BRANCH, { head: THEIRS.sha }), 'petra');
      expect(await othersIn(one)).toHaveLength(1);
    });

    it('in each of several repositories; not at Git hosts that are not asked', async () => {
      const one = await replica();
      gitHub.branches.set(BRANCH, { commits: [THEIRS] });
      const elsewhere = settings({
        url: 'https://dev.azure.com/acme/_git/fleet',
        host: 'dev.azure.com',
      });
      expect(
        await one.requests.branches(OBJECT, [elsewhere, settings()]),
      ).toMatchObject([
        { host: 'dev.azure.com', commitsOfOthers: null },
        { commitsOfOthers: [{ sha: THEIRS.sha }] },
      ]);
    });

    it.each(['/git/ref/', '/compare/', '/pulls'])(
      'or that it can not be told while the Git host fails at %s',
      async path => {
        const one = await replica();
        gitHub.branches.set(BRANCH, { commits: [THEIRS] });
        gitHub.server.fault = { status: 502 };
        gitHub.server.faultOn = asked => asked.includes(path);
        const answer = one.requests.branches(OBJECT, [settings()]);
        await expect(answer).rejects.toMatchObject({
          name: 'ServiceUnavailableError',
          message: expect.stringContaining(
            `Whether somebody else works on the branch ${BRANCH}`,
          ),
        });
      },
    );
  });

  it('are told and published once by two pollers, and by one that starts anew', async () => {
    const pollers = [await replica(), await replica(connect())];
    await pollers[0].requests.record(wish());
    const pull = gitHub.open(BRANCH);
    const both = () => Promise.all(pollers.map(({ poll }) => poll(500)));
    for (let i = 0; i < 3; i += 1) await both();
    gitHub.review(pull, 'petra', 'APPROVED');
    for (let i = 0; i < 3; i += 1) await both();
    expect(titles()).toEqual(['Approved: 60Gi of storage for alpha in muc-1']);
    expect(gitHub.statuses).toHaveLength(1);

    const anew = await replica(connect());
    await anew.poll();
    expect(sent).toHaveLength(1);
    expect(gitHub.statuses).toHaveLength(1);
    expect(await stateOf(anew)).toBe('approved');
  });

  it('are told of by one poller while another one is telling', async () => {
    const [one, two] = [await replica(), await replica(connect())];
    await one.requests.record(wish());
    gitHub.review(gitHub.open(BRANCH), 'petra', 'APPROVED');
    let delivered = () => {};
    notifications.send.mockImplementation(
      () =>
        new Promise<void>(resolve => {
          delivered = resolve;
        }),
    );
    const telling = one.poll();
    await until(() => notifications.send.mock.calls.length > 0);
    await two.poll();
    delivered();
    await telling;
    await two.poll();
    expect(notifications.send).toHaveBeenCalledTimes(1);
  });

  it('go on where a replica stopped in the middle', async () => {
    const one = await replica();
    await one.requests.record(wish());
    gitHub.open(BRANCH);
    await one.poll();
    // It stopped while it held the request.
    await knex('tenant_storage_requests').update({
      lease_holder: 'gone',
      leased_until: clock.now() + 120_000,
    });
    gitHub.review(gitHub.pulls[0], 'petra', 'APPROVED');
    const two = await replica(connect());
    await two.poll(60_000);
    expect(await stateOf(two)).toBe('opened');
    await two.poll(61_000);
    expect(await stateOf(two)).toBe('approved');
  });

  it('are told of later when notifications are out of order, with one line in the log', async () => {
    const one = await replica();
    notifications.send.mockRejectedValue(new Error('404 Not Found'));
    await one.requests.record(wish());
    const pull = gitHub.open(BRANCH);
    gitHub.close(pull, 'petra');
    await one.poll();
    await one.poll();
    expect(await stateOf(one)).toBe('withdrawn');
    expect(one.logger.warn).toHaveBeenCalledTimes(1);
    notifications.send.mockImplementation(async it => {
      sent.push(it);
    });
    const two = await replica(connect());
    await two.poll();
    await two.poll();
    expect(titles()).toEqual([
      'Not accepted: 60Gi of storage for alpha in muc-1',
    ]);
  });
}
