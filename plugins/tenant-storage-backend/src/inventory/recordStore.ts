import { isDeepStrictEqual } from 'node:util';
import type { KindName, RecordsByKind } from './records';

interface Entry<R> {
  record: R;
  /** resourceVersion, for telling older from newer; NaN if it is not a number, which nothing is newer than. */
  version: number;
  /** The last complete list that it was in, or that came before it. */
  listing: number;
}

/** Told of each record that comes, goes or becomes another; for indexes and for those who wait for changes. */
export interface RecordListener<R> {
  added?(record: R): void;
  removed?(record: R): void;
  /** Once per change and namespace that it concerns ('' if that is none in particular). */
  changed?(namespace: string): void;
  /** Which namespace a record concerns, if that is not the one that it is in. */
  concerns?(record: R): string | undefined;
}

/** A list as it comes in, page by page. What it doesn't name is gone once it is finished. */
export interface Listing<R> {
  add(record: R, resourceVersion: string | undefined): void;
  /** Forgets which records were named, because the list starts over. */
  restart(): void;
  finish(): void;
}

/** The records of one kind in one under cluster, by namespace and name. */
export class RecordStore<K extends KindName> {
  readonly #byNamespace = new Map<
    string,
    Map<string, Entry<RecordsByKind[K]>>
  >();
  readonly #listener: RecordListener<RecordsByKind[K]>;
  #listing = 0;
  #size = 0;

  constructor(listener: RecordListener<RecordsByKind[K]> = {}) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#size;
  }

  *all(): Generator<RecordsByKind[K]> {
    for (const named of this.#byNamespace.values()) {
      for (const { record } of named.values()) yield record;
    }
  }

  *inNamespace(namespace: string): Generator<RecordsByKind[K]> {
    const named = this.#byNamespace.get(namespace);
    if (!named) return;
    for (const { record } of named.values()) yield record;
  }

  get(namespace: string, name: string): RecordsByKind[K] | undefined {
    return this.#byNamespace.get(namespace)?.get(name)?.record;
  }

  /** Begins a complete list. What comes with it is believed whatever its version: an API server restored from a backup counts from before. */
  beginListing(): Listing<RecordsByKind[K]> {
    let listing = (this.#listing += 1);
    return {
      add: (record, resourceVersion) =>
        this.#set(record, Number(resourceVersion), listing),
      restart: () => {
        listing = this.#listing += 1;
      },
      finish: () => {
        for (const [namespace, named] of this.#byNamespace) {
          for (const [name, entry] of named) {
            if (entry.listing < listing) this.#delete(namespace, name);
          }
        }
      },
    };
  }

  /** Takes in an added or modified object. One that is older than what is known changes nothing. */
  upsert(record: RecordsByKind[K], resourceVersion: string | undefined): void {
    const version = Number(resourceVersion);
    const known = this.#entry(record.namespace ?? '', record.name);
    if (known && version < known.version) return;
    this.#set(record, version, this.#listing);
  }

  /** Takes out a deleted object, unless another of its name has come since. */
  remove(
    object: { namespace?: string; name: string; uid: string },
    resourceVersion: string | undefined,
  ): void {
    const namespace = object.namespace ?? '';
    const known = this.#entry(namespace, object.name);
    if (!known) return;
    if (
      known.record.uid !== object.uid &&
      Number(resourceVersion) < known.version
    ) {
      return;
    }
    this.#delete(namespace, object.name);
  }

  /** Forgets everything. */
  clear(): void {
    for (const [namespace, named] of this.#byNamespace) {
      for (const name of named.keys()) this.#delete(namespace, name);
    }
  }

  #entry(namespace: string, name: string) {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  #set(record: RecordsByKind[K], version: number, listing: number): void {
    const namespace = record.namespace ?? '';
    let named = this.#byNamespace.get(namespace);
    if (!named) {
      named = new Map();
      this.#byNamespace.set(namespace, named);
    }
    const known = named.get(record.name);
    if (known && isDeepStrictEqual(known.record, record)) {
      known.version = version;
      known.listing = listing;
      return;
    }
    // A new uid is another object: the old one goes before the new one comes, and so does an old state.
    if (known) this.#listener.removed?.(known.record);
    else this.#size += 1;
    named.set(record.name, { record, version, listing });
    this.#listener.added?.(record);
    this.#tellChanged(known ? [known.record, record] : [record]);
  }

  #delete(namespace: string, name: string): void {
    const named = this.#byNamespace.get(namespace);
    const known = named?.get(name);
    if (!named || !known) return;
    named.delete(name);
    if (named.size === 0) this.#byNamespace.delete(namespace);
    this.#size -= 1;
    this.#listener.removed?.(known.record);
    this.#tellChanged([known.record]);
  }

  #tellChanged(records: Array<RecordsByKind[K]>): void {
    const listener = this.#listener;
    const concerned = new Set(
      records.map(
        record =>
          (listener.concerns ? listener.concerns(record) : record.namespace) ??
          '',
      ),
    );
    for (const namespace of concerned) listener.changed?.(namespace);
  }
}
