import { gzipSync } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { authenticate, User } from './authentication';
import { discover, VERSION } from './discovery';
import {
  checkResourceVersionMatch,
  listObjects,
  parseLimit,
  parseResourceVersion,
} from './list';
import { isRecord, Json, KubeObject } from './object';
import { authorize } from './rbac';
import { Registry } from './registry';
import { isTrue, RequestInfo, requestInfo } from './requestInfo';
import { apiVersionOf, BUILT_IN, builtInResource, Resource } from './resources';
import { fieldSelector, labelSelector } from './selectors';
import {
  badRequest,
  forbidden,
  invalid,
  methodNotAllowed,
  noSuchResource,
  qualified,
  StatusError,
  unsupportedMediaType,
} from './status';
import { storageKey } from './storage';
import { watchObjects } from './watch';

const DEFINITIONS = storageKey(
  builtInResource('customresourcedefinitions', 'apiextensions.k8s.io'),
);

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;
type ResourceRequest = Extract<RequestInfo, { resource: true }>;

/** 3 MiB, the real server's limit for a request's body. */
const BODY_LIMIT = 3 * 1024 * 1024;

/** 128 KiB: an answer longer than that is compressed for those who take gzip. */
const GZIP_THRESHOLD = 128 * 1024;

const MERGE_PATCH = 'application/merge-patch+json';

/** What one can do with a collection and with a single object. deletecollection is left out: nothing here uses it. */
const METHODS = {
  all: ['GET', 'POST'],
  one: ['GET', 'PUT', 'PATCH', 'DELETE'],
};

/** Answers HTTP requests from a registry, as the API server does. */
export class ApiServer {
  readonly #registry: Registry;
  readonly #adminToken: string;
  readonly #log: (line: string) => void;

  constructor(
    registry: Registry,
    adminToken: string,
    log: (line: string) => void,
  ) {
    this.#registry = registry;
    this.#adminToken = adminToken;
    this.#log = log;
  }

  /** Answers one request; never rejects. */
  async handle(request: Request, response: Response): Promise<void> {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'https://under-cluster');
    try {
      await this.#answer(method, url, request, response);
    } catch (error) {
      this.#fail(error, response);
    }
    this.#log(`${method} ${url.pathname} ${response.statusCode}`);
  }

  async #answer(
    method: string,
    url: URL,
    request: Request,
    response: Response,
  ): Promise<void> {
    const user = authenticate(
      this.#registry.storage,
      this.#adminToken,
      request.headers.authorization,
    );
    const info = requestInfo(method, url);
    this.#authorize(user, info);
    if (!info.resource) {
      this.#nonResource(info.path, request, response);
      return;
    }
    const resource = this.#registry.find(info.group, info.version, info.plural);
    if (!resource) {
      this.#missing(info, response);
      return;
    }
    await this.#resource(resource, info, user, url, request, response);
  }

  #authorize(user: User, info: RequestInfo): void {
    if (authorize(this.#registry.storage, user, info).allowed) {
      return;
    }
    if (!info.resource) {
      throw new StatusError(
        403,
        'Forbidden',
        `forbidden: User "${user.name}" cannot ${info.verb} path "${info.path}"`,
        {},
      );
    }
    const { plural, group, subresource, namespace, name, verb } = info;
    const what = subresource ? `${plural}/${subresource}` : plural;
    const where = namespace
      ? `in the namespace "${namespace}"`
      : 'at the cluster scope';
    throw forbidden(
      { group, plural },
      name,
      `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`,
    );
  }

  #nonResource(path: string, request: Request, response: Response): void {
    if (/^\/(healthz|livez|readyz)\/?$/.test(path)) {
      sendText(response, 200, 'ok');
      return;
    }
    if (/^\/version\/?$/.test(path)) {
      sendJson(response, 200, VERSION);
      return;
    }
    const found = discover(
      path,
      this.#registry.resources,
      `${request.headers.host ?? request.headers[':authority'] ?? ''}`,
    );
    if (found) {
      sendJson(response, 200, found);
      return;
    }
    if (path.startsWith('/api/')) {
      throw noSuchResource();
    }
    const group = /^\/apis\/([^/]+)/.exec(path)?.[1];
    if (group !== undefined && isBuiltInGroup(group)) {
      throw noSuchResource();
    }
    if (group !== undefined) {
      sendText(response, 404, '404 page not found\n');
      return;
    }
    sendJson(response, 404, {
      paths: [
        '/api',
        '/api/v1',
        '/apis',
        ...new Set(
          this.#registry.resources
            .filter(each => each.group)
            .flatMap(each => [
              `/apis/${each.group}`,
              `/apis/${apiVersionOf(each)}`,
            ]),
        ),
        '/healthz',
        '/livez',
        '/readyz',
        '/version',
      ],
    });
  }

  /** A custom group or version that isn't served is a plain 404; a resource missing from one that is, a Status. */
  #missing(info: ResourceRequest, response: Response): void {
    const served =
      isBuiltInGroup(info.group) ||
      this.#registry.resources.some(
        each => each.group === info.group && each.version === info.version,
      );
    if (served) {
      throw noSuchResource();
    }
    sendText(response, 404, '404 page not found\n');
  }

  async #resource(
    resource: Resource,
    info: ResourceRequest,
    user: User,
    url: URL,
    request: Request,
    response: Response,
  ): Promise<void> {
    const isNamespace = resource.plural === 'namespaces' && !resource.group;
    const namespace =
      resource.namespaced && info.namespace ? info.namespace : undefined;
    const name = nameInPath(info);
    if (
      (!resource.namespaced && info.namespace && !isNamespace) ||
      (resource.namespaced && !namespace && name) ||
      (info.subresource && !(info.subresource === 'status' && resource.status))
    ) {
      throw noSuchResource();
    }
    if (!METHODS[name ? 'one' : 'all'].includes(request.method ?? '')) {
      throw methodNotAllowed();
    }
    if (resource.virtual) {
      if (info.verb !== 'create') {
        throw methodNotAllowed();
      }
      sendJson(
        response,
        201,
        this.#review(resource, user, await readJson(request)),
      );
      return;
    }
    switch (info.verb) {
      case 'list':
      case 'watch':
        await this.#collection(
          resource,
          info,
          namespace,
          url,
          request,
          response,
        );
        return;
      case 'get':
        sendJson(
          response,
          200,
          shown(resource, this.#registry.get(resource, namespace, name)),
        );
        return;
      case 'create': {
        if (resource.namespaced && !namespace) {
          throw methodNotAllowed();
        }
        const body = await readJson(request, resource.kind);
        sendJson(
          response,
          201,
          shown(resource, this.#registry.create(resource, namespace, body)),
        );
        return;
      }
      case 'update': {
        const body = await readJson(request, resource.kind);
        sendJson(
          response,
          200,
          shown(
            resource,
            this.#registry.update(
              resource,
              namespace,
              name,
              body,
              info.subresource,
            ),
          ),
        );
        return;
      }
      case 'patch': {
        const type = `${request.headers['content-type']}`.split(';')[0].trim();
        if (type !== MERGE_PATCH) {
          throw unsupportedMediaType([MERGE_PATCH]);
        }
        let patch: Json;
        try {
          patch = JSON.parse(await readText(request));
        } catch {
          throw new StatusError(500, undefined, 'Invalid JSON Patch');
        }
        sendJson(
          response,
          200,
          shown(
            resource,
            this.#registry.patch(
              resource,
              namespace,
              name,
              patch,
              info.subresource,
            ),
          ),
        );
        return;
      }
      case 'delete': {
        const text = await readText(request);
        const options = text ? parseJson(text, 'DeleteOptions') : {};
        const { object, gone } = this.#registry.delete(
          resource,
          namespace,
          name,
          isRecord(options) ? options : {},
        );
        sendJson(response, 200, deletionAnswer(resource, object, gone));
        return;
      }
      default:
        throw methodNotAllowed();
    }
  }

  async #collection(
    resource: Resource,
    info: ResourceRequest,
    namespace: string | undefined,
    url: URL,
    request: Request,
    response: Response,
  ): Promise<void> {
    const query = url.searchParams;
    const byLabel = labelSelector(query.get('labelSelector'));
    const byField = fieldSelector(query.get('fieldSelector'), resource);
    const select = (object: KubeObject) => byLabel(object) && byField(object);
    const limit = parseLimit(query.get('limit'));
    const resourceVersion = query.get('resourceVersion') ?? '';
    const options = {
      limit,
      continueToken: query.get('continue') ?? '',
      resourceVersion,
      resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
      select,
      selective: !!(query.get('labelSelector') || query.get('fieldSelector')),
    };
    if (info.verb === 'list') {
      sendJson(
        response,
        200,
        await listObjects(this.#registry.storage, resource, namespace, options),
      );
      return;
    }
    checkResourceVersionMatch(options, true);
    const from = parseResourceVersion(resourceVersion);
    const timeoutSeconds = parseLimit(query.get('timeoutSeconds'));
    this.#watch(resource, request, response, {
      namespace,
      resourceVersion: from,
      timeoutSeconds: timeoutSeconds || undefined,
      bookmarks: isTrue(query.get('allowWatchBookmarks')),
      select,
    });
  }

  #watch(
    resource: Resource,
    request: Request,
    response: Response,
    options: Parameters<typeof watchObjects>[2],
  ): void {
    response.statusCode = 200;
    response.setHeader('content-type', 'application/json');
    response.setHeader('cache-control', 'no-cache, private');
    // A quiet watch has headers, too: the client must know that it is on.
    (response as ServerResponse).flushHeaders();
    const send = (event: Json) => {
      (response as ServerResponse).write(`${JSON.stringify(event)}\n`);
    };
    const end = () => {
      (response as ServerResponse).end();
    };
    const watching = watchObjects(
      this.#registry.storage,
      resource,
      options,
      send,
      end,
    );
    // With its CustomResourceDefinition a resource's watches end.
    const unwatch = this.#registry.storage.watch(change => {
      if (
        resource.custom &&
        change.resource === DEFINITIONS &&
        change.key === qualified(resource) &&
        !change.after
      ) {
        watching.stop();
        end();
      }
    });
    response.on('close', () => {
      watching.stop();
      unwatch();
    });
    request.on('error', () => watching.stop());
  }

  #review(resource: Resource, user: User, body: Json): Json {
    const spec = isRecord(body?.spec) ? body.spec : {};
    const asked = spec.resourceAttributes;
    if (isRecord(asked) === isRecord(spec.nonResourceAttributes)) {
      throw invalid(resource.kind, resource.group, '', [
        {
          reason: 'FieldValueInvalid',
          message: `Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified`,
          field: 'spec.resourceAttributes',
        },
      ]);
    }
    const info: RequestInfo = isRecord(asked)
      ? {
          resource: true,
          verb: asked.verb ?? '',
          group: asked.group ?? '',
          version: asked.version ?? '',
          namespace: asked.namespace ?? '',
          plural: asked.resource ?? '',
          subresource: asked.subresource ?? '',
          name: asked.name ?? '',
        }
      : {
          resource: false,
          verb: spec.nonResourceAttributes?.verb ?? '',
          path: spec.nonResourceAttributes?.path ?? '',
        };
    const { allowed, reason } = authorize(this.#registry.storage, user, info);
    return {
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: { creationTimestamp: null },
      spec,
      status: { allowed, ...(reason && { reason }) },
    };
  }

  #fail(error: unknown, response: Response): void {
    if (response.headersSent) {
      (response as ServerResponse).end();
      return;
    }
    if (error instanceof StatusError) {
      if (error.status.details?.retryAfterSeconds) {
        response.setHeader(
          'retry-after',
          `${error.status.details.retryAfterSeconds}`,
        );
      }
      sendJson(response, error.code, error.status);
      return;
    }
    const message = error instanceof Error ? error.message : `${error}`;
    this.#log(
      `internal error: ${error instanceof Error ? error.stack : error}`,
    );
    sendJson(
      response,
      500,
      new StatusError(
        500,
        'InternalError',
        `Internal error occurred: ${message}`,
      ).status,
    );
  }
}

/** Under the path of a built-in group whatever isn't there is answered with a Status. */
function isBuiltInGroup(group: string): boolean {
  return BUILT_IN.some(resource => resource.group === group);
}

/** The name of the object a path leads to; one that only a fieldSelector pins is no part of the path. */
function nameInPath(info: ResourceRequest): string {
  return info.verb === 'list' || info.verb === 'watch' ? '' : info.name;
}

/** An object as this version of its resource shows it. */
function shown(resource: Resource, object: KubeObject): KubeObject {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function deletionAnswer(
  resource: Resource,
  object: KubeObject,
  gone: boolean,
): Json {
  if (!gone || resource.answersDeleted) {
    return shown(resource, object);
  }
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(resource.group && { group: resource.group }),
      kind: resource.plural,
      uid: object.metadata.uid,
    },
  };
}

function sendJson(response: Response, status: number, body: Json): void {
  let content = Buffer.from(`${JSON.stringify(body)}\n`);
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-cache, private');
  if (
    content.length > GZIP_THRESHOLD &&
    /\bgzip\b/.test(`${response.req.headers['accept-encoding'] ?? ''}`)
  ) {
    content = gzipSync(content, { level: 4 });
    response.setHeader('content-encoding', 'gzip');
    response.setHeader('vary', 'Accept-Encoding');
  }
  response.setHeader('content-length', content.length);
  (response as ServerResponse).end(content);
}

function sendText(response: Response, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  (response as ServerResponse).end(text);
}

async function readText(request: Request): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT) {
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${BODY_LIMIT}`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readJson(request: Request, kind = ''): Promise<Json> {
  const type = `${request.headers['content-type'] ?? ''}`.split(';')[0].trim();
  if (type && type !== 'application/json') {
    throw unsupportedMediaType(['application/json']);
  }
  return parseJson(await readText(request), kind);
}

function parseJson(text: string, kind: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${
        error instanceof Error ? error.message : error
      } (${text.slice(0, 100)})`,
    );
  }
}
