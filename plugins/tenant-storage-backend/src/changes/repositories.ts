import type { UrlReaderService } from '@backstage/backend-plugin-api';
import {
  readRepository,
  type RepositoryFiles,
} from '@kmetal/backstage-plugin-tenant-storage-node';

/** So long what was read counts as the head of the branch: previews follow each other as somebody types. */
const FRESH_MS = 5_000;
/** So long a Git host that failed is left alone, for the same reason. */
const FAILED_MS = 3_000;
/** Whoever waits for a preview looks at a form. */
const TIMEOUT_MS = 10_000;
/** Each may have some ten MiB; the one that was used longest ago goes first. */
const MOST_HELD = 8;

/** A repository at one commit. */
export interface ReadManifests {
  revision: string;
  files: RepositoryFiles;
}

interface Held {
  read?: ReadManifests;
  /** When `read` was last known to be the head. */
  at: number;
  failure?: { error: unknown; at: number };
  reading?: Promise<ReadManifests>;
}

/**
 * Repositories of manifests, for previews: one read at a time for each, shared by all who wait for it, and none while the last one is a
 * few seconds old.
 */
export class ManifestRepositories {
  readonly #urlReader: UrlReaderService;
  readonly #now: () => number;
  readonly #timeoutMs: number;
  /** The one that was used longest ago first. */
  readonly #held = new Map<string, Held>();

  constructor(options: {
    urlReader: UrlReaderService;
    now?: () => number;
    timeoutMs?: number;
  }) {
    this.#urlReader = options.urlReader;
    this.#now = options.now ?? Date.now;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /** How many are held. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * A repository as it is, or was some seconds ago.
   *
   * @throws ServiceUnavailableError that names the Git host and what to do.
   */
  async read(repository: {
    url: string;
    branch: string | null;
  }): Promise<ReadManifests> {
    const key = JSON.stringify([repository.url, repository.branch]);
    const held: Held = this.#held.get(key) ?? { at: 0 };
    this.#held.delete(key);
    this.#held.set(key, held);
    for (const [oldest] of this.#held) {
      if (this.#held.size <= MOST_HELD) break;
      this.#held.delete(oldest);
    }
    if (held.read && this.#now() - held.at < FRESH_MS) return held.read;
    if (held.failure && this.#now() - held.failure.at < FAILED_MS) {
      throw held.failure.error;
    }
    held.reading ??= this.#readAnew(repository, held).finally(() => {
      held.reading = undefined;
    });
    return held.reading;
  }

  async #readAnew(
    repository: { url: string; branch: string | null },
    held: Held,
  ): Promise<ReadManifests> {
    // What is merged while it is read may not be in it.
    const at = this.#now();
    let { read } = held;
    try {
      read = await readRepository(this.#urlReader, repository, {
        etag: read?.revision,
        timeoutMs: this.#timeoutMs,
      });
    } catch (error) {
      const isSame =
        error instanceof Error && error.name === 'NotModifiedError';
      if (!isSame || !read) {
        held.failure = { error, at: this.#now() };
        throw error;
      }
    }
    held.read = read;
    held.at = at;
    held.failure = undefined;
    return read;
  }
}
