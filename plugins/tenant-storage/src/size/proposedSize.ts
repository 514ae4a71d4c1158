import {
  formatQuantity,
  wholeSizeOf,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** A size that is proposed to a person. */
export interface ProposedSize {
  /** As Kubernetes writes it, such as `52Gi`. */
  quantity: string;
  /** The same to the byte, for people: `52 Gi`; no more than this is promised, and no less is enough. */
  words: string;
}

/** The size that people would ask for who need at least so many bytes. */
export function proposedSize(atLeast: bigint): ProposedSize {
  const quantity = formatQuantity(wholeSizeOf(atLeast));
  return { quantity, words: quantity.replace(/(?=[KMGTPE]i$)/, ' ') };
}
