import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import { ScmIntegrations } from '@backstage/integration';
import {
  planStorageChange,
  RepositoryFiles,
  storageChangeFingerprint,
  storageChangeOf,
  storageChanges,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import yaml from 'yaml';
import { StorageChangeBench } from '../storageChangeAction.test.bench';
import { underClusterFactsOf } from '../tenantStorageBackend.test.server';
import { createStorageChangeAction } from './storageChange';
import { examplesOf } from './storageChange.examples';

const change = storageChangeOf('velero-location');
const INPUT = {
  name: 'minio',
  bucket: 'velero',
  region: 'minio',
  s3Url: 'https://minio.minio-system.svc:9000',
  s3ForcePathStyle: true,
  confirmNoTenantData: true,
};
const FILE = 'clusters/muc-1/minio.yaml';
const BRANCH = 'kmetal-storage.muc-1.minio.velero-location';
const WISH = storageChangeFingerprint(INPUT);
const TRAILER = `Kmetal-Storage-Change: muc-1/minio velero-location ${WISH}`;
const TITLE = 'Backup location minio in muc-1: new';

const bench = new StorageChangeBench(change, INPUT, {
  'clusters/muc-1/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [] # of muc-1
`,
});
const { backend, gitHost } = bench;
const newFiles = { storage: 'clusters/{underCluster}/{object}.yaml' };

beforeAll(() => bench.start());
afterAll(() => bench.stop());
beforeEach(() => {
  bench.reset();
  backend.repositories = [bench.repository({ newFiles })];
  backend.underCluster = underClusterFactsOf({
    namespaces: {
      sight: 'known',
      because: null,
      items: [{ name: 'velero', deletedAt: null }],
    },
  });
});

const pullRequest = { number: 7, url: 'https://github.com/acme/fleet/pull/7' };

/** A request that is open, as the backend tells of it. */
function openRequest(
  input: Record<string, unknown> = INPUT,
  parts: Partial<NonNullable<typeof backend.openRequest>> = {},
) {
  const { host, repository } = bench.repository();
  return {
    request: backend.changeRequestOf(
      {
        underCluster: 'muc-1',
        change: 'velero-location',
        input,
        reason: 'Agreed in May.',
        title: TITLE,
        host,
        repository,
      },
      { state: 'opened', pullRequest },
    ),
    mergeable: true,
    wish: storageChangeFingerprint(input),
    ...parts,
  };
}

/** What the action would publish, by path in the repository. */
async function planned(): Promise<Record<string, string>> {
  await bench.run();
  const files: Record<string, string> = {};
  const walk = (at: unknown, path: string) => {
    if (typeof at === 'string') files[path] = at;
    else {
      for (const [name, each] of Object.entries(at as object)) {
        walk(each, path ? `${path}/${name}` : name);
      }
    }
  };
  walk((bench.files(BRANCH) as { files: unknown }).files, '');
  bench.workspace.clear();
  backend.calls.length = 0;
  backend.recordedChanges.length = 0;
  return files;
}

describe('kmetal:velero:location', () => {
  it('writes what changes to a folder of its own, and says where it goes', async () => {
    backend.reviewers = { users: ['petra'], teams: ['acme/platform'] };
    const outputs = await bench.run();
    expect(bench.files(BRANCH)).toEqual({
      files: {
        clusters: {
          'muc-1': {
            'minio.yaml': expect.stringContaining('BackupStorageLocation'),
            'kustomization.yaml': expect.stringContaining('minio.yaml'),
          },
        },
      },
    });
    expect(outputs).toEqual({
      asked: INPUT,
      changed: true,
      branch: BRANCH,
      title: TITLE,
      description: expect.stringContaining('Agreed in May.'),
      commitMessage: `${TITLE}\n\n${TRAILER}`,
      sourcePath: `kmetal-storage-changes/${BRANCH}/files`,
      files: expect.arrayContaining([{ path: FILE, status: 'created' }]),
      repoUrl: `${gitHost.host}?owner=acme&repo=fleet`,
      host: gitHost.host,
      provider: 'github',
      targetBranch: 'main',
      reviewers: ['petra'],
      teamReviewers: ['platform'],
      summary: `${TITLE}.`,
    });
  });

  it('asks and records on behalf of who started the task', async () => {
    await bench.run();
    expect(backend.calls).toEqual([
      'POST /v1/changes/velero-location/facts',
      'POST /v1/changes/velero-location/requests',
    ]);
    expect(backend.recordedChanges).toEqual([
      {
        change: 'velero-location',
        underCluster: 'muc-1',
        input: INPUT,
        reason: 'Agreed in May.',
        title: TITLE,
        host: gitHost.host,
        repository: 'acme/fleet',
        files: [
          'clusters/muc-1/kustomization.yaml',
          'clusters/muc-1/minio.yaml',
        ],
      },
    ]);
    for (const authorization of backend.authorizations) {
      expect(authorization).toBe(
        mockCredentials.service.header({
          onBehalfOf: mockCredentials.user('user:default/alice'),
          targetPluginId: 'tenant-storage',
        }),
      );
    }
  });

  it('leaves two changes of one task in two folders', async () => {
    await bench.run();
    await bench.run({ name: 'second' });
    expect(
      Object.keys(
        bench.workspace.content({ path: 'kmetal-storage-changes' }) ?? {},
      ).sort(),
    ).toEqual([BRANCH, BRANCH.replace('minio', 'second')]);
  });

  it('says that nothing is needed if Git says so already, and records nothing', async () => {
    gitHost.branches.set('main', await planned());
    const outputs = await bench.run();
    expect(outputs).toEqual({
      asked: INPUT,
      changed: false,
      files: [],
      summary: expect.stringContaining('in Git already'),
    });
    expect(backend.recordedChanges).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it('of a dry run records nothing, and shows the platform team whole files, the diff and the description', async () => {
    const outputs = await bench.run({}, { isDryRun: true });
    expect(outputs).toMatchObject({ changed: true, branch: BRANCH });
    expect(bench.files(BRANCH)).toEqual({
      'change.diff': expect.stringContaining('+kind: BackupStorageLocation'),
      'description.md': expect.stringContaining('Agreed in May.'),
      files: expect.anything(),
    });
    expect(backend.calls).toEqual(['POST /v1/changes/velero-location/facts']);
  });
});

describe('a change after others of the same task', () => {
  const storageClass = 'tenant-storage-class';
  const release = {
    stage: 'release',
    to: 'nfs',
    nfs: { server: 'nfs.example.com', share: '/exports/kubernetes' },
    confirmHeadroom: true,
    confirmUnderWay: true,
  };
  const claim = { ...release, stage: 'claim' };
  const swap = new StorageChangeBench(storageChangeOf('backend'), claim, {
    'clusters/muc-1/local-path.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: local-path-provisioner, namespace: kmetal-flux }
spec:
  chart:
    spec: { chart: local-path-provisioner, version: 0.0.30 }
  values:
    storageClassConfigs:
      ${storageClass}:
        storageClass: { create: true }
        nodePathMap:
          - { node: w1, paths: [/var/data/tenant] }
`,
  });
  const claimBranch = 'kmetal-storage.muc-1.claim.backend';

  beforeAll(() => swap.start());
  afterAll(() => swap.stop());
  beforeEach(() => {
    swap.reset();
    swap.backend.repositories = [swap.repository({ newFiles })];
    swap.backend.underCluster = underClusterFactsOf({
      storageClasses: {
        sight: 'known',
        because: null,
        items: [
          {
            name: storageClass,
            provisioner: 'cluster.local/local-path-provisioner',
            parameters: {},
            reclaimPolicy: 'Delete',
            volumeBindingMode: 'WaitForFirstConsumer',
            allowVolumeExpansion: false,
            isDefault: false,
            isDefaultVirt: false,
            labels: {},
            annotations: {},
          },
        ],
      },
    });
  });

  it('is planned in a dry run as if they were recorded, and its gate is shut', async () => {
    const outputs = await swap.run({ after: [release] }, { isDryRun: true });
    expect(outputs).toMatchObject({ changed: true, branch: claimBranch });
    expect(outputs.description).toContain(
      'until the release is merged and applied',
    );
    expect(swap.backend.recordedChanges).toEqual([]);
  });

  it('is refused otherwise as long as they are not recorded', async () => {
    const error = await swap.failure({ after: [release] });
    expect(error.message).toMatch(/no request to release it is open/);
    expect(swap.backend.recordedChanges).toEqual([]);
    expect(swap.files(claimBranch)).toBeUndefined();
  });

  it('names the field of theirs that is wrong before anybody is asked', async () => {
    for (const isDryRun of [true, false]) {
      const error = await swap.failure(
        { after: [{ ...release, stage: 'x' }] },
        { isDryRun },
      );
      expect(error.message).toMatch(/^after\.0\.stage: /);
    }
    expect(swap.backend.calls).toEqual([]);
    expect(swap.gitHost.calls).toEqual([]);
  });
});

describe('a request that is open already', () => {
  it('is left alone if it says the same, so that its approvals stay', async () => {
    gitHost.branches.set(BRANCH, await planned());
    for (const parts of [{}, { wish: undefined }]) {
      backend.openRequest = openRequest(INPUT, parts);
      expect(await bench.run()).toEqual({
        asked: INPUT,
        changed: false,
        branch: BRANCH,
        files: [],
        openPullRequest: pullRequest.url,
        summary: expect.stringContaining(`${pullRequest.url} asks for just`),
      });
    }
    expect(backend.recordedChanges).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it('is left alone if it says the same and the target branch has moved on', async () => {
    gitHost.branches.set(BRANCH, await planned());
    backend.openRequest = openRequest();
    const kustomization = 'clusters/muc-1/kustomization.yaml';
    const main = gitHost.branches.get('main') ?? {};
    gitHost.branches.set('main', {
      ...main,
      [kustomization]: `# Of Munich.\n${main[kustomization]}`,
    });
    expect(await bench.run()).toMatchObject({ changed: false });
  });

  it.each([
    ['the wish is another one', { ...INPUT, prefix: 'daily' }, {}],
    ['it conflicts with the target branch', INPUT, { mergeable: false }],
  ])('is published again if %s', async (_, input, parts) => {
    gitHost.branches.set(BRANCH, await planned());
    backend.openRequest = openRequest(input, parts);
    expect(await bench.run()).toMatchObject({
      changed: true,
      branch: BRANCH,
      openPullRequest: pullRequest.url,
    });
    expect(backend.recordedChanges).toHaveLength(1);
  });

  it('is published again if its branch has more than is asked for, and what was recorded is not known', async () => {
    gitHost.branches.set(BRANCH, { ...(await planned()), 'more.yaml': 'a: 1' });
    backend.openRequest = openRequest(INPUT, { wish: undefined });
    expect(await bench.run()).toMatchObject({ changed: true });
  });

  it('is never written over where others have worked on it', async () => {
    backend.openRequest = openRequest({ ...INPUT, prefix: 'daily' });
    backend.commitsOfOthers.set('acme/fleet', [
      { sha: '0123456789abcdef', author: 'petra', title: 'A comment' },
    ]);
    const { name, message } = await bench.failure();
    expect(name).toBe('ConflictError');
    expect(message).toContain('0123456 by petra: A comment');
    expect(backend.recordedChanges).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it('is not joined by a second one in another repository', async () => {
    backend.openRequest = openRequest();
    backend.openRequest.request.repository.repository = 'acme/old-fleet';
    const { message } = await bench.failure();
    expect(message).toContain(`${pullRequest.url} for the same object is open`);
  });
});

describe('who may not', () => {
  const facts = '/v1/changes/velero-location/facts';

  it('change the under cluster is told so by its field, and the Git host is asked for nothing', async () => {
    backend.errors.set(facts, {
      status: 404,
      message: 'There is no under cluster muc-1.',
    });
    const { name, message } = await bench.failure();
    expect(name).toBe('NotFoundError');
    expect(message).toBe(
      'underCluster: There is no under cluster muc-1. Pick it from the list.',
    );
    expect(gitHost.calls).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it('ask, because no person does, is told so before anybody is asked', async () => {
    const { message } = await bench.failure(
      {},
      { credentials: mockCredentials.service('external:ci') },
    );
    expect(message).toContain('asked for by a person');
    expect(backend.calls).toEqual([]);
  });
});

describe('a change that is refused', () => {
  it('by what is known of the under cluster names its field and the remedy, and nothing is written', async () => {
    backend.underCluster.storageClasses.items.push({
      name: 'tenant-storage-class',
      provisioner: 'cluster.local/local-path-provisioner',
      parameters: {},
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
      isDefault: false,
      isDefaultVirt: false,
      labels: {},
      annotations: {},
    });
    const { name, message } = await bench.failure({
      confirmNoTenantData: undefined,
    });
    expect(name).toBe('InputError');
    expect(message).toMatch(/^confirmNoTenantData: /);
    expect(backend.recordedChanges).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it.each(['/etc/x.yaml', '.git/config', '.github/workflows/x.yaml', '../x'])(
    'because its new file is configured at %s is so by that setting',
    async storage => {
      backend.repositories = [bench.repository({ newFiles: { storage } })];
      const { message } = await bench.failure();
      expect(message).toContain('newFiles.storage: ');
      expect(bench.workspace.content()).toEqual({});
      expect(backend.recordedChanges).toEqual([]);
    },
  );

  it('because the template has no step for its Git host is so before that is asked', async () => {
    const { message } = await bench.failure({ providers: ['gitlab'] });
    expect(message).toMatch(/^gitOps\.repositories\[0\]\.url: .*\(github\)/);
    expect(gitHost.calls).toEqual([]);
  });

  it('because the backend records nothing lets nothing be published', async () => {
    backend.errors.set('/v1/changes/velero-location/requests', {
      status: 503,
      message: 'No database.',
    });
    const { message } = await bench.failure();
    expect(message).toContain('No database.');
  });
});

const actionOptions = {
  auth: mockServices.auth(),
  discovery: mockServices.discovery(),
  urlReader: mockServices.urlReader.mock(),
  integrations: ScmIntegrations.fromConfig(mockServices.rootConfig()),
  requireScmUserCredentials: false,
};

describe.each(storageChanges.map(each => [each.action, each] as const))(
  'what the list of installed actions shows of %s',
  (id, each) => {
    const action = createStorageChangeAction(each, actionOptions);

    it('describes every input and output', () => {
      expect(action).toMatchObject({ id, supportsDryRun: true });
      expect(action.description).toMatch(/^[A-Z].{20,}\.$/);
      for (const side of ['input', 'output'] as const) {
        for (const [name, property] of Object.entries(
          action.schema?.[side]?.properties ?? {},
        )) {
          const { description } = property as { description?: string };
          expect(`${name}: ${description}`).toMatch(/: \S.{9,}/);
        }
      }
    });

    it.each(examplesOf(each))(
      '$description, with inputs that there are',
      ({ example }) => {
        const [{ action: used, input }] = yaml.parse(example).steps;
        expect(used).toBe(id);
        const known = Object.keys(action.schema?.input?.properties ?? {});
        expect(known).toEqual(expect.arrayContaining(Object.keys(input)));
        expect(Object.keys(input)).toEqual(
          expect.arrayContaining([
            ...(action.schema?.input?.required as string[]),
          ]),
        );
      },
    );

    it.each(
      each.examples.map(({ description, input }) => [description, input]),
    )('%s, which is a right wish', (_, input) => {
      const { refusals } = planStorageChange(each, {
        underCluster: 'muc-1',
        input: input as Record<string, unknown>,
        reason: 'Agreed in May.',
        requester: 'user:default/alice',
        repositories: [
          {
            settings: {
              host: 'github.com',
              repository: 'acme/fleet',
              newFiles,
            },
            files: RepositoryFiles.from([]),
          },
        ],
        facts: underClusterFactsOf(),
      });
      // Whether the under cluster has what it needs is another matter.
      for (const { code } of refusals) {
        expect(code).not.toMatch(/Invalid$/);
      }
    });
  },
);
