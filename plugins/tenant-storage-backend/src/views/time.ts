/**
 * A time for the wire, RFC 3339 in UTC. What lies ahead of now is now: clocks of under clusters and of the portal differ,
 * and nothing is minus three minutes old.
 */
export function wireTime(at: number, now: number): string {
  return new Date(Number.isFinite(at) ? Math.min(at, now) : now).toISOString();
}

/** The same, null for absent. */
export function wireTimeOrNull(
  at: number | undefined,
  now: number,
): string | null {
  return at === undefined ? null : wireTime(at, now);
}
