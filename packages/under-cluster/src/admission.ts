import { Json, KubeObject } from './object';
import { parseQuantity } from './quantity';
import { builtInResource, Resource } from './resources';
import { forbidden, notFound } from './status';
import { Storage, storageKey } from './storage';

const NAMESPACES = storageKey(builtInResource('namespaces'));
const CLASSES = storageKey(builtInResource('storageclasses', 'storage.k8s.io'));

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const DEFAULT_CLASS_BETA = 'storageclass.beta.kubernetes.io/is-default-class';
const CLASS_BETA = 'volume.beta.kubernetes.io/storage-class';

export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

/**
 * What the admission plugins that are on by default do to a new object: NamespaceLifecycle, DefaultStorageClass,
 * StorageObjectInUseProtection and TaintNodesByCondition. A restored node has had its taints, if any, from elsewhere.
 */
export function admit(
  storage: Storage,
  resource: Resource,
  object: KubeObject,
  restored = false,
): KubeObject {
  if (resource.namespaced) {
    checkNamespace(storage, resource, object);
  }
  if (resource.group !== '') {
    return object;
  }
  if (resource.kind === 'PersistentVolumeClaim') {
    return withFinalizer(withDefaultClass(storage, object), CLAIM_PROTECTION);
  }
  if (resource.kind === 'PersistentVolume') {
    return withFinalizer(object, VOLUME_PROTECTION);
  }
  if (resource.kind === 'Node' && !restored) {
    return withTaint(object);
  }
  return object;
}

function checkNamespace(
  storage: Storage,
  resource: Resource,
  object: KubeObject,
): void {
  const name = `${object.metadata.namespace}`;
  const namespace = storage.get(NAMESPACES, name);
  if (!namespace) {
    throw notFound({ group: '', plural: 'namespaces' }, name);
  }
  if (namespace.metadata.deletionTimestamp) {
    throw forbidden(
      resource,
      object.metadata.name,
      `unable to create new content in namespace ${name} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${name} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    );
  }
}

function withFinalizer(object: KubeObject, finalizer: string): KubeObject {
  const finalizers: string[] = object.metadata.finalizers ?? [];
  return finalizers.includes(finalizer)
    ? object
    : {
        ...object,
        metadata: {
          ...object.metadata,
          finalizers: [...finalizers, finalizer],
        },
      };
}

/** A node is not ready until a controller says that it is. */
function withTaint(node: KubeObject): KubeObject {
  const key = 'node.kubernetes.io/not-ready';
  const taints: Json[] = node.spec?.taints ?? [];
  return taints.some(taint => taint.key === key)
    ? node
    : {
        ...node,
        spec: {
          ...node.spec,
          taints: [...taints, { key, effect: 'NoSchedule' }],
        },
      };
}

function withDefaultClass(storage: Storage, claim: KubeObject): KubeObject {
  if (
    claim.spec?.storageClassName !== undefined ||
    claim.metadata.annotations?.[CLASS_BETA] !== undefined
  ) {
    return claim;
  }
  const defaults = storage
    .all(CLASSES)
    .map(([, object]) => object)
    .filter(
      ({ metadata }) =>
        metadata.annotations?.[DEFAULT_CLASS] === 'true' ||
        metadata.annotations?.[DEFAULT_CLASS_BETA] === 'true',
    );
  if (defaults.length === 0) {
    return claim;
  }
  if (defaults.length > 1) {
    throw forbidden(
      { group: '', plural: 'persistentvolumeclaims' },
      claim.metadata.name,
      `Internal error occurred: ${defaults.length} default StorageClasses were found`,
    );
  }
  return {
    ...claim,
    spec: { ...claim.spec, storageClassName: defaults[0].metadata.name },
  };
}

/** PersistentVolumeClaimResize: a bound claim grows only if its class says so. */
export function admitUpdate(
  storage: Storage,
  resource: Resource,
  current: KubeObject,
  next: KubeObject,
  subresource: string,
): void {
  if (
    resource.kind !== 'PersistentVolumeClaim' ||
    resource.group !== '' ||
    subresource !== ''
  ) {
    return;
  }
  const before = parseQuantity(current.spec?.resources?.requests?.storage);
  const after = parseQuantity(next.spec?.resources?.requests?.storage);
  if (!before || !after || after.millis <= before.millis) {
    return;
  }
  const className =
    current.metadata.annotations?.[CLASS_BETA] ??
    current.spec?.storageClassName ??
    '';
  const storageClass = storage.get(CLASSES, className);
  if (storageClass?.allowVolumeExpansion !== true) {
    throw forbidden(
      resource,
      current.metadata.name,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  }
}
