import { isDeepStrictEqual } from 'node:util';
import {
  applyObjects,
  eventually,
  KubeObject,
  kubeApiServerAvailable,
  startKubeApiServer,
  startStandIn,
  UnderCluster,
} from '@kmetal/under-cluster';
import { readFleetFiles } from '../flux/fleetRepository';
import { Flux, startFlux } from '../flux/flux';
import { GitSource } from '../flux/gitSource';
import {
  installedDefinitions,
  loadDemoScenario,
} from '../scenario/demoScenario';
import { Platform, startPlatform } from './platform';

const servers: Array<[UnderCluster['kind'], () => Promise<UnderCluster>]> = [
  ['stand-in', () => startStandIn({ name: 'muc-1' })],
];
if (kubeApiServerAvailable()) {
  servers.push(['kube-apiserver', () => startKubeApiServer({ name: 'muc-1' })]);
} else {
  process.stderr.write(
    'What the platform runs was tested on the stand-in only: KUBEBUILDER_ASSETS names no folder with a real API server.\n',
  );
}

const CLASS = '/apis/storage.k8s.io/v1/storageclasses/tenant-storage-class';
const PROFILE =
  '/apis/cdi.kubevirt.io/v1beta1/storageprofiles/tenant-storage-class';
const RELEASE =
  '/apis/helm.toolkit.fluxcd.io/v2/namespaces/kmetal-flux/helmreleases/local-path-provisioner';
const MAP =
  '/api/v1/namespaces/kmetal-local-path-storage/configmaps/local-path-config';
const KUSTOMIZATION =
  '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/storage';
const LOCATIONS = '/apis/velero.io/v1/namespaces/velero/backupstoragelocations';
const FOLDER = 'storage/muc-1';
const MERGE_PATCH = { contentType: 'application/merge-patch+json' };

const INSTALL = `apiVersion: v1
kind: Namespace
metadata:
  name: longhorn-system
  annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: longhorn, namespace: kmetal-flux}
spec: {interval: 1h, url: https://charts.longhorn.io}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: longhorn, namespace: kmetal-flux}
spec:
  interval: 1h
  releaseName: longhorn
  targetNamespace: longhorn-system
  chart:
    spec: {chart: longhorn, version: 1.9.0, sourceRef: {kind: HelmRepository, name: longhorn}}
  values:
    persistence: {createStorageClass: false, defaultClass: false}
`;
const CANARY = `apiVersion: v1
kind: Namespace
metadata: {name: canary}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: canary}
provisioner: driver.longhorn.io
volumeBindingMode: Immediate
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: canary, namespace: canary}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: canary
  resources: {requests: {storage: 1Gi}}
`;
const CLAIMED = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: tenant-storage-class
  annotations: {helm.sh/resource-policy: keep}
provisioner: driver.longhorn.io
parameters: {numberOfReplicas: '3'}
reclaimPolicy: Delete
allowVolumeExpansion: true
volumeBindingMode: WaitForFirstConsumer
`;

describe.each(servers)(
  'what the platform runs in an under cluster that is a %s',
  (server, start) => {
    let seed: Map<string, string>;
    let cluster: UnderCluster;
    let flux: Flux;
    let platform: Platform;
    let files: Map<string, string>;
    let commits: number;

    const get = async (path: string) => cluster.request('GET', path);
    const body = async (path: string): Promise<KubeObject> =>
      (await get(path)).body;
    const conditionOf = ({ status }: KubeObject) =>
      status?.conditions?.find(
        ({ type }: { type: string }) => type === 'Ready',
      );

    /** Waits until Helm has done what generation so-and-so of local-path's release asks for. */
    const ready = (generation: number) =>
      eventually(
        () => body(RELEASE),
        release =>
          release.status?.observedGeneration === generation &&
          conditionOf(release)?.status === 'True',
      );

    beforeEach(async () => {
      seed = new Map(
        Object.entries((await readFleetFiles()) as Record<string, string>),
      );
      files = seed;
      commits = 1;
      cluster = await start();
      const objects = await loadDemoScenario('muc-1');
      await applyObjects(cluster, [
        ...installedDefinitions('muc-1'),
        ...objects.filter(({ kind }) =>
          [
            'CDI',
            'CDIConfig',
            'CSINode',
            'Node',
            'StorageClass',
            'StorageProfile',
          ].includes(kind),
        ),
      ]);
      const source: GitSource = {
        branch: 'main',
        head: async () => `${commits}`.padStart(40, '0'),
        read: async () => files,
      };
      platform = startPlatform({ cluster, intervalMs: 25, momentMs: 50 });
      flux = await startFlux({
        cluster,
        source,
        folder: 'clusters/muc-1',
        intervalMs: 25,
      });
      await ready(1);
    });

    afterEach(async () => {
      await flux?.stop();
      await platform?.stop();
      await cluster?.stop();
    });

    /** Merges a change of storage files: a text is written, `null` deletes the file. */
    const merge = (changes: Record<string, string | null>) => {
      const next = new Map(files);
      for (const [name, text] of Object.entries(changes)) {
        const path = `${FOLDER}/${name}`;
        if (text === null) {
          next.delete(path);
        } else {
          next.set(path, text);
        }
      }
      const listed = [...next.keys()]
        .filter(path => path.startsWith(`${FOLDER}/`))
        .map(path => path.slice(FOLDER.length + 1))
        .filter(name => name !== 'kustomization.yaml');
      next.set(
        `${FOLDER}/kustomization.yaml`,
        `resources: ${JSON.stringify(listed)}\n`,
      );
      files = next;
      commits += 1;
    };
    const localPath = () => `${files.get(`${FOLDER}/local-path.yaml`)}`;
    /** The release of the name: the class's entry stays, with its map, and says that no class is made. */
    const released = () => {
      const [before, after] = localPath().split('      tenant-storage-class:');
      return `${before}      tenant-storage-class:${after.replace(
        'create: true',
        'create: false',
      )}`;
    };
    const gone = (path: string) =>
      eventually(
        () => get(path),
        ({ status }) => status === 404,
      );
    const longhornRuns = async () => {
      merge({ 'longhorn.yaml': INSTALL });
      await eventually(
        () => get('/apis/storage.k8s.io/v1/csidrivers/driver.longhorn.io'),
        ({ status }) => status === 200,
      );
    };

    it('takes a class from local-path to Longhorn: install, release, claim', async () => {
      merge({ 'longhorn.yaml': INSTALL, 'canary.yaml': CANARY });
      await eventually(
        () => body('/api/v1/namespaces/canary/persistentvolumeclaims/canary'),
        claim => claim.status?.phase === 'Bound',
      );
      const nodes = (await body('/apis/storage.k8s.io/v1/csinodes')).items
        .filter(({ spec }: KubeObject) =>
          spec.drivers?.some(
            ({ name }: { name: string }) => name === 'driver.longhorn.io',
          ),
        )
        .map(({ metadata }: KubeObject) => metadata.name);
      // muc-w3 is away, and muc-c1 is the control plane
      expect(nodes).toEqual(['muc-w1', 'muc-w2', 'muc-w4']);

      merge({ 'local-path.yaml': released() });
      await gone(CLASS);
      await gone(PROFILE);
      await ready(2);
      const { data } = await body(MAP);
      expect(JSON.parse(data['config.json'])).toMatchObject({
        storageClassConfigs: {
          'tenant-storage-class': {
            nodePathMap: expect.arrayContaining([
              { node: 'muc-w1', paths: ['/var/data/tenant'] },
            ]),
          },
        },
      });
      expect(
        (await get('/apis/storage.k8s.io/v1/storageclasses/local-path')).status,
      ).toBe(200);

      merge({ 'claim.yaml': CLAIMED });
      await eventually(
        () => body(PROFILE),
        ({ spec, status }) =>
          status?.provisioner === 'driver.longhorn.io' &&
          spec.claimPropertySets?.[0].volumeMode === 'Filesystem' &&
          isDeepStrictEqual(status.claimPropertySets, spec.claimPropertySets),
      );
      expect((await body(CLASS)).provisioner).toBe('driver.longhorn.io');

      // Helm has let go of the name: whatever it does now, the class stays.
      merge({
        'local-path.yaml': `${localPath()}    commonLabels: {a: b}\n`,
      });
      await ready(3);
      expect((await body(CLASS)).provisioner).toBe('driver.longhorn.io');

      // The canary goes with its file; what says so stays.
      merge({ 'canary.yaml': null, 'longhorn.yaml': null });
      await gone('/apis/storage.k8s.io/v1/storageclasses/canary');
      await gone('/apis/storage.k8s.io/v1/csidrivers/driver.longhorn.io');
      expect((await get('/api/v1/namespaces/longhorn-system')).status).toBe(
        200,
      );
    });

    it("refuses a claim of the name while local-path's class has it", async () => {
      await longhornRuns();
      merge({ 'claim.yaml': CLAIMED });
      const refused = await eventually(
        () => body(KUSTOMIZATION),
        kustomization => conditionOf(kustomization)?.status === 'False',
      );
      expect(conditionOf(refused).message).toMatch(
        /StorageClass\/tenant-storage-class apply failed \(Invalid\): .*updates to provisioner are forbidden/,
      );
      expect((await body(CLASS)).provisioner).toBe(
        'cluster.local/local-path-provisioner',
      );
    });

    /** Somebody deletes local-path's class by hand and puts another one in its place, before Helm has let go of the name. */
    const takenByHand = async (annotations: Record<string, string>) => {
      expect((await cluster.request('DELETE', CLASS)).status).toBe(200);
      await applyObjects(cluster, [
        {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'StorageClass',
          metadata: { name: 'tenant-storage-class', annotations },
          provisioner: 'driver.longhorn.io',
        },
      ]);
      merge({ 'local-path.yaml': released() });
      await ready(2);
    };

    it('looks at backup locations, and says which it can not reach', async () => {
      const locationOf = async (name: string) =>
        eventually(
          () => body(`${LOCATIONS}/${name}`),
          location => location.status?.phase !== undefined,
        );
      expect((await locationOf('default')).status).toMatchObject({
        phase: 'Available',
        lastValidationTime: expect.stringMatching(/Z$/),
      });
      const location = (name: string, spec: object) => ({
        apiVersion: 'velero.io/v1',
        kind: 'BackupStorageLocation',
        metadata: { name, namespace: 'velero' },
        spec: { provider: 'aws', objectStorage: { bucket: 'a' }, ...spec },
      });
      await applyObjects(cluster, [
        location('nowhere', { config: { s3Url: 'https://s3.invalid' } }),
        location('no-service', {
          config: { s3Url: 'http://minio.minio-system:9000' },
        }),
        location('no-secret', { credential: { name: 'minio', key: 'cloud' } }),
      ]);
      for (const [name, message] of [
        ['nowhere', 'lookup s3.invalid: no such host'],
        ['no-service', 'lookup minio.minio-system: no such host'],
        ['no-secret', 'Secret "minio" not found'],
      ]) {
        expect((await locationOf(name)).status).toMatchObject({
          phase: 'Unavailable',
          message: expect.stringContaining(message),
        });
      }
      const changed = await cluster.request(
        'PATCH',
        `${LOCATIONS}/nowhere`,
        { spec: { config: { s3Url: 'https://s3.example.com' } } },
        MERGE_PATCH,
      );
      expect(changed.status).toBe(200);
      await eventually(
        () => body(`${LOCATIONS}/nowhere`),
        ({ status }) =>
          status.phase === 'Available' && status.message === undefined,
      );
    });

    // A real server takes long to start, for each test anew; what it alone can tell is in the tests above.
    if (server === 'stand-in') {
      it('finds the classes as the chart of local-path makes them', async () => {
        const before = await loadDemoScenario('muc-1');
        const live = await body(CLASS);
        const written = before.find(
          ({ kind, metadata }) =>
            kind === 'StorageClass' && metadata.name === 'tenant-storage-class',
        );
        expect(live.metadata.labels).toEqual(written?.metadata.labels);
        expect(live.metadata.annotations).toEqual(
          written?.metadata.annotations,
        );
        const { data } = await body(MAP);
        expect(JSON.parse(data['config.json'])).toMatchObject({
          storageClassConfigs: {
            'local-path': { nodePathMap: [{ node: 'muc-c1' }, { paths: [] }] },
          },
        });
      });

      it('lets Helm delete a class that was claimed too early: it goes by the name', async () => {
        await takenByHand({});
        expect((await get(CLASS)).status).toBe(404);
      });

      it('lets Helm leave a class that says so', async () => {
        await takenByHand({ 'helm.sh/resource-policy': 'keep' });
        expect((await body(CLASS)).provisioner).toBe('driver.longhorn.io');
      });

      it('opens every node to local-path if all its entries are gone', async () => {
        merge({
          'local-path.yaml': localPath().replace(
            / {4}storageClassConfigs:[^]*$/,
            '    storageClassConfigs: {}\n',
          ),
        });
        await ready(2);
        await gone(CLASS);
        const { data } = await body(MAP);
        expect(JSON.parse(data['config.json'])).toEqual({
          nodePathMap: [
            {
              node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES',
              paths: ['/opt/local-path-provisioner'],
            },
          ],
        });
      });

      it('says why a chart is not there', async () => {
        merge({
          'longhorn.yaml': INSTALL.slice(INSTALL.indexOf('---\n') + 4),
        });
        const failed = await eventually(
          () => body(RELEASE.replace('local-path-provisioner', 'longhorn')),
          release => conditionOf(release)?.status === 'False',
        );
        expect(conditionOf(failed)).toMatchObject({
          reason: 'InstallFailed',
          message: expect.stringContaining(
            'namespaces "longhorn-system" not found',
          ),
        });
      });
    }
  },
);
