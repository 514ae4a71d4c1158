import type { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';
import type {
  ConditionRecord,
  EventRecord,
  NodeRecord,
  StorageClassRecord,
} from '../inventory/records';
import type { ClusterInventory } from '../inventory/types';
import { isKnown } from '../views/freshness';
import { storageClassOf } from '../views/storageClass';
import { wireTimeOrNull } from '../views/time';
import type { VolumeFacts } from '../views/volumeFacts';

/** What is known about one volume, and of what surrounds it. */
export interface VolumeEvidence {
  cluster: ClusterInventory;
  volume: VolumeFacts;
  now: number;
  /** About the claim, its DataVolume, its PersistentVolume and its helper claims, newest first. */
  events: EventRecord[];
  /** Of the claim and the DataVolume. */
  conditions: ConditionRecord[];
  /** The volume's class, if it is known to be there. */
  storageClass?: StorageClassRecord;
  /** The class's name, as far as the claim or the DataVolume says. */
  storageClassName?: string;
  /** The node that holds the volume. */
  nodeName?: string;
  node?: NodeRecord;
  /** Whether the volume is still to be made. */
  isComing: boolean;
  /** Whether CDI has still to fill it: without a CSI driver a claim is bound first, and filled then. */
  isBeingFilled: boolean;
}

/** Events about an object, without those about one of the same name that was there before. */
export function eventsAbout(
  cluster: ClusterInventory,
  namespace: string,
  kind: string,
  object: { name: string; uid: string },
): EventRecord[] {
  return cluster
    .eventsOf(namespace, kind, object.name)
    .filter(
      ({ regarding }) =>
        regarding.uid === undefined || regarding.uid === object.uid,
    );
}

/** Gathers the evidence about a volume. */
export function gatherEvidence(
  cluster: ClusterInventory,
  volume: VolumeFacts,
  now: number,
): VolumeEvidence {
  const { claim, dataVolume, persistentVolume, namespace } = volume;
  const claims = claim ? [claim, ...volume.helpers] : volume.helpers;
  const events: EventRecord[] = claims.flatMap(each => [
    ...eventsAbout(cluster, namespace, 'PersistentVolumeClaim', each),
    // CDI calls the pod that fills a claim so.
    ...cluster.eventsOf(namespace, 'Pod', `importer-${each.name}`),
  ]);
  if (dataVolume) {
    events.push(...eventsAbout(cluster, namespace, 'DataVolume', dataVolume));
  }
  if (persistentVolume) {
    events.push(
      ...eventsAbout(cluster, '', 'PersistentVolume', persistentVolume),
    );
  }
  events.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  const storageClassName = claim
    ? claim.storageClass
    : dataVolume?.storageClass;
  const nodeName = persistentVolume?.node;
  return {
    cluster,
    volume,
    now,
    events,
    conditions: [
      ...(claim?.conditions ?? []),
      ...(dataVolume?.conditions ?? []),
    ],
    storageClassName,
    storageClass:
      storageClassName === undefined
        ? undefined
        : storageClassOf(cluster, storageClassName),
    nodeName,
    node:
      nodeName === undefined ? undefined : cluster.get('Node', '', nodeName),
    isComing: claim?.phase !== 'Bound' && dataVolume?.phase !== 'Succeeded',
    isBeingFilled: dataVolume
      ? dataVolume.phase !== 'Succeeded'
      : claim?.phase !== 'Bound',
  };
}

/** Something that Kubernetes said, in a condition or an event. */
export interface Statement {
  message: string;
  at: number;
  object: { kind: string; name: string } | null;
}

/** What a statement has to be like. */
export interface StatementPattern {
  reason?: RegExp;
  message?: RegExp;
  /** Tells of what was said whether it no longer counts. */
  unless?: (message: string) => boolean;
}

function matches(
  pattern: StatementPattern,
  said: { reason?: string; message?: string },
): boolean {
  return (
    (!pattern.reason || pattern.reason.test(said.reason ?? '')) &&
    (!pattern.message || pattern.message.test(said.message ?? '')) &&
    !pattern.unless?.(said.message ?? '')
  );
}

/** The first condition, else the newest event, that is like one of these: conditions stay true, events are history. */
export function findStatement(
  evidence: VolumeEvidence,
  ...patterns: StatementPattern[]
): Statement | undefined {
  const isLike = (said: { reason?: string; message?: string }) =>
    patterns.some(pattern => matches(pattern, said));
  const conditions = evidence.conditions.filter(isLike);
  const condition = conditions.find(({ message }) => message) ?? conditions[0];
  if (condition) {
    return {
      message: condition.message ?? '',
      at: condition.at ?? evidence.now,
      object: objectOf(evidence.volume),
    };
  }
  const event = evidence.events.find(isLike);
  return (
    event && {
      message: event.message,
      at: event.lastSeenAt,
      object: { kind: event.regarding.kind, name: event.regarding.name },
    }
  );
}

/** The object that a volume's trouble rests on, unless it is said by another. */
export function objectOf(volume: VolumeFacts): { kind: string; name: string } {
  return volume.claim
    ? { kind: 'PersistentVolumeClaim', name: volume.claim.name }
    : { kind: 'DataVolume', name: volume.dataVolume?.name ?? volume.name };
}

/** What Kubernetes said, on one line; null if it said nothing. */
function quoteOf(message: string | undefined): string | null {
  return message?.replace(/\s+/g, ' ').trim() || null;
}

/** Whether it is known that there is no such class. */
export function isClassMissing(evidence: VolumeEvidence): boolean {
  return (
    evidence.storageClassName !== undefined &&
    evidence.storageClassName !== '' &&
    isKnown(evidence.cluster, 'StorageClass') &&
    evidence.storageClass === undefined
  );
}

/** A trouble of a volume; `said` is what Kubernetes said of it, `at` when it was last seen to be so. */
export function volumeTrouble(
  evidence: VolumeEvidence,
  trouble: Omit<Trouble, 'object' | 'since' | 'quote'> & {
    object?: Trouble['object'];
    said?: string;
    at?: number;
  },
): Trouble {
  const { at, object, said, ...rest } = trouble;
  return {
    ...rest,
    quote: quoteOf(said),
    object: object === undefined ? objectOf(evidence.volume) : object,
    since: wireTimeOrNull(at, evidence.now),
  };
}
