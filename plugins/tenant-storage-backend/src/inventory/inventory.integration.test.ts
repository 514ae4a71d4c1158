import path from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import {
  applyObjects,
  grantReader,
  kubeApiServerAvailable,
  loadScenario,
  startKubeApiServer,
  type KubeObject,
  type StandIn,
  startStandIn,
  type UnderCluster,
} from '@kmetal/under-cluster';
import { kindNames } from '../kubernetes/kinds';
import { tenantView } from '../views';
import { createInventory, type RunningInventory } from './inventory';

const NAMESPACE_READERS = path.join(
  __dirname,
  '../../../../deploy/namespace-readers',
);

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

/** What a slow machine needs for a watch's event; without one, a quota is only seen after minutes, when its kind is listed again. */
const SOON_MS = 10_000;

/** Resolves with the milliseconds it took until the condition holds after some change of the inventory. */
async function seen(
  running: RunningInventory,
  condition: () => boolean,
): Promise<number> {
  const from = Date.now();
  if (condition()) return 0;
  let end = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error('Not seen in a minute')),
        60_000,
      );
      end = running.inventory.onChange(() => {
        if (condition()) resolve(Date.now() - from);
      });
    });
  } finally {
    clearTimeout(timer);
    end();
  }
}

const PLATFORM: KubeObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alpha' } },
  ...['kmetal-local-path-storage', 'kmetal-storage-benchmark', 'velero'].map(
    name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  ),
  ...['local-path-config', 'local-path-secrets'].map(name => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kmetal-local-path-storage' },
    data: {
      'config.json': JSON.stringify({
        nodePathMap: [{ node: 'c1', paths: ['/var/data/local'] }],
      }),
    },
  })),
  ...['velero', 'alpha'].map(namespace => ({
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    metadata: { name: 'default', namespace },
    spec: { provider: 'aws', objectStorage: { bucket: 'backups' } },
  })),
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'tenant-storage-class' },
    provisioner: 'cluster.local/local-path-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  },
  {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: {
      name: 'pvc-1',
      namespace: 'alpha',
      labels: { 'csi-driver/cluster': 'blue' },
    },
    spec: { storage: { resources: { requests: { storage: '10Gi' } } } },
    status: { phase: 'Succeeded', claimName: 'pvc-1' },
  },
  {
    apiVersion: 'kamaji.clastix.io/v1alpha1',
    kind: 'TenantControlPlane',
    metadata: { name: 'blue', namespace: 'alpha' },
    spec: { kubernetes: { version: 'v1.31.0' } },
    status: {
      kubernetesResources: { version: { status: 'Ready', version: 'v1.31.0' } },
    },
  },
  {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: { name: 'blue-w1', namespace: 'alpha' },
    spec: {
      domain: { devices: {} },
      volumes: [{ name: 'pvc-1', dataVolume: { name: 'pvc-1' } }],
    },
    status: { phase: 'Running', nodeName: 'w1' },
  },
  ...['kubevirt-csi-controller', 'web'].map(app => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${app}-blue`, namespace: 'alpha', labels: { app } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: { containers: [{ name: 'c', image: 'registry.example/c:1' }] },
      },
    },
  })),
];

function watch(underCluster: UnderCluster, token: string): RunningInventory {
  return createInventory({
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
}

describe.each(starts)('The inventory of %s', (_, start) => {
  let underCluster: UnderCluster;
  let running: RunningInventory;

  beforeAll(async () => {
    underCluster = await start();
    const { token } = await grantReader(underCluster);
    await applyObjects(underCluster, PLATFORM);
    await applyObjects(underCluster, await loadScenario(NAMESPACE_READERS));
    running = watch(underCluster, token);
    await running.start();
    await running.whenSettled(30_000);
  });

  afterAll(async () => {
    await running?.stop();
    await underCluster?.stop();
  });

  const cluster = () => running.inventory.cluster('under-1')!;
  const quotas = '/api/v1/namespaces/alpha/resourcequotas';
  const key =
    'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

  it('knows, with the shipped roles, every kind that is there, and that CDI itself and Flux are not', () => {
    expect(cluster().problems()).toEqual([]);
    const missing = kindNames.filter(
      kind => cluster().state(kind).state !== 'synced',
    );
    // Served by every Kubernetes since 1.24, and by no simpler server.
    expect(missing.filter(kind => kind !== 'CSIStorageCapacity')).toEqual([
      'StorageProfile',
      'CDI',
      'CDIConfig',
      'Kustomization',
      'HelmRelease',
      'VolumeSnapshotLocation',
      'Schedule',
      'Backup',
      'Restore',
      'VolumeSnapshotClass',
      'VolumeSnapshot',
    ]);
    for (const kind of missing) {
      expect(cluster().state(kind).state).toBe('notInstalled');
    }
    expect(cluster().state('CDI')).toMatchObject({
      state: 'notInstalled',
      message: expect.stringContaining('cdis.cdi.kubevirt.io'),
    });
  });

  it('has the records of what was there before it', () => {
    expect(cluster().get('Namespace', '', 'alpha')?.name).toBe('alpha');
    expect(
      cluster().get('StorageClass', '', 'tenant-storage-class')?.provisioner,
    ).toBe('cluster.local/local-path-provisioner');
    expect(cluster().get('DataVolume', 'alpha', 'pvc-1')).toMatchObject({
      phase: 'Succeeded',
      requested: 10n * 1024n ** 3n,
      tenantCluster: 'blue',
    });
    expect([...cluster().inNamespace('TenantControlPlane', 'alpha')]).toEqual([
      expect.objectContaining({ name: 'blue', status: 'Ready' }),
    ]);
    expect(
      cluster().get('VirtualMachineInstance', 'alpha', 'blue-w1')?.volumes,
    ).toEqual([{ name: 'pvc-1', claim: 'pvc-1', hotplugged: false }]);
    expect([...cluster().list('Deployment')].map(it => it.name)).toEqual([
      'kubevirt-csi-controller-blue',
    ]);
  });

  it('sees what the roles of single namespaces grant, there and nowhere else', async () => {
    expect(
      [...cluster().list('ConfigMap')].map(({ name, maps }) => [name, maps]),
    ).toEqual([
      [
        'local-path-config',
        [{ nodePaths: [{ node: 'c1', paths: ['/var/data/local'] }] }],
      ],
    ]);
    expect(
      [...cluster().list('BackupStorageLocation')].map(it => it.namespace),
    ).toEqual(['velero']);
    expect([...cluster().list('Job')]).toEqual([]);

    await underCluster.request(
      'PATCH',
      '/api/v1/namespaces/kmetal-local-path-storage/configmaps/local-path-config',
      { data: { 'config.json': '{"nodePathMap": [' } },
      { contentType: 'application/merge-patch+json' },
    );
    await seen(
      running,
      () => [...cluster().list('ConfigMap')][0]?.maps === null,
    );
  });

  it('sees a quota created, changed and deleted, each within seconds', async () => {
    const quota = () => cluster().get('ResourceQuota', 'alpha', 'storage');

    await underCluster.request('POST', quotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'storage' },
      spec: { hard: { [key]: '10Gi', pods: '7' } },
    });
    expect(await seen(running, () => quota() !== undefined)).toBeLessThan(
      SOON_MS,
    );
    expect(quota()!.hard).toEqual({ [key]: '10Gi' });

    await underCluster.request(
      'PATCH',
      `${quotas}/storage`,
      { spec: { hard: { [key]: '20Gi' } } },
      { contentType: 'application/merge-patch+json' },
    );
    expect(
      await seen(running, () => quota()?.hard[key] === '20Gi'),
    ).toBeLessThan(SOON_MS);

    await underCluster.request('DELETE', `${quotas}/storage`);
    expect(await seen(running, () => quota() === undefined)).toBeLessThan(
      SOON_MS,
    );
  });

  it('sees a claim, its volume and what was said about it', async () => {
    const claim = (
      await underCluster.request(
        'POST',
        '/api/v1/namespaces/alpha/persistentvolumeclaims',
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'pvc-1' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'tenant-storage-class',
            resources: { requests: { storage: '10Gi' } },
            volumeName: 'pv-1',
          },
        },
      )
    ).body;
    const concerned = new Set<string | undefined>();
    const stopListening = running.inventory.onChange(change => {
      if (change.kind === 'PersistentVolume') concerned.add(change.namespace);
    });
    await underCluster.request('POST', '/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv-1' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '10Gi' },
        storageClassName: 'tenant-storage-class',
        hostPath: { path: '/var/data/tenant/pv-1' },
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: 'alpha',
          name: 'pvc-1',
          uid: claim.metadata.uid,
        },
      },
    });
    await underCluster.request('POST', '/api/v1/namespaces/alpha/events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'pvc-1.1' },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: 'alpha',
        name: 'pvc-1',
        uid: claim.metadata.uid,
      },
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: 'no local path available on node c1',
      count: 1,
      lastTimestamp: '2026-03-01T12:00:00Z',
    });
    const events = () =>
      cluster().eventsOf('alpha', 'PersistentVolumeClaim', 'pvc-1');
    await seen(
      running,
      () =>
        cluster().volumeOfClaim('alpha', 'pvc-1') !== undefined &&
        events().some(it => it.reason === 'ProvisioningFailed'),
    );
    stopListening();
    expect([...concerned]).toEqual(['alpha']);
    expect(cluster().volumeOfClaim('alpha', 'pvc-1')?.name).toBe('pv-1');
    expect(
      events().find(it => it.reason === 'ProvisioningFailed')?.message,
    ).toBe('no local path available on node c1');
  });
});

describe('The inventory of an under cluster that has trouble', () => {
  let standIn: StandIn;
  let running: RunningInventory | undefined;

  beforeEach(async () => {
    standIn = await startStandIn({ name: 'under-1' });
    await applyObjects(standIn, PLATFORM);
  });

  afterEach(async () => {
    await running?.stop();
    await standIn.stop();
  });

  it('keeps what it knows while the under cluster cannot be reached, even over a compaction, and catches up', async () => {
    const { token } = await grantReader(standIn);
    running = watch(standIn, token);
    await running.start();
    expect(await running.whenSettled(30_000)).toBe(true);
    const cluster = running.inventory.cluster('under-1')!;

    standIn.setReachable(false);
    await seen(
      running,
      () =>
        cluster.state('DataVolume').state === 'stale' &&
        cluster.problems().length === 1,
    );
    expect(cluster.get('DataVolume', 'alpha', 'pvc-1')).toBeDefined();

    standIn.setReachable(true);
    await standIn.request(
      'DELETE',
      '/apis/cdi.kubevirt.io/v1beta1/namespaces/alpha/datavolumes/pvc-1',
    );
    standIn.compact();
    await seen(
      running,
      () =>
        cluster.state('DataVolume').state === 'synced' &&
        cluster.get('DataVolume', 'alpha', 'pvc-1') === undefined,
    );
    expect(cluster.problems()).toEqual([]);
  });

  it('shows all but the VMs without the part of the roles that grants them', async () => {
    const { token } = await grantReader(standIn, {
      parts: ['00-namespace', '10-service-account', '20-base'],
    });
    running = watch(standIn, token);
    await running.start();
    expect(await running.whenSettled(30_000)).toBe(true);
    const cluster = running.inventory.cluster('under-1')!;
    expect(cluster.state('VirtualMachineInstance').state).toBe('notPermitted');
    expect(cluster.state('Kustomization').state).not.toBe('synced');
    expect(cluster.state('DataVolume').state).toBe('synced');
    expect(tenantView(cluster, 'alpha', [], Date.now()).errors).toEqual([
      expect.objectContaining({ kind: 'VirtualMachineInstance' }),
    ]);
  });
});
