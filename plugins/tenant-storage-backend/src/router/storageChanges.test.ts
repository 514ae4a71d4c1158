import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type {
  StorageChangeFacts,
  StorageChangePreview,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { FleetGitHost } from './__testUtils__/fleetGitHost';
import { OpenapiContract } from './__testUtils__/openapiContract';
import {
  RecordedCluster,
  RecordedInventory,
  tenantRecords,
  together,
} from './__testUtils__/recordedInventory';
import { onBehalfOf, servePortal } from './__testUtils__/servedPortal';

const PAT = 'user:default/pat';
const ada = mockCredentials.user.header('user:default/ada');
const pat = mockCredentials.user.header(PAT);
const patsTask = onBehalfOf(PAT, 'plugin:scaffolder');
const adasTask = onBehalfOf('user:default/ada', 'plugin:scaffolder');
const service = mockCredentials.service.header();

const PREVIEW = '/v1/changes/profile/preview';
const FACTS = '/v1/changes/profile/facts';
const CREATED = Date.parse('2026-01-01T00:00:00Z');
const CLASS = 'tenant-storage-class';

const PROFILE = `apiVersion: cdi.kubevirt.io/v1beta1
kind: StorageProfile
metadata:
  name: ${CLASS}
spec:
  claimPropertySets:
    - accessModes:
        - ReadWriteOncePod
      volumeMode: Filesystem
`;

const LOCAL_PATH = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner
  namespace: kmetal-flux
spec:
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
      ${CLASS}:
        storageClass: { create: true }
        nodePathMap:
          - { node: w1, paths: [/var/data/tenant] }
`;

const contract = new OpenapiContract();

let git: FleetGitHost;
let north: RecordedCluster;
let inventory: RecordedInventory;
let portal: Awaited<ReturnType<typeof servePortal>>;

function integrations() {
  return {
    integrations: {
      github: [
        { host: git.host, apiBaseUrl: `${git.url}/api/v3`, token: 'a-secret' },
      ],
    },
  };
}

beforeEach(async () => {
  git = await new FleetGitHost().start();
  await git.push({ 'storage/profile.yaml': PROFILE }, 'c0ffee01');
  const object = { uid: 'u', name: CLASS, createdAt: CREATED };
  north = new RecordedCluster(
    'north',
    together(
      tenantRecords('alpha', {
        owner: 'team-alpha',
        quotaGi: 50,
        volumesGi: [10, 20],
      }),
      {
        StorageClass: [
          {
            ...object,
            provisioner: 'cluster.local/local-path-provisioner',
            volumeBindingMode: 'WaitForFirstConsumer',
            allowVolumeExpansion: true,
            isDefault: false,
          },
        ],
        StorageProfile: [{ ...object, pinned: [], effective: [] }],
      },
    ),
  );
  north.settings.repositories = [
    {
      url: `${git.url}/acme/fleet`,
      host: git.host,
      repository: 'acme/fleet',
      branch: 'main',
      root: null,
      locators: {},
      newFiles: { storage: 'storage/{change}-{object}.yaml' },
    },
  ];
  north.settings.reviewers = { users: ['petra'], teams: ['acme/platform'] };
  // Here nobody has said where changes are proposed.
  const south = new RecordedCluster('south', {
    StorageClass: north.list('StorageClass'),
  });
  inventory = new RecordedInventory(north, south);
  portal = await servePortal(inventory, contract, { config: integrations() });
});

afterEach(async () => {
  portal.stop();
  await git.stop();
});

const INPUT = {
  storageClass: CLASS,
  claimPropertySets: [
    { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
  ],
};

const wish = (change: object = {}) => ({
  underCluster: 'north',
  input: INPUT,
  ...change,
});

const preview = (change: object = {}, who = pat) =>
  portal.post<StorageChangePreview>(PREVIEW, wish(change), who);

const facts = (who = patsTask, change: object = {}) =>
  portal.post<StorageChangeFacts>(FACTS, wish(change), who);

describe('A preview of a change of the storage', () => {
  it('shows what would change in Git, what that would mean, and what has to be so', async () => {
    const { status, headers, body } = await preview({
      reason: 'Before the swap',
    });

    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatchObject({
      changed: true,
      repository: { host: git.host, repository: 'acme/fleet' },
      files: [{ path: 'storage/profile.yaml', status: 'changed' }],
      branch: `kmetal-storage.north.${CLASS}.profile`,
      refusals: [],
      repositoryProblem: null,
      openRequest: null,
      gates: [{ state: 'passed' }],
      freshness: { state: 'live' },
    });
    expect(body.impact).not.toHaveLength(0);
    expect(body.title).toContain(CLASS);
    expect(body.body).toContain('Before the swap');
    expect(body.body).toContain(PAT);
    expect(
      body.diff.split('\n').filter(line => /^[-+](?![-+])/.test(line)),
    ).toEqual(['-        - ReadWriteOncePod', '+        - ReadWriteOnce']);
  });

  it('needs no reason, and then has no description', async () => {
    const { body } = await preview();

    expect(body).toMatchObject({ changed: true, body: null, refusals: [] });
    expect(JSON.stringify(body)).not.toMatch(/not written yet/i);
  });

  it('of what is there already changes nothing', async () => {
    const [{ volumeMode }] = INPUT.claimPropertySets;
    const { body } = await preview({
      reason: 'Again',
      input: {
        ...INPUT,
        claimPropertySets: [{ accessModes: ['ReadWriteOncePod'], volumeMode }],
      },
    });

    expect(body).toMatchObject({
      changed: false,
      body: null,
      files: [],
      diff: '',
      refusals: [],
    });
  });

  it.each<[string, object]>([
    ['storageClass', { storageClass: '../x' }],
    ['storageClass', { storageClass: 'A_B' }],
    ['storageClass', { storageClass: 5 }],
    ['storageClass', { storageClass: undefined }],
    [
      'claimPropertySets.0.volumeMode',
      {
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'x' },
        ],
      },
    ],
    ['color', { color: 'red' }],
    ['constructor', { constructor: 1 }],
  ])(
    'refuses the field %s by its name, and asks no Git host (%j)',
    async (field, change) => {
      const { status, body } = await preview({
        input: { ...INPUT, ...change },
      });

      expect(status).toBe(200);
      expect(body).toMatchObject({
        changed: false,
        refusals: [{ field }],
        diff: '',
        openRequest: null,
        branch: null,
      });
      expect(body.summary).toBe(body.refusals[0].message);
      expect(git.requests).toEqual([]);
    },
  );

  it.each(['', ' \n', '\u202e\u0000', 'x'.repeat(2001)])(
    'with a reason that can not be taken is refused by field, and asks no Git host',
    async reason => {
      const { body } = await preview({ reason });

      expect(body.refusals).toMatchObject([
        { code: 'reasonInvalid', field: 'reason' },
      ]);
      expect(git.requests).toEqual([]);
    },
  );

  it('is as fresh as what it stands on, and says for the platform what the API server said', async () => {
    north.states.set('StorageClass', {
      state: 'stale',
      since: CREATED,
      message: 'connect ECONNREFUSED 10.1.2.3:6443',
    });
    north.states.set('Backup', {
      state: 'notPermitted',
      since: CREATED,
      message: 'no',
    });

    const { freshness, gates } = (await preview()).body;
    expect(freshness).toMatchObject({ state: 'stale' });
    expect(JSON.stringify(freshness)).toContain('ECONNREFUSED');
    expect(freshness.kinds.map(({ kind }) => kind)).not.toContain('Backup');
    expect(gates).toMatchObject([{ state: 'unknown' }]);
  });

  it('shows the request that is open already', async () => {
    const open = portal.requests.add({
      tenant: null,
      change: 'profile',
      object: CLASS,
      title: 'A pin',
      size: null,
      sizeBytes: null,
    });
    portal.requests.add({ tenant: null, change: 'profile', object: 'other' });
    portal.requests.add({ tenant: null, change: 'class', object: CLASS });

    expect((await preview()).body.openRequest).toEqual(open);
  });

  it('says whom to ask where nobody has said where changes are proposed', async () => {
    const { body } = await preview({ underCluster: 'south' });

    expect(body).toMatchObject({
      changed: false,
      refusals: [{ code: 'notConfigured', field: 'underCluster' }],
      gates: [{ state: 'passed' }],
    });
    expect(body.summary).toBe(body.refusals[0].message);
  });

  it.each([500, 429, 403, 404])(
    'says that the Git host answers %i, and still what has to be so',
    async trouble => {
      git.trouble = trouble;
      const { status, body } = await preview({ reason: 'Before the swap' });

      expect(status).toBe(200);
      expect(body).toMatchObject({
        changed: null,
        repositoryProblem: expect.stringContaining(git.host),
        body: null,
        files: [],
        diff: '',
        refusals: [],
        gates: [{ state: 'passed' }],
      });
      expect(JSON.stringify(body)).not.toContain('a-secret');
    },
  );
});

describe('A preview of a change after others of the same task', () => {
  const release = {
    stage: 'release',
    to: 'nfs',
    nfs: { server: 'nfs.example.com', share: '/exports/kubernetes' },
    confirmHeadroom: true,
  };
  const claim = {
    underCluster: 'north',
    input: { ...release, stage: 'claim' },
  };
  const previewClaim = async (change: object = {}) =>
    (
      await portal.post<StorageChangePreview>(
        '/v1/changes/backend/preview',
        { ...claim, ...change },
        pat,
      )
    ).body;

  beforeEach(() =>
    git.push(
      {
        'storage/local-path.yaml': LOCAL_PATH,
        'storage/profile.yaml': PROFILE,
      },
      'c0ffee02',
    ),
  );

  it('shows what is proposed with them, and that their gates are shut', async () => {
    const alone = await previewClaim();
    expect(alone).toMatchObject({
      changed: false,
      refusals: [{ code: 'notReleased', field: 'stage' }],
    });

    const body = await previewClaim({ after: [release] });
    expect(body).toMatchObject({ changed: true, refusals: [] });
    expect(body.diff).toContain('+provisioner: nfs.csi.k8s.io');
    expect(body.gates).toContainEqual(
      expect.objectContaining({
        id: 'classGone',
        state: 'failed',
        detail: expect.stringMatching(/until the release is merged/),
      }),
    );
    const states = ({ gates }: StorageChangePreview) =>
      gates.map(({ id, state }) => [id, state]);
    expect(states(body)).toEqual(states(alone));
  });

  it('asks for nothing, and is no word for what comes later', async () => {
    await previewClaim({ after: [release] });

    expect(portal.requests.recorded).toEqual([]);
    expect(await previewClaim()).toMatchObject({
      refusals: [{ code: 'notReleased' }],
    });
  });

  it.each([
    ['after.0.stage', [{ ...release, stage: 'x' }]],
    ['after.1.color', [release, { ...release, color: 'red' }]],
  ])('names %s, and asks no Git host', async (field, after) => {
    expect(await previewClaim({ after })).toMatchObject({
      changed: false,
      refusals: [{ field }],
    });
    expect(git.requests).toEqual([]);
  });
});

describe('The facts for a plan of a change of the storage', () => {
  it('are what is live, where to propose, and who reviews', async () => {
    const { status, body } = await facts();

    expect(status).toBe(200);
    expect(body).toMatchObject({
      facts: {
        underCluster: 'north',
        storageClasses: { sight: 'known', items: [{ name: CLASS }] },
        tenants: { items: [{ name: 'alpha', quota: 'alpha-storage' }] },
        openChanges: [],
      },
      repositories: north.settings.repositories,
      branches: [{ host: git.host, commitsOfOthers: [] }],
      reviewers: { users: ['petra'], teams: ['acme/platform'] },
      openRequest: null,
    });
    expect(portal.requests.asked).toEqual([
      {
        underCluster: 'north',
        tenant: null,
        change: 'profile',
        object: CLASS,
      },
    ]);
  });

  it('are for the scaffolder alone', async () => {
    for (const who of [pat, service, onBehalfOf(PAT, 'plugin:catalog')]) {
      const { status, body } = await facts(who);
      expect(status).toBe(403);
      expect(body.error).toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringContaining('kmetal:storage:profile'),
      });
    }
    expect(portal.requests.asked).toEqual([]);
  });

  it('of an input that can not be are refused, and no Git host is asked', async () => {
    const { status, body } = await facts(patsTask, {
      input: { ...INPUT, storageClass: 'A_B' },
    });

    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/^storageClass: "A_B"/),
    });
    expect(portal.requests.asked).toEqual([]);
  });

  it('are not to be had while the Git host does not say what is proposed already', async () => {
    portal.requests.proposal = async () => {
      throw Object.assign(new Error('The Git host does not answer'), {
        name: 'ServiceUnavailableError',
      });
    };

    expect((await facts()).status).toBe(503);
  });

  it('tell whose commits would be thrown away', async () => {
    const commitsOfOthers = [
      { sha: '0123456789abcdef', author: 'petra', title: 'By hand' },
    ];
    portal.requests.commitsOfOthers = async () => commitsOfOthers;

    expect((await facts()).body.branches).toMatchObject([{ commitsOfOthers }]);
  });
});

describe.each([
  ['A preview', 'preview', pat, ada],
  ['The facts', 'facts', patsTask, adasTask],
])('%s', (_, part, who, owner) => {
  const path = `/v1/changes/profile/${part}`;
  const refused = async (at: string, change: object, as = who) => {
    const { status, headers, body } = await portal.post<{ request?: unknown }>(
      at,
      wish(change),
      as,
    );
    expect(status).toBe(404);
    const { request: __, ...rest } = body;
    return JSON.stringify([rest, headers['cache-control']]);
  };

  it('is for the platform: a tenant’s owner is told no more than of an under cluster that does not exist', async () => {
    const missing = await refused(path, { underCluster: 'west' });

    expect(await refused(path, {}, owner)).toBe(missing);
    for (const underCluster of [
      '../x',
      'A_B',
      'x'.repeat(64),
      'nоrth',
      'north\u0000',
      '__proto__',
      'constructor',
      '',
    ]) {
      expect(await refused(path, { underCluster })).toBe(missing);
    }
    expect(git.requests).toEqual([]);
    expect(portal.requests.asked).toEqual([]);
  });

  it('of a change that does not exist is not found', async () => {
    const missing = await refused(path, { underCluster: 'west' });

    for (const change of [
      'nope',
      '__proto__',
      'constructor',
      '%2e%2e',
      'Profile',
    ]) {
      expect(await refused(`/v1/changes/${change}/${part}`, {})).toBe(missing);
    }
  });

  it.each<[string, object]>([
    ['input', { input: undefined }],
    ['input', { input: null }],
    ['input', { input: [] }],
    ['input', { input: 'x' }],
    ['underCluster', { underCluster: undefined }],
    ['underCluster', { underCluster: {} }],
    ['reason', { reason: null }],
    ['reason', { reason: 'x'.repeat(20_001) }],
    ['tenant', { tenant: 'alpha' }],
    ['after', { after: {} }],
    ['after', { after: ['release'] }],
    ['after', { after: Array(11).fill({}) }],
  ])(
    'names the field %s of a body that is not as documented (%j)',
    async (name, change) => {
      const { status, body } = await portal.post(path, wish(change), who);

      expect(status).toBe(400);
      expect(body.error).toMatchObject({
        name: 'InputError',
        message: expect.stringContaining(`"${name}"`),
      });
      expect(git.requests).toEqual([]);
    },
  );

  it('takes no property of all objects for a field', async () => {
    const input = JSON.parse(`{"__proto__": ${JSON.stringify(INPUT)}}`);
    const { status, body } = await portal.post(path, wish({ input }), who);

    expect(status).toBe(part === 'preview' ? 200 : 400);
    expect(JSON.stringify(body)).toMatch(/storageClass|__proto__/);
    expect(git.requests).toEqual([]);
  });

  it('answers nobody who is not signed in', async () => {
    const { status } = await portal.post(
      path,
      wish(),
      mockCredentials.none.header(),
    );

    expect(status).toBe(401);
  });

  it('takes no query', async () => {
    const { status, body } = await portal.post(`${path}?dry=1`, wish(), who);

    expect(status).toBe(400);
    expect(body.error.message).toContain('"dry"');
  });

  it('is recorded with the change and the under cluster', async () => {
    await portal.post(path, wish(), who);
    await portal.post(`/v1/changes/nope/${part}`, wish(), who);

    const events = portal.auditor.createEvent.mock.calls.map(
      ([{ eventId, meta }]) => [eventId, meta],
    );
    expect(events).toEqual([
      [`change-${part}`, { change: 'profile', underCluster: 'north' }],
      [`change-${part}`, { underCluster: 'north' }],
    ]);
  });

  it('is not for who may read an under cluster but not change it, nor the other way round', async () => {
    const missing = await refused(path, { underCluster: 'west' });
    for (const denied of [
      'tenant-storage.platform-change.create',
      'tenant-storage.fleet.read',
    ]) {
      portal.stop();
      portal = await servePortal(inventory, contract, {
        config: integrations(),
        permissions: mockServices.permissions.mock({
          authorizeConditional: async queries =>
            queries.map(({ permission }) => ({
              result:
                permission.name === denied
                  ? ('DENY' as const)
                  : ('ALLOW' as const),
            })),
        }),
      });

      expect(await refused(path, {})).toBe(missing);
    }
  });

  it('is for the groups of tenantStorage.access.groups alone with permissions switched off', async () => {
    portal.stop();
    portal = await servePortal(inventory, contract, {
      permissions: mockServices.permissions(),
      config: {
        ...integrations(),
        permission: { enabled: false },
        tenantStorage: { access: { groups: ['group:default/platform'] } },
      },
    });

    await refused(path, {}, owner);
    expect((await portal.post(path, wish(), who)).status).toBe(200);
  });
});

it('was asked for every documented operation of these changes in the tests before this one', () => {
  expect(contract.notExercised()).not.toContain('previewStorageChange');
  expect(contract.notExercised()).not.toContain('getStorageChangeFacts');
});
