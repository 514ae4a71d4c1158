import { createHash } from 'node:crypto';
import {
  IncomingHttpHeaders,
  IncomingMessage,
  request as httpRequest,
  RequestListener,
  Server,
  ServerResponse,
} from 'node:http';
import { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** A request on its way to the emulated GitHub. */
export interface Passage {
  method: string;
  /** Path and query, without GitHub Enterprise's `/api/v3`. */
  path: string;
  /** The path without the query. */
  pathname: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  incoming: IncomingMessage;
  answer: ServerResponse;
  /** Who asks, once a gate knows it by the token. */
  login?: string;
  /** What is told to the emulated GitHub about who asks, instead of what was told here. */
  authorization?: string;
  /** The whole body. Bounded to 8 MiB. */
  body(): Promise<Buffer>;
  /** The body as a JSON object; an empty body is an empty object. Rejects with a 400 for anything else. */
  json(): Promise<Record<string, unknown>>;
  /** What is passed on instead of the body that came. */
  replaceBody(body: object): void;
  /** Passes the request on and hands back the whole answer, for routes that change it. Bounded to 32 MiB. */
  fetch(): Promise<FetchedAnswer>;
  /** Sends an answer to whoever asked. */
  send(answer: FetchedAnswer): void;
  /** Passes the request on and its answer back, as they come. */
  forward(): Promise<void>;
}

export interface FetchedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What the front does differently from the emulated GitHub: the first route that matches takes the request. */
export interface Route {
  method: string;
  path: RegExp;
  /** @param groups - what the groups of `path` matched, decoded */
  take(passage: Passage, ...groups: string[]): Promise<void>;
}

/** Tells whether a request may go on; otherwise it has answered. */
export type Gate = (passage: Passage) => boolean | Promise<boolean>;

/** An answer other than success, with the words that GitHub has for it. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: object[] | undefined;

  constructor(status: number, message: string, errors?: object[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

const BODY_LIMIT = 8 * 1024 * 1024;
const ANSWER_LIMIT = 32 * 1024 * 1024;

/**
 * One port before the emulated GitHub that speaks as a GitHub Enterprise server does, which has its API under `/api/v3`.
 */
export function createFront(options: {
  upstreamPort: () => number;
  gates: Gate[];
  routes: Route[];
}): RequestListener {
  return (incoming, answer) => {
    const passage = createPassage(incoming, answer, options.upstreamPort());
    const take = async () => {
      for (const gate of options.gates) {
        if (!(await gate(passage))) {
          return;
        }
      }
      for (const route of options.routes) {
        const matched =
          route.method === passage.method
            ? route.path.exec(passage.pathname)
            : null;
        if (matched) {
          await route.take(passage, ...matched.slice(1).map(decoded));
          return;
        }
      }
      if (passage.method === 'GET') {
        passage.send(await passage.fetch());
      } else {
        await passage.forward();
      }
    };
    take().catch(error => {
      if (answer.headersSent) {
        answer.destroy();
      } else if (error instanceof Refusal) {
        sendJson(passage, error.status, {
          message: error.message,
          ...(error.errors && { errors: error.errors }),
          documentation_url: 'https://docs.github.com/rest',
        });
      } else {
        sendJson(passage, 502, {
          message: `The demo's Git host does not answer: ${error.message}`,
        });
      }
    });
  };
}

/** A part of a path as it was meant; what can't be decoded names nothing that is here. */
function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    throw new Refusal(404, 'Not Found');
  }
}

/** Answers with JSON, as GitHub's API does. */
export function sendJson(
  passage: Passage,
  status: number,
  body: object,
  headers: IncomingHttpHeaders = {},
) {
  passage.send({
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
    body: Buffer.from(JSON.stringify(body)),
  });
}

function createPassage(
  incoming: IncomingMessage,
  answer: ServerResponse,
  upstreamPort: number,
): Passage {
  const method = incoming.method ?? 'GET';
  const path = withoutApiPrefix(incoming.url ?? '/');
  const [pathname, search] = path.split(/\?(.*)/s);
  let body: Promise<Buffer> | undefined;

  const ask = async (authorization: string | undefined) => {
    const { 'accept-encoding': _, ...headers } = incoming.headers;
    // A condition is judged here, on the answer that the front gives.
    delete headers['if-none-match'];
    if (authorization !== undefined) {
      headers.authorization = authorization;
    }
    const buffered = body && (await body);
    if (buffered) {
      delete headers['transfer-encoding'];
      headers['content-length'] = `${buffered.length}`;
    }
    return new Promise<IncomingMessage>((resolve, reject) => {
      const onward = httpRequest(
        { host: '127.0.0.1', port: upstreamPort, method, path, headers },
        resolve,
      );
      onward.on('error', reject);
      if (buffered) {
        onward.end(buffered);
      } else {
        pipeline(incoming, onward).catch(reject);
      }
    });
  };

  const passage: Passage = {
    method,
    path,
    pathname,
    query: new URLSearchParams(search),
    headers: incoming.headers,
    incoming,
    answer,
    body() {
      body ??= readAll(incoming, BODY_LIMIT).catch(() => {
        throw new Refusal(413, 'The body is larger than 8 MiB.');
      });
      return body;
    },
    async json() {
      const text = (await passage.body()).toString('utf8');
      try {
        const value: unknown = text ? JSON.parse(text) : {};
        if (typeof value === 'object' && value && !Array.isArray(value)) {
          return value as Record<string, unknown>;
        }
      } catch {
        // the same as any other text that is no JSON object
      }
      throw new Refusal(400, 'Problems parsing JSON');
    },
    replaceBody(value) {
      body = Promise.resolve(Buffer.from(JSON.stringify(value)));
    },
    async fetch() {
      const upstream = await ask(passage.authorization);
      return {
        status: upstream.statusCode ?? 502,
        headers: withoutRateLimit(upstream.headers),
        body: await readAll(upstream, ANSWER_LIMIT),
      };
    },
    send({ status, headers, body: content }) {
      const { 'transfer-encoding': _, connection: __, ...rest } = headers;
      const tagged = method === 'GET' && status === 200;
      const etag = `W/"${createHash('sha256')
        .update(content)
        .digest('hex')
        .slice(0, 40)}"`;
      if (tagged && incoming.headers['if-none-match'] === etag) {
        answer.writeHead(304, { etag });
        answer.end();
        return;
      }
      answer.writeHead(status, {
        ...rest,
        ...(tagged && { etag }),
        'content-length': content.length,
      });
      answer.end(method === 'HEAD' ? undefined : content);
    },
    async forward() {
      const upstream = await ask(passage.authorization);
      const { connection: _, ...rest } = withoutRateLimit(upstream.headers);
      answer.writeHead(upstream.statusCode ?? 502, rest);
      await pipeline(upstream, answer);
    },
  };
  return passage;
}

async function readAll(
  stream: IncomingMessage,
  limit: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) {
      throw new Error(`more than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** GitHub Enterprise has no rate limits unless they are switched on; emulate's are those of github.com. */
function withoutRateLimit(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('x-ratelimit')),
  );
}

function withoutApiPrefix(url: string): string {
  const stripped = url.replace(/^\/api\/v3(?=[/?]|$)/, '');
  return stripped.startsWith('/') ? stripped : `/${stripped}`;
}

/** Listens on loopback; rejects with the system's error if the port is taken. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Stops listening and ends every open connection. */
export async function close(server: Server): Promise<void> {
  await new Promise<void>(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
