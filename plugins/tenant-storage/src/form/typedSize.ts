import {
  QuantityError,
  parseQuantity,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** A size as a person typed it, understood. */
export interface TypedSize {
  /** As Kubernetes writes it, such as `60Gi`. */
  quantity: string;
  bytes: bigint;
}

/** The Kubernetes suffix of a unit as people write it; undefined if it could mean two things. */
function suffixOf(unit: string): string | undefined {
  if (unit === '') return 'Gi';
  const binary = /^([kmgtpe])ib?$/i.exec(unit);
  if (binary) return `${binary[1].toUpperCase()}i`;
  // A single small letter is not taken: Kubernetes reads m as thousandths, and g is written for G and for Gi.
  const decimal = /^(?:([kmgtpe])b|([kKMGTPE]))$/i.exec(unit);
  const letter = decimal?.[1] ?? decimal?.[2];
  if (!letter || /^[mgtpe]$/.test(unit)) return undefined;
  return letter.toLowerCase() === 'k' ? 'k' : letter.toUpperCase();
}

function sizeOf(quantity: string): TypedSize | undefined {
  try {
    const bytes = parseQuantity(quantity);
    return bytes > 0n ? { quantity, bytes } : undefined;
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/**
 * Reads a size as people type it: `60Gi`, `60 GiB`, `60gi`, `1.5 Ti`; `60 GB` is decimal, as its name says; a bare number is gibibytes.
 *
 * @returns undefined for what is no size above zero, and for what could be meant in two ways.
 */
export function typedSize(text: string): TypedSize | undefined {
  const typed = text.trim();
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(typed);
  if (!match) return sizeOf(typed);
  const suffix = suffixOf(match[2]);
  return suffix === undefined ? undefined : sizeOf(`${match[1]}${suffix}`);
}
