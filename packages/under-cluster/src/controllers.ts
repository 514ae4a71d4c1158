import { randomBytes } from 'node:crypto';
import {
  SERVICE_ACCOUNT_NAME,
  SERVICE_ACCOUNT_TOKEN,
  SERVICE_ACCOUNT_UID,
} from './authentication';
import { KubeObject } from './object';
import type { Registry } from './registry';
import { builtInResource } from './resources';
import { Change, storageKey } from './storage';

const SECRETS = builtInResource('secrets');
const SERVICE_ACCOUNTS = builtInResource('serviceaccounts');

/**
 * What the controller manager does beside the real server, as far as anything here relies on it. As there, it follows
 * a change a moment later, not in the same breath.
 */
export function startControllers(
  registry: Registry,
  ca: string,
): { stop(): void } {
  const { storage } = registry;
  const controllers = [() => fillTokens(registry, ca)];
  let scheduled: NodeJS.Immediate | undefined;
  const reconcile = () => {
    scheduled = undefined;
    controllers.forEach(controller => controller());
  };
  const schedule = (_change?: Change) => {
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
