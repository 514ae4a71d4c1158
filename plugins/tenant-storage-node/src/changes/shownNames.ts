/** Names for a sentence, not too many. */
export function shownNames(names: readonly string[], most = 10): string {
  return names.length > most
    ? `${names.slice(0, most).join(', ')} and ${names.length - most} more`
    : names.join(', ');
}
