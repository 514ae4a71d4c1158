import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import {
  changeTrailer,
  readStorageChange,
  storageChangeBranch,
  storageChangeFingerprint,
  storageChangeOf,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { Knex } from 'knex';
import {
  GitHubServer,
  type TestPull,
} from '../gitHost/gitHubServer.test.server';
import { ManualClock, until } from '../kubernetes/manualClock.test.clock';
import type { Content } from '../views/inventoryOf.testing';
import { testDatabases, type TestDatabaseServer } from './databases.testing';
import { ChangingCluster, startReplica } from './replica.test.server';
import type { RequestedObject, StorageChangeToRecord } from './types';

const CLASS = 'tenant-storage-class';
const LONGHORN = 'driver.longhorn.io';
const UNDER_CLUSTER = { underCluster: 'muc-1', tenant: null } as const;
const PIN = { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' };

const CLAIM = {
  stage: 'claim',
  to: 'longhorn',
  longhorn: { replicas: 2 },
  claimPropertySets: [PIN],
};
const RELEASE = { stage: 'release', to: 'longhorn', longhorn: { replicas: 2 } };

/** Longhorn works beside local-path, which still serves the tenants' class. */
const INSTALLED: Content = {
  Node: [{ name: 'w1' }, { name: 'w2' }],
  StorageClass: [{ name: CLASS }],
  StorageProfile: [{ name: CLASS, pinned: [PIN], effective: [PIN] }],
  CSIDriver: [{ name: LONGHORN }],
  CSINode: [
    { name: 'w1', drivers: [LONGHORN] },
    { name: 'w2', drivers: [LONGHORN] },
  ],
  PersistentVolumeClaim: [
    {
      name: `${CLASS}-canary-longhorn`,
      namespace: 'kmetal-storage-canary',
      storageClass: `${CLASS}-canary-longhorn`,
    },
  ],
  HelmRelease: [
    {
      name: 'local-path-provisioner',
      namespace: 'kmetal-flux',
      chart: 'local-path-provisioner',
      ready: { status: 'True' },
      generationObserved: true,
    },
  ],
};

/** What the class is like once Longhorn has it. */
const CLAIMED: Content = {
  ...INSTALLED,
  StorageClass: [{ name: CLASS, provisioner: LONGHORN }],
};

describe.each(testDatabases())(
  'requests for changes of an under cluster’s storage, in $name',
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
  let sent: NotificationSendOptions[];
  const stops: Array<() => Promise<void>> = [];

  const replica = () =>
    startReplica({
      knex,
      clock,
      gitHub,
      inventory: cluster.inventory,
      notifications: {
        send: async notification => void sent.push(notification),
      },
      stops,
    });
  type Replica = Awaited<ReturnType<typeof replica>>;

  /** As the route makes it. */
  function wish(
    kind: StorageChangeToRecord['change'],
    title: string,
    input: Record<string, unknown>,
  ): StorageChangeToRecord {
    const change = storageChangeOf(kind);
    const object = change.objectOf(readStorageChange(change, input));
    return {
      ...UNDER_CLUSTER,
      change: kind,
      object,
      title,
      input,
      fingerprint: storageChangeFingerprint(input),
      files: ['clusters/muc-1/storage/class.yaml'],
      reason: 'The disks are full.',
      requester: 'user:default/petra',
      repository: {
        url: `${gitHub.url}/acme/fleet`,
        host: gitHub.server.host,
        repository: 'acme/fleet',
      },
      branch: storageChangeBranch(change, 'muc-1', object),
    };
  }

  const claim = () =>
    wish('backend', 'Swap to longhorn: claim the name', CLAIM);
  const release = () =>
    wish('backend', 'Swap to longhorn: release the name', RELEASE);
  const pin = (accessMode: string, more: object = {}) =>
    wish('profile', `StorageProfile of ${CLASS} in muc-1`, {
      storageClass: CLASS,
      claimPropertySets: [{ ...PIN, accessModes: [accessMode] }],
      ...more,
    });

  /** The scaffolder publishes what was recorded. */
  function publish(asked: StorageChangeToRecord, digits: string) {
    return gitHub.publish(
      asked.branch,
      digits,
      `${asked.title}\n\n${changeTrailer(asked, asked.fingerprint)}`,
    );
  }

  async function propose(
    one: Replica,
    asked: StorageChangeToRecord,
    digits: string,
  ): Promise<TestPull> {
    clock.advance(1);
    await one.requests.record(asked);
    const { sha: head } = publish(asked, digits);
    return gitHub.open(asked.branch, { head, title: asked.title });
  }

  /** A claim that is merged, and applied by nobody yet; `revision` is the merge, as Flux writes it. */
  async function mergedClaim() {
    cluster.setFlux();
    const one = await replica();
    const asked = claim();
    const pull = await propose(one, asked, 'c1a1');
    await one.poll();
    return { one, asked, revision: `main@sha1:${gitHub.merge(pull)}` };
  }

  async function find(one: Replica, { change, object }: RequestedObject) {
    const { items } = await one.requests.list({
      subjects: [{ ...UNDER_CLUSTER, audience: 'platform' }],
      limit: 100,
      offset: 0,
    });
    return items.find(
      each => each.change === change && each.object === object,
    )!;
  }

  const statusesOf = (pull: TestPull) =>
    gitHub.statuses
      .filter(status => status.sha === pull.head)
      .map(({ state, description }) => [state, description]);

  beforeEach(async () => {
    clock = new ManualClock();
    gitHub = new GitHubServer(() => clock.now());
    await gitHub.server.start();
    cluster = new ChangingCluster();
    cluster.content = INSTALLED;
    ({ knex } = await server.create());
    sent = [];
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map(stop => stop()));
    await gitHub.server.stop();
  });

  it('wait for their gates, and go on to what the under cluster has', async () => {
    cluster.setFlux();
    const one = await replica();
    const asked = claim();
    const pull = await propose(one, asked, 'c1a1');
    await one.poll();
    await one.poll();
    expect(await one.requests.openRequest(asked)).toMatchObject({
      state: 'opened',
      tenant: null,
      change: 'backend',
      object: 'claim',
      title: 'Swap to longhorn: claim the name',
      size: null,
      sizeBytes: null,
      before: null,
      gates: expect.arrayContaining([
        {
          id: 'classGone',
          title: `The class ${CLASS} is let go of`,
          state: 'failed',
          detail: 'cluster.local/local-path still serves it.',
        },
      ]),
    });
    expect(gitHub.statuses).toEqual([
      {
        sha: pull.head,
        context: 'kmetal-storage',
        state: 'pending',
        description: `Waits until: The class ${CLASS} is let go of`,
        target_url:
          'https://portal.example.com/storage-requests?underCluster=muc-1&change=backend',
      },
    ]);

    // The gate opens; nobody waits for the next poll.
    cluster.content = { ...cluster.content, StorageClass: [] };
    cluster.tell('StorageClass');
    clock.advance(5000);
    await until(() => gitHub.statuses.length > 1);
    expect(statusesOf(pull)[1][0]).toBe('success');

    clock.advance(1000);
    gitHub.review(pull, 'petra', 'APPROVED');
    await one.poll();
    clock.advance(1000);
    const commit = gitHub.merge(pull);
    await one.poll();
    expect(await find(one, asked)).toMatchObject({
      state: 'merged',
      revision: commit,
      gates: null,
    });
    cluster.setFlux({ lastAppliedRevision: `main@sha1:${commit}` });
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'applied' });
    const { Kustomization } = cluster.content;
    cluster.content = { ...CLAIMED, Kustomization };
    await one.poll();
    expect(await find(one, asked)).toMatchObject({
      state: 'live',
      open: false,
      message: null,
    });
    expect(
      sent.map(({ payload: { title, description, link } }) => [
        title,
        description,
        link,
      ]),
    ).toEqual([
      [
        'Approved: Swap to longhorn: claim the name',
        'Approved by petra. You are told when it is there.',
        '/storage-requests?underCluster=muc-1&change=backend',
      ],
      [
        'It is there: Swap to longhorn: claim the name',
        'The under cluster has what was asked for.',
        '/storage-requests?underCluster=muc-1&change=backend',
      ],
    ]);
  });

  it('say to the requester what is still missing of what was applied', async () => {
    const { one, asked, revision } = await mergedClaim();
    cluster.setFlux({ lastAppliedRevision: revision });
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'applied' });
    await one.poll(11 * 60_000);
    const message =
      'The change was applied, but it is not there: cluster.local/local-path still serves tenant-storage-class';
    expect(await find(one, asked)).toMatchObject({ state: 'stuck', message });
    expect(sent[0].payload).toMatchObject({
      title: 'It does not go on: Swap to longhorn: claim the name',
      description: `${message}.`,
      severity: 'high',
    });
  });

  it('tell the requester what Flux says, who is of the platform team', async () => {
    const { one, asked, revision } = await mergedClaim();
    cluster.setFlux({
      lastAttemptedRevision: revision,
      ready: {
        status: 'False',
        reason: 'BuildFailed',
        message: 'no such file',
      },
    });
    await one.poll();
    const message =
      'Kustomization flux-system/tenants is not ready: BuildFailed: no such file';
    expect(await find(one, asked)).toMatchObject({ state: 'stuck', message });
    expect(sent[0].payload.description).toBe(`${message}.`);
  });

  it('are applied once the Kustomization has applied the merge that their files are in', async () => {
    const { one, asked, revision } = await mergedClaim();
    const apps = {
      name: 'apps',
      path: './apps',
      lastAppliedRevision: revision,
    };
    const storage = { name: 'storage', path: './clusters/muc-1/storage' };
    cluster.setFlux(apps, storage);
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'merged' });
    await one.poll(11 * 60_000);
    const behind =
      'Kustomization flux-system/storage has not applied the merge within 10 minutes';
    expect(await find(one, asked)).toMatchObject({
      state: 'stuck',
      message: behind,
    });
    cluster.setFlux(apps, { ...storage, lastAppliedRevision: revision });
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'applied' });
  });

  it('are stuck at once where the Kustomization fails that their files are in, and not by another one', async () => {
    const { one, asked, revision } = await mergedClaim();
    const fails = (name: string) => ({
      name,
      path: `clusters/muc-1/${name}`,
      lastAttemptedRevision: revision,
      ready: {
        status: 'False' as const,
        reason: 'BuildFailed',
        message: 'no file',
      },
    });
    const storage = {
      name: 'storage',
      path: 'clusters/muc-1/storage',
      lastAppliedRevision: revision,
    };
    cluster.setFlux(
      { ...storage, lastAppliedRevision: undefined },
      fails('apps'),
    );
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'merged' });
    cluster.setFlux(fails('storage'), { ...storage, name: 'apps', path: './' });
    await one.poll();
    expect(await find(one, asked)).toMatchObject({
      state: 'stuck',
      message:
        'Kustomization flux-system/storage is not ready: BuildFailed: no file',
    });
    cluster.setFlux(storage, fails('apps'));
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'applied' });
    await one.poll(11 * 60_000);
    expect(await find(one, asked)).toMatchObject({
      state: 'stuck',
      message:
        'The change was applied, but it is not there: cluster.local/local-path still serves tenant-storage-class',
    });
  });

  it('are two that know of each other, when two stages are open at the same time', async () => {
    const one = await replica();
    const pulls = {
      release: await propose(one, release(), '5e1'),
      claim: await propose(one, claim(), 'c1a1'),
    };
    await one.poll();
    expect(await one.requests.openChanges('muc-1')).toEqual([
      {
        change: 'backend',
        object: 'release',
        state: 'opened',
        merged: false,
        input: RELEASE,
      },
      {
        change: 'backend',
        object: 'claim',
        state: 'opened',
        merged: false,
        input: CLAIM,
      },
    ]);
    expect(statusesOf(pulls.claim)).toEqual([
      ['pending', `Waits until: The class ${CLASS} is let go of`],
    ]);
    await one.poll();
    expect(await find(one, release())).toMatchObject({
      gates: expect.arrayContaining([
        expect.objectContaining({
          id: 'claimReviewed',
          state: 'failed',
          detail: 'The claim is opened, and not approved yet.',
        }),
      ]),
    });
    expect(statusesOf(pulls.release)).toEqual([
      ['pending', 'Waits until: The claim is ready to be merged after it'],
    ]);

    clock.advance(1000);
    gitHub.review(pulls.claim, 'petra', 'APPROVED');
    await one.poll();
    await one.poll();
    expect(statusesOf(pulls.release).map(([state]) => state)).toEqual([
      'pending',
      'success',
    ]);
    expect(statusesOf(pulls.claim)).toHaveLength(1);

    gitHub.merge(pulls.release);
    cluster.content = { ...INSTALLED, StorageClass: [] };
    await one.poll();
    expect(await find(one, release())).toMatchObject({ state: 'live' });
    await one.poll();
    expect(statusesOf(pulls.claim).map(([state]) => state)).toEqual([
      'pending',
      'success',
    ]);
    gitHub.merge(pulls.claim);
    cluster.content = CLAIMED;
    await one.poll();
    expect(await find(one, claim())).toMatchObject({ state: 'live' });
    expect(await one.requests.openChanges('muc-1')).toEqual([]);
  });

  it('have no verdict while another wish is proposed than was recorded last', async () => {
    const one = await replica();
    const pull = await propose(one, pin('ReadWriteOncePod'), '1');
    await one.requests.record(pin('ReadWriteOncePod', { confirmBlock: false }));
    gitHub.review(pull, 'petra', 'APPROVED');
    await one.poll();
    expect(
      await one.requests.openRequest(pin('ReadWriteOncePod')),
    ).toMatchObject({
      state: 'preparing',
      gates: [{ id: 'classThere', state: 'passed' }],
    });
    expect(gitHub.statuses).toEqual([]);
    await one.poll(11 * 60_000);
    expect(
      await one.requests.openRequest(pin('ReadWriteOncePod')),
    ).toMatchObject({
      state: 'stuck',
      message: `The change that is proposed at ${gitHub.server.host} is another one than was asked for last: “StorageProfile of ${CLASS} in muc-1”, with other values; ask again`,
    });
    const again = pin('ReadWriteOncePod', { confirmBlock: false });
    publish(again, '2');
    await one.poll();
    expect(await one.requests.openRequest(again)).toMatchObject({
      state: 'opened',
    });
    expect(statusesOf(pull)).toEqual([['success', 'The class is there']]);
    expect(await one.requests.proposed(again)).toMatchObject({
      wish: again.fingerprint,
      title: pull.title,
      mergeable: true,
    });
  });

  describe('take back that they may be merged', () => {
    const PASSED = ['success', 'The class is there'];
    const last = (pull: TestPull) => statusesOf(pull).at(-1);
    let one: Replica;
    let asked: StorageChangeToRecord;
    let pull: TestPull;
    beforeEach(async () => {
      one = await replica();
      asked = pin('ReadWriteOncePod');
      pull = await propose(one, asked, '1');
      await one.poll();
    });

    it('once nothing is known of the under cluster any more', async () => {
      cluster.configured = false;
      await one.poll();
      await one.poll();
      expect(statusesOf(pull)).toEqual([
        PASSED,
        ['pending', 'Not known now: The portal reads the under cluster muc-1'],
      ]);
      cluster.configured = true;
      await one.poll();
      expect(last(pull)).toEqual(PASSED);
    });

    it('once something else is asked for than is proposed', async () => {
      const other = pin('ReadWriteOncePod', { confirmBlock: false });
      await one.requests.record(other);
      await one.poll();
      await one.poll();
      expect(statusesOf(pull)).toEqual([
        PASSED,
        ['pending', 'Something else was asked for since: it is not there yet'],
      ]);
      // It is the one that is asked for again.
      await one.requests.record(asked);
      await one.poll();
      expect(last(pull)).toEqual(PASSED);
    });

    it('once they are closed, until they are opened again', async () => {
      clock.advance(1000);
      gitHub.close(pull, 'petra');
      await one.poll();
      await one.poll();
      expect(await find(one, asked)).toMatchObject({ state: 'withdrawn' });
      expect(statusesOf(pull)).toEqual([
        PASSED,
        [
          'pending',
          'It was closed: nobody judges it any more, ask for it again',
        ],
      ]);
      gitHub.reopen(pull);
      await one.poll();
      expect(last(pull)).toEqual(PASSED);
    });

    it('once they are closed, though the Git host takes no status at first', async () => {
      gitHub.close(pull, 'petra');
      gitHub.server.fault = { status: 503 };
      gitHub.server.faultOn = path => path.includes('/statuses/');
      await one.poll();
      expect(await find(one, asked)).toMatchObject({ state: 'withdrawn' });
      expect(last(pull)).toEqual(PASSED);
      gitHub.server.fault = undefined;
      await one.poll();
      expect(last(pull)?.[0]).toBe('pending');
    });

    it('once they are closed, and give up after a day where the Git host refuses it', async () => {
      gitHub.close(pull, 'petra');
      gitHub.server.fault = { status: 403 };
      gitHub.server.faultOn = path => path.includes('/statuses/');
      await one.poll();
      await one.poll(12 * 3600_000);
      await one.poll(13 * 3600_000);
      gitHub.server.take();
      await one.poll();
      expect(gitHub.server.take()).toEqual([]);
    });

    it('though the Git host’s last answer was lost', async () => {
      const close = () => {
        cluster.content = { ...INSTALLED, StorageClass: [] };
      };
      close();
      await one.poll();
      expect(last(pull)?.[0]).toBe('pending');
      cluster.content = INSTALLED;
      gitHub.server.fault = 'reset';
      gitHub.server.faultOn = path => {
        const isStatus = path.includes('/statuses/');
        // It takes it, and breaks off before it says so.
        if (isStatus) {
          const [state, description] = PASSED;
          gitHub.statuses.push({
            sha: pull.head,
            context: 'kmetal-storage',
            state,
            description,
          });
        }
        return isStatus;
      };
      await one.poll();
      expect(last(pull)).toEqual(PASSED);
      gitHub.server.fault = undefined;
      close();
      await one.poll();
      expect(last(pull)?.[0]).toBe('pending');
    });
  });

  it('take half of a change for the portal’s, and wait for the other half', async () => {
    const one = await replica();
    const asked = claim();
    await one.requests.record(asked);
    const { sha: head } = gitHub.publish(
      asked.branch,
      'ba1f',
      `Half\n\n${changeTrailer(asked, 'incomplete')}`,
    );
    gitHub.open(asked.branch, { head });
    await one.poll();
    expect(await one.requests.openRequest(asked)).toMatchObject({
      state: 'preparing',
    });
    expect(gitHub.statuses).toEqual([]);
    const settings = {
      ...asked.repository,
      branch: null,
      root: null,
      locators: {},
      newFiles: {},
    };
    expect(await one.requests.branches(asked, [settings])).toEqual([
      {
        host: gitHub.server.host,
        repository: 'acme/fleet',
        branch: 'kmetal-storage.muc-1.claim.backend',
        commitsOfOthers: [],
      },
    ]);
    publish(asked, 'f011');
    await one.poll();
    expect(await one.requests.openRequest(asked)).toMatchObject({
      state: 'opened',
    });
  });

  it('are not live by what was there before, until that is applied', async () => {
    cluster.setFlux();
    const one = await replica();
    const asked = pin('ReadWriteOnce');
    const pull = await propose(one, asked, '1');
    await one.poll();
    const commit = gitHub.merge(pull);
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'merged' });
    cluster.setFlux({ lastAppliedRevision: `main@sha1:${commit}` });
    await one.poll();
    expect(await find(one, asked)).toMatchObject({ state: 'live' });
  });

  it('that were recorded by another version go on as far as Git tells, and are not judged', async () => {
    const one = await replica();
    const asked = claim();
    const pull = await propose(one, asked, 'c1a1');
    await knex('tenant_storage_requests').update({
      input: JSON.stringify({ phase: 'three' }),
    });
    await one.poll();
    expect(await one.requests.openRequest(asked)).toMatchObject({
      state: 'opened',
      gates: [{ id: 'wishReadable', state: 'unknown' }],
    });
    expect(statusesOf(pull)).toEqual([
      ['pending', 'Not known now: The portal can judge what was asked for'],
    ]);
    gitHub.merge(pull);
    await one.poll();
    await one.poll(11 * 60_000);
    expect(await find(one, asked)).toMatchObject({ state: 'merged' });
    expect(one.logger.error).not.toHaveBeenCalled();
  });

  it('ask no Git host when something changes that no gate stands on', async () => {
    const one = await replica();
    await propose(one, claim(), 'c1a1');
    await one.poll();
    await one.poll();
    gitHub.server.take();
    cluster.tell('PersistentVolume');
    cluster.tell('StorageClass');
    cluster.tell('Job');
    clock.advance(5000);
    await one.poll(0);
    // What the poll asks, once.
    expect(gitHub.server.take().map(({ path }) => path)).toHaveLength(2);
  });
}
