import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { Octokit } from '@octokit/rest';
import {
  eventually,
  KubeObject,
  kubeApiServerAvailable,
} from '@kmetal/under-cluster';
import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import { parse } from 'yaml';
import { Demo, startDemo } from './demo';
import { loadDemoScenario } from './scenario/demoScenario';

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
  ['/apis/storage.k8s.io/v1/csinodes', 'CSINode'],
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

describe.each(kinds)('the demo on under clusters that are a %s', kind => {
  let dir: string;
  let demo: Demo;
  let configuration: Record<string, any>;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kmetal-demo-'));
    demo = await startDemo({
      dir,
      portalPort: 7007,
      underClusters: kind,
      volumePace: { retryMs: 100, stepMs: 10 },
    });
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
            !/^(default|flux-system|kube-.*|kmetal-.*|velero)$/.test(
              metadata.name,
            ),
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
      expect(
        await eventually(
          () => counted(name),
          uses => isDeepStrictEqual(uses, meant),
        ),
      ).toEqual(meant);
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

  const fluxStatus = async (name: string) =>
    (
      await demo
        .underCluster(name)
        .request(
          'GET',
          '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/tenants',
        )
    ).body.status;

  const api = (login: string) =>
    new Octokit({
      auth: login,
      baseUrl: `${demo.gitHostUrl}/api/v3`,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });

  it('lets Flux find the scenarios as the fleet repository has them, and tell its revision', async () => {
    const [{ token }] = configuration.integrations.github;
    const { data } = await api(token).git.getRef({
      owner: 'kmetal',
      repo: 'fleet',
      ref: 'heads/main',
    });
    for (const { name } of demo.underClusters) {
      await eventually(
        () => fluxStatus(name),
        seen => seen?.lastAppliedRevision === `main@sha1:${data.object.sha}`,
      );
      expect((await fluxStatus(name)).conditions).toMatchObject([
        { type: 'Ready', status: 'True' },
      ]);
      const { body } = await demo
        .underCluster(name)
        .request('GET', '/api/v1/resourcequotas');
      const meant = (await loadDemoScenario(name)).filter(
        ({ kind: objectKind }) => objectKind === 'ResourceQuota',
      );
      const told = ({ metadata, spec }: KubeObject) => [
        `${metadata.namespace}/${metadata.name}`,
        spec.hard,
        metadata.labels,
      ];
      expect(body.items.map(told).sort()).toEqual(meant.map(told).sort());
    }
  });

  it('plays an approval: a quota raised in a pull request is live soon after the merge', async () => {
    const [{ token }] = configuration.integrations.github;
    const portal = api(token);
    const of = { owner: 'kmetal', repo: 'fleet' };
    const path = 'tenants/fra-2/sandbox/quota.yaml';
    const main = await portal.git.getRef({ ...of, ref: 'heads/main' });
    await portal.git.createRef({
      ...of,
      ref: 'refs/heads/more',
      sha: main.data.object.sha,
    });
    const there = await portal.repos.getContent({ ...of, path });
    const { content, sha } = there.data as { content: string; sha: string };
    await portal.repos.createOrUpdateFileContents({
      ...of,
      path,
      branch: 'more',
      sha,
      message: 'More',
      content: Buffer.from(
        Buffer.from(content, 'base64').toString().replace('10Gi', '11Gi'),
      ).toString('base64'),
    });
    const { data: pull } = await portal.pulls.create({
      ...of,
      head: 'more',
      base: 'main',
      title: 'More',
    });
    const merged = await fetch(`${pull.html_url}/merge`, {
      method: 'POST',
      body: new URLSearchParams({ as: 'petra' }),
    });
    expect(merged.url).toBe(`${pull.html_url}?as=petra`);
    const hard = async () =>
      (
        await demo
          .underCluster('fra-2')
          .request(
            'GET',
            '/api/v1/namespaces/sandbox/resourcequotas/sandbox-storage',
          )
      ).body.status.hard;
    const key =
      'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
    await eventually(hard, limits => limits[key] === '11Gi');
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
    expect(told).not.toContain(configuration.integrations.github[0].token);
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

  it('can be told to put the Git host and Flux in trouble, and to let them be', async () => {
    const say = async (path: string) =>
      (await fetch(`${demo.controlUrl}/${path}`, { method: 'POST' })).status;
    const ask = async (path: string) =>
      (await fetch(`${demo.controlUrl}/${path}`)).json();
    expect(await say('git-host/rate-limited?status=429&retry-after=5')).toBe(
      204,
    );
    expect(await ask('git-host')).toEqual({
      trouble: { kind: 'rateLimited', status: 429, retryAfter: 5 },
    });
    expect(
      (await fetch(`${demo.gitHostUrl}/api/v3/repos/kmetal/fleet`)).status,
    ).toBe(429);
    for (const path of [
      'git-host/down',
      'git-host/slow?seconds=0.1',
      'git-host/failing?after=2&status=500',
      'git-host/well',
      'flux/muc-1/slow?seconds=20',
      'flux/fra-2/failing?message=no%20luck',
    ]) {
      expect([path, await say(path)]).toEqual([path, 204]);
    }
    expect(await ask('git-host')).toEqual({ trouble: null });
    expect(await ask('flux')).toEqual({
      flux: [
        { underCluster: 'muc-1', trouble: { kind: 'slow', seconds: 20 } },
        {
          underCluster: 'fra-2',
          trouble: { kind: 'failing', message: 'no luck' },
        },
      ],
    });
    expect(await say('flux/muc-1/well')).toBe(204);
    expect(await say('flux/fra-2/well')).toBe(204);
    expect(await say('git-host/slow?seconds=soon')).toBe(409);
    expect(await say('git-host/rate-limited?status=200')).toBe(409);
    expect(await say('flux/ber-3/slow')).toBe(409);
    expect(await say('flux/muc-1/elsewhere')).toBe(404);
    expect(demo.ready()).toMatchObject({
      fleetUrl: `${demo.gitHostUrl}/kmetal/fleet`,
      gitHostControlUrl: `${demo.controlUrl}/git-host`,
      underClusters: [
        { fluxControlUrl: `${demo.controlUrl}/flux/muc-1` },
        { fluxControlUrl: `${demo.controlUrl}/flux/fra-2` },
      ],
    });
  });

  it.each([
    [
      'muc-1',
      'alpha',
      'pvc-5d0c1c9e-6f5e-4b43-9a39-0f4d2f6a7b11',
      '55427811250',
    ],
    [
      'fra-2',
      'beta',
      'pvc-122532d5-5997-4960-a2ff-81ced6847ca8',
      '28561532520',
    ],
  ])(
    'makes in %s the volume of %s that the quota refused, once there is room to the byte',
    async (name, tenant, volume, enough) => {
      const cluster = demo.underCluster(name);
      const get = async (path: string) =>
        (await cluster.request('GET', path)).body as KubeObject;
      const dataVolume = () =>
        get(
          `/apis/cdi.kubevirt.io/v1beta1/namespaces/${tenant}/datavolumes/${volume}`,
        );
      const core = `/api/v1/namespaces/${tenant}`;
      // What Flux has still to apply would set the quota back.
      const { data } = await api(
        configuration.integrations.github[0].token,
      ).git.getRef({ owner: 'kmetal', repo: 'fleet', ref: 'heads/main' });
      await eventually(
        () => fluxStatus(name),
        seen => seen?.lastAppliedRevision === `main@sha1:${data.object.sha}`,
      );
      const refused = await dataVolume();
      expect(
        refused.status.conditions.map(
          ({ reason }: { reason?: string }) => reason,
        ),
      ).toContain('ErrExceededQuota');
      await cluster.request(
        'PATCH',
        `${core}/resourcequotas/${tenant}-storage`,
        {
          spec: {
            hard: {
              'tenant-storage-class.storageclass.storage.k8s.io/requests.storage':
                enough,
            },
          },
        },
        { contentType: 'application/merge-patch+json' },
      );
      const { metadata, status } = await eventually(
        dataVolume,
        seen => seen.status.phase === 'Succeeded',
      );
      expect(status).toMatchObject({ phase: 'Succeeded', progress: '100.0%' });
      const claim = await get(`${core}/persistentvolumeclaims/${volume}`);
      expect(claim.status.phase).toBe('Bound');
      expect(claim.metadata.ownerReferences).toMatchObject([
        { kind: 'DataVolume', uid: metadata.uid },
      ]);
      const persistentVolume = await get(
        `/api/v1/persistentvolumes/${claim.spec.volumeName}`,
      );
      expect(persistentVolume).toMatchObject({
        spec: {
          claimRef: {
            namespace: tenant,
            name: volume,
            uid: claim.metadata.uid,
          },
        },
        status: { phase: 'Bound' },
      });
      const claims = async () =>
        (await get(`${core}/persistentvolumeclaims`)).items as KubeObject[];
      const isHelper = (each: KubeObject) =>
        each.metadata.name.startsWith('prime-');
      await eventually(claims, seen => !seen.some(isHelper));
      const machines: KubeObject[] = (
        await get(
          `/apis/kubevirt.io/v1/namespaces/${tenant}/virtualmachineinstances`,
        )
      ).items;
      const states = machines.flatMap(machine => machine.status.volumeStatus);
      expect(states).toContainEqual(
        expect.objectContaining({ name: volume, phase: 'Ready' }),
      );
    },
  );

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
