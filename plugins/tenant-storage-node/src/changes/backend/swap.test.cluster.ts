import type { FactsOfTest } from '../facts.testing';
import { factsOfTest } from '../facts.testing';

export const GI = 2n ** 30n;
export const CLASS = 'tenant-storage-class';
export const LOCAL = 'cluster.local/local-path-provisioner';
export const LONGHORN = 'driver.longhorn.io';

const CLUSTER: FactsOfTest = {
  storageClasses: [
    { name: 'local-path', provisioner: LOCAL },
    {
      name: CLASS,
      provisioner: LOCAL,
      labels: {
        'helm.toolkit.fluxcd.io/name': 'local-path-provisioner',
        'helm.toolkit.fluxcd.io/namespace': 'kmetal-flux',
      },
    },
  ],
  nodes: [
    { name: 'c1', controlPlane: true },
    { name: 'w1' },
    { name: 'w2' },
    { name: 'w3' },
  ],
  volumes: [
    {
      storageClass: CLASS,
      provisionedBy: LOCAL,
      count: 3,
      bytes: `${30n * GI}`,
      largest: `${10n * GI}`,
      nodes: ['w1', 'w2'],
    },
  ],
  tenants: [
    {
      name: 'alpha',
      hard: `${100n * GI}`,
      used: `${10n * GI}`,
      largestClaim: `${10n * GI}`,
    },
    {
      name: 'beta',
      hard: `${50n * GI}`,
      used: `${20n * GI}`,
      largestClaim: `${10n * GI}`,
    },
  ],
  helmReleases: [{}],
  localPathMaps: [
    {
      storageClass: 'local-path',
      nodePaths: [{ node: 'c1', paths: ['/var/data/local'] }],
    },
    {
      storageClass: CLASS,
      nodePaths: [
        { node: 'w1', paths: ['/var/data/tenant'] },
        { node: 'w2', paths: ['/var/data/tenant'] },
        { node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [] },
      ],
      labels: {
        'helm.toolkit.fluxcd.io/name': 'local-path-provisioner',
        'helm.toolkit.fluxcd.io/namespace': 'kmetal-flux',
      },
    },
  ],
};

/** An under cluster on local-path, with three workers and two tenants. */
export function onLocalPath(more: FactsOfTest = {}) {
  return factsOfTest({ ...CLUSTER, ...more });
}

/** A driver that is on every worker, with its canary bound. */
export function installed(driver: string, backend: string): FactsOfTest {
  const canary = `${CLASS}-canary-${backend}`;
  return {
    csiDrivers: [{ name: driver }],
    csiNodes: ['w1', 'w2', 'w3'].map(node => ({ node, drivers: [driver] })),
    claims: [
      {
        namespace: 'kmetal-storage-canary',
        name: canary,
        storageClass: canary,
        phase: 'Bound',
      },
    ],
  };
}

/** The request for another stage of a swap. */
export function open(
  stage: string,
  to: string,
  state: 'opened' | 'approved' | 'merged' = 'opened',
  more: Record<string, unknown> = {},
): FactsOfTest {
  return {
    openChanges: [
      {
        change: 'backend',
        object: stage,
        state,
        merged: state === 'merged',
        input: { ...more, stage, to },
      },
    ],
  };
}
