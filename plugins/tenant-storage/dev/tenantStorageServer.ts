import {
  Volume,
  VolumeDetail,
  VolumeList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { TenantCase, ago } from './tenants';

const STATE_ORDER: Volume['state'][] = [
  'ok',
  'deleting',
  'working',
  'waiting',
  'unknown',
  'error',
];

function sortValue(volume: Volume, key: string): string | bigint | null {
  switch (key) {
    case 'charged':
      return volume.charged === null ? null : BigInt(volume.charged);
    case 'state':
      return BigInt(STATE_ORDER.indexOf(volume.state));
    case 'createdAt':
    case 'name':
    case 'node':
    case 'tenantCluster':
      return volume[key];
    default:
      return volume.name;
  }
}

/** A page of volumes as the backend would answer, with offsets as cursors. */
export function volumeList(
  { tenant, volumes }: TenantCase,
  query: URLSearchParams,
): VolumeList {
  const oneOf = (name: string, value: string) => {
    const wanted = query.get(name);
    return !wanted || wanted.split(',').includes(value);
  };
  const search = (query.get('search') ?? '').toLowerCase();
  const matching = volumes.filter(
    volume =>
      oneOf('state', volume.state) &&
      oneOf('purpose', volume.purpose) &&
      oneOf('tenantCluster', volume.tenantCluster ?? '') &&
      [volume.name, volume.tenantCluster, volume.node]
        .concat(volume.attachedTo?.virtualMachine ?? [])
        .some(text => text?.toLowerCase().includes(search)),
  );
  const sort = query.get('sort') ?? '-state';
  const key = sort.replace(/^-/, '');
  const sign = sort.startsWith('-') ? -1 : 1;
  matching.sort((a, b) => {
    const [x, y] = [sortValue(a, key), sortValue(b, key)];
    if (x === y) return a.name < b.name ? -1 : 1;
    if (x === null) return 1;
    if (y === null) return -1;
    return x < y ? -sign : sign;
  });
  const limit = Number(query.get('limit') ?? 50);
  const offset = Number(query.get('cursor') ?? 0);
  const end = offset + limit;
  return {
    items: matching.slice(offset, end),
    total: matching.length,
    nextCursor: end < matching.length ? String(end) : null,
    freshness: tenant.freshness,
    errors: tenant.errors,
  };
}

/** One volume as the backend would answer. */
export function volumeDetail(
  { tenant, volumes }: TenantCase,
  name: string,
): VolumeDetail | undefined {
  const volume = volumes.find(candidate => candidate.name === name);
  return (
    volume && {
      volume,
      events: volume.troubles.length
        ? [
            {
              type: 'Warning',
              reason: 'ErrExceededQuota',
              message: volume.troubles[0].message,
              count: 9,
              lastSeenAt: ago(40),
              object: { kind: 'DataVolume', name },
            },
            {
              type: 'Normal',
              reason: 'Pending',
              message: `PVC ${name} Pending`,
              count: 1,
              lastSeenAt: ago(700),
              object: { kind: 'DataVolume', name },
            },
          ]
        : [],
      freshness: tenant.freshness,
      errors: tenant.errors,
    }
  );
}

/**
 * The answer of a `tenant-storage` backend that has these tenants and nothing else, as a function of the request's URL. Undefined
 * where the answer never comes.
 */
export function answerTo(
  url: URL,
  cases: Record<string, TenantCase>,
): { status: number; body: object } | undefined {
  const error = (status: number, name: string, message: string) => ({
    status,
    body: { error: { name, message }, response: { statusCode: status } },
  });
  const match =
    /\/v1\/under-clusters\/[^/]+\/tenants\/([^/]+)(?:\/volumes(?:\/([^/]+))?)?$/.exec(
      url.pathname,
    );
  const found = match && cases[decodeURIComponent(match[1])];
  if (!found || found.fails === 404) {
    return error(404, 'NotFoundError', 'No such tenant');
  }
  if (found.hangs) return undefined;
  if (found.fails) {
    return error(
      found.fails,
      'ServiceUnavailableError',
      'Permissions can’t be checked now',
    );
  }
  if (match[2]) {
    const detail = volumeDetail(found, decodeURIComponent(match[2]));
    return detail
      ? { status: 200, body: detail }
      : error(404, 'NotFoundError', 'No such volume');
  }
  return {
    status: 200,
    body: url.pathname.endsWith('/volumes')
      ? volumeList(found, url.searchParams)
      : found.tenant,
  };
}
