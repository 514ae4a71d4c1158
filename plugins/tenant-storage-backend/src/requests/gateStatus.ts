import type { ChangeGate } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { CommitStatus } from '../gitHost';

/** GitHub takes no more (docs.github.com, "Create a commit status"). */
const LONGEST = 140;

/** What gates come to, as it is published beside the commit that they are about. */
export function gateStatus(
  gates: readonly ChangeGate[],
  targetUrl: string | undefined,
): CommitStatus {
  const failed = gates.filter(({ state }) => state === 'failed');
  const unknown = gates.filter(({ state }) => state === 'unknown');
  let state: CommitStatus['state'] = 'success';
  if (failed.length > 0) state = 'failure';
  else if (unknown.length > 0) state = 'pending';
  const telling = [...failed, ...unknown];
  const text =
    telling.length > 0
      ? telling.map(({ detail }) => detail).join(' ')
      : gates.map(({ detail }) => detail).join(' ');
  return {
    context: 'kmetal-storage',
    state,
    description:
      text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text,
    ...(targetUrl ? { targetUrl } : {}),
  };
}
