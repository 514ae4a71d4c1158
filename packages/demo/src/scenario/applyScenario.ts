import { setTimeout as delay } from 'node:timers/promises';
import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import { applyObjects, KubeObject, UnderCluster } from '@kmetal/under-cluster';

/** Claims that CDI makes for another claim, whose uid they have in their names. */
const HELPER_CLAIM = /\b(prime|tmp-pvc|tmp-source-pvc)-([0-9a-f-]{36})\b/g;

/**
 * Applies a scenario to a real API server, which gives every object a uid of its own: what refers to another object by its
 * uid, in a field or in its name, is applied after that one and with the uid that it got.
 */
export async function applyScenario(
  cluster: UnderCluster,
  objects: readonly KubeObject[],
): Promise<void> {
  const uids = new Map<string, string>();
  const stages = [
    objects.filter(({ kind }) => stageOf(kind) === 0),
    objects.filter(each => stageOf(each.kind) === 1 && !isHelper(each)),
    objects.filter(each => stageOf(each.kind) === 1 && isHelper(each)),
    objects.filter(({ kind }) => stageOf(kind) === 2),
  ];
  for (const stage of stages) {
    const translated = stage.map(object => withUids(object, uids));
    await applyObjects(cluster, translated);
    const got = await uidsOf(cluster);
    stage.forEach(({ kind, metadata }, index) => {
      const { namespace, name } = translated[index].metadata;
      const uid = got.get(`${kind} ${namespace}/${name}`);
      if (uid !== undefined) {
        uids.set(metadata.uid, uid);
      }
    });
  }
  // A DataVolume's conditions may name a claim that was made after it.
  await applyObjects(
    cluster,
    objects
      .filter(
        object =>
          object.kind === 'DataVolume' &&
          JSON.stringify(object.status).match(HELPER_CLAIM),
      )
      .map(object => withUids(object, uids)),
  );
  await beginDeletions(cluster, objects);
  await quotasCounted(cluster, objects);
}

/** How long the quota controller may take to count what was applied. */
const COUNTED_TIMEOUT = 30_000;

/** Waits until the quotas bind with the use that the scenario tells: until they are counted, they refuse nothing. */
async function quotasCounted(
  cluster: UnderCluster,
  objects: readonly KubeObject[],
): Promise<void> {
  const useOf = ({ metadata, status }: KubeObject) =>
    Object.entries<string>(status?.used ?? {})
      .map(
        ([key, quantity]) =>
          `${metadata.namespace}/${metadata.name} ${key}=${parseQuantity(
            quantity,
          )}`,
      )
      .sort();
  const meant = objects
    .filter(({ kind }) => kind === 'ResourceQuota')
    .flatMap(useOf);
  const deadline = Date.now() + COUNTED_TIMEOUT;
  for (;;) {
    const { body } = await cluster.request('GET', '/api/v1/resourcequotas');
    const counted = new Set((body.items as KubeObject[]).flatMap(useOf));
    const missing = meant.filter(use => !counted.has(use));
    if (missing.length === 0) {
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(`The quotas are not counted: ${missing.join(', ')}`);
    }
    await delay(100);
  }
}

function stageOf(kind: string): number {
  switch (kind) {
    case 'PersistentVolumeClaim':
      return 1;
    case 'PersistentVolume':
    case 'Event':
    case 'ResourceQuota':
      return 2;
    default:
      return 0;
  }
}

function isHelper({ metadata }: KubeObject): boolean {
  return metadata.name.search(HELPER_CLAIM) === 0;
}

/** The uids of what others refer to, by kind, namespace and name. */
async function uidsOf(cluster: UnderCluster): Promise<Map<string, string>> {
  const uids = new Map<string, string>();
  for (const [kind, path] of [
    ['DataVolume', '/apis/cdi.kubevirt.io/v1beta1/datavolumes'],
    ['PersistentVolumeClaim', '/api/v1/persistentvolumeclaims'],
  ]) {
    const { body } = await cluster.request('GET', path);
    for (const { metadata } of body.items as KubeObject[]) {
      uids.set(`${kind} ${metadata.namespace}/${metadata.name}`, metadata.uid);
    }
  }
  return uids;
}

/** The object with uids of others, in fields and in names of helper claims, replaced by those that they got. */
function withUids(
  object: KubeObject,
  uids: ReadonlyMap<string, string>,
): KubeObject {
  const text = JSON.stringify(object, (field, value) => {
    if (typeof value !== 'string') {
      return value;
    }
    return field === 'uid'
      ? uids.get(value) ?? value
      : value.replace(
          HELPER_CLAIM,
          (_, prefix, uid) => `${prefix}-${uids.get(uid) ?? uid}`,
        );
  });
  return JSON.parse(text);
}

/** What is being deleted in the scenario: the API server sets that moment itself, and finalizers keep the object. */
async function beginDeletions(
  cluster: UnderCluster,
  objects: readonly KubeObject[],
): Promise<void> {
  for (const { kind, metadata } of objects) {
    if (
      kind === 'PersistentVolumeClaim' &&
      metadata.deletionTimestamp !== undefined
    ) {
      const path = `/api/v1/namespaces/${metadata.namespace}/persistentvolumeclaims/${metadata.name}`;
      const { status, body } = await cluster.request('DELETE', path);
      if (status >= 300) {
        throw new Error(`Could not delete ${path}: ${body?.message ?? body}`);
      }
    }
  }
}
