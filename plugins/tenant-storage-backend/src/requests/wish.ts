import type { RequestToRecord } from './types';

/** What tells one wish about an object from another, as the trailer of a commit has it: bytes of a quota, the fingerprint of any other input. */
export function wishOf(request: RequestToRecord): string {
  return request.change === 'quota'
    ? `${request.sizeBytes}`
    : request.fingerprint;
}

/** What is asked for, in a line. */
export function titleOf(request: RequestToRecord): string {
  return request.change === 'quota'
    ? `${request.size} of storage for ${request.tenant} in ${request.underCluster}`
    : request.title;
}

/** The new wish beside the one before, for the history. */
export function insteadOf(
  wish: RequestToRecord,
  before: RequestToRecord,
): string {
  if (wish.change === 'quota' && before.change === 'quota') {
    return `${wish.size} instead of ${before.size}`;
  }
  const [now, then] = [titleOf(wish), titleOf(before)];
  return now === then
    ? `${now}, with other values`
    : `“${now}” instead of “${then}”`;
}
