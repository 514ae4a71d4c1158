import type { VolumePurpose } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  DataVolumeRecord,
  PersistentVolumeClaimRecord,
  PersistentVolumeRecord,
} from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';

/** A machine that uses a volume. */
export interface Attachment {
  virtualMachine: string;
  /** The node that the machine runs on. */
  node?: string;
  /** Of the volume in the machine's status: Ready, Pending, AttachedToNode ... */
  phase?: string;
  reason?: string;
  message?: string;
  hotplugged: boolean;
}

/** All that the inventory knows of one volume: a claim, or a DataVolume that has none (yet). */
export interface VolumeFacts {
  name: string;
  namespace: string;
  purpose: VolumePurpose;
  /** For helpers: the name of the claim that they serve, if it can be told. */
  belongsTo?: string;
  claim?: PersistentVolumeClaimRecord;
  dataVolume?: DataVolumeRecord;
  persistentVolume?: PersistentVolumeRecord;
  tenantCluster?: string;
  attachment?: Attachment;
  /** The helper claims that serve this volume. */
  helpers: PersistentVolumeClaimRecord[];
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const TENANT_VOLUME = new RegExp(`^pvc-(${UUID})$`);
const PRIME = new RegExp(`^prime-(${UUID})$`);
const CLONE = new RegExp(`^tmp-(?:source-)?pvc-(${UUID})$`);
const SCRATCH_SUFFIX = '-scratch';

/** The uid of the tenant's claim, out of the name that the CSI provisioner gives a volume: `pvc-<uid>`. */
export function tenantClaimUidOf(name: string): string | undefined {
  return TENANT_VOLUME.exec(name)?.[1];
}

/** What a helper claim of CDI is, by its name, and how to find the claim that it serves. */
export function helperOf(
  name: string,
):
  | { purpose: 'populating' | 'clone'; uid: string }
  | { purpose: 'scratch'; claim: string }
  | undefined {
  const prime = PRIME.exec(name);
  if (prime) {
    return { purpose: 'populating', uid: prime[1] };
  }
  const clone = CLONE.exec(name);
  if (clone) {
    return { purpose: 'clone', uid: clone[1] };
  }
  if (name.endsWith(SCRATCH_SUFFIX) && name.length > SCRATCH_SUFFIX.length) {
    return { purpose: 'scratch', claim: name.slice(0, -SCRATCH_SUFFIX.length) };
  }
  return undefined;
}

function attachmentsIn(
  cluster: ClusterInventory,
  tenant: string,
): Map<string, Attachment> {
  const attachments = new Map<string, Attachment>();
  for (const machine of cluster.inNamespace('VirtualMachineInstance', tenant)) {
    for (const volume of machine.volumes) {
      if (volume.claim === undefined) {
        continue;
      }
      const before = attachments.get(volume.claim);
      // While a volume moves, two machines list it; the one that has it counts.
      if (before && (before.phase === 'Ready' || volume.phase !== 'Ready')) {
        continue;
      }
      attachments.set(volume.claim, {
        virtualMachine: machine.name,
        node: machine.node,
        phase: volume.phase,
        reason: volume.reason,
        message: volume.message,
        hotplugged: volume.hotplugged,
      });
    }
  }
  return attachments;
}

function purposeOf(
  name: string,
  dataVolume: DataVolumeRecord | undefined,
  claim: PersistentVolumeClaimRecord | undefined,
  attachment: Attachment | undefined,
): VolumePurpose {
  if (TENANT_VOLUME.test(name)) {
    return 'tenantVolume';
  }
  if (attachment && !attachment.hotplugged) {
    return 'vmDisk';
  }
  // What a DataVolume makes without the CSI provisioner's form of name is the disk of a virtual machine.
  return dataVolume || claim?.owner?.kind === 'DataVolume' ? 'vmDisk' : 'other';
}

/** The volumes of a tenant's namespace, helper claims included, sorted by name. Costs as much as the namespace is large. */
export function volumeFactsOf(
  cluster: ClusterInventory,
  tenant: string,
): VolumeFacts[] {
  const claims = new Map<string, PersistentVolumeClaimRecord>();
  for (const claim of cluster.inNamespace('PersistentVolumeClaim', tenant)) {
    claims.set(claim.name, claim);
  }
  const dataVolumeOfClaim = new Map<string, DataVolumeRecord>();
  for (const dataVolume of cluster.inNamespace('DataVolume', tenant)) {
    dataVolumeOfClaim.set(dataVolume.claim, dataVolume);
  }
  const attachments = attachmentsIn(cluster, tenant);
  const volumes = new Map<string, VolumeFacts>();
  const helpers: Array<{
    facts: VolumeFacts;
    serves: { uid?: string; claim?: string };
  }> = [];

  for (const claim of claims.values()) {
    const helper = helperOf(claim.name);
    const dataVolume = dataVolumeOfClaim.get(claim.name);
    const attachment = attachments.get(claim.name);
    const facts: VolumeFacts = {
      name: claim.name,
      namespace: tenant,
      // A DataVolume may be called like a helper; what it made is no helper.
      purpose:
        helper && !dataVolume
          ? helper.purpose
          : purposeOf(claim.name, dataVolume, claim, attachment),
      claim,
      dataVolume,
      persistentVolume: cluster.volumeOfClaim(tenant, claim.name),
      tenantCluster: claim.tenantCluster ?? dataVolume?.tenantCluster,
      attachment,
      helpers: [],
    };
    volumes.set(claim.name, facts);
    if (helper && !dataVolume) {
      helpers.push({
        facts,
        serves: 'uid' in helper ? { uid: helper.uid } : { claim: helper.claim },
      });
    }
  }
  for (const dataVolume of dataVolumeOfClaim.values()) {
    if (!volumes.has(dataVolume.claim)) {
      const attachment = attachments.get(dataVolume.claim);
      volumes.set(dataVolume.claim, {
        name: dataVolume.claim,
        namespace: tenant,
        purpose: purposeOf(dataVolume.claim, dataVolume, undefined, attachment),
        dataVolume,
        tenantCluster: dataVolume.tenantCluster,
        attachment,
        helpers: [],
      });
    }
  }

  if (helpers.length > 0) {
    const byUid = new Map<string, VolumeFacts>();
    for (const facts of volumes.values()) {
      if (facts.claim) {
        byUid.set(facts.claim.uid, facts);
      }
    }
    const targetOf = (serves: { uid?: string; claim?: string }) =>
      serves.uid !== undefined
        ? byUid.get(serves.uid)
        : volumes.get(serves.claim ?? '');
    for (const { facts, serves } of helpers) {
      const owner = facts.claim?.owner;
      let target =
        targetOf(serves) ??
        (owner?.kind === 'PersistentVolumeClaim'
          ? volumes.get(owner.name)
          : undefined);
      // The scratch claim of a prime claim serves the volume that the prime claim populates.
      const prime = target && helperOf(target.name);
      if (prime && 'uid' in prime && !target?.dataVolume) {
        target = byUid.get(prime.uid) ?? target;
      }
      if (target && target !== facts) {
        facts.belongsTo = target.name;
        facts.tenantCluster ??= target.tenantCluster;
        if (facts.claim) {
          target.helpers.push(facts.claim);
        }
      }
    }
  }
  return [...volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a claim counts against the quota: the larger of what it asks for and what is allocated to it. */
export function chargedOf(
  claim: PersistentVolumeClaimRecord,
): bigint | undefined {
  const { requested, allocated } = claim;
  if (requested === undefined || allocated === undefined) {
    return requested ?? allocated;
  }
  return requested > allocated ? requested : allocated;
}
