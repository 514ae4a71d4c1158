import { mockServices } from '@backstage/backend-test-utils';
import type { RequestedChange } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { Knex } from 'knex';
import { resolve } from 'node:path';
import { testDatabases } from './databases.testing';
import type { Step } from './requestState';
import { RequestsStore } from './requestsStore';
import type {
  QuotaToRecord,
  RequestQuery,
  StorageChangeToRecord,
} from './types';

const AT = Date.UTC(2026, 10, 22, 12);
const GI = 2n ** 30n;

function wish(parts: Partial<QuotaToRecord> = {}): QuotaToRecord {
  return {
    underCluster: 'muc-1',
    tenant: 'alpha',
    change: 'quota',
    object: parts.tenant ?? 'alpha',
    size: '60Gi',
    sizeBytes: 60n * GI,
    before: 50n * GI,
    allowBelowUse: false,
    reason: 'The database grows.',
    requester: 'user:default/alice',
    repository: {
      url: 'https://github.com/acme/fleet',
      host: 'github.com',
      repository: 'acme/fleet',
    },
    branch: 'kmetal-storage.muc-1.alpha.quota',
    ...parts,
  };
}

function storageChange(
  parts: Partial<StorageChangeToRecord> = {},
): StorageChangeToRecord {
  return {
    underCluster: 'muc-1',
    tenant: null,
    change: 'backend',
    object: 'release',
    title: 'Release',
    input: { stage: 'release' },
    fingerprint: '0123456789ab',
    files: ['storage/class.yaml'],
    reason: 'The disks are full.',
    requester: 'user:default/petra',
    repository: {
      url: 'https://github.com/acme/fleet',
      host: 'github.com',
      repository: 'acme/fleet',
    },
    branch: 'kmetal-storage.muc-1.release.backend',
    ...parts,
  };
}

function step(state: Step['state'], at = AT + 1000): Step {
  return { state, at, by: 'petra', message: null };
}

function storeOn(knex: Knex): Promise<RequestsStore> {
  return RequestsStore.create({
    database: mockServices.database({ knex }),
  });
}

describe.each(testDatabases())('requests in $name', server => {
  let knex: Knex;
  let connect: () => Knex;

  beforeAll(() => server.start(), 60_000);
  afterAll(() => server.stop(), 60_000);
  beforeEach(async () => {
    ({ knex, connect } = await server.create());
  });

  it('are kept as they were asked for', async () => {
    const store = await storeOn(knex);
    const huge = 2n ** 63n - 1n;
    const recorded = await store.record(wish({ sizeBytes: huge }), AT);
    expect(recorded).toMatchObject({
      ...wish({ sizeBytes: huge }),
      createdAt: AT,
      askedAt: AT,
      state: 'preparing',
      open: true,
      proposal: null,
      mergedAt: null,
      liveBefore: 50n * GI,
      version: 1,
      steps: [{ state: 'preparing', at: AT, notificationDue: false }],
    });
    expect(await (await storeOn(connect())).get(recorded.id)).toEqual(recorded);
  });

  it('are the same one with the latest wish when somebody asks again', async () => {
    const store = await storeOn(knex);
    const first = await store.record(wish(), AT);
    const opened = await store.advance(first, AT + 1, [step('opened')], {
      proposal: { number: 4, url: 'https://github.com/acme/fleet/pull/4' },
    });
    await store.advance(opened!, AT + 2, [step('approved')]);
    const again = await store.record(
      wish({
        size: '70Gi',
        sizeBytes: 70n * GI,
        requester: 'user:default/bob',
      }),
      AT + 5000,
    );
    expect(again).toMatchObject({
      id: first.id,
      size: '70Gi',
      requester: 'user:default/bob',
      askedAt: AT + 5000,
      // What was approved was another size, and what is asked for now is not there yet.
      state: 'preparing',
      proposal: { number: 4 },
    });
    expect(again.steps.map(({ state, message }) => [state, message])).toEqual([
      ['preparing', null],
      ['opened', null],
      ['approved', null],
      ['preparing', '70Gi instead of 60Gi'],
    ]);
  });

  it('keep their approval when the same is asked for once more', async () => {
    const store = await storeOn(knex);
    const first = await store.record(wish(), AT);
    const opened = await store.advance(first, AT + 1, [step('opened')], {
      proposal: { number: 4, url: 'u' },
    });
    await store.advance(opened!, AT + 2, [step('approved')]);
    const again = await store.record(wish({ reason: 'Please' }), AT + 5000);
    expect(again).toMatchObject({
      state: 'approved',
      reason: 'Please',
      askedAt: AT,
    });
  });

  it('are prepared again when one that is stuck is asked for again', async () => {
    const store = await storeOn(knex);
    const first = await store.record(wish(), AT);
    await store.advance(first, AT + 1, [step('stuck')]);
    expect(await store.record(wish(), AT + 5000)).toMatchObject({
      id: first.id,
      state: 'preparing',
      askedAt: AT + 5000,
    });
  });

  it('are another one once the one before is merged or withdrawn', async () => {
    const store = await storeOn(knex);
    const first = await store.record(wish(), AT);
    await store.advance(first, AT + 1, [step('merged')], { mergedAt: AT + 1 });
    const second = await store.record(wish(), AT + 2);
    expect(second.id).not.toBe(first.id);
    await store.advance(second, AT + 3, [step('withdrawn')]);
    const third = await store.record(wish(), AT + 4);
    expect(third.id).not.toBe(second.id);
    expect(await store.openRequest(wish())).toMatchObject({ id: third.id });
    // One that is opened again does not push out the one that is open.
    const withdrawn = await store.get(second.id);
    expect(
      await store.advance(withdrawn!, AT + 5, [step('opened')]),
    ).toBeUndefined();
  });

  it('are one, however many ask at the same time', async () => {
    const stores = await Promise.all([
      storeOn(knex),
      storeOn(connect()),
      storeOn(connect()),
    ]);
    const recorded = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        stores[index % stores.length].record(
          wish({ requester: `user:default/u${index}` }),
          AT + index,
        ),
      ),
    );
    expect(new Set(recorded.map(({ id }) => id)).size).toBe(1);
    const { total } = await stores[0].list({
      subjects: [wish()],
      limit: 10,
      offset: 0,
    });
    expect(total).toBe(1);
  });

  it('can not be two for one object, whatever the code does', async () => {
    const store = await storeOn(knex);
    const { id } = await store.record(wish(), AT);
    const row = await knex('tenant_storage_requests').where({ id }).first();
    await expect(
      knex('tenant_storage_requests').insert({
        ...row,
        id: '00000000-0000-4000-8000-000000000001',
      }),
    ).rejects.toThrow(/unique/i);
  });

  it('are told only to those who may see the tenant, the latest first, page by page', async () => {
    const store = await storeOn(knex);
    for (const [index, tenant] of ['alpha', 'beta', 'gamma'].entries()) {
      await store.record(wish({ tenant }), AT + index);
    }
    const withdrawn = await store.openRequest(wish({ tenant: 'gamma' }));
    await store.advance(withdrawn!, AT + 9, [step('withdrawn')]);
    const of = async (parts: object, ...tenants: string[]) => {
      const { items, total } = await store.list({
        subjects: tenants.map(tenant => ({ underCluster: 'muc-1', tenant })),
        limit: 10,
        offset: 0,
        ...parts,
      });
      return [items.map(({ tenant }) => tenant), total];
    };
    expect(await of({}, 'alpha', 'gamma')).toEqual([['gamma', 'alpha'], 2]);
    expect(await of({ limit: 1, offset: 1 }, 'alpha', 'gamma')).toEqual([
      ['alpha'],
      2,
    ]);
    expect(await of({ open: true }, 'alpha', 'gamma')).toEqual([['alpha'], 1]);
    expect(await of({ open: false }, 'alpha', 'gamma')).toEqual([['gamma'], 1]);
    expect(await of({ states: ['withdrawn'] }, 'beta', 'gamma')).toEqual([
      ['gamma'],
      1,
    ]);
    expect(await of({})).toEqual([[], 0]);
    expect((await store.subjects()).map(({ tenant }) => tenant).sort()).toEqual(
      ['alpha', 'beta', 'gamma'],
    );
  });

  describe('for changes of an under cluster’s storage', () => {
    it('are kept as they were asked for, one for each change of an object', async () => {
      const store = await storeOn(knex);
      const recorded = await store.record(storageChange(), AT);
      expect(recorded).toMatchObject({
        ...storageChange(),
        wish: '0123456789ab',
        liveBeforeKnown: false,
        arrivedBefore: null,
      });
      expect(await (await storeOn(connect())).get(recorded.id)).toEqual(
        recorded,
      );
      const others = [
        storageChange({ object: 'claim' }),
        storageChange({ change: 'class' }),
        storageChange({ underCluster: 'ber-1' }),
        wish({ tenant: 'release' }),
      ];
      const ids = await Promise.all(
        others.map(async each => (await store.record(each, AT)).id),
      );
      expect(new Set([...ids, recorded.id]).size).toBe(5);
      expect((await store.record(storageChange(), AT)).id).toBe(recorded.id);
      expect(await store.openRequest(others[0])).toMatchObject({
        object: 'claim',
      });
    });

    it('are the same one with the latest wish, whose arrival is looked at anew', async () => {
      const store = await storeOn(knex);
      const first = await store.record(storageChange(), AT);
      const opened = await store.advance(first, AT + 1, [step('opened')], {
        arrivedBefore: true,
      });
      expect(opened).toMatchObject({ arrivedBefore: true });
      const same = await store.record(storageChange(), AT + 2);
      expect(same).toMatchObject({
        arrivedBefore: true,
        state: 'opened',
        files: ['storage/class.yaml'],
      });
      const other = await store.record(
        storageChange({
          title: 'Release, with care',
          input: { stage: 'release', confirm: true },
          fingerprint: 'ba9876543210',
          files: ['storage/class.yaml', 'storage/kustomization.yaml'],
        }),
        AT + 3,
      );
      expect(other).toMatchObject({
        id: first.id,
        arrivedBefore: null,
        state: 'preparing',
        wish: 'ba9876543210',
        input: { stage: 'release', confirm: true },
        files: ['storage/class.yaml', 'storage/kustomization.yaml'],
      });
      expect(other.steps.at(-1)?.message).toBe(
        '“Release, with care” instead of “Release”',
      );
      const again = await store.record(
        storageChange({ title: 'Release, with care' }),
        AT + 4,
      );
      expect(again.steps.at(-1)?.message).toBe(
        'Release, with care, with other values',
      );
    });

    it('are told of an under cluster while they are open, with those for quotas', async () => {
      const store = await storeOn(knex);
      const first = await store.record(storageChange(), AT);
      await store.advance(first, AT + 1, [step('merged')], {
        mergedAt: AT + 1,
      });
      await store.record(wish(), AT + 2);
      const ended = await store.record(storageChange({ object: 'x' }), AT + 3);
      await store.advance(ended, AT + 4, [step('live')]);
      await store.record(storageChange({ underCluster: 'ber-1' }), AT + 5);
      expect(await store.openChanges('muc-1')).toEqual([
        {
          change: 'backend',
          object: 'release',
          state: 'merged',
          merged: true,
          input: { stage: 'release' },
        },
        {
          change: 'quota',
          object: 'alpha',
          state: 'preparing',
          merged: false,
          input: { tenant: 'alpha', size: '60Gi' },
        },
      ]);
    });

    it('are found by what is changed, page by page', async () => {
      const store = await storeOn(knex);
      await store.record(wish(), AT);
      await store.record(storageChange(), AT + 1);
      await store.record(storageChange({ object: 'claim' }), AT + 2);
      await store.record(storageChange({ change: 'class' }), AT + 3);
      const of = async (
        changes: RequestedChange[],
        parts: Partial<RequestQuery> = {},
      ) => {
        const { items, total } = await store.list({
          subjects: ['alpha', null].map(tenant => ({
            underCluster: 'muc-1',
            tenant,
          })),
          changes,
          limit: 10,
          offset: 0,
          ...parts,
        });
        return [
          items.map(({ change, object }) => `${change} ${object}`),
          total,
        ];
      };
      expect(await of(['backend'])).toEqual([
        ['backend claim', 'backend release'],
        2,
      ]);
      expect(await of(['backend'], { limit: 1, offset: 1 })).toEqual([
        ['backend release'],
        2,
      ]);
      expect(await of(['quota', 'class'])).toEqual([
        ['class release', 'quota alpha'],
        2,
      ]);
      expect(await of(['backend'], { open: false })).toEqual([[], 0]);
      expect(await of(['minio'])).toEqual([[], 0]);
    });

    it('are told only where no tenant is asked for', async () => {
      const store = await storeOn(knex);
      await store.record(wish(), AT);
      await store.record(storageChange(), AT + 1);
      await store.record(wish({ tenant: 'null' }), AT + 2);
      const of = async (...tenants: Array<string | null>) => {
        const { items } = await store.list({
          subjects: tenants.map(tenant => ({ underCluster: 'muc-1', tenant })),
          limit: 10,
          offset: 0,
        });
        return items.map(({ object }) => object);
      };
      expect(await of('alpha')).toEqual(['alpha']);
      expect(await of(null)).toEqual(['release']);
      expect(await of('null')).toEqual(['null']);
      expect(await of('alpha', null)).toEqual(['release', 'alpha']);
      expect(await store.subjects()).toContainEqual({
        underCluster: 'muc-1',
        tenant: null,
      });
    });
  });

  it('are looked at by one at a time, and by another one when that one stopped', async () => {
    const one = await storeOn(knex);
    const two = await storeOn(connect());
    const { id } = await one.record(wish(), AT);
    const leases = await Promise.all([
      one.lease(id, 'one', AT, 1000),
      two.lease(id, 'two', AT, 1000),
    ]);
    expect(leases.filter(Boolean)).toHaveLength(1);
    expect(await two.lease(id, 'three', AT + 999, 1000)).toBeUndefined();
    expect(await two.lease(id, 'three', AT + 1001, 1000)).toBeDefined();
    await one.release(id, 'one');
    expect(await one.lease(id, 'one', AT + 1500, 1000)).toBeUndefined();
    await two.release(id, 'three');
    expect(await one.lease(id, 'one', AT + 1500, 1000)).toBeDefined();
  });

  it('do not go on from what somebody has changed meanwhile', async () => {
    const store = await storeOn(knex);
    const known = await store.record(wish(), AT);
    await store.record(wish({ size: '70Gi', sizeBytes: 70n * GI }), AT + 1);
    expect(
      await store.advance(known, AT + 2, [step('opened')]),
    ).toBeUndefined();
  });

  it('remember whom to tell, once, and of the latest state only', async () => {
    const store = await storeOn(knex);
    const first = await store.record(wish(), AT);
    const approved = await store.advance(first, AT + 1, [step('approved')]);
    expect(approved!.steps.at(-1)!.notificationDue).toBe(true);
    const done = await store.advance(approved!, AT + 2, [
      step('merged'),
      step('live'),
    ]);
    expect(done!.steps.map(it => it.notificationDue)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(await store.untold()).toMatchObject([{ id: first.id }]);
    await store.notified(done!, 'sent');
    expect(await store.untold()).toEqual([]);
  });

  it('tell of Git hosts that do not answer, since when', async () => {
    const store = await storeOn(knex);
    const known = await store.record(wish(), AT);
    const trouble = {
      host: 'github.com',
      message: 'down',
      since: AT,
      failures: 1,
      retryAt: AT + 10,
    };
    await store.setHostTrouble(trouble);
    await store.setHostTrouble({ ...trouble, since: AT + 99, failures: 2 });
    expect(await store.problems()).toEqual([
      {
        host: 'github.com',
        message: 'down',
        since: new Date(AT).toISOString(),
      },
    ]);
    expect(await store.hostTroubles()).toMatchObject([
      { since: AT, failures: 2, retryAt: AT + 10 },
    ]);
    await store.advance(known, AT + 1, [step('live')]);
    expect(await store.problems()).toEqual([]);
    await store.clearHostTrouble('github.com');
    expect(await store.hostTroubles()).toEqual([]);
  });

  it('are there after a second start', async () => {
    const { id } = await (await storeOn(knex)).record(wish(), AT);
    expect(await (await storeOn(connect())).get(id)).toBeDefined();
  });

  it('have their tables made once when replicas start at the same time', async () => {
    const stores = await Promise.all([
      storeOn(knex),
      storeOn(connect()),
      storeOn(connect()),
    ]);
    for (const store of stores) expect(await store.subjects()).toEqual([]);
    expect(await knex('knex_migrations').pluck('name')).toEqual([
      '20261122000000_requests.js',
      '20261123000000_request_files.js',
    ]);
  });

  it('are migrated only if the operator wants that', async () => {
    await RequestsStore.create({
      database: { getClient: async () => knex, migrations: { skip: true } },
    });
    expect(await knex.schema.hasTable('tenant_storage_requests')).toBe(false);
  });

  it('leave nothing when they are migrated down, and can be migrated up again', async () => {
    const store = await storeOn(knex);
    const first = await store.record(wish(), AT);
    await store.advance(first, AT + 1, [step('opened')]);
    const directory = resolve(__dirname, '../../migrations');
    await knex.migrate.rollback({ directory }, true);
    for (const table of [
      'tenant_storage_requests',
      'tenant_storage_request_steps',
      'tenant_storage_git_hosts',
    ]) {
      expect(await knex.schema.hasTable(table)).toBe(false);
    }
    const again = await storeOn(knex);
    expect(await again.record(wish(), AT)).toMatchObject({ version: 1 });
  });
});
