import {
  eventually,
  KubeObject,
  StandIn,
  startStandIn,
} from '@kmetal/under-cluster';
import { backendOf, loadDemoScenario } from '../scenario/demoScenario';
import { Cdi, startCdi } from './cdi';

const VOLUME = 'pvc-5d0c1c9e-6f5e-4b43-9a39-0f4d2f6a7b11';
const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
const DATA_VOLUME = `/apis/cdi.kubevirt.io/v1beta1/namespaces/alpha/datavolumes/${VOLUME}`;
const CLAIMS = '/api/v1/namespaces/alpha/persistentvolumeclaims';
const EVENTS = '/api/v1/namespaces/alpha/events';
const MERGE_PATCH = { contentType: 'application/merge-patch+json' };

describe('what makes the volumes that a quota refused', () => {
  let cluster: StandIn;
  let cdi: Cdi;
  /** Claims that were asked for and refused, or made. */
  let tries: number;
  let hasSeenDeletion: boolean;
  /** What has failed once; nothing is to fail if undefined. */
  let failOnce: Set<string> | undefined;

  beforeEach(async () => {
    const objects = await loadDemoScenario('muc-1');
    cluster = await startStandIn({ name: 'muc-1', objects });
    tries = 0;
    hasSeenDeletion = false;
    failOnce = undefined;
    cdi = await startCdi({
      cluster: {
        ...cluster,
        request: async (method, path, ...rest) => {
          if (failOnce && !failOnce.has(`${method} ${path}`)) {
            failOnce.add(`${method} ${path}`);
            throw new Error('connect ECONNREFUSED');
          }
          const answer = await cluster.request(method, path, ...rest);
          tries += Number(method === 'POST' && path === CLAIMS);
          hasSeenDeletion ||= path === DATA_VOLUME && answer.status === 404;
          return answer;
        },
      },
      backend: backendOf('muc-1', objects),
      retryMs: 5,
      stepMs: 5,
    });
  });
  afterEach(async () => {
    await cdi?.stop();
    await cluster?.stop();
  });

  const get = async (path: string) => (await cluster.request('GET', path)).body;
  const phase = async (): Promise<string> =>
    (await get(DATA_VOLUME)).status?.phase;
  const moreTries = (count: number) => {
    const before = tries;
    return eventually(
      () => tries,
      now => now >= before + count,
    );
  };
  const allow = (hard: string) =>
    cluster.request(
      'PATCH',
      '/api/v1/namespaces/alpha/resourcequotas/alpha-storage',
      { spec: { hard: { [KEY]: hard } } },
      MERGE_PATCH,
    );

  it('changes nothing as long as the refusal is the same', async () => {
    const seen = async () =>
      JSON.stringify([
        await get(DATA_VOLUME),
        await get(EVENTS).then(({ items }) => items),
        await get(CLAIMS).then(({ items }) => items),
        await get('/api/v1/namespaces/alpha/resourcequotas').then(
          ({ items }) => items,
        ),
      ]);
    const before = await seen();
    await moreTries(3);
    expect(await seen()).toBe(before);
  });

  it('tells of a refusal in other words, in the same event', async () => {
    const event = async (): Promise<KubeObject> => (await get(EVENTS)).items[0];
    const { count } = await event();
    await allow('51Gi');
    await eventually(event, ({ message }) => message.includes('=51Gi'));
    expect(await event()).toMatchObject({ count: count + 1 });
    await moreTries(3);
    expect(await event()).toMatchObject({ count: count + 1 });
    const { status } = await get(DATA_VOLUME);
    expect(status.phase).toBe('Pending');
    expect(status.conditions[0]).toMatchObject({
      reason: 'ErrExceededQuota',
      message: expect.stringContaining('=51Gi'),
    });
  });

  it('makes the volume once there is room, and takes no more than was refused', async () => {
    await allow('60Gi');
    await eventually(phase, now => now === 'Succeeded');
    const claim = await get(`${CLAIMS}/${VOLUME}`);
    expect(claim).toMatchObject({
      spec: { resources: { requests: { storage: '11381663335' } } },
      status: { phase: 'Bound', capacity: { storage: '11381663335' } },
    });
    const reasons = (await get(EVENTS)).items.map(
      ({ reason }: KubeObject) => reason,
    );
    expect(reasons).toEqual(
      expect.arrayContaining([
        'WaitForFirstConsumer',
        'Provisioning',
        'ProvisioningSucceeded',
        'ImportScheduled',
        'ImportInProgress',
        'ImportSucceeded',
      ]),
    );
    const made = tries;
    await cdi.stop();
    expect(tries).toBe(made);
  });

  it('goes on where it was when the under cluster does not answer, whatever it asks', async () => {
    failOnce = new Set();
    await allow('60Gi');
    await eventually(phase, now => now === 'Succeeded');
    expect([...failOnce].filter(asked => asked.startsWith('P'))).toEqual(
      expect.arrayContaining([
        `POST ${CLAIMS}`,
        `PATCH ${CLAIMS}/${VOLUME}`,
        `PATCH ${CLAIMS}/${VOLUME}/status`,
        `PATCH ${DATA_VOLUME}/status`,
      ]),
    );
    expect((await get(`${CLAIMS}/${VOLUME}`)).status.phase).toBe('Bound');
    const machines: KubeObject[] = (
      await get('/apis/kubevirt.io/v1/namespaces/alpha/virtualmachineinstances')
    ).items;
    const disks = machines.flatMap(({ spec }) =>
      spec.volumes.filter(({ name }: { name: string }) => name === VOLUME),
    );
    expect(disks).toHaveLength(1);
  });

  it('lets a volume be that was deleted', async () => {
    await cluster.request('DELETE', DATA_VOLUME);
    await eventually(
      () => hasSeenDeletion,
      seen => seen,
    );
    await allow('60Gi');
    await cdi.stop();
    expect((await cluster.request('GET', `${CLAIMS}/${VOLUME}`)).status).toBe(
      404,
    );
  });
});
