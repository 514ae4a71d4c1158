import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { generate } from 'selfsigned';

/** One request as it came in. */
export interface SeenRequest {
  method: string;
  plural: string;
  isList: boolean;
  isWatch: boolean;
  query: URLSearchParams;
  authorization?: string;
  httpVersion: string;
}

/** Of either HTTP version: Node's HTTP/2 answers can be used like HTTP/1.1's. */
type Response = http.ServerResponse;

/** What a test makes of a request: true if it has answered, or means not to. */
export type Script = (request: SeenRequest, response: Response) => boolean;

export interface TestObject {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    [key: string]: unknown;
  };
  [key: string]: unknown;
}

interface TestEvent {
  type: string;
  object: unknown;
}

async function makeCertificate(validTo?: Date) {
  const validity = {
    notBeforeDate: new Date(Date.now() - 48 * 3600_000),
    notAfterDate: validTo ?? new Date(Date.now() + 24 * 3600_000),
    keyType: 'ec' as const,
    algorithm: 'sha256',
  };
  const authority = await generate([{ name: 'commonName', value: 'test-ca' }], {
    ...validity,
    notAfterDate: new Date(Date.now() + 24 * 3600_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'test' }], {
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { ca: authority.cert, cert: server.cert, key: server.private };
}

/** Answers as an API server's Status. */
export function refuse(
  response: Response,
  code: number,
  reason: string,
  headers: Record<string, string> = {},
): true {
  respond(
    response,
    code,
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      reason,
      message: `${reason}, said the test`,
    }),
    headers,
  );
  return true;
}

/** Answers with a text and closes. */
export function respond(
  response: Response,
  code: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(text);
}

/** Sends a piece of an answer. */
export function send(response: Response, piece: string | Buffer): void {
  response.write(piece);
}

/**
 * As much of an API server as faults can be played on: collections with list and watch over real TLS, a script that may answer
 * first, and a wire that can be cut or go silent. It knows nothing that a test doesn't put into it.
 */
export class ScriptedApiServer {
  readonly requests: SeenRequest[] = [];
  script: Script = () => false;
  readonly ca: string;
  readonly url: string;
  readonly #server: net.Server;
  #wire: net.Server;
  readonly #port: number;
  readonly #sockets = new Set<net.Socket>();
  readonly #objects = new Map<string, Map<string, TestObject>>();
  readonly #watches = new Map<string, Set<Response>>();
  readonly #history = new Map<
    string,
    Array<{ version: number; event: TestEvent }>
  >();
  #version = 100;
  #silent = false;

  private constructor(
    server: net.Server,
    wire: net.Server,
    port: number,
    ca: string,
  ) {
    this.#server = server;
    this.#wire = wire;
    this.#port = port;
    this.ca = ca;
    this.url = `https://127.0.0.1:${port}`;
  }

  static async start(
    options: { http1Only?: boolean; certificateValidTo?: Date } = {},
  ): Promise<ScriptedApiServer> {
    const { ca, cert, key } = await makeCertificate(options.certificateValidTo);
    const holder: { scripted?: ScriptedApiServer } = {};
    const handle = (request: http.IncomingMessage, response: Response) =>
      holder.scripted?.handle(request, response);
    const server: net.Server = options.http1Only
      ? https.createServer({ cert, key }, handle)
      : http2.createSecureServer(
          { cert, key, allowHTTP1: true },
          (request, response) =>
            handle(
              request as unknown as http.IncomingMessage,
              response as unknown as Response,
            ),
        );
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const wire = net.createServer();
    await new Promise<void>(resolve => {
      wire.listen(0, '127.0.0.1', resolve);
    });
    const { port } = wire.address() as net.AddressInfo;
    const scripted = new ScriptedApiServer(server, wire, port, ca);
    holder.scripted = scripted;
    scripted.#serve(wire);
    return scripted;
  }

  /** Requests for one plural, of one sort. */
  seen(plural: string, sort: 'list' | 'watch'): SeenRequest[] {
    return this.requests.filter(
      request =>
        request.plural === plural &&
        (sort === 'list' ? request.isList : request.isWatch),
    );
  }

  /** Open watches of a plural. */
  watching(plural: string): number {
    return this.#watches.get(plural)?.size ?? 0;
  }

  /** TCP connections that are open. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Creates or changes an object and tells its watches, unless `silently`, as if they had missed it. */
  put(plural: string, object: TestObject, silently = false): TestObject {
    const objects = this.#collection(plural);
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const known = objects.get(key);
    this.#version += 1;
    const stored: TestObject = {
      ...object,
      metadata: {
        uid: known?.metadata.uid ?? `uid-${this.#version}`,
        creationTimestamp: '2026-03-01T11:00:00Z',
        ...object.metadata,
        resourceVersion: `${this.#version}`,
      },
    };
    objects.set(key, stored);
    if (!silently) {
      this.tell(plural, { type: known ? 'MODIFIED' : 'ADDED', object: stored });
    }
    return stored;
  }

  delete(plural: string, key: string, silently = false): void {
    const objects = this.#collection(plural);
    const known = objects.get(key);
    if (!known) throw new Error(`There is no ${plural} ${key}`);
    objects.delete(key);
    this.#version += 1;
    if (!silently) {
      this.tell(plural, {
        type: 'DELETED',
        object: {
          ...known,
          metadata: { ...known.metadata, resourceVersion: `${this.#version}` },
        },
      });
    }
  }

  /** Sends an event to the open watches, and to those that resume from before it. */
  tell(plural: string, event: TestEvent): void {
    const history = this.#history.get(plural) ?? [];
    history.push({ version: this.#version, event });
    this.#history.set(plural, history);
    for (const watch of this.#watches.get(plural) ?? []) {
      send(watch, `${JSON.stringify(event)}\n`);
    }
  }

  /** Sends a bookmark of the version there is now. */
  bookmark(plural: string): string {
    this.#version += 1;
    for (const watch of this.#watches.get(plural) ?? []) {
      send(
        watch,
        `${JSON.stringify({
          type: 'BOOKMARK',
          object: { metadata: { resourceVersion: `${this.#version}` } },
        })}\n`,
      );
    }
    return `${this.#version}`;
  }

  /** Ends the open watches in order, as at their time. */
  endWatches(plural: string): void {
    for (const watch of this.#watches.get(plural) ?? []) {
      watch.end();
    }
  }

  /** Connections stay, new ones are made, and not one byte goes through. */
  goSilent(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Resets every connection. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Refuses new connections and resets the open ones. */
  async close(): Promise<void> {
    const closed = new Promise(resolve => {
      this.#wire.close(resolve);
    });
    this.reset();
    await closed;
  }

  /** Listens again, on the same port. */
  async open(): Promise<void> {
    this.#silent = false;
    this.#wire = net.createServer();
    this.#serve(this.#wire);
    await new Promise<void>(resolve => {
      this.#wire.listen(this.#port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    this.#wire.close();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => {
      this.#server.close(resolve);
    });
  }

  #collection(plural: string): Map<string, TestObject> {
    let objects = this.#objects.get(plural);
    if (!objects) {
      objects = new Map();
      this.#objects.set(plural, objects);
    }
    return objects;
  }

  #serve(wire: net.Server): void {
    wire.on('connection', outer => {
      const { port } = this.#server.address() as net.AddressInfo;
      const inner = net.connect(port, '127.0.0.1');
      const pairs: Array<[net.Socket, net.Socket]> = [
        [outer, inner],
        [inner, outer],
      ];
      for (const [from, to] of pairs) {
        this.#sockets.add(from);
        from.on('data', data => {
          if (!this.#silent) to.write(data);
        });
        from.on('error', () => {});
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  private handle(raw: http.IncomingMessage, response: Response): void {
    const url = new URL(raw.url ?? '/', this.url);
    const request: SeenRequest = {
      method: raw.method ?? '',
      plural: url.pathname.split('/').pop() ?? '',
      isList: raw.method === 'GET' && !url.searchParams.has('watch'),
      isWatch: url.searchParams.has('watch'),
      query: url.searchParams,
      authorization: raw.headers.authorization,
      httpVersion: raw.httpVersion,
    };
    this.requests.push(request);
    response.on('error', () => {});
    if (this.script(request, response)) return;
    if (request.plural === 'selfsubjectaccessreviews') {
      respond(response, 201, JSON.stringify({ status: { allowed: true } }));
    } else if (request.plural === 'version') {
      respond(response, 200, '{}');
    } else if (request.isWatch) {
      this.#watch(request, response);
    } else {
      respond(
        response,
        200,
        JSON.stringify({
          metadata: { resourceVersion: `${this.#version}` },
          items: [...this.#collection(request.plural).values()],
        }),
      );
    }
  }

  #watch({ plural, query }: SeenRequest, response: Response): void {
    const watches = this.#watches.get(plural) ?? new Set();
    this.#watches.set(plural, watches);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const from = Number(query.get('resourceVersion'));
    for (const { version, event } of this.#history.get(plural) ?? []) {
      if (version > from) send(response, `${JSON.stringify(event)}\n`);
    }
    watches.add(response);
    response.on('close', () => watches.delete(response));
  }
}
