import type { PermissionsService } from '@backstage/backend-plugin-api';
import { mockCredentials, mockServices } from '@backstage/backend-test-utils';
import type {
  Tenant,
  TenantList,
  UnderClusterList,
  VolumeDetail,
  VolumeList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { OpenapiContract } from './__testUtils__/openapiContract';
import {
  RecordedCluster,
  RecordedInventory,
  tenantRecords,
  together,
} from './__testUtils__/recordedInventory';
import { GROUPS, servePortal, type Answer } from './__testUtils__/servedPortal';

const ada = mockCredentials.user.header('user:default/ada');
const bob = mockCredentials.user.header('user:default/bob');
const pat = mockCredentials.user.header('user:default/pat');
const service = mockCredentials.service.header();

const contract = new OpenapiContract();

const serve = (
  inventory: RecordedInventory,
  options: { permissions?: PermissionsService; config?: object } = {},
) => servePortal(inventory, contract, options);

const tenantPath = (underCluster: string, tenant: string) =>
  `/v1/under-clusters/${underCluster}/tenants/${tenant}`;

describe('the router', () => {
  let north: RecordedCluster;
  let south: RecordedCluster;
  let inventory: RecordedInventory;
  let portal: Awaited<ReturnType<typeof serve>>;

  beforeEach(async () => {
    north = new RecordedCluster(
      'north',
      together(
        tenantRecords('alpha', {
          owner: 'team-alpha',
          quotaGi: 50,
          volumesGi: [10, 20],
        }),
        tenantRecords('beta', {
          owner: 'group:default/team-beta',
          quotaGi: 10,
          volumesGi: [1],
        }),
        tenantRecords('delta', { owner: 'team-alpha', quotaGi: 100 }),
        tenantRecords('orphan', { quotaGi: 5 }),
      ),
    );
    south = new RecordedCluster(
      'south',
      tenantRecords('alpha', { owner: 'team-beta', quotaGi: 7 }),
    );
    inventory = new RecordedInventory(north, south);
    portal = await serve(inventory);
  });

  afterEach(() => portal.stop());

  async function useInstead(...args: Parameters<typeof serve>) {
    portal.stop();
    portal = await serve(...args);
  }

  const namesFor = async (who: string, query = '') => {
    const { body } = await portal.get<TenantList>(`/v1/tenants${query}`, who);
    expect(body.total).toBe(body.items.length);
    return body.items.map(each => `${each.underCluster}/${each.name}`);
  };

  describe('for an owner', () => {
    it('answers with the tenants of their groups, and counts no other', async () => {
      expect(await namesFor(ada)).toEqual(['north/alpha', 'north/delta']);
      expect(await namesFor(bob)).toEqual(['south/alpha', 'north/beta']);
    });

    it('answers with one of them, and nobody keeps the answer', async () => {
      const { status, headers, body } = await portal.get<Tenant>(
        tenantPath('north', 'alpha'),
        ada,
      );

      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      expect(body).toMatchObject({
        underCluster: 'north',
        name: 'alpha',
        owners: ['group:default/team-alpha'],
        limits: [
          { used: String(30n * 1024n ** 3n), hard: String(50n * 1024n ** 3n) },
        ],
      });
    });

    it('answers with its volumes and with one volume', async () => {
      const path = `${tenantPath('north', 'alpha')}/volumes`;
      const { body } = await portal.get<VolumeList>(path, ada);

      expect(body.items.map(({ name }) => name).sort()).toEqual([
        'pvc-alpha-0',
        'pvc-alpha-1',
      ]);
      const volume = await portal.get<VolumeDetail>(`${path}/pvc-alpha-1`, ada);
      expect(volume.body.volume.charged).toBe(String(20n * 1024n ** 3n));
    });

    it('shows no under cluster, and says which permission would', async () => {
      const { body } = await portal.get<UnderClusterList>(
        '/v1/under-clusters',
        ada,
      );

      expect(body.items).toEqual([]);
      expect(body.emptyBecause).toMatch(/tenant-storage\.fleet\.read/);
    });

    it('says why there is nothing if there is nothing', async () => {
      const nobody = mockCredentials.user.header('user:default/nobody');
      const { body } = await portal.get<TenantList>('/v1/tenants', nobody);

      expect(body).toMatchObject({
        items: [],
        total: 0,
        errors: [],
        emptyBecause: expect.stringMatching(/owner/),
      });
    });
  });

  describe('for who may not read a tenant', () => {
    const bodyOf = async (path: string, who = ada) => {
      const { status, headers, body } = await portal.get<{ request?: unknown }>(
        path,
        who,
      );
      expect(status).toBe(404);
      const { request, ...rest } = body;
      expect(request).toEqual({ method: 'GET', url: path });
      return JSON.stringify([rest, headers['cache-control']]);
    };

    it.each(['', '/volumes', '/volumes/pvc-beta-0'])(
      'answers as if it did not exist: %p',
      async rest => {
        const missing = await bodyOf(`${tenantPath('north', 'nope')}${rest}`);

        expect(await bodyOf(`${tenantPath('north', 'beta')}${rest}`)).toBe(
          missing,
        );
        expect(await bodyOf(`${tenantPath('south', 'alpha')}${rest}`)).toBe(
          missing,
        );
        expect(await bodyOf(`${tenantPath('west', 'beta')}${rest}`)).toBe(
          missing,
        );
        expect(await bodyOf(`${tenantPath('north', 'orphan')}${rest}`)).toBe(
          missing,
        );
      },
    );

    it('answers the same for a volume that a tenant of theirs does not have', async () => {
      const missing = await bodyOf(tenantPath('north', 'nope'));

      expect(
        await bodyOf(`${tenantPath('north', 'alpha')}/volumes/pvc-beta-0`),
      ).toBe(missing);
    });

    it.each([
      '..%2Fx',
      '%2e%2e',
      '%2e%2e%2fbeta',
      'A_B',
      'x'.repeat(64),
      'x'.repeat(254),
      'b%D0%B5ta',
      'beta%E2%80%8F',
      'beta%00',
      'beta%0A',
      '__proto__',
      'constructor',
      'toString',
      '-beta',
      '%F0%9F%92%BE',
      '%zz',
    ])('answers the same for a name that cannot exist: %p', async name => {
      const missing = await bodyOf(tenantPath('north', 'nope'), pat);

      for (const path of [
        tenantPath('north', name),
        tenantPath(name, 'alpha'),
        `${tenantPath('north', name)}/volumes`,
        `${tenantPath('north', 'alpha')}/volumes/${name}`,
      ]) {
        expect(await bodyOf(path, pat)).toBe(missing);
      }
    });

    it('does not tell an existing tenant by how it takes a malformed query', async () => {
      const query = '/volumes?limit=0';
      const [mine, others, nobodys] = await Promise.all(
        ['alpha', 'beta', 'nope'].map(name =>
          portal.get(`${tenantPath('north', name)}${query}`, ada),
        ),
      );

      expect(mine.status).toBe(400);
      expect(others.body.error).toEqual(mine.body.error);
      expect(nobodys.body.error).toEqual(mine.body.error);
    });
  });

  describe('for the platform', () => {
    it('answers with all tenants and all under clusters', async () => {
      expect(await namesFor(pat)).toHaveLength(5);
      const { body } = await portal.get<UnderClusterList>(
        '/v1/under-clusters',
        pat,
      );
      expect(body.items.map(({ name, tenants }) => [name, tenants])).toEqual([
        ['north', 4],
        ['south', 1],
      ]);
      expect(body.emptyBecause).toBeNull();
    });

    it('searches, filters, sorts and turns pages', async () => {
      expect(await namesFor(pat, '?search=ALPH')).toEqual([
        'north/alpha',
        'south/alpha',
      ]);
      expect(await namesFor(pat, '?search=sout')).toEqual(['south/alpha']);
      expect(await namesFor(pat, '?underCluster=south')).toEqual([
        'south/alpha',
      ]);
      expect(await namesFor(pat, '?underCluster=west')).toEqual([]);
      expect(await namesFor(pat, '?owner=group:default/Team-Beta')).toEqual([
        'south/alpha',
        'north/beta',
      ]);
      expect(await namesFor(pat, '?sort=-used&underCluster=north')).toEqual([
        'north/alpha',
        'north/beta',
        'north/delta',
        'north/orphan',
      ]);

      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Answer<TenantList> = await portal.get<TenantList>(
          `/v1/tenants?limit=2${
            cursor && `&cursor=${encodeURIComponent(cursor)}`
          }`,
          pat,
        );
        expect(page.body.total).toBe(5);
        seen.push(
          ...page.body.items.map(each => `${each.underCluster}/${each.name}`),
        );
        cursor = page.body.nextCursor;
      }
      expect(seen).toHaveLength(5);
      expect(new Set(seen)).toEqual(new Set(await namesFor(pat)));
    });

    it('says nothing about emptiness when only the filter matches nothing', async () => {
      const { body } = await portal.get<TenantList>(
        '/v1/tenants?search=zzz',
        pat,
      );

      expect(body).toMatchObject({ total: 0, emptyBecause: null });
    });
  });

  it('answers other plugins that ask as themselves', async () => {
    expect(await namesFor(service)).toHaveLength(5);
  });

  it.each([
    '/v1/under-clusters',
    '/v1/tenants',
    tenantPath('north', 'alpha'),
    tenantPath('north', 'nope'),
    `${tenantPath('north', 'alpha')}/volumes`,
    `${tenantPath('north', 'alpha')}/volumes/pvc-alpha-0`,
  ])('answers nobody who is not signed in: %s', async path => {
    const { status, headers } = await portal.get(
      path,
      mockCredentials.none.header(),
    );

    expect(status).toBe(401);
    expect(headers['cache-control']).toBe('no-store');
    expect(portal.auditor.createEvent).not.toHaveBeenCalled();
  });

  it.each([
    ['/v1/under-clusters?limit=1', 'limit'],
    ['/v1/tenants?limit=0', 'limit'],
    ['/v1/tenants?color=red', 'color'],
    ['/v1/tenants?constructor=1', 'constructor'],
    ['/v1/tenants?status=green', 'status'],
    ['/v1/tenants?sort=size', 'sort'],
    ['/v1/tenants?underCluster=A_B', 'underCluster'],
    [`/v1/tenants?underCluster=${'x'.repeat(64)}`, 'underCluster'],
    ['/v1/tenants?sort=name&sort=used', 'sort'],
    [`${tenantPath('north', 'alpha')}?limit=1`, 'limit'],
    [`${tenantPath('north', 'alpha')}/volumes?state=fine`, 'state'],
    [`${tenantPath('north', 'alpha')}/volumes?purpose=fun`, 'purpose'],
    [
      `${tenantPath('north', 'alpha')}/volumes?tenantCluster=A_B`,
      'tenantCluster',
    ],
    [`${tenantPath('north', 'alpha')}/volumes/pvc-alpha-0?x=1`, 'x'],
  ])(
    'refuses a malformed query and names the parameter: %s',
    async (path, name) => {
      const { status, body } = await portal.get(path, ada);

      expect(status).toBe(400);
      expect(body.error.message).toContain(`"${name}"`);
    },
  );

  it.each(['/v1/tenants', `${tenantPath('north', 'alpha')}/volumes`])(
    'turns no page at a cursor that it did not make: %s',
    async path => {
      const { status, body } = await portal.get(`${path}?cursor=xyz`, ada);

      expect(status).toBe(400);
      expect(body.error.message).toContain('"cursor"');
    },
  );

  describe('while an under cluster can not be reached', () => {
    beforeEach(() => north.lose());

    it('tells who has a tenant there, in words that name no address', async () => {
      const { body } = await portal.get<TenantList>('/v1/tenants', ada);

      expect(body.items).toHaveLength(2);
      expect(new Set(body.errors.map(each => each.underCluster))).toEqual(
        new Set(['north']),
      );
      const tenant = await portal.get<Tenant>(
        tenantPath('north', 'alpha'),
        ada,
      );
      expect(tenant.body.freshness.state).toBe('stale');
      expect(tenant.body.errors.length).toBeGreaterThan(0);
      expect(JSON.stringify([body, tenant.body])).not.toMatch(/10\.1\.2\.3/);
    });

    it('does not tell who has none there', async () => {
      GROUPS['user:default/eve'] = ['group:default/team-gamma'];
      const { body } = await portal.get<TenantList>(
        '/v1/tenants',
        mockCredentials.user.header('user:default/eve'),
      );

      expect(body.errors).toEqual([]);
      expect(JSON.stringify(body)).not.toMatch(/north/);
    });

    it('tells the platform what was answered', async () => {
      const { body } = await portal.get<TenantList>('/v1/tenants', pat);

      expect(JSON.stringify(body.errors)).toMatch(/10\.1\.2\.3/);
    });
  });

  describe('while an under cluster has not been read yet', () => {
    beforeEach(async () => {
      const west = new RecordedCluster('west');
      for (const kind of [
        'Namespace',
        'ResourceQuota',
        'TenantControlPlane',
      ] as const) {
        west.states.set(kind, { state: 'syncing', since: Date.now() });
      }
      await useInstead(new RecordedInventory(west));
    });

    it('does not let anybody read a tenant of it, for its owner is not known', async () => {
      expect((await portal.get(tenantPath('west', 'alpha'), ada)).status).toBe(
        404,
      );
    });

    it('tells the platform that it can not be told', async () => {
      const { status, body } = await portal.get(
        tenantPath('west', 'alpha'),
        pat,
      );

      expect(status).toBe(503);
      expect(body.error.message).toMatch(/can't be told/);
    });

    it('says that tenants may be missing, without naming it', async () => {
      const { body } = await portal.get<TenantList>('/v1/tenants', ada);

      expect(body.emptyBecause).toMatch(/has been read yet/);
      expect(body.errors).toEqual([]);
      expect(JSON.stringify(body)).not.toMatch(/west/);
    });
  });

  it('says that there may be more under clusters, and why', async () => {
    const path = '/v1/under-clusters';
    const whole = await portal.get<UnderClusterList>(path, ada);
    expect(whole.body.incomplete).toBeNull();
    inventory.incomplete = 'Waiting for the catalog';
    const { body } = await portal.get<UnderClusterList>(path, ada);
    expect(body.incomplete).toBe('Waiting for the catalog');
  });

  it('says so if no under cluster is configured', async () => {
    const empty = new RecordedInventory();
    empty.emptyBecause = 'No under cluster is configured';
    await useInstead(empty);

    for (const path of ['/v1/tenants', '/v1/under-clusters']) {
      const { body } = await portal.get<TenantList>(path, ada);
      expect(body.emptyBecause).toBe('No under cluster is configured');
    }
  });

  it('shows nothing while permissions can not be checked', async () => {
    await useInstead(inventory, {
      permissions: mockServices.permissions.mock({
        authorizeConditional: async () => {
          throw new Error('connect ECONNREFUSED');
        },
      }),
    });

    for (const path of ['/v1/tenants', tenantPath('north', 'alpha')]) {
      const { status, body } = await portal.get(path, ada);
      expect(status).toBe(503);
      expect(body.error.name).toBe('ServiceUnavailableError');
      expect(JSON.stringify(body)).not.toMatch(/ECONNREFUSED/);
    }
  });

  describe('with permissions switched off', () => {
    beforeEach(() =>
      useInstead(inventory, {
        permissions: mockServices.permissions(),
        config: {
          permission: { enabled: false },
          tenantStorage: { access: { groups: ['group:default/Platform'] } },
        },
      }),
    );

    it('shows everything to the groups of tenantStorage.access.groups and nothing to others, owners included', async () => {
      expect(await namesFor(pat)).toHaveLength(5);
      expect(await namesFor(ada)).toEqual([]);
      expect((await portal.get(tenantPath('north', 'alpha'), ada)).status).toBe(
        404,
      );
    });

    it('answers other plugins that ask as themselves', async () => {
      expect(await namesFor(service)).toHaveLength(5);
    });
  });

  it.each([
    [{ access: { groups: 'platform' } }, /tenantStorage\.access\.groups has/],
    [
      { access: { groups: ['a', 'component:b'] } },
      /tenantStorage\.access\.groups\[1\] is not a group/,
    ],
  ])(
    'does not start with malformed groups: %j',
    async (tenantStorage, message) => {
      await expect(
        serve(inventory, { config: { tenantStorage } }),
      ).rejects.toThrow(message);
    },
  );

  it('takes owners of the configuration before what is written on the namespace', async () => {
    await useInstead(inventory, {
      config: {
        tenantStorage: {
          owners: [
            { underCluster: 'north', tenant: 'orphan', owner: 'team-alpha' },
            { underCluster: 'north', tenant: 'alpha', owner: 'team-beta' },
          ],
        },
      },
    });

    expect(await namesFor(ada)).toEqual(['north/delta', 'north/orphan']);
  });

  describe('records', () => {
    it('who asked for what', async () => {
      await portal.get(tenantPath('north', 'alpha'), ada);

      expect(portal.auditor.createEvent).toHaveBeenCalledTimes(1);
      expect(portal.auditor.createEvent).toHaveBeenCalledWith({
        eventId: 'tenant-fetch',
        severityLevel: 'low',
        request: expect.anything(),
        meta: { queryType: 'by-name', underCluster: 'north', tenant: 'alpha' },
      });
      expect(portal.outcome.success).toHaveBeenCalledTimes(1);
      expect(portal.outcome.fail).not.toHaveBeenCalled();
    });

    it('what was refused, without names that can not exist', async () => {
      await portal.get(tenantPath('A_B', 'beta'), ada);

      expect(portal.auditor.createEvent).toHaveBeenCalledWith(
        expect.objectContaining({
          meta: { queryType: 'by-name', tenant: 'beta' },
        }),
      );
      expect(portal.outcome.fail).toHaveBeenCalledWith({
        error: expect.objectContaining({ name: 'NotFoundError' }),
      });
      expect(portal.outcome.success).not.toHaveBeenCalled();
    });

    it.each([
      ['/v1/under-clusters', 'under-cluster-fetch', 'all'],
      ['/v1/tenants', 'tenant-fetch', 'all'],
      [`${tenantPath('north', 'alpha')}/volumes`, 'volume-fetch', 'all'],
      [
        `${tenantPath('north', 'alpha')}/volumes/pvc-alpha-0`,
        'volume-fetch',
        'by-name',
      ],
    ])('%s as %s, %s', async (path, eventId, queryType) => {
      await portal.get(path, ada);

      expect(portal.auditor.createEvent).toHaveBeenCalledWith(
        expect.objectContaining({
          eventId,
          meta: expect.objectContaining({ queryType }),
        }),
      );
    });
  });

  describe('tells of changes', () => {
    it('whoever was just allowed to read the tenant', async () => {
      await portal.get(tenantPath('north', 'alpha'), ada);
      await portal.get(`${tenantPath('north', 'alpha')}/volumes`, pat);

      inventory.change({
        underCluster: 'north',
        kind: 'PersistentVolumeClaim',
        namespace: 'alpha',
      });

      expect(portal.published).toEqual([
        {
          channel: 'tenant-storage:north/alpha',
          message: {},
          recipients: {
            type: 'user',
            entityRef: ['user:default/ada', 'user:default/pat'],
          },
        },
      ]);
    });

    it('nobody who was refused, and no plugin', async () => {
      await portal.get(tenantPath('north', 'beta'), ada);
      await portal.get(`${tenantPath('north', 'beta')}/volumes`, ada);
      await portal.get(tenantPath('north', 'alpha'), service);

      expect(portal.readers.size).toBe(0);
    });
  });

  it('was asked for every documented operation in the tests before this one', () => {
    // Those of changes have tests of their own.
    expect(contract.notExercised()).toEqual([
      'previewQuotaChange',
      'getQuotaChangeFacts',
      'previewStorageChange',
      'getStorageChangeFacts',
      'recordStorageChange',
      'listRequests',
      'recordRequest',
    ]);
  });
});
