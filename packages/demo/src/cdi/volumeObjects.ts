import { Answer, KubeObject, UnderCluster } from '@kmetal/under-cluster';

const MERGE_PATCH = { contentType: 'application/merge-patch+json' };

/** Where objects of a kind are. */
const PLURALS: Record<string, string> = {
  DataVolume: 'datavolumes',
  Event: 'events',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  VirtualMachineInstance: 'virtualmachineinstances',
};

function collectionOf(
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
): string {
  const root = apiVersion.includes('/')
    ? `/apis/${apiVersion}`
    : `/api/${apiVersion}`;
  return namespace
    ? `${root}/namespaces/${namespace}/${PLURALS[kind]}`
    : `${root}/${PLURALS[kind]}`;
}

function checked(answer: Answer): Answer {
  if (answer.status >= 300) {
    throw new Error(answer.body?.message ?? `${answer.status}`);
  }
  return answer;
}

/** Reads and writes the objects that a volume is made of. Everything but {@link create} throws what the API server refuses. */
export class VolumeObjects {
  readonly #cluster: UnderCluster;

  constructor(cluster: UnderCluster) {
    this.#cluster = cluster;
  }

  #pathOf({ apiVersion, kind, metadata }: KubeObject): string {
    return `${collectionOf(apiVersion, kind, metadata.namespace)}/${
      metadata.name
    }`;
  }

  /** The object as it is now; undefined if there is none. */
  async find(object: KubeObject): Promise<KubeObject | undefined> {
    const answer = await this.#cluster.request('GET', this.#pathOf(object));
    return answer.status === 404 ? undefined : checked(answer).body;
  }

  async list(
    apiVersion: string,
    kind: string,
    namespace: string,
  ): Promise<KubeObject[]> {
    const answer = await this.#cluster.request(
      'GET',
      collectionOf(apiVersion, kind, namespace),
    );
    return checked(answer).body.items;
  }

  create(object: KubeObject): Promise<Answer> {
    const { apiVersion, kind, metadata } = object;
    return this.#cluster.request(
      'POST',
      collectionOf(apiVersion, kind, metadata.namespace),
      object,
    );
  }

  /** Creates an object, unless it is there. */
  async created(object: KubeObject): Promise<void> {
    const answer = await this.create(object);
    if (answer.status !== 409) {
      checked(answer);
    }
  }

  async patch(object: KubeObject, patch: object): Promise<void> {
    checked(
      await this.#cluster.request(
        'PATCH',
        this.#pathOf(object),
        patch,
        MERGE_PATCH,
      ),
    );
  }

  async patchStatus(object: KubeObject, status: object): Promise<void> {
    checked(
      await this.#cluster.request(
        'PATCH',
        `${this.#pathOf(object)}/status`,
        { status },
        MERGE_PATCH,
      ),
    );
  }

  /** Deletes an object, unless it is gone. */
  async remove(object: KubeObject): Promise<void> {
    const answer = await this.#cluster.request('DELETE', this.#pathOf(object));
    if (answer.status !== 404) {
      checked(answer);
    }
  }

  /** The event with which CDI told of a refusal of this claim. */
  async refusalEvent(
    dataVolume: KubeObject,
    claim: string,
  ): Promise<KubeObject | undefined> {
    const events = await this.list(
      'v1',
      'Event',
      `${dataVolume.metadata.namespace}`,
    );
    return events
      .map(
        (event): KubeObject => ({
          ...event,
          apiVersion: 'v1',
          kind: 'Event',
        }),
      )
      .find(
        event =>
          event.reason === 'ErrExceededQuota' &&
          `${event.message}`.includes(`"${claim}"`),
      );
  }
}
