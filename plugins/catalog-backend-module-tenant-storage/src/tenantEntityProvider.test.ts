import { mockServices } from '@backstage/backend-test-utils';
import type { EntityProviderMutation } from '@backstage/plugin-catalog-node';
import type { UnderCluster } from '@kmetal/backstage-plugin-tenant-storage-common';
import { tenantEntity } from './tenantEntity';
import { TenantEntityProvider } from './tenantEntityProvider';

const HOUR = 60 * 60_000;

describe('an under cluster that is no longer listed', () => {
  let now: number;
  let listed: UnderCluster[];
  let incomplete: string | null;
  let removed: unknown[];
  let roundAt: (at: number) => Promise<number>;

  beforeEach(async () => {
    now = 0;
    listed = [];
    incomplete = null;
    removed = [];
    const provider = new TenantEntityProvider({
      api: {
        underClusters: async () => ({ items: listed, incomplete }),
        tenantsOf: async () => [],
      } as never,
      auth: mockServices.auth(),
      catalog: {
        async *streamEntities() {
          yield [
            tenantEntity(
              { underCluster: 'north', name: 'alpha', owners: [] },
              { underClusterTitle: 'North', defaultOwner: 'unknown' },
            ),
          ];
        },
      } as never,
      defaultOwner: 'unknown',
      logger: mockServices.logger.mock(),
      schedule: { run: async () => {} },
      now: () => now,
    });
    await provider.connect({
      applyMutation: async (mutation: EntityProviderMutation) => {
        removed = mutation.type === 'delta' ? mutation.removed : [mutation];
      },
      refresh: async () => {},
    });
    roundAt = async (at: number) => {
      now = at;
      await provider.refresh(new AbortController().signal);
      return removed.length;
    };
  });

  it('keeps its entities while a supplier of under clusters has not answered, and an hour longer', async () => {
    incomplete = 'Waiting for the catalog';
    expect(await roundAt(0)).toBe(0);
    expect(await roundAt(50 * HOUR)).toBe(0);
    incomplete = null;
    expect(await roundAt(51 * HOUR)).toBe(0);
    expect(await roundAt(52 * HOUR - 1)).toBe(0);
    expect(await roundAt(52 * HOUR)).toBe(1);
  });

  it('keeps its entities for an hour, counted anew when it was back in between', async () => {
    expect(await roundAt(0)).toBe(0);
    expect(await roundAt(HOUR - 1)).toBe(0);
    listed = [
      { name: 'north', title: 'North', freshness: { kinds: [] } } as never,
    ];
    expect(await roundAt(HOUR)).toBe(0);
    listed = [];
    expect(await roundAt(HOUR + 1)).toBe(0);
    expect(await roundAt(2 * HOUR)).toBe(0);
    expect(await roundAt(2 * HOUR + 1)).toBe(1);
    expect(removed).toEqual([
      {
        entityRef: 'resource:default/north.alpha',
        locationKey: 'kmetal-tenant-storage',
      },
    ]);
  });
});
