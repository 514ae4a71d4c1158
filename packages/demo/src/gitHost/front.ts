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
  headers: IncomingHttpHeaders;
  incoming: IncomingMessage;
  answer: ServerResponse;
  /** Passes the request on and hands back the whole answer, for routes that change it. Bounded to 8 MiB. */
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
  take(passage: Passage): Promise<void>;
}

/** Tells whether a request may go on; otherwise it has answered. */
export type Gate = (passage: Passage) => boolean;

const BODY_LIMIT = 8 * 1024 * 1024;

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
      if (!options.gates.every(gate => gate(passage))) {
        return;
      }
      const pathname = passage.path.split('?')[0];
      const route = options.routes.find(
        ({ method, path }) => method === passage.method && path.test(pathname),
      );
      await (route ? route.take(passage) : passage.forward());
    };
    take().catch(error => {
      if (answer.headersSent) {
        answer.destroy();
        return;
      }
      sendJson(passage, 502, {
        message: `The demo's Git host does not answer: ${error.message}`,
      });
    });
  };
}

/** Answers with JSON, as GitHub's API does. */
export function sendJson(passage: Passage, status: number, body: object) {
  passage.send({
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
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
  const ask = () =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { 'accept-encoding': _, ...headers } = incoming.headers;
      const onward = httpRequest(
        { host: '127.0.0.1', port: upstreamPort, method, path, headers },
        resolve,
      );
      onward.on('error', reject);
      pipeline(incoming, onward).catch(reject);
    });

  return {
    method,
    path,
    headers: incoming.headers,
    incoming,
    answer,
    async fetch() {
      const upstream = await ask();
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of upstream) {
        size += chunk.length;
        if (size > BODY_LIMIT) {
          throw new Error(`${method} ${path} answers more than 8 MiB`);
        }
        chunks.push(chunk);
      }
      return {
        status: upstream.statusCode ?? 502,
        headers: upstream.headers,
        body: Buffer.concat(chunks),
      };
    },
    send({ status, headers, body }) {
      const { 'transfer-encoding': _, connection: __, ...rest } = headers;
      answer.writeHead(status, { ...rest, 'content-length': body.length });
      answer.end(body);
    },
    async forward() {
      const upstream = await ask();
      const { connection: _, ...rest } = upstream.headers;
      answer.writeHead(upstream.statusCode ?? 502, rest);
      await pipeline(upstream, answer);
    },
  };
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
