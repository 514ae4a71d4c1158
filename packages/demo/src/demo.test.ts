import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { KubeObject, kubeApiServerAvailable } from '@kmetal/under-cluster';
import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import { parse } from 'yaml';
import { Demo, startDemo } from './demo';
import { loadDemoScenario } from './scenario/demoScenario';

jest.setTimeout(240_000);

const kinds: Array<'stand-in' | 'kube-apiserver'> = ['stand-in'];
if (kubeApiServerAvailable()) {
  kinds.push('kube-apiserver');
} else {
  process.stderr.write(
    'The demo on real API servers is left out: KUBEBUILDER_ASSETS names no folder with them.\n',
  );
}

const LISTS: Array<[path: string, kind: string]> = [
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
  ['/apis/kubevirt.io/v1/virtualmachineinstances', 'VirtualMachineInstance'],
];

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

/** A quota and its use in bytes or counts: a real API server writes `1Gi` where the sum is even. */
function useOf({ metadata, status }: KubeObject): string {
  const use = Object.entries<string>(status?.used ?? {})
    .map(([key, quantity]) => `${key}=${parseQuantity(quantity)}`)
    .sort();
  return `${metadata.namespace}/${metadata.name}: ${use}`;
}

/** Asks again until the answer is as wanted, for half a minute. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds()) && Date.now() < deadline) {
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

  it.each(LISTS)(
    'has at %s every %s of the scenarios',
    async (path, objectKind) => {
      // Claims of CDI have another claim's uid in their names, and a real API server gives its own
      const summary = ({ metadata, status }: KubeObject) => ({
        namespace: metadata.namespace,
        name: metadata.name.replace(/^(prime|tmp-pvc)-.*$/, '$1'),
        phase: status?.phase,
        beingDeleted: metadata.deletionTimestamp !== undefined,
      });
      for (const { name } of demo.underClusters) {
        const meant = (await loadDemoScenario(name)).filter(
          object => object.kind === objectKind,
        );
        const { body } = await demo.underCluster(name).request('GET', path);
        // A namespace's phase is the server's
        const there = body.items
          .map(summary)
          .map((each: object) =>
            objectKind === 'Namespace' ? { ...each, phase: undefined } : each,
          );
        expect(there).toEqual(expect.arrayContaining(meant.map(summary)));
        const own = body.items.filter(
          ({ metadata }: KubeObject) =>
            !/^(default|kube-.*|kmetal-.*)$/.test(metadata.name),
        );
        expect(own).toHaveLength(meant.length);
      }
    },
  );

  it('refers to objects by the uids that they have', async () => {
    const list = async (name: string, path: string): Promise<KubeObject[]> =>
      (await demo.underCluster(name).request('GET', path)).body.items;
    for (const { name } of demo.underClusters) {
      const claims = await list(name, '/api/v1/persistentvolumeclaims');
      const volumes = await list(name, '/api/v1/persistentvolumes');
      const owners = [
        ...claims,
        ...(await list(name, '/apis/cdi.kubevirt.io/v1beta1/datavolumes')),
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
      const referred = claims.flatMap(({ metadata }) => [
        ...(metadata.ownerReferences ?? []).map(
          (each: { uid: string }) => each.uid,
        ),
        ...(/^(?:prime|tmp-pvc)-(.*)$/.exec(metadata.name)?.slice(1) ?? []),
      ]);
      expect(owners.map(({ metadata }) => metadata.uid)).toEqual(
        expect.arrayContaining(referred),
      );
    }
  });

  it("counts the quotas' use as the scenarios do, over quota too", async () => {
    const counted = async (name: string) => {
      const { body } = await demo
        .underCluster(name)
        .request('GET', '/api/v1/resourcequotas');
      return body.items.map(useOf).sort();
    };
    for (const { name } of demo.underClusters) {
      const meant = (await loadDemoScenario(name))
        .filter(object => object.kind === 'ResourceQuota')
        .map(useOf)
        .sort();
      await until(async () => isDeepStrictEqual(await counted(name), meant));
      expect(await counted(name)).toEqual(meant);
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

  it('does not listen to web pages, nor about under clusters that it has not', async () => {
    const origin = 'http://localhost:7007';
    expect((await tell('fra-2', 'unreachable', { origin })).status).toBe(403);
    expect((await tell('ber-3', 'unreachable')).status).toBe(409);
    expect(await reaches()).toBe(true);
  });

  it('can be told to cut a stand-in off and let it be reached again, and says that a real API server can not', async () => {
    const canBeCutOff = kind === 'stand-in';
    const told = await tell('fra-2', 'unreachable');
    expect(told.status).toBe(canBeCutOff ? 204 : 409);
    expect(await reaches()).toBe(!canBeCutOff);
    const seen = await fetch(`${demo.controlUrl}/under-clusters`);
    expect(await seen.json()).toEqual({
      underClusters: [
        { name: 'muc-1', reachable: true },
        { name: 'fra-2', reachable: !canBeCutOff },
      ],
    });
    await tell('fra-2', 'reachable');
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
