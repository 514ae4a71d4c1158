import { mockServices } from '@backstage/backend-test-utils';
import {
  applyObjects,
  grantReader,
  kubeApiServerAvailable,
  startKubeApiServer,
  startStandIn,
  type UnderCluster,
} from '@kmetal/under-cluster';
import { createInventory, type RunningInventory } from './inventory';

jest.setTimeout(90_000);

const starts: Array<[string, () => Promise<UnderCluster>]> = [
  ['the stand-in', () => startStandIn({ name: 'under-1' })],
];
if (kubeApiServerAvailable()) {
  starts.push([
    'a real kube-apiserver',
    () => startKubeApiServer({ name: 'under-1' }),
  ]);
} else {
  process.stderr.write(
    'KUBEBUILDER_ASSETS names no kube-apiserver: the inventory is not tested against a real one\n',
  );
}

/** Resolves with the milliseconds it took until the condition holds after some change of the inventory. */
async function seen(
  running: RunningInventory,
  condition: () => boolean,
): Promise<number> {
  const from = Date.now();
  if (condition()) return 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new Error('Not seen within 10 s'));
    }, 10_000);
    const end = running.inventory.onChange(() => {
      if (!condition()) return;
      clearTimeout(timer);
      end();
      resolve(Date.now() - from);
    });
  });
}

describe.each(starts)('The inventory of %s', (_, start) => {
  let underCluster: UnderCluster;
  let running: RunningInventory;

  beforeAll(async () => {
    underCluster = await start();
    const { token } = await grantReader(underCluster);
    await applyObjects(underCluster, [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alpha' } },
    ]);
    running = createInventory({
      suppliers: [
        {
          id: 'configuration',
          list: async () => [
            {
              name: 'under-1',
              connection: {
                type: 'address',
                url: underCluster.url,
                caData: underCluster.ca,
                token,
              },
            },
          ],
        },
      ],
      logger: mockServices.logger.mock(),
    });
    await running.start();
    expect(await running.whenSettled(30_000)).toBe(true);
  });

  afterAll(async () => {
    await running?.stop();
    await underCluster?.stop();
  });

  const cluster = () => running.inventory.cluster('under-1')!;
  const quotas = '/api/v1/namespaces/alpha/resourcequotas';
  const key =
    'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

  it('knows every kind that is there, and says which are not installed, with the shipped roles', () => {
    expect(cluster().state('ResourceQuota').state).toBe('synced');
    expect(cluster().state('Event').state).toBe('synced');
    expect(cluster().state('DataVolume').state).toBe('notInstalled');
    expect(cluster().problems()).toEqual([]);
    expect(cluster().get('Namespace', '', 'alpha')).toMatchObject({
      name: 'alpha',
    });
  });

  it('sees a quota created, changed and deleted, each within a second', async () => {
    const quota = () => cluster().get('ResourceQuota', 'alpha', 'storage');

    await underCluster.request('POST', quotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'storage' },
      spec: { hard: { [key]: '10Gi', pods: '7' } },
    });
    expect(await seen(running, () => quota() !== undefined)).toBeLessThan(1000);
    expect(quota()!.hard).toEqual({ [key]: '10Gi' });

    await underCluster.request(
      'PATCH',
      `${quotas}/storage`,
      { spec: { hard: { [key]: '20Gi' } } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(
      await seen(running, () => quota()?.hard[key] === '20Gi'),
    ).toBeLessThan(1000);

    await underCluster.request('DELETE', `${quotas}/storage`);
    expect(await seen(running, () => quota() === undefined)).toBeLessThan(1000);
  });
});
