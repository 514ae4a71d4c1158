import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type {
  StorageRequest,
  StorageRequestList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { storageChangeFingerprint } from '@kmetal/backstage-plugin-tenant-storage-node';
import { OpenapiContract } from './__testUtils__/openapiContract';
import {
  RecordedCluster,
  RecordedInventory,
  tenantRecords,
} from './__testUtils__/recordedInventory';
import { onBehalfOf, servePortal } from './__testUtils__/servedPortal';

const ADA = 'user:default/ada';
const PAT = 'user:default/pat';
const ada = mockCredentials.user.header(ADA);
const pat = mockCredentials.user.header(PAT);
const patsTask = onBehalfOf(PAT, 'plugin:scaffolder');
const service = mockCredentials.service.header();

const RECORD = '/v1/changes/profile/requests';
const CLASS = 'tenant-storage-class';
const INPUT = {
  storageClass: CLASS,
  claimPropertySets: [
    { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
  ],
};

const contract = new OpenapiContract();
let inventory: RecordedInventory;
let portal: Awaited<ReturnType<typeof servePortal>>;

beforeEach(async () => {
  const north = new RecordedCluster(
    'north',
    tenantRecords('alpha', {
      owner: 'team-alpha',
      quotaGi: 50,
      volumesGi: [10],
    }),
  );
  north.settings.repositories = [
    {
      url: 'https://git.example.com/acme/fleet',
      host: 'git.example.com',
      repository: 'acme/fleet',
      branch: 'main',
      root: null,
      locators: {},
      newFiles: {},
    },
  ];
  inventory = new RecordedInventory(north, new RecordedCluster('south', {}));
  portal = await servePortal(inventory, contract);
});

afterEach(() => portal.stop());

const wish = (parts: object = {}) => ({
  underCluster: 'north',
  input: INPUT,
  reason: 'Before the swap',
  title: `StorageProfile of ${CLASS} in north`,
  host: 'git.example.com',
  repository: 'acme/fleet',
  ...parts,
});

const record = (parts: object = {}, who = patsTask, path = RECORD) =>
  portal.post<StorageRequest>(path, wish(parts), who);

describe('A request for a change of an under cluster’s storage', () => {
  it('is recorded by the scaffolder, for the user whose task it is', async () => {
    const { status, body } = await record({ files: ['storage/profile.yaml'] });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'preparing',
      requester: PAT,
      tenant: null,
      change: 'profile',
      object: CLASS,
      title: `StorageProfile of ${CLASS} in north`,
      size: null,
      sizeBytes: null,
      before: null,
    });
    expect(portal.requests.recorded).toEqual([
      {
        underCluster: 'north',
        tenant: null,
        change: 'profile',
        object: CLASS,
        title: `StorageProfile of ${CLASS} in north`,
        input: INPUT,
        fingerprint: storageChangeFingerprint(INPUT),
        files: ['storage/profile.yaml'],
        reason: 'Before the swap',
        requester: PAT,
        repository: {
          url: 'https://git.example.com/acme/fleet',
          host: 'git.example.com',
          repository: 'acme/fleet',
        },
        branch: `kmetal-storage.north.${CLASS}.profile`,
      },
    ]);
  });

  it.each([
    ['the user without the scaffolder', pat],
    ['another plugin on behalf of the user', onBehalfOf(PAT, 'plugin:catalog')],
    ['a service', service],
  ])('is not recorded for %s', async (_, who) => {
    const { status, body } = await record({}, who);

    expect(status).toBe(403);
    expect(body.error.message).toContain('kmetal:storage:profile');
    expect(portal.requests.recorded).toEqual([]);
  });

  it('is the same 404 for an under cluster that the user may not change, and for one that is none', async () => {
    const adasTask = onBehalfOf(ADA, 'plugin:scaffolder');
    const answers = [
      await record({}, adasTask),
      await record({ underCluster: 'nowhere' }),
      await record({ underCluster: '../north' }),
      await record({}, patsTask, '/v1/changes/constructor/requests'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(new Set(answers.map(({ body }) => body.error.message)).size).toBe(1);
    expect(portal.requests.recorded).toEqual([]);
  });

  it('is not recorded for who may read an under cluster but not change it', async () => {
    portal.stop();
    portal = await servePortal(inventory, contract, {
      permissions: mockServices.permissions.mock({
        authorizeConditional: async queries =>
          queries.map(({ permission }) => ({
            result:
              permission.name === 'tenant-storage.platform-change.create'
                ? ('DENY' as const)
                : ('ALLOW' as const),
          })),
      }),
    });

    expect((await record()).status).toBe(404);
  });

  it.each<[string, object]>([
    ['storageClass', { input: { ...INPUT, storageClass: '../x' } }],
    ['storageClass', { input: { ...INPUT, storageClass: undefined } }],
    ['color', { input: { ...INPUT, color: 'red' } }],
    ['input', { input: [] }],
    ['reason', { reason: ' ' }],
    ['title', { title: 'Two\nlines' }],
    ['title', { title: 'Turned \u202eround' }],
    ['title', { title: ' ' }],
    ['repository', { repository: 'acme/other' }],
    ['repository', { host: 'github.com' }],
    // Nobody has said where changes of it are proposed.
    ['repository', { underCluster: 'south' }],
    ['size', { size: '60Gi' }],
  ])('names the field %s that is wrong (%j)', async (field, parts) => {
    const { status, body } = await record(parts);

    expect(status).toBe(400);
    expect(body.error.message).toContain(field);
    expect(portal.requests.recorded).toEqual([]);
  });

  it('leaves a record of who asked for what', async () => {
    await record();
    await record({}, patsTask, '/v1/changes/nonsense%0a/requests');

    expect(
      portal.auditor.createEvent.mock.calls.map(
        ([{ eventId, severityLevel, meta }]) => [eventId, severityLevel, meta],
      ),
    ).toEqual([
      [
        'request-create',
        'medium',
        { change: 'profile', underCluster: 'north' },
      ],
      ['request-create', 'medium', { underCluster: 'north' }],
    ]);
  });
});

describe('Requests in the list', () => {
  const titles = async (who: string, query = '') => {
    const { body } = await portal.get<StorageRequestList>(
      `/v1/requests${query}`,
      who,
    );
    return body.items.map(({ title }) => title);
  };

  beforeEach(() => {
    portal.requests.add({ title: 'More for alpha' });
    for (const underCluster of ['north', 'south']) {
      portal.requests.add({
        underCluster,
        tenant: null,
        change: 'profile',
        object: CLASS,
        title: `Pin in ${underCluster}`,
        size: null,
        sizeBytes: null,
        before: null,
      });
    }
  });

  it('are those about under clusters for the platform alone', async () => {
    expect(await titles(pat)).toEqual([
      'Pin in south',
      'Pin in north',
      'More for alpha',
    ]);
    expect(await titles(ada)).toEqual(['More for alpha']);
    const { body } = await portal.get<StorageRequestList>('/v1/requests', ada);
    expect(body.total).toBe(1);
  });

  it('are of one under cluster, or of one tenant', async () => {
    expect(await titles(pat, '?underCluster=north')).toEqual([
      'Pin in north',
      'More for alpha',
    ]);
    expect(await titles(pat, '?tenant=alpha')).toEqual(['More for alpha']);
  });

  it('are of one kind of change, or of several', async () => {
    expect(await titles(pat, '?change=profile')).toEqual([
      'Pin in south',
      'Pin in north',
    ]);
    expect(await titles(pat, '?change=profile&underCluster=north')).toEqual([
      'Pin in north',
    ]);
    expect(await titles(pat, '?change=backend,quota')).toEqual([
      'More for alpha',
    ]);
    expect(await titles(ada, '?change=profile')).toEqual([]);
  });

  it('are looked for by kinds that there are', async () => {
    for (const kind of ['disk', 'quota,', '__proto__']) {
      const { status, body } = await portal.get<{ error: { message: string } }>(
        `/v1/requests?change=${kind}`,
        pat,
      );
      expect(status).toBe(400);
      expect(body.error.message).toMatch(
        /"change" has to be one or several of quota, /,
      );
    }
  });

  it('of an under cluster are for who may read that under cluster', async () => {
    portal.stop();
    portal = await servePortal(inventory, contract, {
      permissions: mockServices.permissions.mock({
        authorizeConditional: async queries =>
          queries.map(({ permission }) => ({
            result:
              permission.name === 'tenant-storage.fleet.read'
                ? ('DENY' as const)
                : ('ALLOW' as const),
          })),
      }),
    });
    portal.requests.add({ title: 'More for alpha' });
    portal.requests.add({ tenant: null, change: 'profile', title: 'Pin' });
    expect(await titles(pat)).toEqual(['More for alpha']);
  });

  it('do not tell of Git hosts to whom no request concerns', async () => {
    const trouble = {
      host: 'git.example.com',
      message: 'It does not answer',
      since: '2026-01-01T00:00:00.000Z',
    };
    portal.requests.requests.splice(2);
    portal.requests.troubles = [trouble];

    const errors = async (who: string) =>
      (await portal.get<StorageRequestList>('/v1/requests', who)).body.errors;
    expect(await errors(pat)).toEqual([trouble]);
    expect(await errors(ada)).toEqual([]);
  });
});
