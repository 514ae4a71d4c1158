import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { isLocalPathClass } from '../provisioner';
import type { Planning } from '../storageChange';
import type { VeleroLocationRequest } from './request';

/** What Velero in the under cluster can keep of tenants' volumes. */
type Protection =
  | { what: 'nothing'; because: string }
  | { what: 'snapshots' | 'files'; because: string }
  | { what: 'unknown'; because: string };

/** Volumes of the tenants' class that something else than its driver of today has made, and which no CSI driver serves: left over from a swap. */
function volumesLeftBehind({
  storageClasses,
  csiDrivers,
  volumes,
  storageClass,
}: UnderClusterFacts): number {
  const now = storageClasses.items.find(({ name }) => name === storageClass);
  if (csiDrivers.sight !== 'known' || volumes.sight !== 'known') return 0;
  return volumes.items
    .filter(
      each =>
        each.storageClass === storageClass &&
        each.provisionedBy !== null &&
        each.provisionedBy !== now?.provisioner &&
        !csiDrivers.items.some(({ name }) => name === each.provisionedBy),
    )
    .reduce((sum, { count }) => sum + count, 0);
}

/**
 * What a backup in the under cluster has of tenants' volumes in it. Velero's file-system backup skips hostPath volumes
 * (velero.io/docs, "File System Backup", Limitations), which is what local-path makes, however available the location is.
 */
function protectionOf(facts: UnderClusterFacts): Protection {
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
    if (!isLocalPathClass(facts, found)) {
      return {
        what: 'unknown',
        because: `${storageClass} is served by ${provisioner}, which is no CSI driver: whether Velero can read its volumes depends on what they are`,
      };
    }
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

/** Refuses a location that protects nothing; returns what it protects, in words. */
export function refuseUnprotected({
  facts,
  request,
  refuse,
  warn,
}: Planning<VeleroLocationRequest>): string {
  const { what, because } = protectionOf(facts);
  const left = volumesLeftBehind(facts);
  if (left > 0) {
    warn(
      'oldVolumesUnprotected',
      `${left} volumes of ${facts.storageClass} are folders of a node, from before the backend was swapped: Velero skips those.`,
    );
  }
  if (facts.volumes.sight !== 'known' && what !== 'nothing') {
    warn(
      'oldVolumesUnknown',
      `Volumes can't be seen now: any of ${facts.storageClass} that are folders of a node, from before a swap of the backend, are skipped.`,
    );
  }
  switch (what) {
    case 'nothing':
      if (!request.confirmNoTenantData) {
        refuse({
          code: 'noProtection',
          field: 'confirmNoTenantData',
          problem: `Backups of the under cluster in this location would have no data of tenants' volumes in them: ${because}.`,
          remedy:
            'Confirm that it is for the platform’s own objects, or back up inside the tenant clusters.',
        });
      }
      warn(
        'noTenantData',
        `No data of tenants' volumes is backed up: ${because}.`,
      );
      return `nothing: ${because}`;
    case 'snapshots':
      return `by snapshots: ${because}`;
    case 'files':
      return `by files: ${because}`;
    default:
      warn(
        'protectionUnknown',
        `Whether backups have data of tenants' volumes in them is not known: ${because}.`,
      );
      return `unknown: ${because}`;
  }
}
