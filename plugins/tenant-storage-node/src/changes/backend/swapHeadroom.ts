import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { BackendRequest } from './backendRequest';

type Tenant = UnderClusterFacts['tenants']['items'][number];

/** What CDI adds if the under cluster does not say: the default since CDI v1.63. */
const USUAL_OVERHEAD = '0.06';
const MEBI = 2n ** 20n;

/** What creating a volume costs a quota after the swap. */
export interface CreationCost {
  /** The overhead as CDI writes it; `0` for raw devices. */
  overhead: string;
  /** Whether the under cluster said it. */
  overheadKnown: boolean;
  /** Bytes of quota that a volume of this size needs for a moment: itself and its prime claim. */
  whileCreating(bytes: bigint): bigint;
  /** Bytes of quota that it is charged in the end. */
  charged(bytes: bigint): bigint;
}

/**
 * CDI makes a second claim of the same size while it fills a volume, wherever the class's provisioner has a CSIDriver, and adds the
 * overhead to both for file systems.
 */
export function creationCost(
  request: BackendRequest,
  facts: UnderClusterFacts,
): CreationCost {
  const [pin] = request.claimPropertySets;
  const said =
    facts.cdi.classOverhead[facts.storageClass] ?? facts.cdi.overhead;
  const isFiles = pin.volumeMode === 'Filesystem';
  const usable = said !== null && /^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(said);
  let overhead = '0';
  if (isFiles) overhead = usable ? said : USUAL_OVERHEAD;
  const [, fraction = ''] = overhead.split('.');
  const scale = 10n ** BigInt(fraction.length);
  const factor = scale + BigInt(overhead.replace('.', ''));
  const charged = (bytes: bigint) => {
    if (!isFiles) return bytes;
    const rounded = ((bytes + MEBI - 1n) / MEBI) * MEBI;
    return (rounded * factor + scale - 1n) / scale;
  };
  const doubled = request.backend.name !== 'local-path';
  return {
    overhead,
    overheadKnown: !isFiles || usable,
    charged,
    whileCreating: bytes => charged(bytes) * (doubled ? 2n : 1n),
  };
}

/** What CDI makes volumes of the class as now; undefined if its profile does not say. */
export function volumeModeNow(
  facts: UnderClusterFacts,
): 'Filesystem' | 'Block' | undefined {
  const mode = facts.storageProfiles.items
    .find(({ name }) => name === facts.storageClass)
    ?.claimPropertySets.at(0)?.volumeMode;
  return mode === 'Filesystem' || mode === 'Block' ? mode : undefined;
}

/** A tenant that could not create a volume as large as its largest. */
export interface ShortTenant {
  name: string;
  free: bigint;
  needed: bigint;
}

/** What is free of a tenant's quotas: undefined = no limit, null = unknown. */
function freeOf(
  { hard, used, headroom }: Tenant,
  cost: CreationCost,
): bigint | null | undefined {
  const known: bigint[] = [];
  if (hard !== null && used !== null) known.push(BigInt(hard) - BigInt(used));
  // The headroom counts every quota of the namespace, and another one may bind first.
  if (headroom.state === 'known' && headroom.bytes !== null) {
    known.push(
      cost.charged(BigInt(headroom.bytes)) * (headroom.doubled ? 2n : 1n),
    );
  }
  if (known.length > 0) return known.reduce((a, b) => (a < b ? a : b));
  return headroom.state === 'unlimited' ? undefined : null;
}

/** Tenants without room for their largest volume once more, where creating it takes twice what it is charged. */
export function shortTenants(
  request: BackendRequest,
  facts: UnderClusterFacts,
): { short: ShortTenant[]; unknown: string[] } {
  const cost = creationCost(request, facts);
  const short: ShortTenant[] = [];
  const unknown: string[] = [];
  for (const tenant of facts.tenants.items) {
    const free = freeOf(tenant, cost);
    const hasNone = tenant.used === '0' && tenant.largestClaim === null;
    if (free === undefined || hasNone) continue;
    if (free === null || tenant.largestClaim === null) {
      unknown.push(tenant.name);
      continue;
    }
    // What a claim of files is charged has the overhead in it already: 10.6 Gi for a volume of 10 Gi. A raw device has none yet.
    const charged = BigInt(tenant.largestClaim);
    const needed =
      2n * (volumeModeNow(facts) === 'Block' ? cost.charged(charged) : charged);
    if (free < needed) short.push({ name: tenant.name, free, needed });
  }
  return { short, unknown };
}
