import { Answer, KubeObject, UnderCluster } from '@kmetal/under-cluster';

const MERGE_PATCH = { contentType: 'application/merge-patch+json' };

/** A refusal of the API server, in its words. */
export class Refusal extends Error {}

function checked(answer: Answer): Answer {
  if (answer.status >= 300) {
    throw new Refusal(`${answer.body?.message ?? answer.status}`);
  }
  return answer;
}

/** The objects of one under cluster, by their paths. Whatever the API server refuses is thrown as {@link Refusal}. */
export class LiveObjects {
  readonly #cluster: UnderCluster;

  constructor(cluster: UnderCluster) {
    this.#cluster = cluster;
  }

  /** Nothing, if the kind is not served. */
  async list(path: string): Promise<KubeObject[]> {
    const answer = await this.#cluster.request('GET', path);
    return answer.status === 404 ? [] : checked(answer).body.items;
  }

  async find(path: string): Promise<KubeObject | undefined> {
    const answer = await this.#cluster.request('GET', path);
    return answer.status === 404 ? undefined : checked(answer).body;
  }

  /** Creates an object; somebody else may have done so. */
  async create(collection: string, object: KubeObject): Promise<void> {
    const answer = await this.#cluster.request('POST', collection, object);
    if (answer.status !== 409) {
      checked(answer);
    }
  }

  async patch(path: string, patch: object): Promise<void> {
    checked(await this.#cluster.request('PATCH', path, patch, MERGE_PATCH));
  }

  /** Deletes an object, unless it is gone. */
  async remove(path: string): Promise<void> {
    const answer = await this.#cluster.request('DELETE', path);
    if (answer.status !== 404) {
      checked(answer);
    }
  }
}

/** A time as Kubernetes writes it: whole seconds. */
export function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
