import { KubeObject } from './object';
import { expired, internal } from './status';

/** One write: what was there before and what is there since. */
export interface Change {
  revision: number;
  /** Group and plural: all versions of a resource share one store. */
  resource: string;
  /** `namespace/name`, or `name` for what is cluster-scoped. */
  key: string;
  before?: KubeObject;
  /** Absent after a deletion. */
  after?: KubeObject;
}

/** Changes kept, so that a demo that runs for weeks doesn't grow; older revisions count as compacted. */
const HISTORY_LIMIT = 20_000;

export function storageKey(resource: {
  group: string;
  plural: string;
}): string {
  return `${resource.group}/${resource.plural}`;
}

export function objectKey(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

function inOrder(objects: Map<string, KubeObject>): [string, KubeObject][] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
}

/**
 * What etcd is to the real server: objects, one revision counter for all of them, and the history of changes until
 * it is compacted. Stored objects are never changed in place; a write puts a new one there.
 */
export class Storage {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  // Sorting is what a list costs most, so it is done once after a write.
  readonly #sorted = new Map<string, readonly [string, KubeObject][]>();
  readonly #watchers = new Set<(change: Change) => void>();
  #history: Change[] = [];
  // As in etcd, where revision 1 is the empty store.
  #revision = 1;
  #compacted = 0;

  get revision(): number {
    return this.#revision;
  }

  /** The last revision whose history is gone. */
  get compactedRevision(): number {
    return this.#compacted;
  }

  get(resource: string, key: string): KubeObject | undefined {
    return this.#objects.get(resource)?.get(key);
  }

  /** All objects of a resource, in the order of their keys. */
  all(resource: string): readonly [string, KubeObject][] {
    let entries = this.#sorted.get(resource);
    if (!entries) {
      entries = inOrder(this.#objects.get(resource) ?? new Map());
      this.#sorted.set(resource, entries);
    }
    return entries;
  }

  /** All objects of a resource as they were at a revision. Throws what the real server answers if it can't know. */
  allAt(resource: string, revision: number): readonly [string, KubeObject][] {
    if (revision > this.#revision) {
      throw internal(
        'etcdserver: mvcc: required revision is a future revision',
      );
    }
    if (revision < this.#compacted) {
      throw expired('The resourceVersion for the provided list is too old.');
    }
    const entries = new Map(this.#objects.get(resource) ?? []);
    for (let i = this.#history.length - 1; i >= 0; i--) {
      const change = this.#history[i];
      if (change.revision <= revision) {
        break;
      }
      if (change.resource !== resource) {
        continue;
      }
      if (change.before) {
        entries.set(change.key, change.before);
      } else {
        entries.delete(change.key);
      }
    }
    return inOrder(entries);
  }

  /** Stores an object under the next revision, which becomes its resourceVersion, and returns it as stored. */
  put(resource: string, key: string, object: KubeObject): KubeObject {
    const before = this.get(resource, key);
    this.#revision += 1;
    const after = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: `${this.#revision}` },
    };
    let objects = this.#objects.get(resource);
    if (!objects) {
      objects = new Map();
      this.#objects.set(resource, objects);
    }
    objects.set(key, after);
    this.#record({ revision: this.#revision, resource, key, before, after });
    return after;
  }

  /** Removes an object and returns it with the revision of its removal. */
  remove(resource: string, key: string): KubeObject | undefined {
    const before = this.get(resource, key);
    if (!before) {
      return undefined;
    }
    this.#objects.get(resource)?.delete(key);
    this.#revision += 1;
    this.#record({ revision: this.#revision, resource, key, before });
    return {
      ...before,
      metadata: { ...before.metadata, resourceVersion: `${this.#revision}` },
    };
  }

  /** The changes of a resource after a revision, oldest first. */
  changesSince(resource: string, revision: number): Change[] {
    return this.#history.filter(
      change => change.resource === resource && change.revision > revision,
    );
  }

  /** Forgets all history: only the current revision can be listed or watched from. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#revision;
  }

  /** Calls the watcher after each change, until the function returned is called. */
  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  #record(change: Change): void {
    this.#sorted.delete(change.resource);
    this.#history.push(change);
    if (this.#history.length > HISTORY_LIMIT) {
      this.#history = this.#history.slice(HISTORY_LIMIT / 2);
      this.#compacted = this.#history[0].revision - 1;
    }
    for (const watcher of [...this.#watchers]) {
      watcher(change);
    }
  }
}
