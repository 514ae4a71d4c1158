import { randomBytes } from 'node:crypto';
import {
  SERVICE_ACCOUNT_NAME,
  SERVICE_ACCOUNT_TOKEN,
  SERVICE_ACCOUNT_UID,
} from './authentication';
import { CLAIM_PROTECTION, VOLUME_PROTECTION } from './admission';
import { Json, KubeObject } from './object';
import { recalculateQuotas } from './quota';
import { DEFINITION_CLEANUP, Registry } from './registry';
import { builtInResource, Resource } from './resources';
import { storageKey } from './storage';

const SECRETS = builtInResource('secrets');
const SERVICE_ACCOUNTS = builtInResource('serviceaccounts');
const NAMESPACES = builtInResource('namespaces');
const CLAIMS = builtInResource('persistentvolumeclaims');
const VOLUMES = builtInResource('persistentvolumes');
const PODS = builtInResource('pods');
const DEFINITIONS = builtInResource(
  'customresourcedefinitions',
  'apiextensions.k8s.io',
);

/**
 * What the controller manager does beside the real server, as far as anything here relies on it. As there, it follows
 * a change a moment later, not in the same breath.
 */
export function startControllers(
  registry: Registry,
  ca: string,
): { stop(): void } {
  const { storage } = registry;
  const controllers = [
    () => fillTokens(registry, ca),
    () => cleanUpDefinitions(registry),
    () => cleanUpNamespaces(registry),
    () => releaseClaims(registry),
    () => releaseVolumes(registry),
    () => recalculateQuotas(registry),
  ];
  let scheduled: NodeJS.Immediate | undefined;
  const reconcile = () => {
    scheduled = undefined;
    controllers.forEach(controller => controller());
  };
  const schedule = () => {
    scheduled ??= setImmediate(reconcile);
  };
  const unwatch = storage.watch(schedule);
  reconcile();
  return {
    stop() {
      unwatch();
      if (scheduled) {
        clearImmediate(scheduled);
      }
    },
  };
}

/** Fills token Secrets of existing ServiceAccounts and removes those of ServiceAccounts that are gone. */
function fillTokens(registry: Registry, ca: string): void {
  const { storage } = registry;
  for (const [key, secret] of storage.all(storageKey(SECRETS))) {
    if (secret.type !== SERVICE_ACCOUNT_TOKEN) {
      continue;
    }
    const { annotations, namespace } = secret.metadata;
    const name = annotations?.[SERVICE_ACCOUNT_NAME];
    const account = storage.get(
      storageKey(SERVICE_ACCOUNTS),
      `${namespace}/${name}`,
    );
    const uid = annotations?.[SERVICE_ACCOUNT_UID];
    if (!account || (uid && uid !== account.metadata.uid)) {
      storage.remove(storageKey(SECRETS), key);
    } else if (!secret.data?.token || !uid) {
      storage.put(
        storageKey(SECRETS),
        key,
        withToken(secret, account.metadata.uid, ca),
      );
    }
  }
}

function withToken(secret: KubeObject, uid: string, ca: string): KubeObject {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    ...secret,
    metadata: {
      ...secret.metadata,
      annotations: {
        ...secret.metadata.annotations,
        [SERVICE_ACCOUNT_UID]: uid,
      },
    },
    data: {
      ...secret.data,
      token:
        secret.data?.token ?? base64(randomBytes(32).toString('base64url')),
      'ca.crt': base64(ca),
      namespace: base64(`${secret.metadata.namespace}`),
    },
  };
}

/** Deletes the objects of definitions that are being deleted, then the definitions. */
function cleanUpDefinitions({ storage }: Registry): void {
  for (const [key, definition] of storage.all(storageKey(DEFINITIONS))) {
    if (!definition.metadata.deletionTimestamp) {
      continue;
    }
    const { group, names } = definition.spec;
    const objects = storageKey({ group, plural: names.plural });
    for (const [objectKey] of storage.all(objects)) {
      storage.remove(objects, objectKey);
    }
    release({ storage }, DEFINITIONS, key, DEFINITION_CLEANUP);
  }
}

/** Deletes what is in namespaces that are being deleted, then the namespaces, once finalizers let them go. */
function cleanUpNamespaces(registry: Registry): void {
  const { storage } = registry;
  for (const [name, namespace] of storage.all(storageKey(NAMESPACES))) {
    if (!namespace.metadata.deletionTimestamp) {
      continue;
    }
    let empty = true;
    for (const resource of registry.resources) {
      if (!resource.namespaced) {
        continue;
      }
      for (const [, object] of storage.all(storageKey(resource))) {
        if (object.metadata.namespace !== name) {
          continue;
        }
        const { gone } = registry.delete(resource, name, object.metadata.name);
        empty &&= gone;
      }
    }
    if (empty) {
      storage.remove(storageKey(NAMESPACES), name);
    }
  }
}

/** Lets go of deleted claims that no pod on a node uses, completed ones included. */
function releaseClaims(registry: Registry): void {
  const { storage } = registry;
  const deleted = storage
    .all(storageKey(CLAIMS))
    .filter(([, claim]) => claim.metadata.deletionTimestamp);
  if (deleted.length === 0) {
    return;
  }
  const inUse = new Set(
    storage
      .all(storageKey(PODS))
      .filter(([, pod]) => pod.spec?.nodeName)
      .flatMap(([, pod]) =>
        (pod.spec.volumes ?? []).map(
          (volume: Json) =>
            `${pod.metadata.namespace}/${volume.persistentVolumeClaim?.claimName}`,
        ),
      ),
  );
  for (const [key] of deleted) {
    if (!inUse.has(key)) {
      release(registry, CLAIMS, key, CLAIM_PROTECTION);
    }
  }
}

/** Lets go of deleted volumes that are bound to no claim. */
function releaseVolumes(registry: Registry): void {
  for (const [key, volume] of registry.storage.all(storageKey(VOLUMES))) {
    if (volume.metadata.deletionTimestamp && volume.status?.phase !== 'Bound') {
      release(registry, VOLUMES, key, VOLUME_PROTECTION);
    }
  }
}

/** Takes a finalizer off a deleted object, and the object away if it was the last. */
function release(
  { storage }: Pick<Registry, 'storage'>,
  resource: Resource,
  key: string,
  finalizer: string,
): void {
  const object = storage.get(storageKey(resource), key);
  const finalizers: string[] = object?.metadata.finalizers ?? [];
  if (!object || !finalizers.includes(finalizer)) {
    return;
  }
  const rest = finalizers.filter(each => each !== finalizer);
  if (rest.length === 0) {
    storage.remove(storageKey(resource), key);
  } else {
    storage.put(storageKey(resource), key, {
      ...object,
      metadata: { ...object.metadata, finalizers: rest },
    });
  }
}
