import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:http2';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { openWatch } from './contract/watchStream';
import { Json, KubeObject } from './object';
import { StandIn, startStandIn } from './standIn';

const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

const OBJECTS: KubeObject[] = [
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'alpha-storage', namespace: 'alpha' },
    spec: { hard: { [KEY]: '1Gi' } },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'a',
      namespace: 'alpha',
      uid: '6f6b3b0e-0000-4000-8000-000000000001',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      storageClassName: 'tenant-storage-class',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '5Gi' } },
    },
    status: { phase: 'Bound', capacity: { storage: '5Gi' } },
  },
  {
    apiVersion: 'cdi.kubevirt.io/v1beta1',
    kind: 'DataVolume',
    metadata: { name: 'a', namespace: 'alpha' },
    spec: {},
    status: { phase: 'Succeeded' },
  },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alpha' } },
];

describe('the stand-in', () => {
  const running: StandIn[] = [];
  const start = async (
    options: Partial<Parameters<typeof startStandIn>[0]>,
  ) => {
    const standIn = await startStandIn({ name: 'west', ...options });
    running.push(standIn);
    return standIn;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map(standIn => standIn.stop()));
  });

  it('restores objects with the status and the age they have', async () => {
    const standIn = await start({ objects: OBJECTS });
    const get = async (path: string) =>
      (await standIn.request('GET', path)).body;
    expect(
      await get('/api/v1/namespaces/alpha/persistentvolumeclaims/a'),
    ).toMatchObject({
      metadata: {
        uid: '6f6b3b0e-0000-4000-8000-000000000001',
        creationTimestamp: '2026-01-01T00:00:00Z',
        finalizers: ['kubernetes.io/pvc-protection'],
      },
      status: { phase: 'Bound', capacity: { storage: '5Gi' } },
    });
    expect(
      (
        await get(
          '/apis/cdi.kubevirt.io/v1beta1/namespaces/alpha/datavolumes/a',
        )
      ).status,
    ).toEqual({ phase: 'Succeeded' });
    expect(
      (await get('/api/v1/namespaces/alpha/resourcequotas/alpha-storage'))
        .status,
    ).toEqual({ hard: { [KEY]: '1Gi' }, used: { [KEY]: '5Gi' } });
  });

  it('does not change the objects it was given', async () => {
    const before = structuredClone(OBJECTS);
    await start({ objects: OBJECTS });
    expect(OBJECTS).toEqual(before);
  });

  it('refuses objects in a namespace that is not there', async () => {
    await expect(
      start({ objects: OBJECTS.filter(({ kind }) => kind !== 'Namespace') }),
    ).rejects.toThrow('namespaces "alpha" not found');
  });

  it('serves no custom kind that nobody brought', async () => {
    const standIn = await start({});
    expect(
      (await standIn.request('GET', '/apis/cdi.kubevirt.io/v1beta1')).status,
    ).toBe(404);
  });

  it('resets connections while it is unreachable and answers again on the same port', async () => {
    const standIn = await start({});
    const watch = await openWatch(standIn, '/api/v1/namespaces?watch=1');
    await watch.next();
    const session = connect(standIn.url, { ca: standIn.ca });
    await new Promise(resolve => session.ping(resolve));
    const lost = new Promise(resolve => {
      session.once('error', resolve);
      session.once('close', resolve);
    });

    standIn.setReachable(false);
    await watch.rest();
    await lost;
    await expect(standIn.request('GET', '/readyz')).rejects.toThrow();
    const refused = connectTcp(Number(new URL(standIn.url).port), '127.0.0.1');
    await expect(
      new Promise((resolve, reject) => {
        refused.once('error', reject);
        refused.once('end', resolve);
        refused.resume();
      }),
    ).rejects.toThrow(/ECONNRESET/);

    standIn.setReachable(true);
    expect((await standIn.request('GET', '/readyz')).status).toBe(200);
  });

  it('listens on the port it is told to', async () => {
    const free = await new Promise<number>(resolve => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });
    const standIn = await start({ port: free });
    expect(standIn.url).toBe(`https://127.0.0.1:${free}`);
    await expect(startStandIn({ name: 'east', port: free })).rejects.toThrow(
      /EADDRINUSE/,
    );
  });

  it('stops with a watch still open', async () => {
    const standIn = await startStandIn({ name: 'west' });
    const watch = await openWatch(standIn, '/api/v1/namespaces?watch=1');
    await standIn.stop();
    await watch.rest();
    await expect(standIn.request('GET', '/readyz')).rejects.toThrow();
  });

  it('logs what it answered, but no token', async () => {
    const lines: string[] = [];
    const standIn = await start({ logger: line => lines.push(line) });
    await standIn.request('GET', '/api/v1/namespaces/nope?limit=1');
    expect(lines).toEqual(['GET /api/v1/namespaces/nope 404']);
  });

  it('lists ten thousand claims in pages', async () => {
    const standIn = await start({
      objects: [
        ...OBJECTS,
        ...Array.from({ length: 10_000 }, (_, i) => ({
          ...OBJECTS[1],
          metadata: { name: `claim-${i}`, namespace: 'alpha' },
        })),
      ],
    });
    const path = '/api/v1/persistentvolumeclaims';
    const names = new Set<string>();
    let token = '';
    do {
      const { body } = await standIn.request(
        'GET',
        `${path}?limit=500&continue=${token}`,
      );
      body.items.forEach((item: Json) => names.add(item.metadata.name));
      token = body.metadata.continue ?? '';
    } while (token);
    expect(names.size).toBe(10_001);
  });

  it('is described by a kubeconfig that only its owner can read', async () => {
    const standIn = await start({});
    const dir = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
    const file = join(dir, 'config');
    try {
      // There already, and open to all.
      await writeFile(file, '', { mode: 0o644 });
      await standIn.writeKubeconfig(file);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const config = new KubeConfig();
      config.loadFromString(await readFile(file, 'utf8'));
      const server = config.getCurrentCluster();
      expect(server?.server).toBe(standIn.url);
      expect(Buffer.from(`${server?.caData}`, 'base64').toString()).toBe(
        standIn.ca,
      );
      expect(config.getCurrentUser()?.token).toBe(standIn.adminToken);
      await standIn.writeKubeconfig(file, 'another');
      config.loadFromString(await readFile(file, 'utf8'));
      expect(config.getCurrentUser()?.token).toBe('another');
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
