import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { KubeObject, kubeApiServerAvailable } from '@kmetal/under-cluster';
import { parse } from 'yaml';
import { Demo, startDemo } from './demo';
import { loadDemoScenario } from './scenario/demoScenario';

jest.setTimeout(240_000);

const STORAGE_KEY =
  'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

const kinds: Array<'stand-in' | 'kube-apiserver'> = ['stand-in'];
if (kubeApiServerAvailable()) {
  kinds.push('kube-apiserver');
} else {
  process.stderr.write(
    'The demo on real API servers is left out: KUBEBUILDER_ASSETS names no folder with them.\n',
  );
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Resolves to whether something listens on the port. */
function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Namespaces that no scenario has. */
function others(namespaces: KubeObject[]): number {
  return namespaces.filter(({ metadata }) =>
    /^(default|kube-.*|kmetal-.*)$/.test(metadata.name),
  ).length;
}

/** Asks again until the answer is as wanted; Jest's time limit ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

describe.each(kinds)('the demo on under clusters that are a %s', kind => {
  let dir: string;
  let demo: Demo;
  let configuration: Record<string, any>;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kmetal-demo-'));
    demo = await startDemo({ dir, portalPort: 7007, underClusters: kind });
    configuration = parse(await readFile(demo.configFile, 'utf8'));
  });

  afterAll(async () => {
    await demo?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('has every object of the scenarios', async () => {
    for (const { name } of demo.underClusters) {
      const cluster = demo.underCluster(name);
      const scenario = await loadDemoScenario(name);
      for (const [path, objectKind] of [
        ['/api/v1/namespaces', 'Namespace'],
        ['/api/v1/nodes', 'Node'],
        ['/api/v1/persistentvolumeclaims', 'PersistentVolumeClaim'],
        ['/api/v1/persistentvolumes', 'PersistentVolume'],
        ['/api/v1/resourcequotas', 'ResourceQuota'],
        ['/api/v1/events', 'Event'],
        ['/api/v1/pods', 'Pod'],
        ['/apis/apps/v1/deployments', 'Deployment'],
        ['/apis/storage.k8s.io/v1/storageclasses', 'StorageClass'],
        ['/apis/storage.k8s.io/v1/csidrivers', 'CSIDriver'],
        ['/apis/cdi.kubevirt.io/v1beta1/datavolumes', 'DataVolume'],
        ['/apis/cdi.kubevirt.io/v1beta1/storageprofiles', 'StorageProfile'],
        ['/apis/cdi.kubevirt.io/v1beta1/cdis', 'CDI'],
        ['/apis/cdi.kubevirt.io/v1beta1/cdiconfigs', 'CDIConfig'],
        [
          '/apis/kamaji.clastix.io/v1alpha1/tenantcontrolplanes',
          'TenantControlPlane',
        ],
        [
          '/apis/kubevirt.io/v1/virtualmachineinstances',
          'VirtualMachineInstance',
        ],
      ]) {
        const { body } = await cluster.request('GET', path);
        const listed = new Map<string, KubeObject>(
          body.items.map((item: KubeObject) => [
            `${item.metadata.namespace}/${item.metadata.name}`,
            item,
          ]),
        );
        const meant = scenario.filter(object => object.kind === objectKind);
        expect([objectKind, listed.size]).toEqual([
          objectKind,
          // The reader's own namespace comes on top
          meant.length + (objectKind === 'Namespace' ? others(body.items) : 0),
        ]);
        for (const { kind: k, metadata, status } of meant) {
          // Claims of CDI have another claim's uid in their names, and a real API server gives its own
          if (!/^(prime|tmp-pvc)-/.test(metadata.name)) {
            const found = listed.get(`${metadata.namespace}/${metadata.name}`);
            expect([k, metadata.name, found?.status?.phase]).toEqual([
              k,
              metadata.name,
              status?.phase ?? found?.status?.phase,
            ]);
            expect(found).toBeDefined();
            expect(found?.metadata.deletionTimestamp !== undefined).toBe(
              metadata.deletionTimestamp !== undefined,
            );
          }
        }
      }
    }
  });

  it('refers to objects by the uids that they have', async () => {
    for (const { name } of demo.underClusters) {
      const list = async (path: string): Promise<KubeObject[]> =>
        (await demo.underCluster(name).request('GET', path)).body.items;
      const claims = await list('/api/v1/persistentvolumeclaims');
      const volumes = await list('/api/v1/persistentvolumes');
      const owners = [
        ...claims,
        ...(await list('/apis/cdi.kubevirt.io/v1beta1/datavolumes')),
      ];
      const uidOf = (all: KubeObject[], namespace: string, named: string) =>
        all.find(
          ({ metadata }) =>
            metadata.namespace === namespace && metadata.name === named,
        )?.metadata.uid;
      for (const { spec } of volumes) {
        const { namespace, name: claim, uid } = spec.claimRef;
        expect([claim, uid]).toEqual([claim, uidOf(claims, namespace, claim)]);
      }
      for (const { metadata } of claims) {
        for (const owner of metadata.ownerReferences ?? []) {
          expect(owners.map(each => each.metadata.uid)).toContain(owner.uid);
        }
        const target = /^(?:prime|tmp-pvc)-(.*)$/.exec(metadata.name)?.[1];
        if (target !== undefined) {
          expect(claims.map(each => each.metadata.uid)).toContain(target);
        }
      }
    }
  });

  it("counts the quotas' use as the scenarios do, over quota too", async () => {
    for (const { name } of demo.underClusters) {
      const cluster = demo.underCluster(name);
      for (const quota of await loadDemoScenario(name)) {
        if (quota.kind === 'ResourceQuota') {
          const { namespace, name: quotaName } = quota.metadata;
          const path = `/api/v1/namespaces/${namespace}/resourcequotas/${quotaName}`;
          await until(async () => {
            const { body } = await cluster.request('GET', path);
            return (
              body.status?.used?.[STORAGE_KEY] ===
              quota.status.used[STORAGE_KEY]
            );
          });
        }
      }
    }
  });

  it('refuses a claim over quota with the message that the scenario tells', async () => {
    const { body, status } = await demo
      .underCluster('muc-1')
      .request('POST', '/api/v1/namespaces/alpha/persistentvolumeclaims', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'pvc-5d0c1c9e-6f5e-4b43-9a39-0f4d2f6a7b11' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '11381663335' } },
          storageClassName: 'tenant-storage-class',
        },
      });
    expect(status).toBe(403);
    const told = (await loadDemoScenario('muc-1')).find(
      ({ kind: k, metadata }) =>
        k === 'Event' && metadata.namespace === 'alpha',
    );
    expect(body.message).toBe(told?.message);
  });

  it('tells the portal how to reach both under clusters, as reader and not more', async () => {
    expect(configuration.tenantStorage.underClusters).toHaveLength(2);
    for (const configured of configuration.tenantStorage.underClusters) {
      const token = await readFile(configured.tokenFile, 'utf8');
      const cluster = demo.underCluster(configured.name);
      expect(configured.url).toBe(cluster.url);
      expect(await readFile(configured.caFile, 'utf8')).toBe(cluster.ca);
      const claims = '/api/v1/persistentvolumeclaims?limit=1';
      expect(
        (await cluster.request('GET', claims, undefined, { token })).status,
      ).toBe(200);
      expect(
        (await cluster.request('GET', '/api/v1/secrets', undefined, { token }))
          .status,
      ).toBe(403);
      expect(
        (
          await cluster.request(
            'DELETE',
            '/api/v1/namespaces/alpha/resourcequotas/alpha-storage',
            undefined,
            { token },
          )
        ).status,
      ).toBe(403);
    }
  });

  it('keeps what is secret to its owner, and out of what it tells', async () => {
    const secrets = [demo.configFile];
    for (const each of configuration.tenantStorage.underClusters) {
      secrets.push(each.tokenFile);
    }
    for (const { kubeconfig } of demo.underClusters) {
      secrets.push(kubeconfig);
    }
    for (const file of secrets) {
      expect([file, (await stat(file)).mode % 0o1000]).toEqual([file, 0o600]);
    }
    const told = JSON.stringify(demo.ready());
    const { clientSecret } = configuration.auth.providers.github.development;
    expect(told).not.toContain(clientSecret);
    expect(told).not.toContain(demo.underCluster('muc-1').adminToken);
  });

  it('writes kubeconfigs that work', async () => {
    for (const { name, apiUrl, kubeconfig } of demo.underClusters) {
      const config = new KubeConfig();
      config.loadFromFile(kubeconfig);
      expect(config.getCurrentCluster()?.server).toBe(apiUrl);
      expect(config.getCurrentUser()?.token).toBe(
        demo.underCluster(name).adminToken,
      );
    }
  });

  it('can be told to cut an under cluster off, and to let it be reached again', async () => {
    const tell = (name: string, what: string, headers = {}) =>
      fetch(`${demo.controlUrl}/under-clusters/${name}/${what}`, {
        method: 'POST',
        headers,
      });
    const reaches = () =>
      demo
        .underCluster('fra-2')
        .request('GET', '/version')
        .then(
          () => true,
          () => false,
        );
    expect((await tell('ber-3', 'unreachable')).status).toBe(409);
    expect(
      (await tell('fra-2', 'unreachable', { origin: 'http://localhost:7007' }))
        .status,
    ).toBe(403);
    expect(await reaches()).toBe(true);

    const told = await tell('fra-2', 'unreachable');
    if (kind === 'kube-apiserver') {
      // A real one can't be cut off, and the answer says so
      expect(told.status).toBe(409);
      expect(await told.text()).toContain('real API server');
      return;
    }
    expect(told.status).toBe(204);
    expect(await reaches()).toBe(false);
    const seen = await fetch(`${demo.controlUrl}/under-clusters`);
    expect(await seen.json()).toEqual({
      underClusters: [
        { name: 'muc-1', reachable: true },
        { name: 'fra-2', reachable: false },
      ],
    });
    expect((await tell('fra-2', 'reachable')).status).toBe(204);
    expect(await reaches()).toBe(true);
  });

  it('leaves nothing listening when it is stopped', async () => {
    const ports = [
      demo.gitHostUrl,
      demo.controlUrl,
      ...demo.underClusters.map(({ apiUrl }) => apiUrl),
    ].map(portOf);
    expect(await Promise.all(ports.map(listens))).toEqual(
      ports.map(() => true),
    );
    await demo.stop();
    expect(await Promise.all(ports.map(listens))).toEqual(
      ports.map(() => false),
    );
  });
});

it('names the port that is taken and leaves nothing behind', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kmetal-demo-'));
  const first = await startDemo({ dir, portalPort: 7007 });
  try {
    const port = portOf(first.gitHostUrl);
    await expect(
      startDemo({ dir, portalPort: 7007, gitHostPort: port }),
    ).rejects.toThrow(`port ${port} is taken`);
  } finally {
    await first.stop();
    await rm(dir, { recursive: true, force: true });
  }
});
