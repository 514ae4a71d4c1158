import { isDeepStrictEqual } from 'node:util';
import { applyObjects, ResourcePaths } from './applyObjects';
import { definitionsFor } from './customResourceDefinitions';
import { eventually } from './eventually';
import { isRecord, Json, KubeObject } from './object';
import { parseQuantity } from './quantity';
import { UnderCluster } from './underCluster';

/** What a server did with a manifest that it was not asked to. */
export interface Discrepancy {
  /** Such as `StorageClass tenant-storage-class`. */
  object: string;
  /** Where in the object, such as `spec.config.region`; '' for all of it. */
  path: string;
  /** Such as `refused: ...`, or what was sent and what is stored. */
  what: string;
}

/** A difference between what was sent and what is stored that changes nothing of its meaning. */
interface Normalisation {
  reason: string;
  accepts(sent: Json, stored: Json, path: readonly string[]): boolean;
}

const QUANTITIES = /^(requests|limits|hard|capacity)$/;

/** All that the API server may write in another way. */
export const NORMALISATIONS: readonly Normalisation[] = [
  {
    reason: 'quantities are printed in one way: 1024Mi is 1Gi, and 1000m is 1',
    accepts(sent, stored, path) {
      const value = parseQuantity(sent);
      return (
        path.slice(0, -1).some(step => QUANTITIES.test(step)) &&
        value !== undefined &&
        value.millis === parseQuantity(stored)?.millis
      );
    },
  },
  {
    reason: 'an empty map or list of a built-in kind says the same as none',
    accepts: (sent, stored) =>
      stored === undefined &&
      (Array.isArray(sent) || isRecord(sent)) &&
      Object.keys(sent).length === 0,
  },
];

/** Versions that came after v1.20, and what a server has that does not serve them: the same fields in another version. */
const EARLIER: Record<string, string> = {
  'PodDisruptionBudget policy/v1': 'policy/v1beta1',
};

/** Where a manifest belongs on a server, in the version that it serves. */
async function placed(paths: ResourcePaths, manifest: KubeObject) {
  try {
    return { manifest, ...(await paths.of(manifest)) };
  } catch (error) {
    const { apiVersion, kind } = manifest;
    const earlier = EARLIER[`${kind} ${apiVersion}`];
    if (!earlier) {
      throw error;
    }
    const same = { ...manifest, apiVersion: earlier };
    return { manifest: same, ...(await paths.of(same)) };
  }
}

const isNormalised = (sent: Json, stored: Json, path: readonly string[]) =>
  NORMALISATIONS.some(each => each.accepts(sent, stored, path));

/** Everything that was sent and is not stored as it was. What the server has added is its own business. */
function differences(
  sent: Json,
  stored: Json,
  path: readonly string[],
): Array<{ path: string; what: string }> {
  if (isDeepStrictEqual(sent, stored) || isNormalised(sent, stored, path)) {
    return [];
  }
  if (isRecord(sent) && isRecord(stored)) {
    return Object.entries(sent).flatMap(([field, value]) =>
      differences(value, stored[field], [...path, field]),
    );
  }
  if (
    Array.isArray(sent) &&
    Array.isArray(stored) &&
    sent.length === stored.length
  ) {
    return sent.flatMap((value, index) =>
      differences(value, stored[index], [...path, `${index}`]),
    );
  }
  return [
    {
      path: path.join('.'),
      what:
        stored === undefined
          ? `${JSON.stringify(sent)} was sent, and is not stored`
          : `${JSON.stringify(sent)} was sent, ${JSON.stringify(
              stored,
            )} is stored`,
    },
  ];
}

/** The namespaces that manifests are in and do not bring along. */
function missingNamespaces(manifests: readonly KubeObject[]): KubeObject[] {
  const brought = manifests
    .filter(({ kind }) => kind === 'Namespace')
    .map(({ metadata }) => metadata.name);
  const named = manifests.flatMap(({ metadata }) => metadata.namespace ?? []);
  return [...new Set(named)]
    .filter(name => !brought.includes(name))
    .map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

/**
 * Gives manifests to an API server and compares field by field what it stored with what it was sent. Servers before v1.25 drop what they do not know and
 * say nothing: only the comparison shows it. Namespaces and definitions that are missing are made first; objects that are there already are replaced.
 *
 * @returns nothing, if all is stored as it was sent.
 */
export async function discrepancies(
  cluster: UnderCluster,
  manifests: readonly KubeObject[],
): Promise<Discrepancy[]> {
  await applyObjects(cluster, [
    ...definitionsFor(manifests),
    ...missingNamespaces(manifests),
  ]);
  const found: Discrepancy[] = [];
  const paths = new ResourcePaths(cluster);
  const namespacesFirst = [...manifests].sort(
    (one, other) =>
      Number(other.kind === 'Namespace') - Number(one.kind === 'Namespace'),
  );
  for (const written of namespacesFirst) {
    const object = `${written.kind} ${written.metadata.name}`;
    const refused = (why: unknown) =>
      found.push({ object, path: '', what: `refused: ${why}` });
    let collection: string;
    let manifest: KubeObject;
    try {
      ({ collection, manifest } = await placed(paths, written));
    } catch (error) {
      refused((error as Error).message);
      continue;
    }
    const path = `${collection}/${manifest.metadata.name}`;
    const there = await cluster.request('GET', path);
    const answer =
      there.status === 200
        ? await cluster.request('PUT', path, {
            ...manifest,
            metadata: {
              ...manifest.metadata,
              resourceVersion: there.body.metadata.resourceVersion,
            },
          })
        : await cluster.request('POST', collection, manifest);
    if (answer.status >= 300) {
      refused(answer.body?.message ?? answer.body);
      continue;
    }
    const { body: stored } = await cluster.request('GET', path);
    found.push(
      ...differences(manifest, stored, []).map(each => ({ object, ...each })),
    );
  }
  return found;
}

/** Deletes what manifests made, but for namespaces, which others may be in. */
export async function removed(
  cluster: UnderCluster,
  manifests: readonly KubeObject[],
): Promise<void> {
  const paths = new ResourcePaths(cluster);
  for (const manifest of manifests.filter(({ kind }) => kind !== 'Namespace')) {
    const { collection } = await placed(paths, manifest);
    const path = `${collection}/${manifest.metadata.name}`;
    await cluster.request('DELETE', `${path}?propagationPolicy=Background`);
    await eventually(
      () => cluster.request('GET', path),
      ({ status }) => status === 404,
    );
  }
}
