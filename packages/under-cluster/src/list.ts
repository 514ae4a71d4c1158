import { Json, KubeObject } from './object';
import { apiVersionOf, Resource } from './resources';
import { Selector } from './selectors';
import { badRequest, expired, internal, invalid, StatusError } from './status';
import { Storage, storageKey } from './storage';

/** How long the real server waits for its cache to reach a resourceVersion before it answers 504. */
const FRESHNESS_TIMEOUT = 3_000;

/** A list request's parameters, parsed. */
export interface ListOptions {
  limit: number;
  continueToken: string;
  resourceVersion: string;
  resourceVersionMatch: string;
  select: Selector;
  selective: boolean;
}

interface ContinueToken {
  revision: number;
  start: string;
}

/** Parses a resourceVersion; the real server's answer to nonsense is a 500 without a reason. */
export function parseResourceVersion(text: string): number {
  if (text === '') {
    return 0;
  }
  if (!/^\d+$/.test(text)) {
    throw internal(
      `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  }
  return Number(text);
}

/** Parses the parameters of a list that are checked before the list is made. */
export function parseLimit(text: string | null): number {
  if (!text) {
    return 0;
  }
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  return Math.max(0, Number(text));
}

/** Checks resourceVersionMatch against the other parameters, for a list or a watch. */
export function checkResourceVersionMatch(
  options: Pick<
    ListOptions,
    'resourceVersion' | 'resourceVersionMatch' | 'continueToken'
  >,
  watch: boolean,
): void {
  const { resourceVersion, resourceVersionMatch: match } = options;
  if (!match) {
    return;
  }
  const forbid = (why: string) =>
    invalidListOptions(
      'FieldValueForbidden',
      `Forbidden: ${why}`,
      'resourceVersionMatch',
    );
  if (watch) {
    throw forbid('resourceVersionMatch is forbidden for watch');
  }
  if (!resourceVersion) {
    throw forbid(
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  }
  if (options.continueToken) {
    throw forbid('resourceVersionMatch is forbidden when continue is provided');
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalidListOptions(
      'FieldValueNotSupported',
      `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
      'resourceVersionMatch',
    );
  }
  if (match === 'Exact' && resourceVersion === '0') {
    throw forbid(
      'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
  }
}

function invalidListOptions(
  reason: string,
  message: string,
  field: string,
): StatusError {
  return invalid('ListOptions', 'meta.k8s.io', '', [
    { reason, message, field },
  ]);
}

/** The objects of a resource, in a namespace or in all, as a List object. */
export async function listObjects(
  storage: Storage,
  resource: Resource,
  namespace: string | undefined,
  options: ListOptions,
): Promise<Json> {
  const { limit, select } = options;
  const key = storageKey(resource);
  const requested = parseResourceVersion(options.resourceVersion);
  checkResourceVersionMatch(options, false);

  let start = '';
  let revision = storage.revision;
  let entries: readonly [string, KubeObject][];
  if (options.continueToken) {
    const token = parseContinueToken(options.continueToken);
    if (options.resourceVersion && options.resourceVersion !== '0') {
      throw badRequest(
        'specifying resource version is not allowed when using continue',
      );
    }
    start = token.start;
    // A negative revision marks the token that a 410 hands out: go on, with whatever there is now.
    if (token.revision > 0) {
      revision = token.revision;
      entries = allOfPage(storage, key, token);
    } else {
      entries = storage.all(key);
    }
  } else if (
    requested > 0 &&
    (options.resourceVersionMatch === 'Exact' ||
      (limit > 0 && options.resourceVersionMatch === ''))
  ) {
    revision = requested;
    entries = storage.allAt(key, requested);
  } else {
    await reach(storage, requested);
    revision = storage.revision;
    entries = storage.all(key);
  }

  const prefix = resource.namespaced && namespace ? `${namespace}/` : '';
  const candidates = entries.filter(
    ([objectKey]) => objectKey.startsWith(prefix) && objectKey >= start,
  );
  const items: KubeObject[] = [];
  let rest: readonly [string, KubeObject][] = [];
  for (let i = 0; i < candidates.length; i++) {
    if (limit > 0 && items.length === limit) {
      rest = candidates.slice(i);
      break;
    }
    if (select(candidates[i][1])) {
      items.push(candidates[i][1]);
    }
  }
  // The real server, too, only promises a next page if there may be something on it.
  const metadata: Json = {
    resourceVersion: `${revision}`,
    // A list of custom resources always has the field, one of built-in resources only if there is more.
    ...(resource.custom && { continue: '' }),
  };
  if (rest.length > 0) {
    const last = candidates[candidates.length - rest.length - 1][0];
    metadata.continue = continueToken({ revision, start: `${last}\u0000` });
    if (!options.selective) {
      metadata.remainingItemCount = rest.length;
    }
  }
  return {
    kind: resource.listKind,
    apiVersion: apiVersionOf(resource),
    metadata,
    items: items.map(object => itemOf(resource, object)),
  };
}

/** Items of built-in lists carry no kind and apiVersion of their own; those of custom resources do. */
function itemOf(resource: Resource, object: KubeObject): Json {
  if (resource.custom) {
    return { ...object, apiVersion: apiVersionOf(resource) };
  }
  const { kind, apiVersion, ...item } = object;
  return item;
}

function allOfPage(storage: Storage, key: string, token: ContinueToken) {
  try {
    return storage.allAt(key, token.revision);
  } catch (error) {
    if (error instanceof StatusError && error.code === 410) {
      throw expired(
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
        { continue: continueToken({ revision: -1, start: token.start }) },
      );
    }
    throw error;
  }
}

/** Waits until the storage has reached a revision, as the real server waits for its cache. */
async function reach(storage: Storage, revision: number): Promise<void> {
  if (revision <= storage.revision) {
    return;
  }
  let stop = () => {};
  let timer: NodeJS.Timeout | undefined;
  const reached = await new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), FRESHNESS_TIMEOUT);
    stop = storage.watch(() => {
      if (storage.revision >= revision) {
        resolve(true);
      }
    });
  });
  stop();
  clearTimeout(timer);
  if (!reached) {
    throw new StatusError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${revision}, current: ${storage.revision}`,
      {
        causes: [
          {
            reason: 'ResourceVersionTooLarge',
            message: 'Too large resource version',
          },
        ],
        retryAfterSeconds: 1,
      },
    );
  }
}

// The token's content is the real server's, whose `start` is relative to the resource.
function continueToken(token: ContinueToken): string {
  return Buffer.from(
    JSON.stringify({
      v: 'meta.k8s.io/v1',
      rv: token.revision,
      start: token.start,
    }),
  ).toString('base64url');
}

function parseContinueToken(text: string): ContinueToken {
  let parsed: Json;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    throw badRequest(
      `invalid continue token: continue key is not valid: ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
  if (
    parsed?.v !== 'meta.k8s.io/v1' ||
    typeof parsed.rv !== 'number' ||
    typeof parsed.start !== 'string'
  ) {
    throw badRequest(
      'invalid continue token: continue key is not valid: server does not recognize this encoded version',
    );
  }
  return { revision: parsed.rv, start: parsed.start };
}
