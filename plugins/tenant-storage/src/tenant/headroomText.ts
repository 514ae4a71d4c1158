import {
  Headroom,
  formatBytes,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** What the headline says: a size, or one of the cases that are no size. */
export type HeadroomFigure =
  | { kind: 'size'; text: string; bytes: bigint }
  | { kind: 'nothing' | 'noLimit' | 'unknown' };

/** The figure of a headroom. Not known is never nothing. */
export function headroomFigure(headroom: Headroom): HeadroomFigure {
  if (headroom.state === 'unlimited') return { kind: 'noLimit' };
  if (headroom.state === 'unknown' || headroom.bytes === null) {
    return { kind: 'unknown' };
  }
  const bytes = BigInt(headroom.bytes);
  if (bytes <= 0n) return { kind: 'nothing' };
  return { kind: 'size', text: formatBytes(bytes), bytes };
}
