import type { ClusterInventory } from '../inventory/types';
import { cdiOf, filesystemOverheadOf } from './cdi';
import { isKnown } from './freshness';
import { storageClassOf, storageProfileOf } from './storageClass';

const MiB = 2n ** 20n;

/** How the size that a tenant asks for becomes what the claim is charged. */
export interface ChargeRule {
  /** What CDI adds, as a fraction such as `0.06`; `0` for block volumes. */
  overhead: string;
  /** `added`: size * (1 + overhead); `kept`: size / (1 - overhead). */
  formula: 'none' | 'added' | 'kept';
  /** What was not known and is assumed, in the words of {@link Assumption}. */
  assumed: Assumption[];
  /** What a claim for a volume of this size is charged; undefined if no claim could hold it. */
  charge(size: bigint): bigint | undefined;
}

export type Assumption = 'filesystem' | 'formula';

/** Reads the first three numbers of a version such as `v1.63.0-rc.1`. */
function atLeast(version: string, major: number, minor: number): boolean {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (!match) {
    return false;
  }
  const [actualMajor, actualMinor] = [Number(match[1]), Number(match[2])];
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
}

/**
 * CDI's own arithmetic, in doubles as CDI does it, so that the last byte is right too: the size is rounded up to 1 MiB, then inflated,
 * then rounded up to a byte (containerized-data-importer, pkg/controller/common, GetRequiredSpace). Since v1.63 the size is multiplied
 * by (1 + overhead); before, it was divided by (1 - overhead).
 */
function inflate(
  size: bigint,
  overhead: number,
  formula: 'added' | 'kept',
): bigint | undefined {
  const aligned = Number(((size + MiB - 1n) / MiB) * MiB);
  const inflated = Math.ceil(
    formula === 'added' ? aligned * (1 + overhead) : aligned / (1 - overhead),
  );
  return Number.isFinite(inflated) && inflated >= 0
    ? BigInt(inflated)
    : undefined;
}

/**
 * How volumes of a class are charged.
 *
 * The mode is the one that the volume asks for, else the first that the class's StorageProfile gives. If it is not known, a file
 * system is assumed, because that takes more. If CDI's version is not known, the formula that takes more is used: size / (1 - overhead).
 *
 * @returns `because`, in words, if the overhead is not known.
 */
export function chargeRuleOf(
  cluster: ClusterInventory,
  storageClass: string,
  volumeMode?: string,
): ChargeRule | { because: string } {
  const mode =
    volumeMode ??
    storageProfileOf(cluster, storageClass)?.effective[0]?.volumeMode;
  if (mode === 'Block') {
    return {
      overhead: '0',
      formula: 'none',
      assumed: [],
      charge: size => size,
    };
  }
  const overhead = filesystemOverheadOf(cluster, storageClass);
  // The form that CDI's own validation allows.
  if (overhead === undefined || !/^(0(\.\d{1,3})?|1)$/.test(overhead)) {
    return {
      because: isKnown(cluster, 'CDIConfig')
        ? 'CDI does not say how much the file system takes on top of a volume'
        : "how much the file system takes on top of a volume can't be seen",
    };
  }
  const fraction = Number(overhead);
  const version = cdiOf(cluster)?.version;
  const assumed: Assumption[] = [];
  if (mode === undefined) assumed.push('filesystem');
  if (version === undefined && fraction > 0) assumed.push('formula');
  const formula =
    version !== undefined && atLeast(version, 1, 63) ? 'added' : 'kept';
  return {
    overhead,
    formula,
    assumed,
    charge: size => inflate(size, fraction, formula),
  };
}

/** The largest whole number of MiB that is charged at most `room` bytes. */
export function largestSizeWithin(rule: ChargeRule, room: bigint): bigint {
  let low = 0n;
  // No rule charges less than the size.
  let high = room < 0n ? 0n : room / MiB;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    const charged = rule.charge(middle * MiB);
    if (charged !== undefined && charged <= room) low = middle;
    else high = middle - 1n;
  }
  return low * MiB;
}

/**
 * Whether creating a volume of a class needs its size twice for a moment: CDI populates through a second, `prime-` claim if the
 * class's provisioner is a CSI driver, that is if a CSIDriver object is named like it. A class that does not exist populates nothing.
 * Undefined if it can't be told.
 */
export function isDoubled(
  cluster: ClusterInventory,
  storageClass: string,
): boolean | undefined {
  if (!isKnown(cluster, 'StorageClass')) {
    return undefined;
  }
  const provisioner = storageClassOf(cluster, storageClass)?.provisioner;
  if (provisioner === undefined) {
    return false;
  }
  if (!isKnown(cluster, 'CSIDriver')) {
    return undefined;
  }
  return cluster.get('CSIDriver', '', provisioner) !== undefined;
}
