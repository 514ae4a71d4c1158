import { Json, KubeObject } from './object';
import { apiVersionOf, Resource } from './resources';
import { Selector } from './selectors';
import { expired } from './status';
import { Change, Storage, storageKey } from './storage';

/** A bookmark a minute, and one two seconds before the end: the real server's times. */
const BOOKMARK_PERIOD = 60_000;
const BOOKMARK_BEFORE_END = 2_000;

/** Without timeoutSeconds a watch lasts 30 to 60 minutes on the real server; the lower bound serves here. */
const DEFAULT_TIMEOUT = 1_800_000;

/** A watch request's parameters, parsed. */
export interface WatchOptions {
  namespace: string | undefined;
  /** 0 or less: begin with what is there now. */
  resourceVersion: number;
  timeoutSeconds: number | undefined;
  bookmarks: boolean;
  select: Selector;
}

export type WatchEvent = { type: string; object: Json };

/**
 * Sends the events of one watch until it times out or is stopped.
 * `send` gets one event at a time; `end` is called once, when no more will come by itself.
 */
export function watchObjects(
  storage: Storage,
  resource: Resource,
  options: WatchOptions,
  send: (event: WatchEvent) => void,
  end: () => void,
): { stop(): void } {
  const key = storageKey(resource);
  const apiVersion = apiVersionOf(resource);
  const asSent = (object: KubeObject) => ({
    ...object,
    kind: resource.kind,
    apiVersion,
  });
  const inScope = (object: KubeObject | undefined): object is KubeObject =>
    object !== undefined &&
    (!options.namespace || object.metadata.namespace === options.namespace) &&
    options.select(object);

  const from = options.resourceVersion;
  if (from > 0 && from < storage.compactedRevision) {
    const error = expired(
      `too old resource version: ${from} (${storage.compactedRevision})`,
    );
    send({ type: 'ERROR', object: error.status });
    end();
    return { stop: () => {} };
  }

  const deliver = (change: Change) => {
    if (change.resource !== key || change.revision <= from) {
      return;
    }
    // An object that leaves the selection is a deletion to this watcher, one that enters it an addition.
    const was = inScope(change.before);
    const is = inScope(change.after);
    if (is && change.after) {
      send({
        type: was ? 'MODIFIED' : 'ADDED',
        object: asSent(change.after),
      });
    } else if (was && change.before) {
      const gone = {
        ...change.before,
        metadata: {
          ...change.before.metadata,
          resourceVersion: `${change.revision}`,
        },
      };
      send({ type: 'DELETED', object: asSent(gone) });
    }
  };

  if (from > 0) {
    storage.changesSince(key, from).forEach(deliver);
  } else {
    for (const [, object] of storage.all(key)) {
      if (inScope(object)) {
        send({ type: 'ADDED', object: asSent(object) });
      }
    }
  }

  const unwatch = storage.watch(deliver);
  const bookmark = () => {
    const resourceVersion = storage.revision;
    // One that says nothing new is not sent.
    if (resourceVersion <= from) {
      return;
    }
    send({
      type: 'BOOKMARK',
      object: {
        kind: resource.kind,
        apiVersion,
        metadata: {
          resourceVersion: `${resourceVersion}`,
          creationTimestamp: null,
        },
      },
    });
  };
  const timeout = options.timeoutSeconds
    ? options.timeoutSeconds * 1000
    : DEFAULT_TIMEOUT;
  const timers: NodeJS.Timeout[] = [];
  const stop = () => {
    unwatch();
    timers.forEach(timer => clearTimeout(timer));
  };
  if (options.bookmarks) {
    timers.push(setInterval(bookmark, BOOKMARK_PERIOD));
    if (timeout > BOOKMARK_BEFORE_END) {
      timers.push(setTimeout(bookmark, timeout - BOOKMARK_BEFORE_END));
    }
  }
  timers.push(
    setTimeout(() => {
      stop();
      end();
    }, timeout),
  );
  return { stop };
}
