import { InputError } from '@backstage/errors';
import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ConfigSection } from './configSection';

/** A capacity in bytes; undefined if it is none. */
export function capacityOf(text: string): bigint | undefined {
  try {
    const bytes = parseQuantity(text);
    return bytes > 0n ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads `capacity`.
 *
 * @throws InputError that names the whole key.
 */
export function readCapacity(section: ConfigSection): string | undefined {
  const text = section.text('capacity');
  if (text !== undefined && capacityOf(text) === undefined) {
    throw new InputError(
      `${section.key}.capacity must be a size above zero, such as 20Ti`,
    );
  }
  return text;
}
