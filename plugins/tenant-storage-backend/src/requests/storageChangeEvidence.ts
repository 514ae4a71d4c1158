import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  GitOpsError,
  readStorageChange,
  storageChangeOf,
  type ChangeGate,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { LiveEvidence } from './requestState';
import type { StorageChangeToRecord } from './types';

/** What is live in an under cluster; undefined while nothing is known of it. */
export type LiveFactsOf = (
  underCluster: string,
  options: {
    /** Whose claims, quotas, snapshots and jobs are told. */
    namespaces: readonly string[];
    openChanges: UnderClusterFacts['openChanges'];
  },
) => UnderClusterFacts | undefined;

/** What an under cluster tells of a change of its storage. */
export interface StorageChangeEvidence {
  live: LiveEvidence;
  gates: ChangeGate[];
}

type Asked = Pick<StorageChangeToRecord, 'underCluster' | 'change' | 'input'>;

/** Undefined for what can't be read: another version of the portal recorded it. */
function read({ change: kind, input }: Asked) {
  try {
    const change = storageChangeOf(kind);
    return { change, wanted: readStorageChange(change, input) };
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

const UNREADABLE: ChangeGate = {
  id: 'wishReadable',
  title: 'The portal can judge what was asked for',
  state: 'unknown',
  detail:
    'It was asked for with another version of the portal, and this one can not read it: ask for it again.',
};

/** Of an under cluster that nothing is known of, as of one that was taken out of the configuration: what was judged before is not so now. */
export function notRead(underCluster: string): ChangeGate {
  return {
    id: 'underClusterRead',
    title: `The portal reads the under cluster ${underCluster}`,
    state: 'unknown',
    detail: `The portal knows no under cluster ${underCluster}: an administrator of the portal looks at its configuration.`,
  };
}

/** Whether the under cluster has what was asked for, and whether it may be merged now. */
export function storageChangeEvidence(
  request: Asked,
  openChanges: UnderClusterFacts['openChanges'],
  factsOf: LiveFactsOf,
): StorageChangeEvidence {
  const asked = read(request);
  if (!asked) return { live: { known: false }, gates: [UNREADABLE] };
  const { change, wanted } = asked;
  const facts = factsOf(request.underCluster, {
    namespaces: change.namespacesOf(wanted),
    openChanges,
  });
  if (!facts) {
    return { live: { known: false }, gates: [notRead(request.underCluster)] };
  }
  return {
    live: change.arrivalOf(wanted, facts),
    gates: change.gatesOf(wanted, facts),
  };
}
