import { createHash } from 'node:crypto';

/** A uid that is the same at every start of the demo, made of what it stands for. */
export function uidOf(...parts: Array<string | number>): string {
  const hex = createHash('sha256').update(parts.join('/')).digest('hex');
  const variant = ((parseInt(hex[16], 16) % 4) + 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** Letters that a controller would append to a name, the same at every start. */
export function suffixOf(length: number, ...parts: Array<string | number>) {
  // The alphabet of k8s.io/apimachinery/pkg/util/rand: no vowels, nothing that looks like another character.
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return [...createHash('sha256').update(parts.join('/')).digest()]
    .slice(0, length)
    .map(byte => alphabet[byte % alphabet.length])
    .join('');
}
