import { Octokit } from '@octokit/rest';
import {
  KubeObject,
  kubeApiServerAvailable,
  startKubeApiServer,
  startStandIn,
  UnderCluster,
} from '@kmetal/under-cluster';
import { GitHost, startGitHost } from '../gitHost/gitHost';
import { Flux, startFlux } from './flux';
import { createGitSource } from './gitSource';

const owner = 'kmetal';
const repo = 'fleet';
const QUOTA = 'tenants/west/alpha/quota.yaml';

const quota = (...hard: string[]) =>
  [
    'apiVersion: v1',
    'kind: ResourceQuota',
    'metadata: {name: alpha-storage, namespace: alpha}',
    'spec:',
    '  hard:',
    ...hard.map(line => `    ${line}`),
    '',
  ].join('\n');

const seed = {
  'clusters/west/flux-system/sync.yaml': `apiVersion: v1
kind: Namespace
metadata: {name: flux-system}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m0s, ref: {branch: main}, url: 'https://git.example.com/kmetal/fleet'}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m0s, path: ./clusters/west, prune: false, sourceRef: {kind: GitRepository, name: flux-system}}
`,
  'clusters/west/tenants.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: tenants, namespace: flux-system}
spec: {interval: 10m0s, path: ./tenants/west, prune: false, sourceRef: {kind: GitRepository, name: flux-system}}
`,
  'tenants/west/alpha/namespace.yaml':
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: alpha}\n',
  [QUOTA]: quota('requests.storage: 50Gi', "persistentvolumeclaims: '10'"),
};

const servers: Array<[UnderCluster['kind'], () => Promise<UnderCluster>]> = [
  ['stand-in', () => startStandIn({ name: 'west' })],
];
if (kubeApiServerAvailable()) {
  servers.push(['kube-apiserver', () => startKubeApiServer({ name: 'west' })]);
}

describe.each(servers)('Flux in an under cluster that is a %s', (_, start) => {
  let gitHost: GitHost;
  let cluster: UnderCluster;
  let flux: Flux;
  let octokit: Octokit;

  beforeAll(async () => {
    [gitHost, cluster] = await Promise.all([
      startGitHost({ repositories: { 'kmetal/fleet': seed } }),
      start(),
    ]);
    octokit = new Octokit({
      auth: gitHost.tokenOf('petra'),
      baseUrl: `${gitHost.url}/api/v3`,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    flux = await startFlux({
      cluster,
      source: createGitSource({
        apiUrl: `${gitHost.url}/api/v3`,
        fullName: 'kmetal/fleet',
        branch: 'main',
        token: gitHost.portalToken,
      }),
      folder: 'clusters/west',
      intervalMs: 50,
    });
  });
  afterAll(async () => {
    await flux?.stop();
    await cluster?.stop();
    await gitHost?.stop();
  });

  const KUSTOMIZATION =
    '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/tenants';

  const get = async (path: string): Promise<KubeObject> =>
    (await cluster.request('GET', path)).body;
  const liveQuota = () =>
    get('/api/v1/namespaces/alpha/resourcequotas/alpha-storage');

  /** Asks again until it holds; fails with what was seen last after a minute. */
  const eventually = async (assertion: () => Promise<void>) => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      try {
        await assertion();
        return;
      } catch (error) {
        if (Date.now() > deadline) {
          throw error;
        }
      }
      await new Promise(resolve => setTimeout(resolve, 25));
    }
  };

  const push = async (path: string, text: string): Promise<string> => {
    const there = await octokit.repos
      .getContent({ owner, repo, path })
      .catch(() => undefined);
    const { data } = await octokit.repos.createOrUpdateFileContents({
      owner,
      repo,
      path,
      message: `Change ${path}`,
      content: Buffer.from(text).toString('base64'),
      sha: (there?.data as { sha?: string } | undefined)?.sha,
    });
    return `main@sha1:${data.commit.sha}`;
  };

  const head = async () =>
    `main@sha1:${
      (await octokit.git.getRef({ owner, repo, ref: 'heads/main' })).data.object
        .sha
    }`;

  const expectStatus = (expected: object) =>
    eventually(async () => {
      expect((await get(KUSTOMIZATION)).status).toMatchObject(expected);
    });

  const ready = (revision: string) => ({
    lastAppliedRevision: revision,
    lastAttemptedRevision: revision,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'ReconciliationSucceeded',
        message: `Applied revision: ${revision}`,
      },
    ],
  });

  const notReady = (attempted: string, applied: string, words: string) => ({
    lastAppliedRevision: applied,
    lastAttemptedRevision: attempted,
    conditions: [
      { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry' },
      {
        type: 'Ready',
        status: 'False',
        message: expect.stringContaining(words),
      },
    ],
  });

  it('applies what is there, labelled as its own, and records the revision', async () => {
    const revision = await head();
    await expectStatus(ready(revision));
    const { metadata, spec } = await liveQuota();
    expect(spec.hard).toEqual({
      'requests.storage': '50Gi',
      persistentvolumeclaims: '10',
    });
    expect(metadata.labels).toEqual({
      'kustomize.toolkit.fluxcd.io/name': 'tenants',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    });
    const { status } = await get(
      '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/flux-system',
    );
    expect(status).toMatchObject({
      artifact: { revision },
      conditions: [{ type: 'Ready', status: 'True' }],
    });
  });

  it('applies what is pushed: new values, new files, and what is left out is gone', async () => {
    const revision = await push(QUOTA, quota('requests.storage: 60Gi'));
    await expectStatus({
      ...ready(revision),
      observedGeneration: (await get(KUSTOMIZATION)).metadata.generation,
    });
    expect((await liveQuota()).spec.hard).toEqual({
      'requests.storage': '60Gi',
    });
    await eventually(async () => {
      expect((await liveQuota()).status.hard).toEqual({
        'requests.storage': '60Gi',
      });
    });
  });

  it('leaves alone what has not changed', async () => {
    const before = await liveQuota();
    await expectStatus(ready(await push('README.md', '# Fleet\n')));
    expect((await liveQuota()).metadata.resourceVersion).toBe(
      before.metadata.resourceVersion,
    );
  });

  it('says in the API server’s words what it refuses, and goes on when it is put right', async () => {
    const applied = await head();
    const broken = await push(QUOTA, quota('requests.storage: lots'));
    await expectStatus(notReady(broken, applied, 'ResourceQuota'));
    const { status } = await get(KUSTOMIZATION);
    expect(status.conditions[1]).toMatchObject({
      reason: 'ReconciliationFailed',
      message: expect.stringMatching(
        /^ResourceQuota\/alpha\/alpha-storage apply failed .*quantities must match/s,
      ),
    });
    expect((await liveQuota()).spec.hard['requests.storage']).toBe('60Gi');
    await expectStatus(
      ready(await push(QUOTA, quota('requests.storage: 61Gi'))),
    );
  });

  it('says what can not be built', async () => {
    const applied = await head();
    const broken = await push(
      'tenants/west/kustomization.yaml',
      'resources: [alpha/quota.yaml]\nnamePrefix: x-\n',
    );
    await expectStatus(
      notReady(broken, applied, "knows only 'resources' of kustomize"),
    );
    expect((await get(KUSTOMIZATION)).status.conditions[1].reason).toBe(
      'BuildFailed',
    );
    await expectStatus(
      ready(
        await push(
          'tenants/west/kustomization.yaml',
          'resources: [alpha/namespace.yaml, alpha/quota.yaml]\n',
        ),
      ),
    );
  });

  it('can be failing, in the words it was told, and well again', async () => {
    const applied = await head();
    flux.setTrouble({ kind: 'failing', message: 'no such luck' });
    const pushed = await push(QUOTA, quota('requests.storage: 62Gi'));
    await expectStatus(notReady(pushed, applied, 'no such luck'));
    flux.setTrouble(undefined);
    await expectStatus(ready(pushed));
    expect((await liveQuota()).spec.hard['requests.storage']).toBe('62Gi');
  });

  it('can be slow', async () => {
    const applied = await head();
    flux.setTrouble({ kind: 'slow', seconds: 600 });
    const pushed = await push(QUOTA, quota('requests.storage: 63Gi'));
    gitHost.takeRequests();
    await eventually(async () => {
      expect(gitHost.takeRequests()).toContain(
        'GET /repos/kmetal/fleet/git/ref/heads/main',
      );
    });
    expect((await get(KUSTOMIZATION)).status.lastAttemptedRevision).toBe(
      applied,
    );
    flux.setTrouble(undefined);
    await expectStatus(ready(pushed));
  });

  it('does nothing while it is suspended', async () => {
    const suspend = (value: boolean) =>
      cluster.request(
        'PATCH',
        KUSTOMIZATION,
        { spec: { suspend: value } },
        { contentType: 'application/merge-patch+json' },
      );
    const applied = await head();
    await suspend(true);
    const pushed = await push(QUOTA, quota('requests.storage: 64Gi'));
    const root = KUSTOMIZATION.replace(/tenants$/, 'flux-system');
    await eventually(async () => {
      expect((await get(root)).status.lastAppliedRevision).toBe(pushed);
    });
    expect((await get(KUSTOMIZATION)).status.lastAppliedRevision).toBe(applied);
    await suspend(false);
    await expectStatus(ready(pushed));
  });

  it('says that the Git host is gone, and catches up when it is back', async () => {
    gitHost.setTrouble({ kind: 'failing', status: 503 });
    const repository =
      '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/flux-system';
    await eventually(async () => {
      expect((await get(repository)).status.conditions).toMatchObject([
        {
          type: 'Ready',
          status: 'False',
          reason: 'GitOperationFailed',
          message: expect.stringContaining('the Git host answers 503'),
        },
      ]);
    });
    gitHost.setTrouble(undefined);
    await eventually(async () => {
      expect((await get(repository)).status.conditions).toMatchObject([
        { type: 'Ready', status: 'True' },
      ]);
    });
    await expectStatus(
      ready(await push(QUOTA, quota('requests.storage: 65Gi'))),
    );
  });
});
