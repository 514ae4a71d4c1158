import {
  applyObjects,
  kubeApiServerAvailable,
  startKubeApiServer,
  startStandIn,
  UnderCluster,
} from './index';

jest.setTimeout(120_000);

const kinds: [string, () => Promise<UnderCluster>][] = [
  ['stand-in', () => startStandIn({ name: 'contract' })],
];
if (kubeApiServerAvailable()) {
  kinds.push([
    'kube-apiserver',
    () => startKubeApiServer({ name: 'contract' }),
  ]);
} else {
  process.stderr.write(
    'KUBEBUILDER_ASSETS names no kube-apiserver, etcd and kube-controller-manager: the contract is tested on the stand-in only\n',
  );
}

describe.each(kinds)('the API server contract, on the %s', (_kind, start) => {
  let cluster: UnderCluster;

  beforeAll(async () => {
    cluster = await start();
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('applies objects twice', async () => {
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alpha' } },
      {
        apiVersion: 'cdi.kubevirt.io/v1beta1',
        kind: 'DataVolume',
        metadata: { name: 'dv', namespace: 'alpha' },
        spec: { a: 1 },
        status: { phase: 'Succeeded' },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'dv', namespace: 'alpha' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '5Gi' } },
        },
        status: { phase: 'Bound', capacity: { storage: '5Gi' } },
      },
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'q', namespace: 'alpha' },
        spec: { hard: { 'requests.storage': '1Gi' } },
      },
    ];
    await applyObjects(cluster, objects);
    await applyObjects(cluster, objects);
    const { body } = await cluster.request(
      'GET',
      '/apis/cdi.kubevirt.io/v1beta1/datavolumes',
    );
    expect(body.items[0].status).toEqual({ phase: 'Succeeded' });
  });
});
