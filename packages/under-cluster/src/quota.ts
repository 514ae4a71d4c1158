import { Json, KubeObject } from './object';
import {
  add,
  count,
  parseQuantity,
  printQuantity,
  Quantity,
  roundedUp,
  subtract,
} from './quantity';
import { builtInResource, Resource } from './resources';
import { forbidden, qualified } from './status';
import { objectKey, Storage, storageKey } from './storage';

const QUOTAS = storageKey(builtInResource('resourcequotas'));
const CLAIMS = builtInResource('persistentvolumeclaims');

type Usage = Map<string, Quantity>;

/** What there is to count: objects, and the resources that they are of. */
interface Counted {
  readonly storage: Storage;
  readonly resources: readonly Resource[];
}

/** What one claim is charged, by the keys of a quota. Storage counts in whole bytes, rounded up. */
function usageOf(claim: KubeObject): Usage {
  const one = count(1);
  const usage: Usage = new Map([
    ['count/persistentvolumeclaims', one],
    ['persistentvolumeclaims', one],
  ]);
  const storageClass =
    claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
    claim.spec?.storageClassName;
  const prefix = storageClass && `${storageClass}.storageclass.storage.k8s.io/`;
  if (prefix) {
    usage.set(`${prefix}persistentvolumeclaims`, one);
  }
  const requested = parseQuantity(claim.spec?.resources?.requests?.storage);
  if (requested) {
    usage.set('requests.storage', roundedUp(requested));
    if (prefix) {
      usage.set(`${prefix}requests.storage`, roundedUp(requested));
    }
  }
  return usage;
}

/** The quotas of a namespace that bind claims: those with scopes never do. */
function quotasOf(storage: Storage, namespace: string): [string, KubeObject][] {
  return storage
    .all(QUOTAS)
    .filter(
      ([, quota]) =>
        quota.metadata.namespace === namespace &&
        !quota.spec?.scopes?.length &&
        !quota.spec?.scopeSelector,
    );
}

/**
 * Charges a claim, new or growing, to the quotas of its namespace. Every quota must have room: the first that hasn't
 * refuses in the real server's words, and nothing is charged.
 */
export function chargeClaim(
  storage: Storage,
  current: KubeObject | undefined,
  next: KubeObject,
): void {
  const delta = usageOf(next);
  if (current) {
    for (const [key, before] of usageOf(current)) {
      const after = delta.get(key);
      delta.set(key, subtract(after ?? count(0), before));
    }
    for (const [key, quantity] of delta) {
      if (quantity.millis <= 0n) {
        delta.delete(key);
      }
    }
  }
  const charges: { key: string; quota: KubeObject; used: Json }[] = [];
  for (const [key, quota] of quotasOf(storage, `${next.metadata.namespace}`)) {
    const used = charged(quota, next.metadata.name, delta);
    if (used) {
      charges.push({ key, quota, used });
    }
  }
  for (const { key, quota, used } of charges) {
    storage.put(QUOTAS, key, { ...quota, status: { ...quota.status, used } });
  }
}

/** A quota's `used` with a charge added, undefined if none of its keys is concerned. */
function charged(
  quota: KubeObject,
  claimName: string,
  delta: Usage,
): Json | undefined {
  // The hard limits that count are those the controller has seen.
  const hard: Record<string, string> =
    quota.status?.hard ?? quota.spec?.hard ?? {};
  const used: Record<string, string> = quota.status?.used ?? {};
  const keys = [...delta.keys()].filter(key => Object.hasOwn(hard, key)).sort();
  if (keys.length === 0) {
    return undefined;
  }
  const unknown = keys.filter(key => !Object.hasOwn(used, key));
  const refuse = (why: string) => forbidden(CLAIMS, claimName, why);
  if (unknown.length > 0) {
    throw refuse(
      `status unknown for quota: ${
        quota.metadata.name
      }, resources: ${unknown.join(',')}`,
    );
  }
  const sums = new Map(
    keys.map(key => [key, add(known(used[key]), known(delta.get(key)))]),
  );
  const exceeded = keys.filter(
    key => known(sums.get(key)).millis > known(hard[key]).millis,
  );
  if (exceeded.length > 0) {
    const print = (values: (key: string) => Quantity) =>
      exceeded.map(key => `${key}=${printQuantity(values(key))}`).join(',');
    throw refuse(
      `exceeded quota: ${quota.metadata.name}, requested: ${print(key =>
        known(delta.get(key)),
      )}, used: ${print(key => known(used[key]))}, limited: ${print(key =>
        known(hard[key]),
      )}`,
    );
  }
  return {
    ...used,
    ...Object.fromEntries(
      [...sums].map(([key, sum]) => [key, printQuantity(sum)]),
    ),
  };
}

function known(value: Quantity | string | undefined): Quantity {
  return (typeof value === 'object' ? value : parseQuantity(value)) ?? count(0);
}

/**
 * What the quota controller writes: the hard limits it sees and what is used of them now. Keys of claims and counts
 * of objects are computed; others (CPU, memory) are left out of `used`, because nothing here charges them.
 */
export function recalculateQuotas(counted: Counted): void {
  const { storage } = counted;
  const charges = claimCharges(storage);
  for (const [key, quota] of storage.all(QUOTAS)) {
    const hard: Record<string, string> = quota.spec?.hard ?? {};
    const used = usedOf(
      counted,
      charges.get(`${quota.metadata.namespace}`) ?? new Map(),
      quota,
      hard,
    );
    const status = Object.keys(hard).length > 0 ? { hard, used } : {};
    if (!sameStatus(quota.status ?? {}, status)) {
      storage.put(QUOTAS, key, { ...quota, status });
    }
  }
}

/** What the claims of each namespace are charged together. */
function claimCharges(storage: Storage): Map<string, Usage> {
  const charges = new Map<string, Usage>();
  for (const [, claim] of storage.all(storageKey(CLAIMS))) {
    const namespace = `${claim.metadata.namespace}`;
    const total: Usage = charges.get(namespace) ?? new Map();
    charges.set(namespace, total);
    for (const [key, quantity] of usageOf(claim)) {
      total.set(key, add(total.get(key) ?? count(0), quantity));
    }
  }
  return charges;
}

function usedOf(
  counted: Counted,
  charges: Usage,
  quota: KubeObject,
  hard: Record<string, string>,
): Record<string, string> {
  const { storage } = counted;
  const namespace = `${quota.metadata.namespace}`;
  const scoped = quota.spec?.scopes?.length || quota.spec?.scopeSelector;
  const totals: Usage = scoped ? new Map() : new Map(charges);
  if (!scoped) {
    for (const resource of counted.resources) {
      const name = qualified(resource);
      const objects = () =>
        storage
          .all(storageKey(resource))
          .filter(([objectName]) =>
            objectName.startsWith(objectKey(namespace, '')),
          ).length;
      for (const key of [`count/${name}`, name]) {
        if (Object.hasOwn(hard, key) && !totals.has(key)) {
          totals.set(key, count(objects()));
        }
      }
    }
  }
  return Object.fromEntries(
    Object.keys(hard)
      .filter(key => totals.has(key) || isClaimKey(key) || isCount(key))
      .map(key => [key, printQuantity(totals.get(key) ?? count(0))]),
  );
}

function isClaimKey(key: string): boolean {
  return (
    key === 'requests.storage' ||
    key === 'persistentvolumeclaims' ||
    key.includes('.storageclass.storage.k8s.io/')
  );
}

function isCount(key: string): boolean {
  return key.startsWith('count/');
}

function sameStatus(a: Json, b: Json): boolean {
  const sameList = (
    left: Record<string, string> = {},
    right: Record<string, string> = {},
  ) => {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every(
      key =>
        Object.hasOwn(left, key) &&
        Object.hasOwn(right, key) &&
        known(left[key]).millis === known(right[key]).millis,
    );
  };
  return sameList(a.hard, b.hard) && sameList(a.used, b.used);
}
