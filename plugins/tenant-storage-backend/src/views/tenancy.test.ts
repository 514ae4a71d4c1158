import type { KindState } from '../inventory/records';
import { inventoryOf, NOW, quota } from './inventoryOf.testing';
import { isTenant, tenantsKnown, tenantsOf } from './tenancy';
import { underClusterView } from './underCluster';

const notPermitted: KindState = {
  state: 'notPermitted',
  since: NOW,
  message: 'forbidden',
};
const syncing: KindState = { state: 'syncing', since: NOW };

const content = {
  Namespace: [
    { name: 'alpha', owner: 'group:default/team-alpha' },
    { name: 'beta', owner: 'team-beta' },
    { name: 'kube-system' },
    { name: 'cpu-only' },
  ],
  ResourceQuota: [
    quota('10Gi', '0'),
    {
      name: 'cpu',
      namespace: 'cpu-only',
      hard: { 'requests.storage': '10Gi' },
    },
    {
      name: 'other-class',
      namespace: 'cpu-only',
      hard: { 'fast.storageclass.storage.k8s.io/requests.storage': '1' },
    },
  ],
  TenantControlPlane: [{ name: 'gamma-1', namespace: 'gamma' }],
};

describe('tenants', () => {
  it('are the namespaces with a quota on the class or with a tenant control plane', () => {
    const cluster = inventoryOf(content);
    expect(tenantsOf(cluster)).toEqual(['alpha', 'gamma']);
    expect(tenantsKnown(cluster)).toBe(true);
    expect(isTenant(cluster, 'alpha')).toBe(true);
    expect(isTenant(cluster, 'gamma')).toBe(true);
    expect(isTenant(cluster, 'beta')).toBe(false);
    expect(isTenant(cluster, 'cpu-only')).toBe(false);
    expect(isTenant(cluster, 'nowhere')).toBe(false);
    expect(isTenant(cluster, '__proto__')).toBe(false);
  });

  it('go by the name of the class that is configured', () => {
    const cluster = inventoryOf(content, {
      settings: { storageClass: 'fast' },
    });
    expect(tenantsOf(cluster)).toEqual(['cpu-only', 'gamma']);
  });

  it('are those with an owner while quotas can not be seen, and nobody says how many there are', () => {
    const cluster = inventoryOf(content, {
      states: { ResourceQuota: notPermitted },
    });
    expect(tenantsOf(cluster)).toEqual(['alpha', 'beta', 'gamma']);
    expect(tenantsKnown(cluster)).toBe(false);
    expect(isTenant(cluster, 'beta')).toBe(true);
    expect(isTenant(cluster, 'kube-system')).toBeUndefined();
    expect(isTenant(cluster, 'nowhere')).toBe(false);
    expect(underClusterView(cluster, NOW).tenants).toBeNull();
  });

  it('can not be told before anything has been read', () => {
    const cluster = inventoryOf(content, {
      states: {
        Namespace: syncing,
        ResourceQuota: syncing,
        TenantControlPlane: syncing,
      },
    });
    expect(tenantsOf(cluster)).toEqual([]);
    expect(isTenant(cluster, 'alpha')).toBeUndefined();
  });

  it('stay known without Kamaji', () => {
    const cluster = inventoryOf(content, {
      states: {
        TenantControlPlane: {
          state: 'notInstalled',
          since: NOW,
          message: 'no such kind',
        },
      },
    });
    expect(tenantsOf(cluster)).toEqual(['alpha']);
    expect(tenantsKnown(cluster)).toBe(true);
    expect(underClusterView(cluster, NOW).tenants).toBe(1);
  });

  it('stay what they were while the under cluster is away', () => {
    const cluster = inventoryOf(content, {
      states: {
        ResourceQuota: { state: 'stale', since: NOW, message: 'gone' },
      },
    });
    expect(isTenant(cluster, 'alpha')).toBe(true);
    expect(isTenant(cluster, 'beta')).toBe(false);
  });
});
