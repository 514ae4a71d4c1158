import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import { BarGeometry, barGeometry } from './barGeometry';
import { BarTone } from './QuotaBar';

type QuotaLimit = Tenant['limits'][number];

/** From this share of a limit on, it is called nearly full. */
const NEARLY_FULL_PERCENT = 80;

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
          ? BigInt(consumer.charged)
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

/** Whether a limit is a reason to worry. */
export function limitTone(geometry: BarGeometry): BarTone {
  if (geometry.usedPercent === null || geometry.usedPercent >= 100) {
    return 'error';
  }
  return geometry.usedPercent >= NEARLY_FULL_PERCENT ? 'warning' : 'normal';
}

/** The word for how full a limit is, as a key of `quota.*`; none while there is room. */
export function fullness(
  geometry: BarGeometry,
): 'overLimit' | 'full' | 'almostFull' | undefined {
  if (geometry.over > 0n) return 'overLimit';
  return { error: 'full', warning: 'almostFull', normal: undefined }[
    limitTone(geometry)
  ] as 'full' | 'almostFull' | undefined;
}
