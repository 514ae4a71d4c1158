import type { RequestedChange } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangeGate } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { CommitStatus } from '../gitHost';

/** GitHub takes no more (docs.github.com, "Create a commit status"). */
const LONGEST = 140;

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function ofQuota(
  gates: readonly ChangeGate[],
): Pick<CommitStatus, 'state' | 'description'> {
  const failed = gates.filter(({ state }) => state === 'failed');
  const unknown = gates.filter(({ state }) => state === 'unknown');
  let state: CommitStatus['state'] = 'success';
  if (failed.length > 0) state = 'failure';
  else if (unknown.length > 0) state = 'pending';
  const closed = [...failed, ...unknown];
  return {
    state,
    description: (closed.length > 0 ? closed : gates)
      .map(({ detail }) => detail)
      .join(' '),
  };
}

/**
 * Gates of an under cluster's storage are titles of what has to be so. One that is closed opens by itself once it is: that is `pending`, which
 * blocks a merge where the status is required just as `failure` does, and does not call for another commit. Titles alone: what is said of them
 * changes with every volume, and GitHub takes a thousand statuses of a commit.
 */
function ofStorageChange(
  gates: readonly ChangeGate[],
): Pick<CommitStatus, 'state' | 'description'> {
  const titlesOf = (state: ChangeGate['state']) =>
    gates.filter(each => each.state === state).map(({ title }) => title);
  const parts = [
    { words: 'Waits until', titles: titlesOf('failed') },
    { words: 'Not known now', titles: titlesOf('unknown') },
  ].filter(({ titles }) => titles.length > 0);
  if (parts.length > 0) {
    return {
      state: 'pending',
      description: parts
        .map(({ words, titles }) => `${words}: ${titles.join('; ')}`)
        .join('. '),
    };
  }
  return {
    state: 'success',
    description:
      gates.length === 0
        ? 'Nothing has to be waited for'
        : titlesOf('passed').join('; '),
  };
}

function statusOf(
  { state, description }: Pick<CommitStatus, 'state' | 'description'>,
  targetUrl: string | undefined,
): CommitStatus {
  return {
    context: 'kmetal-storage',
    state,
    description: shortened(description),
    ...(targetUrl ? { targetUrl } : {}),
  };
}

/** What gates come to, as it is published beside the commit that they are about. */
export function gateStatus(
  change: RequestedChange,
  gates: readonly ChangeGate[],
  targetUrl: string | undefined,
): CommitStatus {
  return statusOf(
    change === 'quota' ? ofQuota(gates) : ofStorageChange(gates),
    targetUrl,
  );
}

/** In place of what was published beside a commit whose gates are not judged any more: Git hosts keep a verdict for ever. */
export function unjudgedStatus(
  why: string,
  targetUrl: string | undefined,
): CommitStatus {
  return statusOf({ state: 'pending', description: why }, targetUrl);
}
