import { applyObjects } from '../applyObjects';
import { PLATFORM_DEFINITIONS } from '../customResourceDefinitions';
import { Json } from '../object';
import { MERGE_PATCH, newNamespace, refusal, Suite } from './suite';

const VELERO = '/apis/velero.io/v1';
const SNAPSHOTS = '/apis/snapshot.storage.k8s.io/v1';

/** Objects that the platform's own controllers refuse or cut, and what is said of them. */
const REFUSED: Array<{
  what: string;
  path: (namespace: string) => string;
  object: Json;
  message: string;
}> = [
  {
    what: 'a location without a bucket',
    path: namespace =>
      `${VELERO}/namespaces/${namespace}/backupstoragelocations`,
    object: {
      apiVersion: 'velero.io/v1',
      kind: 'BackupStorageLocation',
      metadata: { name: 'a' },
      spec: { provider: 'aws', objectStorage: {} },
    },
    message: 'spec.objectStorage.bucket: Required value',
  },
  {
    what: "a location's setting that is no string",
    path: namespace =>
      `${VELERO}/namespaces/${namespace}/backupstoragelocations`,
    object: {
      apiVersion: 'velero.io/v1',
      kind: 'BackupStorageLocation',
      metadata: { name: 'a' },
      spec: {
        provider: 'aws',
        objectStorage: { bucket: 'backups' },
        config: { s3ForcePathStyle: true },
      },
    },
    message: 'spec.config.s3ForcePathStyle',
  },
  {
    what: 'a StorageProfile that leaves the mode to CDI',
    path: () => '/apis/cdi.kubevirt.io/v1beta1/storageprofiles',
    object: {
      apiVersion: 'cdi.kubevirt.io/v1beta1',
      kind: 'StorageProfile',
      metadata: { name: 'a' },
      spec: { claimPropertySets: [{ accessModes: ['ReadWriteOnce'] }] },
    },
    message: 'volumeMode',
  },
  {
    what: 'a snapshot of two sources',
    path: namespace => `${SNAPSHOTS}/namespaces/${namespace}/volumesnapshots`,
    object: {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { name: 'a' },
      spec: {
        source: {
          persistentVolumeClaimName: 'a',
          volumeSnapshotContentName: 'b',
        },
      },
    },
    message: 'must validate one and only one schema',
  },
  {
    what: 'a HelmRelease of no interval',
    path: namespace =>
      `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespace}/helmreleases`,
    object: {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'a' },
      spec: {
        chart: {
          spec: {
            chart: 'longhorn',
            sourceRef: { kind: 'HelmRepository', name: 'longhorn' },
          },
        },
      },
    },
    message: 'spec.interval: Required value',
  },
  {
    what: 'a pool of no size',
    path: namespace =>
      `/apis/ceph.rook.io/v1/namespaces/${namespace}/cephblockpools`,
    object: {
      apiVersion: 'ceph.rook.io/v1',
      kind: 'CephBlockPool',
      metadata: { name: 'a' },
      spec: { failureDomain: 'host', replicated: {} },
    },
    message: 'spec.replicated.size: Required value',
  },
];

/** The kinds of the platform's own controllers, and the built-in kinds that changes write. */
export function platformKinds(suite: Suite): void {
  const ask = (method: string, path: string, body?: unknown) =>
    suite.cluster.request(method, path, body);
  const patch = (path: string, body: unknown) =>
    suite.cluster.request('PATCH', path, body, MERGE_PATCH);
  const define = () => applyObjects(suite.cluster, [...PLATFORM_DEFINITIONS]);

  suite.test("serves all of the platform's kinds", async () => {
    await define();
    for (const { metadata, spec } of PLATFORM_DEFINITIONS) {
      const [version] = spec.versions;
      const { status, body } = await ask(
        'GET',
        `/apis/${spec.group}/${version.name}/${spec.names.plural}`,
      );
      expect([metadata.name, status]).toEqual([metadata.name, 200]);
      expect(body.kind).toBe(spec.names.listKind);
      const definition = await ask(
        'GET',
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`,
      );
      const types = definition.body.status.conditions
        .filter((each: Json) => each.status === 'True')
        .map((each: Json) => each.type);
      expect(types).toContain('Established');
      // Fields are kept or dropped by the schema only if it is structural.
      expect(types).not.toContain('NonStructuralSchema');
    }
  });

  suite.test(
    "writes spec and status of Velero's kinds through one door",
    async () => {
      await define();
      const path = `${VELERO}/namespaces/${await newNamespace(
        suite.cluster,
      )}/backupstoragelocations`;
      const location = {
        apiVersion: 'velero.io/v1',
        kind: 'BackupStorageLocation',
        metadata: { name: 'minio' },
        spec: {
          provider: 'aws',
          objectStorage: { bucket: 'velero' },
          config: { region: 'minio', s3ForcePathStyle: 'true' },
          default: true,
        },
      };
      expect((await ask('POST', path, location)).body.spec).toEqual(
        location.spec,
      );
      expect((await patch(`${path}/minio/status`, { status: {} })).status).toBe(
        404,
      );
      const { status, body } = await patch(`${path}/minio`, {
        status: { phase: 'Available' },
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        spec: location.spec,
        status: { phase: 'Available' },
      });
    },
  );

  suite.test(
    "refuses what the platform's kinds do not allow, and drops what they do not know",
    async () => {
      await define();
      const namespace = await newNamespace(suite.cluster);
      for (const { what, path, object, message } of REFUSED) {
        const refused = refusal(await ask('POST', path(namespace), object));
        expect({ what, ...refused }).toMatchObject({
          what,
          status: 422,
          reason: 'Invalid',
          message: expect.stringContaining(message),
        });
      }
      const stored = await ask(
        'POST',
        `${VELERO}/namespaces/${namespace}/backupstoragelocations`,
        {
          apiVersion: 'velero.io/v1',
          kind: 'BackupStorageLocation',
          metadata: { name: 'a' },
          spec: {
            provider: 'aws',
            objectStorage: { bucket: 'backups', region: 'eu' },
          },
        },
      );
      expect(stored.body.spec).toEqual({
        provider: 'aws',
        objectStorage: { bucket: 'backups' },
      });
    },
  );

  suite.test('keeps what a chart is given as it was sent', async () => {
    await define();
    const path = `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${await newNamespace(
      suite.cluster,
    )}/helmreleases`;
    const values = {
      nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
      storageClassConfigs: {
        'tenant-storage-class': {
          storageClass: { create: false },
          nodePathMap: [{ node: 'w1', paths: ['/var/data/tenant'] }],
        },
      },
    };
    const { status, body } = await ask('POST', path, {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'local-path-provisioner' },
      spec: {
        interval: '10m',
        targetNamespace: 'kmetal-local-path-storage',
        chart: {
          spec: {
            chart: 'local-path-provisioner',
            version: '0.0.30',
            sourceRef: { kind: 'HelmRepository', name: 'containeroo' },
          },
        },
        values,
      },
    });
    expect(status).toBe(201);
    expect(body.spec.values).toEqual(values);
    expect(body.metadata.generation).toBe(1);
  });

  const pod = {
    metadata: { labels: { app: 'a' } },
    spec: { containers: [{ name: 'a', image: 'a@sha256:0' }] },
  };

  suite.test('keeps services, stateful sets and jobs', async () => {
    const namespace = await newNamespace(suite.cluster);
    const service = await ask(
      'POST',
      `/api/v1/namespaces/${namespace}/services`,
      {
        metadata: { name: 'a' },
        spec: {
          clusterIP: 'None',
          selector: { app: 'a' },
          ports: [{ port: 80 }],
        },
      },
    );
    expect(service.status).toBe(201);
    expect(service.body.spec).toMatchObject({
      clusterIP: 'None',
      selector: { app: 'a' },
      ports: [{ port: 80 }],
    });
    const sets = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
    const set = await ask('POST', sets, {
      metadata: { name: 'a' },
      spec: {
        serviceName: 'a',
        replicas: 0,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: { app: 'a' } },
        template: pod,
      },
    });
    expect(set.status).toBe(201);
    expect(set.body).toMatchObject({
      metadata: { generation: 1 },
      spec: { serviceName: 'a', podManagementPolicy: 'Parallel' },
    });
    expect(
      (await patch(`${sets}/a/status`, { status: { replicas: 0 } })).status,
    ).toBe(200);
    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const job = await ask('POST', jobs, {
      metadata: { name: 'a' },
      spec: {
        parallelism: 0,
        template: { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } },
      },
    });
    expect(job.status).toBe(201);
    expect(job.body.metadata).not.toHaveProperty('generation');
    for (const path of [sets, `/api/v1/namespaces/${namespace}/services`]) {
      const gone = await ask('DELETE', `${path}/a`);
      expect(gone.body).toMatchObject({ kind: 'Status', status: 'Success' });
    }
  });
}
