import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';

const MEBI = 1024n * 1024n;

/** What CDI adds to volumes of a class for their file system, in thousandths: none to raw devices; undefined if it does not say. */
export function overheadOf(
  facts: Pick<UnderClusterFacts, 'cdi' | 'storageProfiles'>,
  storageClass: string,
): bigint | undefined {
  const [first] =
    facts.storageProfiles.items.find(({ name }) => name === storageClass)
      ?.claimPropertySets ?? [];
  if (first?.volumeMode === 'Block') return 0n;
  const text = facts.cdi.classOverhead[storageClass] ?? facts.cdi.overhead;
  // The form that CDI's own validation allows.
  const match = /^0(?:\.(\d{1,3}))?$/.exec(text ?? '');
  return match ? BigInt((match[1] ?? '').padEnd(3, '0')) : undefined;
}

/**
 * What a new volume is charged at most: its size rounded up to 1 MiB, and room for the file system. CDI multiplies by 1 + o since v1.63 and divided
 * by 1 - o before; this is the one that takes more.
 *
 * @param thousandths - of {@link overheadOf}; 0 for block volumes
 */
export function chargedSize(size: bigint, thousandths: bigint): bigint {
  const aligned = ((size + MEBI - 1n) / MEBI) * MEBI;
  const kept = 1000n - thousandths;
  return (aligned * 1000n + kept - 1n) / kept;
}

/** The largest volume, in whole MiB, that is charged `room` bytes at most; thousandths as for {@link chargedSize}. */
export function largestWithin(room: bigint, thousandths: bigint): bigint {
  return ((room * (1000n - thousandths)) / 1000n / MEBI) * MEBI;
}

/** Whether creating a volume of a provisioner takes its size twice for a moment: CDI populates through a second claim where there is a CSIDriver. */
export function isDoubledBy(
  { csiDrivers }: Pick<UnderClusterFacts, 'csiDrivers'>,
  provisioner: string | undefined,
): boolean | undefined {
  if (csiDrivers.sight !== 'known' || provisioner === undefined) {
    return undefined;
  }
  return csiDrivers.items.some(({ name }) => name === provisioner);
}

/** In whole MiB, rounded up. */
export function wholeMebi(bytes: bigint): bigint {
  return ((bytes + MEBI - 1n) / MEBI) * MEBI;
}
