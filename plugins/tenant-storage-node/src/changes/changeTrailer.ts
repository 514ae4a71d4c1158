/**
 * What a commit of the portal is about.
 *
 * @public
 */
export interface ProposedObject {
  underCluster: string;
  /** The kind of the change, such as `quota`. */
  change: string;
  /** What is changed; of a quota, the tenant. */
  object: string;
}

function startOf({ underCluster, change, object }: ProposedObject): string {
  return `Kmetal-Storage-Change: ${underCluster}/${object} ${change}`;
}

/**
 * The last line of the portal's commits, which tells them from those of others, and which wish they propose: two tasks may publish in another
 * order than they recorded their requests in.
 *
 * @param wish - the size of a quota, the fingerprint of any other wish
 * @public
 */
export function changeTrailer(object: ProposedObject, wish: string): string {
  return `${startOf(object)} ${wish}`;
}

/**
 * Wishes in the trailers of a commit's message. Pure.
 *
 * @returns null for a trailer that does not say; none for a message without a trailer: the commit is somebody else's, or about something else.
 * @public
 */
export function wishesInTrailer(
  object: ProposedObject,
  message: string,
): Array<string | null> {
  const start = startOf(object);
  const last =
    message
      .trimEnd()
      .split(/\r?\n\s*\r?\n/)
      .at(-1) ?? '';
  return last
    .split(/\r?\n/)
    .map(each => each.trim())
    .flatMap(line => {
      if (line === start) return [null];
      return line.startsWith(`${start} `) ? [line.slice(start.length + 1)] : [];
    });
}
