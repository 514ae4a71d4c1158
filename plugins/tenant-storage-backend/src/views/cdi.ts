import type { Cdi } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { CdiConfigRecord, CdiRecord } from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { isKnown, isNotInstalled } from './freshness';

function first<T>(records: Iterable<T>): T | undefined {
  for (const record of records) {
    return record;
  }
  return undefined;
}

/** The CDI object; an under cluster has one. */
export function cdiOf(cluster: ClusterInventory): CdiRecord | undefined {
  return first(cluster.list('CDI'));
}

/** CDI's configuration; an under cluster has one. */
export function cdiConfigOf(
  cluster: ClusterInventory,
): CdiConfigRecord | undefined {
  return (
    cluster.get('CDIConfig', '', 'config') ?? first(cluster.list('CDIConfig'))
  );
}

/** What CDI adds for the file system to volumes of a class, as it writes it: a fraction such as `0.06`. */
export function filesystemOverheadOf(
  cluster: ClusterInventory,
  storageClass: string,
): string | undefined {
  const config = cdiConfigOf(cluster);
  return config?.overheadByClass[storageClass] ?? config?.overheadGlobal;
}

/** CDI, which makes volumes from DataVolumes. */
export function cdiView(cluster: ClusterInventory): Cdi {
  const record = cdiOf(cluster);
  let state: Cdi['state'] = 'unknown';
  if (isNotInstalled(cluster, 'CDI')) {
    state = 'notInstalled';
  } else if (record) {
    state = record.phase === 'Deployed' ? 'deployed' : 'notDeployed';
  } else if (isKnown(cluster, 'CDI')) {
    state = 'notDeployed';
  }
  return {
    state,
    phase: record?.phase ?? null,
    version: record?.version ?? null,
    filesystemOverhead:
      filesystemOverheadOf(cluster, cluster.settings.storageClass) ?? null,
  };
}
