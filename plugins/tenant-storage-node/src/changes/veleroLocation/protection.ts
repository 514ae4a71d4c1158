import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';

/** What Velero in the under cluster can keep of tenants' volumes. */
export type Protection =
  | { what: 'nothing'; because: string }
  | { what: 'snapshots' | 'files'; because: string }
  | { what: 'unknown'; because: string };

/**
 * What a backup in the under cluster has of tenants' volumes in it. Velero's file-system backup skips hostPath volumes
 * (velero.io/docs, "File System Backup", Limitations), which is what local-path makes, however available the location is.
 */
export function protectionOf(facts: UnderClusterFacts): Protection {
  const { storageClasses, csiDrivers, snapshotClasses, storageClass } = facts;
  const found = storageClasses.items.find(({ name }) => name === storageClass);
  if (storageClasses.sight !== 'known' || csiDrivers.sight !== 'known') {
    return {
      what: 'unknown',
      because: `What serves ${storageClass} can't be seen now`,
    };
  }
  if (!found) {
    return {
      what: 'unknown',
      because: `There is no class ${storageClass} now`,
    };
  }
  const { provisioner } = found;
  if (!csiDrivers.items.some(({ name }) => name === provisioner)) {
    return {
      what: 'nothing',
      because: `${storageClass} is served by ${provisioner}, which is no CSI driver: its volumes are folders of a node, and Velero skips those`,
    };
  }
  if (snapshotClasses.sight === 'unknown') {
    return {
      what: 'unknown',
      because: 'Whether there is a VolumeSnapshotClass can’t be seen now',
    };
  }
  const snapshotClass = snapshotClasses.items.find(
    ({ driver }) => driver === provisioner,
  );
  return snapshotClass
    ? {
        what: 'snapshots',
        because: `${provisioner} takes snapshots, by the class ${snapshotClass.name}`,
      }
    : {
        what: 'files',
        because: `There is no VolumeSnapshotClass of ${provisioner}: only what pods mount and Velero reads as files`,
      };
}
