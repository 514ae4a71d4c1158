import {
  AuthorizeResult,
  createPermission,
} from '@backstage/plugin-permission-common';
import {
  createConditionAuthorizer,
  createPermissionIntegrationRouter,
} from '@backstage/plugin-permission-node';
import {
  changeCreatePermission,
  fleetReadPermission,
  tenantReadPermission,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  createTenantConditionalDecision,
  createUnderClusterConditionalDecision,
  tenantConditions,
  underClusterConditions,
} from './conditions';
import { tenantStoragePolicy } from './policy';
import {
  parseTenantResourceRef,
  tenantPermissionResourceRef,
  tenantResourceRef,
  underClusterPermissionResourceRef,
} from './resources';
import { tenantPermissionRules, underClusterPermissionRules } from './rules';

const platformGroups = ['group:default/Platform'];
const userIn = (...groups: string[]) => ({
  info: {
    userEntityRef: 'user:default/ada',
    ownershipEntityRefs: ['user:default/ada', ...groups],
  },
});
const alpha = {
  underCluster: 'north',
  name: 'alpha',
  owners: ['group:default/team-alpha'],
};
const beta = { underCluster: 'south', name: 'beta', owners: [] };

function rulesets() {
  const router = createPermissionIntegrationRouter();
  router.addResourceType({
    resourceType: tenantPermissionResourceRef.resourceType,
    rules: Object.values(tenantPermissionRules),
  });
  router.addResourceType({
    resourceType: underClusterPermissionResourceRef.resourceType,
    rules: Object.values(underClusterPermissionRules),
  });
  return {
    tenants: createConditionAuthorizer(
      router.getPermissionRuleset(tenantPermissionResourceRef),
    ),
    underClusters: createConditionAuthorizer(
      router.getPermissionRuleset(underClusterPermissionResourceRef),
    ),
  };
}

describe('tenantStoragePolicy', () => {
  it('lets an owner read the tenants that their groups own, and no other', () => {
    const decision = tenantStoragePolicy(
      { permission: tenantReadPermission },
      userIn('group:default/Team-Alpha'),
      { platformGroups },
    );

    expect(decision).toMatchObject({ result: AuthorizeResult.CONDITIONAL });
    expect(rulesets().tenants(decision!, alpha)).toBe(true);
    expect(rulesets().tenants(decision!, beta)).toBe(false);
    expect(rulesets().tenants(decision!, undefined)).toBe(false);
  });

  it('lets an owner ask for changes of their tenants, and of no other', () => {
    const decision = tenantStoragePolicy(
      { permission: changeCreatePermission },
      userIn('group:default/team-alpha'),
      { platformGroups },
    );

    expect(rulesets().tenants(decision!, alpha)).toBe(true);
    expect(rulesets().tenants(decision!, beta)).toBe(false);
  });

  it('does not show an owner the fleet', () => {
    expect(
      tenantStoragePolicy(
        { permission: fleetReadPermission },
        userIn('group:default/team-alpha'),
        { platformGroups },
      ),
    ).toEqual({ result: AuthorizeResult.DENY });
  });

  it.each([tenantReadPermission, fleetReadPermission])(
    'lets the platform do everything: $name',
    permission => {
      expect(
        tenantStoragePolicy({ permission }, userIn('group:default/platform'), {
          platformGroups,
        }),
      ).toEqual({ result: AuthorizeResult.ALLOW });
    },
  );

  it.each([tenantReadPermission, fleetReadPermission])(
    'denies who is not signed in: $name',
    permission => {
      expect(
        tenantStoragePolicy({ permission }, undefined, { platformGroups }),
      ).toEqual({ result: AuthorizeResult.DENY });
    },
  );

  it('has no opinion on the permissions of others', () => {
    const permission = createPermission({
      name: 'catalog.entity.read',
      attributes: { action: 'read' },
      resourceType: 'catalog-entity',
    });

    expect(
      tenantStoragePolicy({ permission }, userIn('group:default/platform'), {
        platformGroups,
      }),
    ).toBeUndefined();
  });
});

describe('conditions', () => {
  it('tell tenants apart by under cluster and by name', () => {
    const { tenants } = rulesets();
    const inNorth = createTenantConditionalDecision(
      tenantReadPermission,
      tenantConditions.isInUnderCluster({ underClusters: ['north'] }),
    );
    const named = createTenantConditionalDecision(
      tenantReadPermission,
      tenantConditions.hasName({ names: ['beta'] }),
    );

    expect([alpha, beta].map(tenant => tenants(inNorth, tenant))).toEqual([
      true,
      false,
    ]);
    expect([alpha, beta].map(tenant => tenants(named, tenant))).toEqual([
      false,
      true,
    ]);
  });

  it('tell under clusters apart by name', () => {
    const decision = createUnderClusterConditionalDecision(
      fleetReadPermission,
      underClusterConditions.isUnderCluster({ names: ['north'] }),
    );

    expect(rulesets().underClusters(decision, { name: 'north' })).toBe(true);
    expect(rulesets().underClusters(decision, { name: 'south' })).toBe(false);
  });

  it.each([
    {
      rule: tenantPermissionRules.isOwner,
      params: { owners: ['group:default/team-alpha'] },
    },
    {
      rule: tenantPermissionRules.isInUnderCluster,
      params: { underClusters: ['north'] },
    },
    { rule: tenantPermissionRules.hasName, params: { names: ['alpha'] } },
  ])(
    'mean the same in memory and as a filter: $rule.name',
    ({ rule, params }) => {
      const filter = rule.toQuery(params as never) as {
        key: keyof typeof alpha;
        values: string[];
      };

      for (const tenant of [alpha, beta]) {
        expect(
          [tenant[filter.key]]
            .flat()
            .some(value => filter.values.includes(value)),
        ).toBe(rule.apply(tenant, params as never));
      }
    },
  );
});

describe('the reference of a tenant', () => {
  it('is its under cluster and its name', () => {
    expect(tenantResourceRef(alpha)).toBe('north/alpha');
    expect(parseTenantResourceRef('north/alpha')).toEqual({
      underCluster: 'north',
      name: 'alpha',
    });
  });

  it.each(['', 'north', 'north/', '/alpha', 'north/alpha/more'])(
    'is not %p',
    ref => {
      expect(parseTenantResourceRef(ref)).toBeUndefined();
    },
  );
});
