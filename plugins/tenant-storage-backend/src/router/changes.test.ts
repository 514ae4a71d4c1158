import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type {
  QuotaChangeFacts,
  QuotaChangePreview,
  StorageRequest,
  StorageRequestList,
  Tenant,
  TenantList,
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

const ADA = 'user:default/ada';
const ada = mockCredentials.user.header(ADA);
const bob = mockCredentials.user.header('user:default/bob');
const pat = mockCredentials.user.header('user:default/pat');
const adasTask = onBehalfOf(ADA, 'plugin:scaffolder');
const service = mockCredentials.service.header();

const GiB = 1024n ** 3n;
const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
const PREVIEW = '/v1/changes/quota/preview';
const FACTS = '/v1/changes/quota/facts';
const REQUESTS = '/v1/requests';

const quotaManifest = (tenant: string, size: string) => `apiVersion: v1
kind: ResourceQuota
metadata:
  name: ${tenant}-storage
  namespace: ${tenant}
spec:
  hard:
    ${KEY}: ${size}
`;

/** The quotas of all tenants in one file, as some platforms have it. */
const SHARED = ['beta', 'alpha', 'delta']
  .map((tenant, index) => quotaManifest(tenant, `${[777, 50, 888][index]}Gi`))
  .join('---\n');

const contract = new OpenapiContract();

let git: FleetGitHost;
let north: RecordedCluster;
let south: RecordedCluster;
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
  await git.push({ 'quotas.yaml': SHARED }, 'c0ffee01');
  north = new RecordedCluster(
    'north',
    together(
      tenantRecords('alpha', {
        owner: 'team-alpha',
        quotaGi: 50,
        volumesGi: [10, 20],
      }),
      tenantRecords('beta', { owner: 'team-beta', quotaGi: 777 }),
      tenantRecords('delta', { owner: 'team-alpha', quotaGi: 888 }),
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
      newFiles: {},
    },
  ];
  north.settings.reviewers = { users: ['petra'], teams: ['acme/platform'] };
  north.settings.capacity = 5000n * GiB;
  // Here nobody has said where changes are proposed.
  south = new RecordedCluster(
    'south',
    tenantRecords('alpha', { owner: 'team-beta', quotaGi: 7 }),
  );
  inventory = new RecordedInventory(north, south);
  portal = await servePortal(inventory, contract, { config: integrations() });
});

afterEach(async () => {
  portal.stop();
  await git.stop();
});

const wish = (change: object = {}) => ({
  underCluster: 'north',
  tenant: 'alpha',
  size: '60Gi',
  ...change,
});

const newRequest = (change: object = {}) => ({
  ...wish(),
  change: 'quota',
  reason: 'More data',
  host: git.host,
  repository: 'acme/fleet',
  before: `${50n * GiB}`,
  ...change,
});

const preview = (change: object = {}, who = ada) =>
  portal.post<QuotaChangePreview>(PREVIEW, wish(change), who);

describe('A preview of a quota', () => {
  it('shows what would change in Git and what that would mean', async () => {
    const { status, headers, body } = await preview({ reason: 'More data' });

    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatchObject({
      changed: true,
      repository: { host: git.host, repository: 'acme/fleet' },
      files: [{ path: 'quotas.yaml', status: 'changed' }],
      refusals: [],
      repositoryProblem: null,
      openRequest: null,
      impact: {
        before: `${50n * GiB}`,
        after: `${60n * GiB}`,
        used: `${30n * GiB}`,
        pending: [],
        smallestUnblocking: null,
      },
      freshness: { state: 'live' },
    });
    expect(body.body).toContain('More data');
    expect(body.body).toContain(ADA);
    expect(
      body.diff.split('\n').filter(line => /^[-+](?![-+])/.test(line)),
    ).toEqual([`-    ${KEY}: 50Gi`, `+    ${KEY}: 60Gi`]);
  });

  it('tells nothing of other tenants, though they share the file', async () => {
    const answers = await Promise.all([
      preview({ reason: 'More data' }),
      preview({ size: '1Gi' }),
      preview({ size: '10.3Gi' }),
      preview({ size: '50Gi' }),
      preview({ tenant: 'beta' }),
    ]);
    await git.push(
      { 'quotas.yaml': SHARED, 'more.yaml': quotaManifest('alpha', '50Gi') },
      'c0ffee02',
    );
    portal.stop();
    portal = await servePortal(inventory, contract, { config: integrations() });
    const twice = await preview();
    expect(twice.body.refusals).toMatchObject([{ code: 'manifestAmbiguous' }]);

    for (const { body } of [...answers, twice]) {
      const { request: _, ...told } = body as { request?: unknown };
      const sum = 50n + 777n + 888n;
      expect(JSON.stringify(told)).not.toMatch(
        new RegExp(`beta|delta|777|888|${sum}|${sum * GiB}|5000`),
      );
    }
  });

  it('needs no reason, and then has no description', async () => {
    const { body } = await preview();

    expect(body).toMatchObject({ changed: true, body: null, refusals: [] });
    expect(JSON.stringify(body)).not.toMatch(/reason/i);
  });

  it.each([
    '5gi',
    '-5Gi',
    '0',
    '1e400',
    '9223372036854775808',
    'NaN',
    '５Gi',
    '5Gi\nfoo: bar',
    '100m',
    '10.3Gi',
    '',
    '__proto__',
  ])('of the size %j is refused by field, and asks no Git host', async size => {
    const { status, body } = await preview({ size });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      changed: false,
      refusals: [{ code: 'sizeInvalid', field: 'size' }],
      impact: { after: null, headroomAfter: null, used: `${30n * GiB}` },
      diff: '',
    });
    const [{ message, remedy }] = body.refusals;
    expect(message).not.toMatch(/^size: /);
    expect(message).not.toContain(remedy);
    expect(body.summary).toBe(message);
    expect(git.requests).toEqual([]);
  });

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

  it('below what is used is refused, unless that is meant', async () => {
    expect((await preview({ size: '20Gi' })).body).toMatchObject({
      changed: false,
      refusals: [{ code: 'belowUse', field: 'size' }],
      impact: { headroomAfter: { bytes: '0' } },
    });
    expect(
      (await preview({ size: '20Gi', allowBelowUse: true })).body,
    ).toMatchObject({ changed: true, warnings: [{ code: 'belowUse' }] });
  });

  it('of what is there already changes nothing', async () => {
    expect((await preview({ size: '50Gi' })).body).toMatchObject({
      changed: false,
      refusals: [],
      summary: expect.stringMatching(/already; it is live/),
    });
  });

  it('shows the request that is open already', async () => {
    const open = portal.requests.add({ size: '55Gi' });
    portal.requests.add({ tenant: 'beta', size: '778Gi' });

    expect((await preview()).body.openRequest).toEqual(open);
  });

  it('says whom to ask where nobody has said where changes are proposed', async () => {
    const { body } = await preview({ underCluster: 'south' }, bob);

    expect(body).toMatchObject({
      changed: false,
      refusals: [
        {
          code: 'notConfigured',
          field: 'underCluster',
          message:
            'Nobody has said yet where changes of Cluster south are proposed.',
          remedy: 'Ask the platform team to set it up.',
        },
      ],
      impact: { before: `${7n * GiB}`, after: `${60n * GiB}` },
    });
  });

  it.each([500, 429, 403, 404])(
    'says that the Git host answers %i, and still what the size would mean',
    async trouble => {
      git.trouble = trouble;
      const { status, body } = await preview({ reason: 'More data' });

      expect(status).toBe(200);
      expect(body).toMatchObject({
        changed: null,
        repositoryProblem: expect.stringContaining(git.host),
        body: null,
        files: [],
        diff: '',
        refusals: [],
        impact: {
          after: `${60n * GiB}`,
          used: `${30n * GiB}`,
          headroomAfter: expect.anything(),
        },
      });
      expect(JSON.stringify(body)).not.toContain('a-secret');
    },
  );

  it('below what is used is refused even while the Git host does not answer', async () => {
    git.trouble = 502;

    expect((await preview({ size: '20Gi' })).body).toMatchObject({
      changed: false,
      refusals: [{ code: 'belowUse' }],
      repositoryProblem: expect.stringMatching(/fault of its own/),
    });
  });

  it('reads the repository once, however many ask', async () => {
    await Promise.all(
      ['60Gi', '61Gi', '62Gi', '63Gi'].map(size => preview({ size })),
    );
    await preview({ size: '64Gi' });

    expect(git.requests.filter(path => path.includes('tarball'))).toHaveLength(
      1,
    );
  });
});

describe.each([
  ['A preview', PREVIEW, () => wish(), ada],
  ['The facts', FACTS, () => wish(), adasTask],
  ['A new request', REQUESTS, () => newRequest(), adasTask],
])('%s', (_, path, good, who) => {
  const bodyOf = async (change: object, as = who) => {
    const { status, headers, body } = await portal.post<{ request?: unknown }>(
      path,
      { ...good(), ...change },
      as,
    );
    expect(status).toBe(404);
    const { request: __, ...rest } = body;
    return JSON.stringify([rest, headers['cache-control']]);
  };

  it('answers for a tenant that may not be changed as for one that does not exist', async () => {
    const missing = await bodyOf({ tenant: 'nope' });

    for (const change of [
      { tenant: 'beta' },
      { underCluster: 'south' },
      { underCluster: 'west' },
      { tenant: '../x' },
      { tenant: '%2e%2e' },
      { tenant: 'A_B' },
      { tenant: 'x'.repeat(64) },
      { tenant: 'x'.repeat(254) },
      { tenant: 'b\u0435ta' },
      { tenant: 'beta\u200f' },
      { tenant: 'beta\u0000' },
      { tenant: '__proto__' },
      { tenant: 'constructor' },
      { tenant: '' },
      { underCluster: 'constructor' },
    ]) {
      expect(await bodyOf(change)).toBe(missing);
    }
    expect(git.requests).toEqual([]);
    expect(portal.requests.asked).toEqual([]);
    expect(portal.requests.recorded).toEqual([]);
  });

  it.each<[string, object]>([
    ['size', { size: 60 }],
    ['size', { size: null }],
    ['size', { size: ['60Gi'] }],
    ['size', { size: '1'.repeat(1025) }],
    ['tenant', { tenant: {} }],
    ['tenant', { tenant: undefined }],
    ['underCluster', { underCluster: undefined }],
    ['reason', { reason: null }],
    ['reason', { reason: 'x'.repeat(20_001) }],
    ['allowBelowUse', { allowBelowUse: 'yes' }],
    ['color', { color: 'red' }],
    ['constructor', { constructor: 1 }],
  ])(
    'names the field %s of a body that is not as documented',
    async (name, change) => {
      const { status, body } = await portal.post(
        path,
        { ...good(), ...change },
        who,
      );

      expect(status).toBe(400);
      expect(body.error).toMatchObject({
        name: 'InputError',
        message: expect.stringContaining(`"${name}"`),
      });
      expect(git.requests).toEqual([]);
    },
  );

  it.each([
    ['{"__proto__": {"size": "1Gi"}}', 'application/json', /__proto__/],
    ['{"size": ', 'application/json', /can not be read as JSON/],
    ['[]', 'application/json', /has to be a JSON object/],
    ['"x"', 'application/json', /can not be read as JSON/],
    ['size=60Gi', 'application/x-www-form-urlencoded', /has to be JSON/],
    ['{}', 'text/plain', /has to be JSON/],
    [`{"size":"${'x'.repeat(70_000)}"}`, 'application/json', /64 KiB/],
  ])('refuses the body %.40s as %s', async (text, contentType, words) => {
    const { status, body } = await portal.postText(
      path,
      text,
      contentType,
      who,
    );

    expect(status).toBe(400);
    expect(body.error.message).toMatch(words);
  });

  it('answers nobody who is not signed in', async () => {
    const { status } = await portal.post(
      path,
      good(),
      mockCredentials.none.header(),
    );

    expect(status).toBe(401);
    expect(portal.auditor.createEvent).not.toHaveBeenCalled();
  });

  it('takes no query', async () => {
    const { status, body } = await portal.post(`${path}?dry=1`, good(), who);

    expect(status).toBe(400);
    expect(body.error.message).toContain('"dry"');
  });

  it('is recorded with the names that it is about', async () => {
    await portal.post(path, good(), who);
    await portal.post(path, { ...good(), tenant: 'A_B' }, who);

    const metas = portal.auditor.createEvent.mock.calls.map(
      ([{ meta }]) => meta,
    );
    expect(metas).toEqual([
      { change: 'quota', underCluster: 'north', tenant: 'alpha' },
      { change: 'quota', underCluster: 'north' },
    ]);
    expect(portal.outcome.fail).toHaveBeenCalledTimes(1);
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

    expect((await portal.post(path, good(), who)).status).toBe(404);
    const petra = onBehalfOf('user:default/pat', 'plugin:scaffolder');
    expect((await portal.post(path, good(), petra)).status).toBe(200);
  });

  it('is not for who may read a tenant but not change it', async () => {
    portal.stop();
    portal = await servePortal(inventory, contract, {
      config: integrations(),
      permissions: mockServices.permissions.mock({
        authorizeConditional: async queries =>
          queries.map(({ permission }) => ({
            result:
              permission.name === 'tenant-storage.change.create'
                ? ('DENY' as const)
                : ('ALLOW' as const),
          })),
      }),
    });

    expect((await portal.post(path, good(), who)).status).toBe(404);
    const { body } = await portal.get<Tenant>(
      '/v1/under-clusters/north/tenants/alpha',
      ada,
    );
    expect(body.canRequest).toBe(false);
  });
});

describe('The facts for a plan', () => {
  const facts = (who: string, change: object = {}) =>
    portal.post<QuotaChangeFacts>(FACTS, wish(change), who);

  it('are what is live, where to propose, and who reviews', async () => {
    const { status, body } = await facts(adasTask);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      facts: {
        isTenant: true,
        limits: [{ quota: 'alpha-storage', hard: `${50n * GiB}` }],
        charged: `${30n * GiB}`,
      },
      repositories: north.settings.repositories,
      reviewers: { users: ['petra'], teams: ['acme/platform'] },
      openRequest: null,
    });
    expect(body.facts.headroomAfter).not.toBeNull();
    expect(portal.requests.asked).toEqual([
      {
        underCluster: 'north',
        tenant: 'alpha',
        change: 'quota',
        object: 'alpha',
      },
    ]);
  });

  it('are for the scaffolder alone: they tell of the under cluster as a whole, and cost questions to the Git host', async () => {
    expect((await facts(adasTask)).body.facts.fleet).toEqual({
      quotaSum: `${(50n + 777n + 888n) * GiB}`,
      capacity: { bytes: `${5000n * GiB}`, source: 'configured' },
    });
    for (const who of [ada, pat, service, onBehalfOf(ADA, 'plugin:catalog')]) {
      const { status, body } = await portal.post(FACTS, wish(), who);
      expect(status).toBe(403);
      expect(body.error).toMatchObject({
        name: 'NotAllowedError',
        message: expect.stringContaining('Request more storage'),
      });
    }
    expect(portal.requests.asked).toHaveLength(1);
  });

  it('of what is no size are refused, and no Git host is asked', async () => {
    const { status, body } = await facts(adasTask, { size: '10.3Gi' });

    expect(status).toBe(400);
    expect(body.error.message).toBe(
      'size: "10.3Gi" is not a whole number of bytes, and Kubernetes refuses it. Give 10548Mi, the next whole size.',
    );
    expect(portal.requests.asked).toEqual([]);
  });

  it('are not to be had while the Git host does not say what is proposed already', async () => {
    portal.requests.proposal = async () => {
      throw Object.assign(new Error('The Git host does not answer'), {
        name: 'ServiceUnavailableError',
      });
    };

    expect((await facts(adasTask)).status).toBe(503);
  });

  it('tell whose commits would be thrown away, though there is no request', async () => {
    const commitsOfOthers = [
      { sha: '0123456789abcdef', author: 'petra', title: 'By hand' },
    ];
    portal.requests.commitsOfOthers = async () => commitsOfOthers;

    expect((await facts(adasTask)).body).toMatchObject({
      branches: [{ host: git.host, repository: 'acme/fleet', commitsOfOthers }],
      openRequest: null,
    });
  });

  it('are not to be had while the Git host does not say what is on the branch', async () => {
    portal.requests.commitsOfOthers = async () => {
      throw Object.assign(new Error("It can't be told"), {
        name: 'ServiceUnavailableError',
      });
    };

    const { status, body } = await facts(adasTask);
    expect(status).toBe(503);
    expect(body).toMatchObject({ error: { message: "It can't be told" } });
  });
});

describe('Requests', () => {
  const list = (query = '', who = ada) =>
    portal.get<StorageRequestList>(`${REQUESTS}${query}`, who);

  it('are recorded by the scaffolder, for the user whose task it is', async () => {
    const { status, body } = await portal.post<StorageRequest>(
      REQUESTS,
      newRequest({ size: '1.5e11', reason: ' More\u202e data ' }),
      adasTask,
    );

    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'preparing', requester: ADA });
    expect(portal.requests.recorded).toEqual([
      {
        underCluster: 'north',
        tenant: 'alpha',
        change: 'quota',
        object: 'alpha',
        size: expect.stringMatching(/^\d+[KMG]?i?$/),
        sizeBytes: 150_000_000_000n,
        before: 50n * GiB,
        allowBelowUse: false,
        reason: 'More data',
        requester: ADA,
        repository: {
          url: `${git.url}/acme/fleet`,
          host: git.host,
          repository: 'acme/fleet',
        },
        branch: 'kmetal-storage.north.alpha.quota',
      },
    ]);
    expect(portal.auditor.createEvent).toHaveBeenCalledWith(
      expect.objectContaining({
        eventId: 'request-create',
        severityLevel: 'medium',
      }),
    );
  });

  it.each([
    ['the user', () => ada],
    ['the platform team', () => pat],
    ['another plugin', () => onBehalfOf(ADA, 'plugin:catalog')],
    ['the scaffolder itself', () => service],
  ])('are recorded by nobody else: not by %s', async (__, who) => {
    const { status } = await portal.post(REQUESTS, newRequest(), who());

    expect(status).toBe(403);
    expect(portal.requests.recorded).toEqual([]);
  });

  it.each<[string, object]>([
    ['size', { size: '5gi' }],
    ['reason', { reason: '\u200b' }],
    ['repository', { repository: 'acme/other' }],
    ['host', { host: 'github.com' }],
    ['before', { before: 'lots' }],
    ['change', { change: 'volume' }],
  ])('are not recorded with a malformed %s', async (name, change) => {
    const { status, body } = await portal.post(
      REQUESTS,
      newRequest(change),
      adasTask,
    );

    expect(status).toBe(400);
    expect(body.error.message).toContain(name);
    expect(portal.requests.recorded).toEqual([]);
  });

  it('are shown to who may read the tenant, the latest first', async () => {
    const first = portal.requests.add({});
    portal.requests.add({ tenant: 'beta' });
    portal.requests.add({ underCluster: 'south' });
    portal.requests.add({ underCluster: 'gone', tenant: 'alpha' });
    const last = portal.requests.add({ tenant: 'delta', open: false });

    expect((await list()).body).toEqual({
      items: [last, first],
      total: 2,
      nextCursor: null,
      errors: [],
    });
    expect((await list('', pat)).body.total).toBe(5);
    expect(portal.requests.audiences).toEqual([
      'tenant',
      'tenant',
      ...Array(5).fill('platform'),
    ]);
    expect((await list('?tenant=beta')).body.items).toEqual([]);
  });

  it('are filtered, and come in pages', async () => {
    for (let number = 0; number < 5; number += 1) {
      portal.requests.add({
        size: `${number}Gi`,
        state: number % 2 ? 'live' : 'stuck',
        open: number % 2 === 0,
      });
    }
    portal.requests.add({ tenant: 'delta' });
    const sizes = async (query: string) =>
      (await list(query)).body.items.map(({ size }) => size);

    expect(await sizes('?tenant=alpha&open=false')).toEqual(['3Gi', '1Gi']);
    expect(await sizes('?state=stuck,opened&open=true')).toEqual([
      '60Gi',
      '4Gi',
      '2Gi',
      '0Gi',
    ]);
    expect(await sizes('?underCluster=south')).toEqual([]);

    const seen: string[] = [];
    let query: string | null = '?limit=2';
    while (query !== null) {
      const { body }: { body: StorageRequestList } = await list(query);
      expect(body.total).toBe(6);
      seen.push(...body.items.map(({ id }) => id));
      query = body.nextCursor && `?limit=2&cursor=${body.nextCursor}`;
    }
    expect(new Set(seen).size).toBe(6);
  });

  it.each([
    ['?state=done', 'state'],
    ['?open=maybe', 'open'],
    ['?tenant=A_B', 'tenant'],
    ['?cursor=xyz', 'cursor'],
    ['?sort=size', 'sort'],
  ])(
    'are not found with %s, and the parameter is named',
    async (query, name) => {
      const { status, body } = await list(query);

      expect(status).toBe(400);
      expect(body.error.message).toContain(`"${name}"`);
    },
  );

  it('come with the Git hosts that do not answer, for who has one', async () => {
    portal.requests.troubles = [
      {
        host: git.host,
        message: 'It does not answer',
        since: '2026-01-01T00:00:00.000Z',
      },
    ];
    expect((await list()).body.errors).toEqual([]);

    portal.requests.add({});
    expect((await list()).body.errors).toHaveLength(1);
    expect((await list('', bob)).body.errors).toEqual([]);
  });

  it('tell the readers of the tenant when they go on', async () => {
    await portal.get('/v1/under-clusters/north/tenants/alpha', ada);

    portal.requests.change({ underCluster: 'north', tenant: 'beta' });
    portal.requests.change({ underCluster: 'north', tenant: 'alpha' });

    expect(portal.published).toEqual([
      {
        channel: 'tenant-storage:north/alpha',
        message: {},
        recipients: { type: 'user', entityRef: [ADA] },
      },
    ]);
  });
});

describe('Whether a change can be asked for', () => {
  it('is told of a tenant: by permission, and if there is a place to propose it', async () => {
    const canRequest = async (path: string, who: string) =>
      (await portal.get<Tenant>(`/v1/under-clusters/${path}`, who)).body
        .canRequest;

    expect(await canRequest('north/tenants/alpha', ada)).toBe(true);
    expect(await canRequest('north/tenants/alpha', pat)).toBe(true);
    expect(await canRequest('south/tenants/alpha', bob)).toBe(false);
  });

  it('filters the list of tenants', async () => {
    const names = async (query: string, who: string) =>
      (await portal.get<TenantList>(`/v1/tenants${query}`, who)).body.items.map(
        each => `${each.underCluster}/${each.name}`,
      );

    expect(await names('?canRequest=true', bob)).toEqual(['north/beta']);
    expect(await names('', bob)).toEqual(['south/alpha', 'north/beta']);
    expect(await names('?canRequest=true', ada)).toEqual([
      'north/alpha',
      'north/delta',
    ]);
    expect((await portal.get('/v1/tenants?canRequest=false', ada)).status).toBe(
      400,
    );
  });
});

it('was asked for every documented operation of changes in the tests before this one', () => {
  expect(contract.notExercised()).not.toContain('previewQuotaChange');
  expect(contract.notExercised()).not.toContain('getQuotaChangeFacts');
  expect(contract.notExercised()).not.toContain('listRequests');
  expect(contract.notExercised()).not.toContain('recordRequest');
});
