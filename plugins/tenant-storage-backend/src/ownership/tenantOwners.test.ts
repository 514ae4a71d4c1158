import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import type { ClusterInventory } from '../inventory/types';
import { TenantOwners } from './tenantOwners';

/** An under cluster of which only what is written on namespaces matters. */
function underCluster(
  name: string,
  owners: Record<string, string | undefined>,
): ClusterInventory {
  return {
    settings: { name },
    get: (_kind: string, _namespace: string, tenant: string) =>
      Object.hasOwn(owners, tenant)
        ? { name: tenant, owner: owners[tenant] }
        : undefined,
  } as unknown as ClusterInventory;
}

function ownersFrom(owners?: unknown, logger = mockServices.logger.mock()) {
  return TenantOwners.fromConfig(
    new ConfigReader(
      owners === undefined
        ? {}
        : { tenantStorage: { owners: owners as never } },
    ),
    logger,
  );
}

describe('who owns a tenant', () => {
  it.each([
    ['group:default/team-alpha', ['group:default/team-alpha']],
    ['team-alpha', ['group:default/team-alpha']],
    ['user:ada', ['user:default/ada']],
    ['group:infra/Team.A', ['group:infra/team.a']],
    [
      ' team-a , user:default/ada,',
      ['group:default/team-a', 'user:default/ada'],
    ],
    ['team-a,team-a', ['group:default/team-a']],
    ['', []],
    [undefined, []],
  ])('is written on its namespace: %p', (written, expected) => {
    expect(
      ownersFrom().ownersOf(underCluster('north', { alpha: written }), 'alpha'),
    ).toEqual(expected);
  });

  it('is nobody while the namespace is not known', () => {
    expect(ownersFrom().ownersOf(underCluster('north', {}), 'alpha')).toEqual(
      [],
    );
  });

  it.each([
    'component:default/x',
    'group:',
    'a:b:c',
    'a b',
    '../x',
    'tеam',
    'x/y/z',
    '*',
    `x${'x'.repeat(63)}`,
    'team-a\u200f',
    'team\u0000a',
  ])('is nobody if it is malformed, which is logged once: %p', written => {
    const logger = mockServices.logger.mock();
    const owners = ownersFrom(undefined, logger);
    const cluster = underCluster('north', { alpha: written });

    expect(owners.ownersOf(cluster, 'alpha')).toEqual([]);
    expect(owners.ownersOf(cluster, 'alpha')).toEqual([]);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringMatching(/tenant alpha in under cluster north/),
    );
  });

  it('keeps the owners that can be read beside one that cannot', () => {
    expect(
      ownersFrom().ownersOf(
        underCluster('north', { alpha: 'team-a,component:b' }),
        'alpha',
      ),
    ).toEqual(['group:default/team-a']);
  });

  it('is overridden by the configuration, for one under cluster before all of them', () => {
    const owners = ownersFrom([
      { tenant: 'alpha', owner: 'everywhere' },
      {
        underCluster: 'north',
        tenant: 'alpha',
        owners: ['in-north', 'user:default/ada'],
      },
    ]);
    const written = { alpha: 'written', beta: 'written' };

    expect(owners.ownersOf(underCluster('north', written), 'alpha')).toEqual([
      'group:default/in-north',
      'user:default/ada',
    ]);
    expect(owners.ownersOf(underCluster('south', written), 'alpha')).toEqual([
      'group:default/everywhere',
    ]);
    expect(owners.ownersOf(underCluster('south', written), 'beta')).toEqual([
      'group:default/written',
    ]);
  });

  it.each([
    [[{ owner: 'a' }], /tenantStorage\.owners\[0\]\.tenant is missing/],
    [[{ tenant: 'alpha' }], /tenantStorage\.owners\[0\] needs either/],
    [
      [{ tenant: 'alpha', owner: 'a', owners: ['b'] }],
      /tenantStorage\.owners\[0\] needs either/,
    ],
    [
      [{ tenant: 'alpha', owner: 'component:x' }],
      /tenantStorage\.owners\[0\]\.owner is not an owner/,
    ],
    [
      [{ tenant: 'alpha', owners: ['a', 'b c'] }],
      /tenantStorage\.owners\[0\]\.owners\[1\] is not an owner/,
    ],
    [
      [{ tenant: 'alpha', owners: [] }],
      /tenantStorage\.owners\[0\]\.owners has to be a list/,
    ],
    [
      [
        { tenant: 'alpha', owner: 'a' },
        { tenant: 'alpha', owner: 'b' },
      ],
      /tenantStorage\.owners\[1\]\.tenant names "alpha" a second time/,
    ],
  ])(
    'stops the plugin and names the key if malformed: %j',
    (owners, message) => {
      expect(() => ownersFrom(owners)).toThrow(message);
    },
  );
});
