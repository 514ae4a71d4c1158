import type { FactsOfTest } from './facts.testing';
import { factsOfTest } from './facts.testing';
import { repository } from './fleet.testing';
import type { GitOpsRepository, GitOpsSettings } from './gitOpsRepository';
import { planStorageChange } from './planStorageChange';
import type { StorageChange } from './storageChange';

export const LOCAL = 'cluster.local/local-path-provisioner';
export const LONGHORN = 'driver.longhorn.io';
export const RBD = 'rook-ceph.rbd.csi.ceph.com';
export const CLASS = 'tenant-storage-class';
export const GI = 2n ** 30n;

/** An under cluster on local-path with four workers, beside it Longhorn, Rook-Ceph, NFS and a vendor's driver, and the tenants alpha and omega. */
const UNDER_CLUSTER: FactsOfTest = {
  namespaces: [
    { name: 'velero' },
    { name: 'rook-ceph' },
    { name: 'alpha' },
    { name: 'omega' },
    { name: 'kmetal-storage-benchmark' },
  ],
  tenants: [{ name: 'alpha' }],
  nodes: [
    { name: 'c1', controlPlane: true },
    ...['w1', 'w2', 'w3', 'w4'].map(name => ({ name })),
  ],
  storageClasses: [
    { name: 'local-path', provisioner: LOCAL },
    { name: CLASS, provisioner: LOCAL },
    { name: 'longhorn', provisioner: LONGHORN },
    { name: 'ceph', provisioner: RBD },
  ],
  csiDrivers: [LONGHORN, RBD, 'nfs.csi.k8s.io', 'csi.example.com'].map(
    name => ({ name }),
  ),
};

/** Facts of that under cluster, with what a test says otherwise. */
export function underCluster(more: FactsOfTest = {}) {
  return factsOfTest({ ...UNDER_CLUSTER, ...more });
}

/** A repository with these files, and a folder for new ones. */
export function fleet(
  texts: Record<string, string> = {},
  settings: Partial<GitOpsSettings> = {},
): GitOpsRepository {
  return repository(
    { 'other.yaml': 'apiVersion: v1\nkind: Other\n', ...texts },
    { newFiles: { storage: 'new/{change}-{object}.yaml' }, ...settings },
  );
}

/** Plans a change, in an empty repository unless told. */
export function planned<Request>(
  change: StorageChange<Request>,
  input: Record<string, unknown>,
  more: FactsOfTest = {},
  repositories: readonly GitOpsRepository[] = [fleet()],
) {
  return planStorageChange(change, {
    underCluster: 'muc-1',
    input,
    reason: 'Agreed in the review of storage.',
    requester: 'user:default/petra',
    repositories,
    facts: underCluster(more),
  });
}

/** The state of the gate that a change has. */
export function gateOf<Request>(
  change: StorageChange<Request>,
  input: Record<string, unknown>,
  more: FactsOfTest = {},
): Array<{ id: string; state: string }> {
  return planned(change, input, more).gates.map(({ id, state }) => ({
    id,
    state,
  }));
}

/** What of a change is still missing, '' once it has arrived, null if nobody can tell. */
export function missingOf<Request>(
  change: StorageChange<Request>,
  input: Record<string, unknown>,
  more: FactsOfTest = {},
): string | null {
  const arrival = change.arrivalOf(change.read(input), underCluster(more));
  if (!arrival.known) return null;
  return arrival.arrived ? '' : arrival.missing;
}
