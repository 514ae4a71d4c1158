import { entityEnvelopeSchemaValidator } from '@backstage/catalog-model';
import { entityNameOf, tenantEntity, underClusterOf } from './tenantEntity';

const options = { underClusterTitle: 'North', defaultOwner: 'unknown' };

describe('the catalog entity of a tenant', () => {
  it('names the tenant, its under cluster and its first owner', () => {
    const entity = tenantEntity(
      {
        underCluster: 'north',
        name: 'alpha',
        owners: ['group:default/team-alpha', 'user:default/ada'],
      },
      options,
    );

    expect(entity).toMatchObject({
      kind: 'Resource',
      metadata: {
        name: 'north.alpha',
        title: 'alpha (North)',
        annotations: {
          'kmetal.io/under-cluster': 'north',
          'kmetal.io/tenant': 'alpha',
        },
      },
      spec: { type: 'kmetal-tenant', owner: 'group:default/team-alpha' },
    });
    expect(underClusterOf(entity)).toBe('north');
  });

  it('belongs to the default owner if nobody is known to own it', () => {
    expect(
      tenantEntity(
        { underCluster: 'north', name: 'alpha', owners: [] },
        { ...options, defaultOwner: 'group:default/platform' },
      ).spec?.owner,
    ).toBe('group:default/platform');
  });

  it('is not mistaken for an entity of the same type that somebody else made', () => {
    expect(
      underClusterOf({
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Resource',
        metadata: {
          name: 'north.alpha',
          annotations: {
            'backstage.io/managed-by-location': 'url:https://example.com',
            'kmetal.io/under-cluster': 'north',
          },
        },
        spec: { type: 'kmetal-tenant', owner: 'x' },
      }),
    ).toBeUndefined();
  });
});

describe('the name of the entity', () => {
  const long = 'n'.repeat(63);

  it.each([
    ['a', 'b'],
    [long, long],
    [`${'n'.repeat(49)}--x`, 'alpha-and-more'],
    ['x'.repeat(31), 'y'.repeat(31)],
    ['x'.repeat(31), 'y'.repeat(32)],
  ])('is one that the catalog takes: %s, %s', (underCluster, tenant) => {
    const validate = entityEnvelopeSchemaValidator();
    const entity = tenantEntity(
      { underCluster, name: tenant, owners: [] },
      options,
    );

    expect(validate(entity)).toBe(entity);
    expect(entity.metadata.name.length).toBeLessThanOrEqual(63);
    expect(entity.metadata.name).toMatch(/^[a-z0-9]+([-.]+[a-z0-9]+)*$/);
  });

  it('tells tenants apart whose names differ only where the name is cut', () => {
    const names = ['1', '2'].map(end => entityNameOf(long, `alpha${end}`));

    expect(new Set(names).size).toBe(2);
    expect(entityNameOf(long, 'alpha1')).toBe(names[0]);
  });
});
