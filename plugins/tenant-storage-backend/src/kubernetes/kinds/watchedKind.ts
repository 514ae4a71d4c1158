import type { KindName, RecordsByKind } from '../../inventory/records';
import type { UnderClusterSettings } from '../../inventory/types';
import type { RawObject } from './rawObject';

/** Which of the manifests in `deploy/under-cluster-reader` grants it. */
export type ReaderPart =
  | 'base'
  | 'attachments'
  | 'changes'
  | 'snapshots'
  | 'local-path'
  | 'velero'
  | 'benchmark';

/** A kind that is watched: where it is served, what of it is asked for, and what is kept of an object. */
export interface WatchedKind<K extends KindName> {
  name: K;
  /** '' for the core group. */
  group: string;
  version: string;
  plural: string;
  namespaced: boolean;
  part: ReaderPart;
  /** Part of Kubernetes itself: if it is not served, the address is wrong; others may just not be installed. */
  builtIn: boolean;
  /** Pushed to the API server. */
  labelSelector?(settings: UnderClusterSettings): string;
  /** The one namespace, or the one object in it, that is asked for; the role grants no more. */
  within?(settings: UnderClusterSettings): { namespace: string; name?: string };
  /** Builds the record anew from the few fields used. @returns undefined if the object is of no interest. */
  reduce(
    raw: RawObject,
    settings: UnderClusterSettings,
  ): RecordsByKind[K] | undefined;
}

/** `/api/v1/namespaces`, `/apis/velero.io/v1/namespaces/velero/backups` ... */
export function collectionPath(
  kind: Pick<WatchedKind<KindName>, 'group' | 'version' | 'plural'>,
  namespace?: string,
): string {
  const { group, version, plural } = kind;
  const served = group ? `/apis/${group}/${version}` : `/api/${version}`;
  return namespace === undefined
    ? `${served}/${plural}`
    : `${served}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}
