import type { Planning } from './storageChange';

/** An object has one owner: what a chart renders in a namespace is changed by its values alone. */
export function refuseChartsObjects(
  { facts, refuse, warn }: Pick<Planning<never>, 'facts' | 'refuse' | 'warn'>,
  { chart, namespace }: { chart: string; namespace: string },
): void {
  const { helmReleases } = facts;
  if (helmReleases.sight === 'unknown') {
    warn(
      'releasesUnknown',
      `HelmReleases can't be seen now: whether the chart ${chart} is in ${namespace} already is not known.`,
    );
  }
  const owners = helmReleases.items.filter(
    each =>
      each.chart?.split('/').at(-1) === chart &&
      (each.targetNamespace ?? each.namespace) === namespace,
  );
  if (owners.length > 0) {
    refuse({
      code: 'ownedByHelmRelease',
      field: 'namespace',
      problem: `${namespace} has the chart ${chart} already (${owners
        .map(each => `HelmRelease ${each.namespace}/${each.name}`)
        .join(' and ')}): it would have two owners.`,
      remedy: 'Change the values of that release, or give another namespace.',
    });
  }
}
