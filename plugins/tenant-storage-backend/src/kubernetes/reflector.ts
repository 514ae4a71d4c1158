import type { KindName, KindState } from '../inventory/records';
import type { RecordStore } from '../inventory/recordStore';
import type { UnderClusterSettings } from '../inventory/types';
import type { ApiServer } from './apiServer';
import { Backoff } from './backoff';
import { type Clock, sleep } from './clock';
import {
  AnswerError,
  ApiServerError,
  ConnectionError,
  CredentialsError,
} from './errors';
import { isObject, objectAt, textAt } from './kinds/rawObject';
import { collectionPath, type WatchedKind } from './kinds/watchedKind';

const PAGE = 500;
const SHORT_WATCH_MS = 1_000;
const WATCH_MIN_S = 300;
const WATCH_MAX_S = 600;
/** The API server ends a watch at its time; one that does not is ended from here. */
const WATCH_GRACE_MS = 30_000;
const PERMISSION_AGAIN_MS = 300_000;
const INSTALLED_AGAIN_MS = 60_000;
const SOON_AGAIN_MS = 2_000;
const LATE_MS = 2_000;

/** A watch that ended as soon as it had begun. */
class ShortWatch extends Error {}

class NotPermitted extends Error {}

function isExpired(error: unknown): boolean {
  return (
    error instanceof ApiServerError &&
    (error.status === 410 ||
      // "Too large resource version": the API server was restored from a backup, or is another one.
      (error.status === 504 && /resource version/i.test(error.message)))
  );
}

/** When an error that concerns the whole under cluster lets everybody try again. */
function retryAtOf(error: unknown): number | undefined {
  if (error instanceof ConnectionError) return error.options.retryAt;
  return error instanceof CredentialsError || error instanceof ApiServerError
    ? error.retryAt
    : undefined;
}

/**
 * Keeps the records of one kind in step with the API server: list, then watch from there, for ever. The model is client-go's reflector
 * (tools/cache/reflector.go).
 *
 * What is known stays known while the API server can't be asked; `state()` tells how far it can be trusted.
 */
export class Reflector<K extends KindName> {
  readonly #kind: WatchedKind<K>;
  readonly #settings: UnderClusterSettings;
  readonly #apiServer: ApiServer;
  readonly #store: RecordStore<K>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  readonly #onState: (state: KindState) => void;
  readonly #stopped = new AbortController();
  #running?: Promise<void>;
  #permitted = false;
  #listed = false;
  #resourceVersion?: string;
  #refusals = 0;
  #heardAt: number;
  #state: KindState;

  constructor(options: {
    kind: WatchedKind<K>;
    settings: UnderClusterSettings;
    apiServer: ApiServer;
    store: RecordStore<K>;
    clock: Clock;
    random: () => number;
    onState?: (state: KindState) => void;
  }) {
    this.#kind = options.kind;
    this.#settings = options.settings;
    this.#apiServer = options.apiServer;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#backoff = new Backoff(options.clock, options.random);
    this.#onState = options.onState ?? (() => {});
    this.#heardAt = options.clock.now();
    this.#state = { state: 'syncing', since: options.clock.now() };
  }

  state(): KindState {
    if (this.#state.state !== 'synced') return this.#state;
    // While the watch is live, whatever is heard over its connection, PINGs' answers included, says that nothing was missed.
    return {
      state: 'synced',
      at: Math.max(this.#heardAt, this.#apiServer.lastHeardAt ?? 0),
    };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the watch; nothing is sent any more once it is called. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        if (!this.#permitted) await this.#askWhetherPermitted();
        if (this.#resourceVersion === undefined) await this.#list();
        await this.#watch(this.#resourceVersion ?? '');
      } catch (error) {
        if (signal.aborted) return;
        await sleep(this.#clock, this.#waitAfter(error), signal);
      }
    }
  }

  /** @returns milliseconds until the next attempt. */
  #waitAfter(error: unknown): number {
    const message = error instanceof Error ? error.message : String(error);
    const now = this.#clock.now();
    if (error instanceof ShortWatch || isExpired(error)) {
      if (isExpired(error)) this.#resourceVersion = undefined;
      const wait = this.#backoff.next();
      // Once is nothing; again and again, changes come late.
      if (wait > LATE_MS) this.#doubt(message);
      return wait;
    }
    if (
      error instanceof NotPermitted ||
      (error instanceof ApiServerError && error.status === 403)
    ) {
      this.#permitted = false;
      return this.#away('notPermitted', message, PERMISSION_AGAIN_MS);
    }
    if (error instanceof ApiServerError && error.status === 404) {
      if (!this.#kind.builtIn) {
        return this.#away(
          'notInstalled',
          `${this.#kind.plural}.${
            this.#kind.group
          } is not installed in this under cluster`,
          INSTALLED_AGAIN_MS,
        );
      }
      this.#doubt(
        `The API server does not serve ${
          this.#kind.name
        } (404): is its address right?`,
      );
      return this.#backoff.next();
    }
    this.#doubt(message);
    const retryAt = retryAtOf(error);
    if (retryAt !== undefined) return Math.max(retryAt - now, 0);
    if (error instanceof ApiServerError && error.retryAfterMs !== undefined) {
      return error.retryAfterMs;
    }
    return this.#backoff.next();
  }

  /**
   * The kind can't be had: what was known of it is dropped. Asked again slowly; but soon, a few times, if it was there before, since an API
   * server that starts up refuses and lacks for a moment what it later has.
   */
  #away(
    state: 'notPermitted' | 'notInstalled',
    message: string,
    againMs: number,
  ): number {
    const wasThere = this.#listed || this.#refusals > 0;
    this.#resourceVersion = undefined;
    this.#listed = false;
    this.#store.clear();
    if (this.#state.state !== state) {
      this.#setState({ state, since: this.#clock.now(), message });
    }
    if (!wasThere) return againMs * (1 + this.#random() / 10);
    this.#refusals += 1;
    return Math.min(SOON_AGAIN_MS * 2 ** (this.#refusals - 1), againMs);
  }

  /** What is known is not confirmed any more; what is not known yet still isn't. */
  #doubt(message: string, since?: number): void {
    const before = this.#state;
    if (this.#listed) {
      const at =
        before.state === 'stale'
          ? before.since
          : since ?? Math.max(this.#heardAt, this.#apiServer.lastHeardAt ?? 0);
      if (before.state !== 'stale' || before.message !== message) {
        this.#setState({ state: 'stale', since: at, message });
      }
    } else if (before.state !== 'syncing' || before.message !== message) {
      this.#setState({
        state: 'syncing',
        since: before.state === 'syncing' ? before.since : this.#clock.now(),
        message,
      });
    }
  }

  #confirm(): void {
    this.#heardAt = this.#clock.now();
    this.#refusals = 0;
    if (this.#state.state !== 'synced') {
      this.#setState({ state: 'synced', at: this.#heardAt });
    }
  }

  #setState(state: KindState): void {
    this.#state = state;
    this.#onState(state);
  }

  /** Asks before listing, so that a part of the role left out on purpose doesn't fill the API server's audit log with refusals. */
  async #askWhetherPermitted(): Promise<void> {
    const { group, plural, name } = this.#kind;
    const within = this.#kind.within?.(this.#settings);
    for (const verb of ['list', 'watch']) {
      let review: unknown;
      try {
        review = await this.#apiServer.post(
          '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
          {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: {
              resourceAttributes: { group, resource: plural, verb, ...within },
            },
          },
          { signal: this.#stopped.signal },
        );
      } catch (error) {
        // Who may not ask finds out by trying.
        if (
          error instanceof ApiServerError &&
          [400, 403, 404, 405].includes(error.status)
        ) {
          break;
        }
        throw error;
      }
      if (objectAt(review, 'status').allowed !== true) {
        throw new NotPermitted(
          `The reader's role does not allow to ${verb} ${plural}${
            group ? `.${group}` : ''
          }${
            within ? ` in the namespace ${within.namespace}` : ''
          }: ${name} can't be seen. Apply the part of ${
            within ? 'deploy/namespace-readers' : 'deploy/under-cluster-reader'
          } that grants it`,
        );
      }
    }
    this.#permitted = true;
  }

  #path(query: Record<string, string | undefined>): string {
    const parameters = new URLSearchParams();
    const labelSelector = this.#kind.labelSelector?.(this.#settings);
    if (labelSelector) parameters.set('labelSelector', labelSelector);
    const within = this.#kind.within?.(this.#settings);
    if (within?.name !== undefined) {
      // A list or watch that names one object is what a role with resourceNames allows
      // (kubernetes.io, "Using RBAC Authorization", Referring to resources).
      parameters.set('fieldSelector', `metadata.name=${within.name}`);
    }
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) parameters.set(key, value);
    }
    return `${collectionPath(this.#kind, within?.namespace)}?${parameters}`;
  }

  /** Reads everything, in pages, and forgets what is not there any more. */
  async #list(): Promise<void> {
    const { signal } = this.#stopped;
    const listing = this.#store.beginListing();
    let paged = true;
    let next: string | undefined;
    let resourceVersion: string | undefined;
    for (;;) {
      let page: unknown;
      try {
        page = await this.#apiServer.get(
          this.#path({
            limit: paged ? `${PAGE}` : undefined,
            continue: next,
          }),
          { signal, unpaged: !paged },
        );
      } catch (error) {
        // The snapshot that the pages are cut from was compacted away: once more, in one piece.
        if (!(next && paged && isExpired(error))) throw error;
        paged = false;
        next = undefined;
        listing.restart();
        continue;
      }
      signal.throwIfAborted();
      const items = isObject(page) ? page.items : undefined;
      resourceVersion = isObject(page)
        ? textAt(page, 'metadata', 'resourceVersion')
        : undefined;
      // Go prints an empty list as null.
      if (
        !isObject(page) ||
        !(Array.isArray(items) || items === null) ||
        resourceVersion === undefined
      ) {
        throw new AnswerError(
          `The API server answered a list of ${
            this.#kind.plural
          } with something else`,
        );
      }
      for (const item of items ?? []) {
        if (!isObject(item)) continue;
        const record = this.#kind.reduce(item, this.#settings);
        if (record) {
          listing.add(record, textAt(item, 'metadata', 'resourceVersion'));
        }
      }
      const following = textAt(page, 'metadata', 'continue');
      if (following === undefined) break;
      if (following === next) {
        throw new AnswerError(
          `The API server answered a list of ${
            this.#kind.plural
          } with the same page again`,
        );
      }
      next = following;
    }
    listing.finish();
    this.#listed = true;
    this.#resourceVersion = resourceVersion;
    this.#confirm();
  }

  /** Takes in changes until the watch ends, in whatever way that is in order. */
  async #watch(from: string): Promise<void> {
    const begunAt = this.#clock.now();
    const seconds =
      WATCH_MIN_S +
      Math.floor(this.#random() * (WATCH_MAX_S - WATCH_MIN_S + 1));
    const ended = new AbortController();
    const overdue = this.#clock.after(seconds * 1000 + WATCH_GRACE_MS, () =>
      ended.abort(),
    );
    const signal = AbortSignal.any([this.#stopped.signal, ended.signal]);
    let live = false;
    try {
      const lines = await this.#apiServer.watch(
        this.#path({
          watch: '1',
          resourceVersion: from,
          allowWatchBookmarks: 'true',
          timeoutSeconds: `${seconds}`,
        }),
        { signal },
      );
      live = true;
      this.#confirm();
      for await (const line of lines) {
        if (this.#stopped.signal.aborted) return;
        this.#apply(line);
        this.#confirm();
      }
    } catch (error) {
      const lost = error instanceof ConnectionError;
      if (lost && live && error.options.silentSince !== undefined) {
        // Whatever happened since then was missed.
        this.#doubt(error.message, error.options.silentSince);
        return;
      }
      // However a live watch was cut off, it goes on from where it was.
      if (!live || !(lost || error instanceof AnswerError)) throw error;
    } finally {
      overdue();
      ended.abort();
    }
    if (this.#clock.now() - begunAt < SHORT_WATCH_MS) {
      throw new ShortWatch('The API server ends watches as soon as they begin');
    }
  }

  #apply(line: string): void {
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      throw new AnswerError('A line of a watch is not whole JSON');
    }
    const { type, object } = isObject(event)
      ? event
      : { type: undefined, object: undefined };
    if (type === 'ERROR') throw this.#apiServer.watchError(object);
    if (!isObject(object)) {
      throw new AnswerError('A line of a watch holds no object');
    }
    const version = textAt(object, 'metadata', 'resourceVersion');
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
      const name = textAt(object, 'metadata', 'name');
      const uid = textAt(object, 'metadata', 'uid');
      const record =
        type === 'DELETED'
          ? undefined
          : this.#kind.reduce(object, this.#settings);
      if (record) this.#store.upsert(record, version);
      else if (name && uid) {
        // Gone, or not of interest any more.
        const namespace = textAt(object, 'metadata', 'namespace');
        this.#store.remove({ namespace, name, uid }, version);
      }
    } else if (type !== 'BOOKMARK') {
      throw new AnswerError(
        `A line of a watch is of an unknown type: ${String(type).slice(0, 32)}`,
      );
    }
    // Versions that are not numbers can't be compared: then the latest heard is the latest.
    if (
      version !== undefined &&
      !(Number(version) < Number(this.#resourceVersion))
    ) {
      this.#resourceVersion = version;
    }
  }
}
