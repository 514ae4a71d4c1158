import type { Planning } from './storageChange';

/** What is the platform's own is in no tenant's namespace: its volumes would be the tenant's to pay for. */
export function refuseTenantsNamespace(
  { facts, refuse, warn }: Pick<Planning<never>, 'facts' | 'refuse' | 'warn'>,
  namespace: string,
): void {
  if (facts.tenants.sight !== 'known') {
    warn(
      'tenantsUnknown',
      `Whether ${namespace} is a tenant can't be seen now: its volumes would count against the tenant's quota.`,
    );
  } else if (facts.tenants.items.some(({ name }) => name === namespace)) {
    refuse({
      code: 'unsafe',
      field: 'namespace',
      problem: `${namespace} is a tenant: what is stored would count against its quota.`,
      remedy: 'Use a namespace of the platform.',
    });
  }
}
