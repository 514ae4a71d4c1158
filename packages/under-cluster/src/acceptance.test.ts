import { discrepancies } from './acceptance';
import { kubeApiServerAvailable, startKubeApiServer } from './kubeApiServer';
import { parseScenario } from './scenario';
import { startStandIn } from './standIn';
import { UnderCluster } from './underCluster';

const servers: Array<[UnderCluster['kind'], () => Promise<UnderCluster>]> = [
  ['stand-in', () => startStandIn({ name: 'acceptance' })],
];
if (kubeApiServerAvailable()) {
  servers.push([
    'kube-apiserver',
    () => startKubeApiServer({ name: 'acceptance' }),
  ]);
} else {
  process.stderr.write(
    'What a real API server does with manifests is left out: KUBEBUILDER_ASSETS names no folder with one.\n',
  );
}

const manifests = (text: string) =>
  parseScenario(text, 'the test', new Date(0));

const MINIO = `
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: {name: minio, namespace: velero}
spec:
  provider: aws
  objectStorage: {bucket: velero}
  config: {region: minio, s3ForcePathStyle: 'true'}
`;

describe.each(servers)('manifests that a %s is given', (kind, start) => {
  let cluster: UnderCluster;

  beforeAll(async () => {
    cluster = await start();
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  it('are stored as they were sent, into namespaces that are made for them', async () => {
    const sent = manifests(`${MINIO}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: omega-storage, namespace: omega}
spec: {hard: {requests.storage: 1024Mi}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: nfs, annotations: {}}
provisioner: nfs.csi.k8s.io
parameters: {mountPermissions: '0755'}
mountOptions: [hard]
`);
    expect(await discrepancies(cluster, sent)).toEqual([]);
    // Once more: what is there is replaced.
    expect(await discrepancies(cluster, sent)).toEqual([]);
  });

  it('are told of where their kind is not served', async () => {
    expect(
      await discrepancies(
        cluster,
        manifests(
          'apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: a}\n',
        ),
      ),
    ).toEqual([
      {
        object: 'Gadget a',
        path: '',
        what: expect.stringContaining('serves no Gadget'),
      },
    ]);
  });

  // The stand-in has no schemas.
  if (kind === 'kube-apiserver') {
    it('are told of by field where something was dropped', async () => {
      expect(
        await discrepancies(
          cluster,
          manifests(`${MINIO.replace(
            'bucket: velero',
            'bucket: velero, region: eu',
          )}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: typo}
provisioner: nfs.csi.k8s.io
mountOption: [hard]
`),
        ),
      ).toEqual([
        {
          object: 'BackupStorageLocation minio',
          path: 'spec.objectStorage.region',
          what: '"eu" was sent, and is not stored',
        },
        {
          object: 'StorageClass typo',
          path: 'mountOption',
          what: '["hard"] was sent, and is not stored',
        },
      ]);
    });

    it('are told of where they are refused', async () => {
      expect(
        await discrepancies(
          cluster,
          manifests(MINIO.replace("'true'", 'true')),
        ),
      ).toEqual([
        {
          object: 'BackupStorageLocation minio',
          path: '',
          what: expect.stringContaining('spec.config.s3ForcePathStyle'),
        },
      ]);
    });
  }
});
