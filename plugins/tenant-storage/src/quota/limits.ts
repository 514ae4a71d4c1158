import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import { BarGeometry, barGeometry } from './barGeometry';
import { BarTone } from './QuotaBar';

type QuotaLimit = Tenant['limits'][number];

/** The limit that says how large the next volume can be, if one does. */
export function tightestLimit(tenant: Tenant): QuotaLimit | undefined {
  const by = tenant.headroom.limitedBy;
  return (
    tenant.limits.find(
      limit => by && limit.quota === by.quota && limit.key === by.key,
    ) ?? tenant.limits[0]
  );
}

/** The bar of a limit; undefined while what is used is not known. */
export function limitGeometry(
  limit: QuotaLimit,
  tenant: Tenant,
  details: boolean,
): BarGeometry | undefined {
  if (limit.used === null) return undefined;
  let hidden = 0n;
  let inFlight = 0n;
  if (details) {
    for (const consumer of tenant.hiddenConsumers) {
      hidden +=
        limit.resource === 'bytes'
          ? // What is not known has no part of its own in the bar; the list beside it says so.
            BigInt(consumer.charged ?? 0n)
          : BigInt(consumer.volumes);
    }
    if (limit.resource === 'bytes' && tenant.headroom.inFlight !== null) {
      inFlight = BigInt(tenant.headroom.inFlight);
    }
  }
  return barGeometry({
    used: BigInt(limit.used),
    hard: BigInt(limit.hard),
    hidden,
    inFlight,
  });
}

/** How full a limit is, as a key of `quota.*`. */
export type Fullness = 'overLimit' | 'full' | 'almostFull';

/**
 * The word for how full a tenant's limit is; none while there is room. What is full is a fact; what is nearly full is the backend's to
 * say, in the tenant's troubles, so that the bar never says another thing than they.
 */
export function limitFullness(
  limit: QuotaLimit,
  tenant: Tenant,
): Fullness | undefined {
  if (limit.used === null) return undefined;
  const used = BigInt(limit.used);
  const hard = BigInt(limit.hard);
  if (used > hard) return 'overLimit';
  if (used === hard) return 'full';
  const isSaid = (code: string) =>
    tenant.troubles.some(
      trouble => trouble.code === code && trouble.object?.name === limit.quota,
    );
  if (isSaid('quotaFull') && limit === tightestLimit(tenant)) return 'full';
  const isFullest = tenant.limits.every(
    other =>
      other.quota !== limit.quota ||
      (other.usedRatio ?? 0) <= (limit.usedRatio ?? 0),
  );
  return isSaid('quotaNearlyFull') && isFullest ? 'almostFull' : undefined;
}

/** Whether it is a reason to worry. */
export function fullnessTone(full: Fullness | undefined): BarTone {
  if (!full) return 'normal';
  return full === 'almostFull' ? 'warning' : 'error';
}
