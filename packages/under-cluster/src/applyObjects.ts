import { definitionsFor } from './customResourceDefinitions';
import { Json, KubeObject } from './object';
import { Answer, UnderCluster } from './underCluster';

/** How long a new CustomResourceDefinition may take to be served. */
const SERVED_TIMEOUT = 30_000;

/**
 * Objects of one rank are applied before those of the next; ResourceQuotas last, so that tenants over quota can be made. The token
 * Secret of a ServiceAccount that is not there is deleted.
 */
function rank(object: KubeObject): number {
  switch (object.kind) {
    case 'CustomResourceDefinition':
      return 0;
    case 'Namespace':
      return 1;
    case 'ServiceAccount':
      return 2;
    case 'ResourceQuota':
      return 4;
    default:
      return 3;
  }
}

async function apply(
  cluster: UnderCluster,
  path: ResourcePath,
  object: KubeObject,
): Promise<void> {
  const { status, ...rest } = object;
  const { collection, hasStatus } = path;
  const { name } = object.metadata;
  const sent: Json = hasStatus ? rest : object;
  const one = `${collection}/${encodeURIComponent(name)}`;
  let answer = await cluster.request('POST', collection, sent);
  if (answer.status === 409 && answer.body.reason === 'AlreadyExists') {
    answer = await mergePatch(cluster, one, sent);
  } else if (answer.status === 403) {
    // A full quota refuses the create of a claim before the server looks whether it is there.
    const there = await cluster.request('GET', one);
    if (there.status === 200) {
      answer = await mergePatch(cluster, one, sent);
    }
  }
  check(answer, object, 'apply');
  if (status !== undefined && hasStatus && object.kind !== 'ResourceQuota') {
    check(
      await mergePatch(cluster, `${one}/status`, { status }),
      object,
      'set the status of',
    );
  }
}

function mergePatch(cluster: UnderCluster, path: string, body: Json) {
  return cluster.request('PATCH', path, body, {
    contentType: 'application/merge-patch+json',
  });
}

function check(answer: Answer, object: KubeObject, action: string): void {
  if (answer.status >= 300) {
    const { namespace, name } = object.metadata;
    throw new Error(
      `Could not ${action} ${object.kind} ${
        namespace ? `${namespace}/` : ''
      }${name}: ${answer.body?.message ?? answer.body}`,
    );
  }
}

/**
 * Waits until a CustomResourceDefinition's objects can be listed, and are told of by discovery: kube-apiserver has a controller for each, and
 * either may be first.
 */
async function served(
  cluster: UnderCluster,
  definition: KubeObject,
): Promise<void> {
  const { group, versions, names } = definition.spec;
  const deadline = Date.now() + SERVED_TIMEOUT;
  for (const { name, served: isServed } of versions) {
    if (isServed === false) continue;
    const root = `/apis/${group}/${name}`;
    const isThere = async () => {
      const list = await cluster.request(
        'GET',
        `${root}/${names.plural}?limit=1`,
      );
      if (list.status !== 200) return false;
      const { status, body } = await cluster.request('GET', root);
      return (
        status === 200 &&
        body.resources.some((each: Json) => each.kind === names.kind)
      );
    };
    while (!(await isThere())) {
      if (Date.now() > deadline) {
        throw new Error(
          `${definition.metadata.name} is not served after ${
            SERVED_TIMEOUT / 1000
          } s`,
        );
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

interface ResourcePath {
  collection: string;
  hasStatus: boolean;
}

/** Finds the path of a kind by discovery, one question for each group and version. */
export class ResourcePaths {
  readonly #cluster: UnderCluster;
  readonly #lists = new Map<string, Json[]>();

  constructor(cluster: UnderCluster) {
    this.#cluster = cluster;
  }

  async of(object: KubeObject): Promise<ResourcePath> {
    const { apiVersion, kind, metadata } = object;
    const root = apiVersion.includes('/')
      ? `/apis/${apiVersion}`
      : `/api/${apiVersion}`;
    let resource = this.#find(root, kind);
    if (!resource) {
      const answer = await this.#cluster.request('GET', root);
      this.#lists.set(root, answer.body?.resources ?? []);
      resource = this.#find(root, kind);
    }
    if (!resource) {
      throw new Error(
        `${kind} ${metadata.name}: ${
          this.#cluster.name
        } serves no ${kind} of ${apiVersion}`,
      );
    }
    if (resource.namespaced && !metadata.namespace) {
      throw new Error(
        `${kind} ${metadata.name}: metadata.namespace is missing`,
      );
    }
    return {
      collection: resource.namespaced
        ? `${root}/namespaces/${metadata.namespace}/${resource.name}`
        : `${root}/${resource.name}`,
      hasStatus: !!this.#lists
        .get(root)
        ?.some(each => each.name === `${resource.name}/status`),
    };
  }

  #find(root: string, kind: string): Json | undefined {
    return this.#lists
      .get(root)
      ?.find(each => each.kind === kind && !each.name.includes('/'));
  }
}

/** How many objects are applied at the same time. */
const AT_ONCE = 8;

/** Does something with each item, several at a time; after the first failure nothing more is begun. */
async function forEachOf<T>(
  items: readonly T[],
  action: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      try {
        await action(item);
      } catch (error) {
        left.length = 0;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, work),
  );
  for (const result of results) {
    if (result.status === 'rejected') {
      throw result.reason;
    }
  }
}

/**
 * Applies objects over HTTP, in an order that works: the CustomResourceDefinitions they need, namespaces, ServiceAccounts,
 * everything else, quotas; then each status through the status subresource (but a quota's, which the server computes). Those of one rank are
 * applied several at a time.
 * What is there already is updated, by merge patch. Throws a refusal, naming the object, and begins nothing after it.
 */
export async function applyObjects(
  cluster: UnderCluster,
  objects: readonly KubeObject[],
): Promise<void> {
  const all = [...definitionsFor(objects), ...objects];
  const paths = new ResourcePaths(cluster);
  for (const now of [0, 1, 2, 3, 4]) {
    await forEachOf(
      all.filter(object => rank(object) === now),
      async object => {
        await apply(cluster, await paths.of(object), object);
        if (object.kind === 'CustomResourceDefinition') {
          await served(cluster, object);
        }
      },
    );
  }
}
