import githubModule from '@backstage/plugin-scaffolder-backend-module-github';
import gitlabModule from '@backstage/plugin-scaffolder-backend-module-gitlab';
import { startGitHost, type GitHost } from '@kmetal/demo';
import { GitLabServer } from './gitLab.test.server';
import { Portal } from './portal.test.server';
import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { underClusterFactsOf } from './tenantStorageBackend.test.server';

const FORM = {
  underCluster: 'muc-1',
  reason: 'Agreed in May.',
  name: 'minio',
  bucket: 'velero',
  region: 'minio',
  s3Url: 'https://minio.minio-system.svc:9000',
  s3ForcePathStyle: true,
  confirmNoTenantData: true,
};
const BRANCH = 'kmetal-storage.muc-1.minio.velero-location';
const TITLE = 'Backup location minio in muc-1: new';
const TRAILER = 'Kmetal-Storage-Change: muc-1/minio velero-location';
const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - old.yaml
  - local-path.yaml
  - profile.yaml
`;
/** Another location, the only one in its file, which is the default. */
const OLD = `apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: { name: old, namespace: velero }
spec:
  provider: aws
  default: true
  objectStorage:
    bucket: old
`;
const CLASS = 'tenant-storage-class';
const LOCAL_PATH = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner
  namespace: kmetal-flux
spec:
  targetNamespace: kmetal-local-path-storage
  chart:
    spec:
      chart: local-path-provisioner
      version: 0.0.30
  values:
    storageClassConfigs:
      local-path:
        storageClass: { create: true }
        nodePathMap:
          - { node: c1, paths: [/var/data/local] }
          - { node: DEFAULT_PATH_FOR_NON_LISTED_NODES, paths: [] }
      ${CLASS}:
        storageClass:
          create: true # the tenants'
        nodePathMap:
          - { node: w1, paths: [/var/data/tenant] }
          - { node: DEFAULT_PATH_FOR_NON_LISTED_NODES, paths: [] }
`;
const PROFILE = `apiVersion: cdi.kubevirt.io/v1beta1
kind: StorageProfile
metadata:
  name: ${CLASS}
spec:
  claimPropertySets:
    - accessModes:
        - ReadWriteOnce
      volumeMode: Filesystem
`;
const FILES = {
  'clusters/muc-1/local-path.yaml': LOCAL_PATH,
  'clusters/muc-1/profile.yaml': PROFILE,
  'clusters/muc-1/kustomization.yaml': KUSTOMIZATION,
  'clusters/muc-1/old.yaml': OLD,
};
const NEW = 'clusters/muc-1/minio.yaml';

function repositoryOf(url: string, repository: string) {
  return {
    url: `${url}/${repository}`,
    host: new URL(url).host,
    repository,
    branch: 'main',
    root: null,
    locators: {},
    newFiles: { storage: 'clusters/{underCluster}/{object}.yaml' },
  };
}

const known = <T>(items: T[]) => ({
  sight: 'known' as const,
  because: null,
  items,
});

function facts() {
  return underClusterFactsOf({
    benchmark: {
      image: `registry.example.com/fio:3.38@sha256:${'0123456789abcdef'.repeat(
        4,
      )}`,
    },
    namespaces: known([
      { name: 'velero', deletedAt: null },
      { name: 'kmetal-storage-benchmark', deletedAt: null },
    ]),
    storageClasses: known([
      {
        name: 'longhorn',
        provisioner: 'driver.longhorn.io',
        parameters: {},
        reclaimPolicy: 'Delete',
        volumeBindingMode: 'WaitForFirstConsumer',
        allowVolumeExpansion: true,
        isDefault: false,
        isDefaultVirt: false,
        labels: {},
        annotations: {},
      },
    ]),
  });
}

/** An under cluster on local-path, with Longhorn on its worker, tried by a canary. */
function beforeSwap(): UnderClusterFacts {
  const local = 'cluster.local/local-path-provisioner';
  const longhorn = 'driver.longhorn.io';
  const labels = {
    'helm.toolkit.fluxcd.io/name': 'local-path-provisioner',
    'helm.toolkit.fluxcd.io/namespace': 'kmetal-flux',
  };
  const [example] = facts().storageClasses.items;
  const node = { ready: true, unschedulable: false };
  const map = {
    namespace: 'kmetal-local-path-storage',
    name: 'local-path-config',
    sharedFileSystemPath: null,
    labels,
    annotations: {},
  };
  return underClusterFactsOf({
    storageClasses: known([
      { ...example, name: 'local-path', provisioner: local, labels },
      { ...example, name: CLASS, provisioner: local, labels },
    ]),
    nodes: known([
      { name: 'c1', controlPlane: true, ...node },
      { name: 'w1', controlPlane: false, ...node },
    ]),
    helmReleases: known([
      {
        namespace: 'kmetal-flux',
        name: 'local-path-provisioner',
        chart: 'local-path-provisioner',
        version: '0.0.30',
        releaseName: null,
        targetNamespace: 'kmetal-local-path-storage',
        ready: 'True',
        message: null,
        generationObserved: true,
        suspended: false,
        driftDetection: null,
        labels: {},
        annotations: {},
      },
    ]),
    localPathMaps: known([
      {
        ...map,
        storageClass: 'local-path',
        nodePaths: [{ node: 'c1', paths: ['/var/data/local'] }],
      },
      {
        ...map,
        storageClass: CLASS,
        nodePaths: [{ node: 'w1', paths: ['/var/data/tenant'] }],
      },
    ]),
    csiDrivers: known([{ name: longhorn, deletedAt: null }]),
    csiNodes: known([{ node: 'w1', drivers: [longhorn] }]),
    claims: known([
      {
        namespace: 'kmetal-storage-canary',
        name: `${CLASS}-canary-longhorn`,
        storageClass: `${CLASS}-canary-longhorn`,
        phase: 'Bound',
        volumeMode: 'Filesystem',
        accessModes: ['ReadWriteOnce'],
        requested: '1073741824',
        capacity: '1073741824',
        provisionedBy: longhorn,
        volume: null,
      },
    ]),
  });
}

const SWAP = {
  underCluster: 'muc-1',
  reason: 'Agreed in May.',
  stage: 'release',
  to: 'longhorn',
  longhorn: { replicas: 1 },
};

/** A run of fio; cleaning it up deletes its file. */
const BENCHMARK = {
  underCluster: 'muc-1',
  reason: 'Agreed in May.',
  name: 'longhorn-1',
};
const RUN = { ...BENCHMARK, step: 'run', storageClass: 'longhorn' };
const CLEAN_UP = { ...BENCHMARK, step: 'cleanUp' };

let portal: Portal;

describe('the forms of storage changes on GitHub', () => {
  let gitHost: GitHost;

  beforeEach(async () => {
    gitHost = await startGitHost({ repositories: { 'kmetal/fleet': FILES } });
    portal = new Portal();
    await portal.start({
      features: [githubModule],
      beforeAnswer: async backend => {
        backend.underCluster.openChanges = backend.recordedChanges.map(
          ({ change, input }) => ({
            change,
            object: `${input.stage ?? input.name}`,
            state: 'preparing',
            merged: false,
            input,
          }),
        );
      },
      config: {
        integrations: {
          github: [
            {
              host: gitHost.host,
              apiBaseUrl: `${gitHost.url}/api/v3`,
              token: gitHost.portalToken,
            },
          ],
        },
      },
    });
    portal.tenantStorage.underCluster = facts();
    portal.tenantStorage.repositories = [
      repositoryOf(gitHost.url, 'kmetal/fleet'),
    ];
  });

  afterEach(async () => {
    await portal.stop();
    await gitHost.stop();
  });

  const github = async <T>(
    path: string,
    method = 'GET',
    body?: unknown,
  ): Promise<T> => {
    const response = await fetch(
      `${gitHost.url}/api/v3/repos/kmetal/fleet${path}`,
      {
        method,
        headers: { authorization: `Bearer ${gitHost.portalToken}` },
        body: body === undefined ? undefined : JSON.stringify(body),
      },
    );
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json() as Promise<T>;
  };
  const pulls = () =>
    github<
      Array<{
        number: number;
        title: string;
        html_url: string;
        head: { ref: string };
      }>
    >('/pulls?state=all');

  it('end as one pull request whose only commit is known as the portal’s, asked once or twice', async () => {
    const first = await portal.sendForm('velero-location', FORM);
    expect(first.log).not.toContain('Error');
    expect(first.status).toBe('completed');
    const [pull, ...more] = await pulls();
    expect(more).toEqual([]);
    expect(pull.title).toBe(TITLE);
    const commits = await github<Array<{ commit: { message: string } }>>(
      `/pulls/${pull.number}/commits`,
    );
    expect(commits.map(({ commit }) => commit.message)).toEqual([
      expect.stringMatching(`^${TITLE}\n\n${TRAILER} [0-9a-f]{12}$`),
    ]);
    const { content } = await github<{ content: string }>(
      `/contents/${NEW}?ref=${BRANCH}`,
    );
    expect(Buffer.from(content, 'base64').toString()).toContain(
      'bucket: velero',
    );
    expect(first.output.links).toEqual([
      expect.objectContaining({ title: 'The request', url: pull.html_url }),
    ]);
    expect(first.output.text).toEqual([
      expect.objectContaining({ title: 'What happens next' }),
    ]);
    for (const asker of portal.askers) {
      expect(asker).toBe('user:default/alice');
    }

    const second = await portal.sendForm('velero-location', {
      ...FORM,
      prefix: 'daily',
    });
    expect(second.status).toBe('completed');
    expect(await pulls()).toHaveLength(1);
  });

  it('delete the files that a change deletes, in the same commit', async () => {
    await portal.sendForm('storage-benchmark', RUN);
    const [run] = await pulls();
    expect(run).toMatchObject({
      title: 'Benchmark longhorn-1 of longhorn in muc-1',
    });
    await github(`/pulls/${run.number}/merge`, 'PUT', {
      merge_method: 'squash',
    });
    const { files: shown } = await portal.dryRunForm(
      'storage-benchmark',
      CLEAN_UP,
    );
    expect(Object.keys(shown).map(path => path.split('/').slice(2))).toEqual(
      expect.arrayContaining([
        [
          'deleted',
          'clusters',
          'muc-1',
          'kmetal-storage-benchmark.longhorn-1.yaml',
        ],
        ['files', 'clusters', 'muc-1', 'kustomization.yaml'],
      ]),
    );
    const { status, log } = await portal.sendForm(
      'storage-benchmark',
      CLEAN_UP,
    );
    expect([status, log]).toEqual(['completed', expect.any(String)]);
    const [cleanUp] = (await pulls()).filter(
      ({ number }) => number !== run.number,
    );
    const { commits, files } = await github<{
      commits: unknown[];
      files: Array<{ filename: string; status: string }>;
    }>(`/compare/main...${cleanUp.head.ref}`);
    expect(commits).toHaveLength(1);
    expect(
      files.map(({ filename, status: becomes }) => [filename, becomes]).sort(),
    ).toEqual([
      ['clusters/muc-1/kmetal-storage-benchmark.longhorn-1.yaml', 'removed'],
      ['clusters/muc-1/kustomization.yaml', 'modified'],
    ]);
  });

  it('release and claim the name of a class in two pull requests of one task', async () => {
    portal.tenantStorage.underCluster = beforeSwap();
    const { status, log, output } = await portal.sendForm(
      'storage-backend',
      SWAP,
    );
    expect([status, log]).toEqual(['completed', expect.any(String)]);
    const made = await pulls();
    expect(made.map(({ head }) => head.ref).sort()).toEqual([
      'kmetal-storage.muc-1.claim.backend',
      'kmetal-storage.muc-1.release.backend',
    ]);
    const filesOf = async (ref: string) => {
      const { files } = await github<{ files: Array<{ filename: string }> }>(
        `/compare/main...${ref}`,
      );
      return files.map(({ filename }) => filename).sort();
    };
    expect(await filesOf('kmetal-storage.muc-1.release.backend')).toEqual([
      'clusters/muc-1/local-path.yaml',
    ]);
    expect(await filesOf('kmetal-storage.muc-1.claim.backend')).toEqual([
      'clusters/muc-1/profile.yaml',
    ]);
    expect(
      portal.tenantStorage.recordedChanges.map(({ input }) => input.stage),
    ).toEqual(['release', 'claim']);
    expect(output.links?.map(({ title }) => title)).toEqual([
      'The request',
      'The request to claim the name',
    ]);
    expect(output.text?.map(({ title }) => title)).toEqual([
      'What happens next',
      'The claim',
    ]);
  });

  it('propose nothing in a dry run, and show the files', async () => {
    const { files, output } = await portal.dryRunForm('velero-location', FORM);
    const folder = `kmetal-storage-changes/${BRANCH}`;
    expect(Object.keys(files).sort()).toEqual([
      `${folder}/change.diff`,
      `${folder}/description.md`,
      `${folder}/files/clusters/muc-1/kustomization.yaml`,
      `${folder}/files/${NEW}`,
    ]);
    expect(output.text).toBeDefined();
    expect(portal.tenantStorage.recordedChanges).toEqual([]);
    expect(await pulls()).toEqual([]);
  });

  it('release and claim in a dry run, too, and ask for neither', async () => {
    portal.tenantStorage.underCluster = beforeSwap();
    gitHost.takeRequests();
    const { files, output } = await portal.dryRunForm('storage-backend', SWAP);
    const folder = (stage: string) =>
      `kmetal-storage-changes/kmetal-storage.muc-1.${stage}.backend`;
    expect(Object.keys(files).sort()).toEqual([
      `${folder('claim')}/change.diff`,
      `${folder('claim')}/description.md`,
      `${folder('claim')}/files/clusters/muc-1/profile.yaml`,
      `${folder('release')}/change.diff`,
      `${folder('release')}/description.md`,
      `${folder('release')}/files/clusters/muc-1/local-path.yaml`,
    ]);
    expect(output.text).toBeDefined();
    expect(portal.tenantStorage.recordedChanges).toEqual([]);
    expect(await pulls()).toEqual([]);
    expect(
      gitHost.takeRequests().filter(line => !line.startsWith('GET ')),
    ).toEqual([]);
  });

  it('that are filled in wrongly are refused, and nobody is asked', async () => {
    gitHost.takeRequests();
    const { status, log } = await portal.sendForm('velero-location', {
      ...FORM,
      bucket: '../x',
    });
    expect(status).toBe('failed');
    expect(log).toContain('bucket: "../x" is no name of a bucket');
    expect(gitHost.takeRequests()).toEqual([]);
    expect(portal.tenantStorage.calls).toEqual([]);
  });
});

describe('the forms of storage changes on GitLab', () => {
  let gitLab: GitLabServer;

  beforeEach(async () => {
    gitLab = await new GitLabServer().start();
    gitLab.branches.set('main', { ...FILES });
    portal = new Portal();
    await portal.start({
      features: [gitlabModule],
      beforeAnswer: async backend => {
        const [made] = gitLab.mergeRequests;
        const wish = backend.recordedChanges.at(-1);
        backend.openRequest =
          made && wish
            ? {
                request: backend.changeRequestOf(wish, {
                  state: 'opened',
                  pullRequest: { number: made.iid, url: made.web_url },
                }),
                mergeable: true,
                title: made.title,
              }
            : null;
      },
      config: {
        integrations: {
          gitlab: [
            {
              host: new URL(gitLab.url).host,
              baseUrl: gitLab.url,
              apiBaseUrl: `${gitLab.url}/api/v4`,
              token: 'glpat-thePortalsOwnToken',
            },
          ],
        },
      },
    });
    portal.tenantStorage.underCluster = facts();
    portal.tenantStorage.repositories = [
      repositoryOf(gitLab.url, 'acme/platform/fleet'),
    ];
  });

  afterEach(async () => {
    await portal.stop();
    await gitLab.stop();
  });

  it('end as one merge request with one commit that is known as the portal’s', async () => {
    const { output, status } = await portal.sendForm('velero-location', FORM);
    expect(status).toBe('completed');
    expect(gitLab.mergeRequests).toMatchObject([
      { source_branch: BRANCH, target_branch: 'main', title: TITLE },
    ]);
    expect(gitLab.commits).toEqual([
      {
        branch: BRANCH,
        message: expect.stringMatching(`\n\n${TRAILER} [0-9a-f]{12}$`),
      },
    ]);
    expect(gitLab.branches.get(BRANCH)?.[NEW]).toContain('bucket: velero');
    expect(output.text).toEqual([
      expect.objectContaining({ title: 'What happens next' }),
    ]);
  });

  it('sent the same again propose nothing', async () => {
    await portal.sendForm('velero-location', FORM);
    gitLab.writes.length = 0;
    const { output } = await portal.sendForm('velero-location', FORM);
    expect(gitLab.writes).toEqual([]);
    expect(output.text).toEqual([
      expect.objectContaining({ title: 'Nothing was proposed' }),
    ]);
  });

  it('that ask for less take back what only the earlier wish changed', async () => {
    await portal.sendForm('velero-location', { ...FORM, default: true });
    const path = 'clusters/muc-1/old.yaml';
    expect(gitLab.branches.get(BRANCH)?.[path]).not.toBe(OLD);
    const { status } = await portal.sendForm('velero-location', FORM);
    expect(status).toBe('completed');
    expect(gitLab.branches.get(BRANCH)?.[path]).toBe(OLD);
    expect(gitLab.branches.get(BRANCH)?.[NEW]).not.toContain('default: true');
    expect(gitLab.mergeRequests).toHaveLength(1);
  });

  it('delete in a commit of its own that asks for nothing, and then send the rest', async () => {
    await portal.sendForm('storage-benchmark', RUN);
    const [{ source_branch: branch }] = gitLab.mergeRequests;
    const merged = gitLab.branches.get(branch) ?? {};
    const file = Object.keys(merged).find(path => path.includes('longhorn-1'));
    expect(file).toBeDefined();
    gitLab.branches.set('main', merged);
    gitLab.branches.delete(branch);
    gitLab.mergeRequests.length = 0;
    gitLab.commits.length = 0;
    portal.tenantStorage.recordedChanges.length = 0;

    const { status, log } = await portal.sendForm(
      'storage-benchmark',
      CLEAN_UP,
    );
    expect([status, log]).toEqual(['completed', expect.any(String)]);
    expect(gitLab.branches.get(branch)).not.toHaveProperty([file ?? '']);
    expect(gitLab.commits.map(({ message }) => message)).toEqual([
      expect.stringMatching(/benchmark incomplete$/),
      expect.stringMatching(/benchmark [0-9a-f]{12}$/),
    ]);

    // The second push broke off: what is deleted already is not deleted again.
    gitLab.branches.set(branch, {
      ...gitLab.branches.get(branch),
      'clusters/muc-1/kustomization.yaml':
        merged['clusters/muc-1/kustomization.yaml'],
    });
    gitLab.commits.length = 0;
    expect(await portal.sendForm('storage-benchmark', CLEAN_UP)).toMatchObject({
      status: 'completed',
    });
    expect(gitLab.commits.map(({ message }) => message)).toEqual([
      expect.stringMatching(/benchmark [0-9a-f]{12}$/),
    ]);
  });
});
