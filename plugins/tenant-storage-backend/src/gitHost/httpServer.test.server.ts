import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in, without its credentials. */
export interface Asked {
  method: string;
  /** Path and query. */
  path: string;
  /** What was sent to be asked conditionally. */
  ifNoneMatch: string | undefined;
  status: number;
  authorization: string | undefined;
  body: unknown;
}

/** What the server answers instead of the truth. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: unknown }
  | 'hang'
  | 'reset';

export interface Answer {
  status: number;
  body?: unknown;
}

/** An HTTP server that answers JSON with ETags, as Git hosts do, and fails on demand. */
export class TestServer {
  readonly asked: Asked[] = [];
  /** Answers instead, while it is set; for some paths only if `faultOn` says so. */
  fault: Fault | undefined;
  faultOn: (path: string) => boolean = () => true;
  readonly #answer: (
    method: string,
    url: URL,
    body: unknown,
  ) => Answer | undefined;
  readonly #server = createServer((request, response) => {
    this.#take(request, response).catch(() => response.destroy());
  });

  constructor(
    answer: (method: string, url: URL, body: unknown) => Answer | undefined,
  ) {
    this.#answer = answer;
  }

  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** What was asked since the last time. */
  take(): Asked[] {
    return this.asked.splice(0);
  }

  async #take(request: IncomingMessage, response: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text ? JSON.parse(text) : undefined;
    const url = new URL(request.url ?? '/', `http://${this.host}`);
    const path = `${url.pathname}${url.search}`;
    const method = request.method ?? 'GET';
    const ifNoneMatch = request.headers['if-none-match'];
    const send = (
      status: number,
      headers: Record<string, string>,
      json?: unknown,
    ) => {
      this.asked.push({
        method,
        path,
        ifNoneMatch,
        status,
        authorization: request.headers.authorization,
        body,
      });
      response.writeHead(status, headers);
      response.end(json === undefined ? undefined : JSON.stringify(json));
    };
    const { fault } = this;
    if (fault && this.faultOn(path)) {
      if (fault === 'hang') return;
      if (fault === 'reset') {
        request.socket.destroy();
        return;
      }
      send(
        fault.status,
        { 'content-type': 'application/json', ...fault.headers },
        fault.body ?? { message: 'Something is wrong' },
      );
      return;
    }
    const answer = this.#answer(method, url, body) ?? {
      status: 404,
      body: { message: 'Not Found' },
    };
    const etag = `W/"${createHash('sha256')
      .update(JSON.stringify(answer.body ?? null))
      .digest('hex')}"`;
    if (method === 'GET' && answer.status === 200 && ifNoneMatch === etag) {
      send(304, { etag });
      return;
    }
    send(
      answer.status,
      {
        'content-type': 'application/json; charset=utf-8',
        ...(answer.status === 200 ? { etag } : {}),
      },
      answer.body,
    );
  }
}
