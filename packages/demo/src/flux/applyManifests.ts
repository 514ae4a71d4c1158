import { isDeepStrictEqual } from 'node:util';
import { Answer, KubeObject, UnderCluster } from '@kmetal/under-cluster';

/** An API server's refusal of a manifest, in its words. */
export class ApplyError extends Error {}

const MERGE_PATCH = { contentType: 'application/merge-patch+json' };

type Value = unknown;

/** Applies manifests as Flux does: what they say is set, what they once said and say no more is taken away, the rest stays. */
export class Applier {
  readonly #cluster: UnderCluster;
  readonly #applied = new Map<string, KubeObject>();
  readonly #kinds = new Map<string, { plural: string; namespaced: boolean }>();

  constructor(cluster: UnderCluster) {
    this.#cluster = cluster;
  }

  /**
   * @param owner - the Kustomization that the objects are labelled with
   * @throws ApplyError at the first refusal
   */
  async apply(
    manifests: readonly KubeObject[],
    owner: { name: string; namespace: string },
  ): Promise<void> {
    const sorted = [...manifests].sort((a, b) => rankOf(a) - rankOf(b));
    for (const manifest of sorted) {
      await this.#applyOne(owned(manifest, owner));
    }
  }

  /**
   * Deletes what was applied before and is in the manifests no more, as Flux does: what says so itself stays, and so does what is another owner's
   * by now.
   *
   * @throws ApplyError at the first refusal
   */
  async prune(
    before: readonly InventoryEntry[],
    manifests: readonly KubeObject[],
    owner: { name: string; namespace: string },
  ): Promise<void> {
    const stay = new Set(inventoryOf(manifests).map(({ id }) => id));
    for (const entry of before.filter(({ id }) => !stay.has(id))) {
      const object = objectOf(entry);
      const { path } = await this.#pathsOf(object);
      const { status, body } = await this.#cluster.request('GET', path);
      if (status === 200 && isPruned(body, owner)) {
        check(
          await this.#cluster.request('DELETE', path),
          `${object.kind}/${object.metadata.name}`,
        );
      }
      this.#applied.delete(path);
    }
  }

  async #applyOne(manifest: KubeObject): Promise<void> {
    const { kind, metadata } = manifest;
    const { collection, path } = await this.#pathsOf(manifest);
    const id = `${kind}/${metadata.namespace ? `${metadata.namespace}/` : ''}${
      metadata.name
    }`;
    const there = await this.#cluster.request('GET', path);
    if (there.status === 404) {
      check(await this.#cluster.request('POST', collection, manifest), id);
    } else {
      check(there, id);
      const patch = withRemovals(manifest, this.#applied.get(path));
      if (!isDeepStrictEqual(patched(there.body, patch), there.body)) {
        check(
          await this.#cluster.request('PATCH', path, patch, MERGE_PATCH),
          id,
        );
      }
    }
    this.#applied.set(path, manifest);
  }

  async #pathsOf({ apiVersion, kind, metadata }: KubeObject) {
    const root = apiVersion.includes('/')
      ? `/apis/${apiVersion}`
      : `/api/${apiVersion}`;
    const key = `${root} ${kind}`;
    let found = this.#kinds.get(key);
    if (!found) {
      const { body } = await this.#cluster.request('GET', root);
      const resource = body?.resources?.find(
        (each: { kind: string; name: string }) =>
          each.kind === kind && !each.name.includes('/'),
      );
      if (!resource) {
        throw new ApplyError(
          `${kind}/${metadata.name} not found: no matches for kind "${kind}" in version "${apiVersion}"`,
        );
      }
      found = { plural: resource.name, namespaced: resource.namespaced };
      this.#kinds.set(key, found);
    }
    if (found.namespaced && !metadata.namespace) {
      throw new ApplyError(
        `${kind}/${metadata.name} namespace not specified: namespace is required`,
      );
    }
    const collection = found.namespaced
      ? `${root}/namespaces/${metadata.namespace}/${found.plural}`
      : `${root}/${found.plural}`;
    return {
      collection,
      path: `${collection}/${encodeURIComponent(metadata.name)}`,
    };
  }
}

/** An object of a Kustomization's `status.inventory`. */
export interface InventoryEntry {
  /** Namespace, name, group and kind, with `_` between them. */
  id: string;
  /** The version of the group. */
  v: string;
}

/** What Flux notes of manifests that it has applied. */
export function inventoryOf(
  manifests: readonly KubeObject[],
): InventoryEntry[] {
  return manifests.map(({ apiVersion, kind, metadata }) => {
    const [version, group = ''] = apiVersion.split('/').reverse();
    return {
      id: [metadata.namespace ?? '', metadata.name, group, kind].join('_'),
      v: version,
    };
  });
}

function objectOf({ id, v }: InventoryEntry): KubeObject {
  const [namespace, name, group, kind] = id.split('_');
  return {
    apiVersion: group ? `${group}/${v}` : v,
    kind,
    metadata: { name, ...(namespace && { namespace }) },
  };
}

function isPruned(
  { metadata }: KubeObject,
  owner: { name: string; namespace: string },
): boolean {
  const said = { ...metadata.labels, ...metadata.annotations };
  return (
    said['kustomize.toolkit.fluxcd.io/prune'] !== 'disabled' &&
    Object.entries(ownerLabels(owner)).every(
      ([label, value]) => metadata.labels?.[label] === value,
    )
  );
}

/** Definitions and namespaces first, then classes, as kustomize-controller does. */
function rankOf({ kind }: KubeObject): number {
  if (kind === 'CustomResourceDefinition') {
    return 0;
  }
  if (kind === 'Namespace') {
    return 1;
  }
  return kind.endsWith('Class') ? 2 : 3;
}

/** The labels that Flux puts on what it applies; the scenarios have them on what it found there. */
export function ownerLabels(owner: { name: string; namespace: string }) {
  return {
    'kustomize.toolkit.fluxcd.io/name': owner.name,
    'kustomize.toolkit.fluxcd.io/namespace': owner.namespace,
  };
}

function owned(
  manifest: KubeObject,
  owner: { name: string; namespace: string },
): KubeObject {
  const { status, ...rest } = manifest;
  return {
    ...rest,
    metadata: {
      ...rest.metadata,
      labels: { ...rest.metadata.labels, ...ownerLabels(owner) },
    },
  };
}

function check({ status, body }: Answer, id: string): void {
  if (status >= 300) {
    const reason = body?.reason ? ` (${body.reason})` : '';
    throw new ApplyError(
      `${id} apply failed${reason}: ${body?.message ?? body}`,
    );
  }
}

/** A merge patch that also takes away what was set before and is not any more. */
function withRemovals(wanted: KubeObject, before: KubeObject | undefined) {
  const merge = (now: Value, then: Value): Value => {
    if (!isRecord(now) || !isRecord(then)) {
      return now;
    }
    return Object.fromEntries([
      ...Object.entries(now).map(([key, value]) => [
        key,
        merge(value, then[key]),
      ]),
      ...Object.keys(then)
        .filter(key => !(key in now))
        .map(key => [key, null]),
    ]);
  };
  return merge(wanted, before) as KubeObject;
}

/** RFC 7386. */
function patched(target: Value, patch: Value): Value {
  if (!isRecord(patch)) {
    return patch;
  }
  const result: Record<string, Value> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = patched(result[key], value);
    }
  }
  return result;
}

function isRecord(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
