import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import type { Clock } from './clock';
import type { Credentials } from './credentials';
import {
  AnswerError,
  ConnectionError,
  connectionTrouble,
  errorCode,
} from './errors';

const CONNECT_WITHIN_MS = 10_000;
const PING_EVERY_MS = 15_000;
/** With a look every 15 s, silence is noticed after 55 s at most. */
const SILENT_AFTER_MS = 40_000;
/** Lists are long: with HTTP/2's 64 kB windows, 20 ms away, one could not be faster than 3 MB/s. */
const STREAM_WINDOW = 1024 * 1024;
const SESSION_WINDOW = 8 * 1024 * 1024;

/** One request. */
export interface Exchange {
  method: 'GET' | 'POST';
  /** Path and query, below the path of the URL. */
  path: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  /** The answer's headers have to come within this. */
  answerWithinMs: number;
}

/** The beginning of an answer, and the rest of it as it comes. */
export interface Answer {
  status: number;
  header(name: string): string | undefined;
  body: AsyncIterable<Buffer>;
  /** Ends the exchange if it has not ended. */
  discard(): void;
}

/** How requests travel: over one HTTP/2 connection, or over HTTP/1.1 ones that are kept. */
interface Transport {
  readonly usable: boolean;
  send(exchange: Exchange): Promise<Answer>;
  close(): void;
}

interface TransportEvents {
  clock: Clock;
  place: string;
  heard(): void;
  lost(error: ConnectionError): void;
}

function lostError(place: string, silentSince: number): ConnectionError {
  return new ConnectionError(
    `The connection to ${place} fell silent: nothing was heard since ${new Date(
      silentSince,
    ).toISOString()}`,
    { silentSince },
  );
}

/** Waits for the first of: an answer's head, an error, the deadline, the signal. */
function firstAnswer(
  exchange: Exchange,
  clock: Clock,
  place: string,
  begin: (settle: {
    resolve(answer: Answer): void;
    reject(error: unknown): void;
  }) => { destroy(error?: Error): unknown },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let open = true;
    const endings: Array<() => void> = [];
    const settle = (then: () => void) => {
      if (!open) return;
      open = false;
      for (const end of endings) end();
      then();
    };
    let stream: { destroy(error?: Error): unknown };
    try {
      stream = begin({
        resolve: answer => settle(() => resolve(answer)),
        reject: error => settle(() => reject(error)),
      });
    } catch (error) {
      reject(connectionTrouble(error, place));
      return;
    }
    const giveUp = (error: Error) =>
      settle(() => {
        stream.destroy();
        reject(error);
      });
    const onAbort = () => giveUp(new AnswerError('The request was called off'));
    endings.push(
      () => exchange.signal.removeEventListener('abort', onAbort),
      clock.after(exchange.answerWithinMs, () =>
        giveUp(
          new AnswerError(
            `${place} did not answer within ${
              exchange.answerWithinMs / 1000
            } s`,
          ),
        ),
      ),
    );
    exchange.signal.addEventListener('abort', onAbort, { once: true });
    if (exchange.signal.aborted) onAbort();
  });
}

/** Ends a stream when the signal says so; from the answer's head on, until the stream is closed. */
function endWith(
  signal: AbortSignal,
  stream: {
    destroy(): unknown;
    once(event: 'close', listener: () => void): unknown;
  },
): void {
  const onAbort = () => stream.destroy();
  if (signal.aborted) {
    onAbort();
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', onAbort));
}

async function* hearing(
  body: AsyncIterable<Buffer>,
  heard: () => void,
  failure: () => ConnectionError | undefined,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) {
      heard();
      yield chunk;
    }
  } catch (error) {
    throw (
      failure() ??
      new AnswerError(
        `The API server's answer was cut off (${errorCode(error) ?? 'error'})`,
      )
    );
  }
  const lost = failure();
  if (lost) throw lost;
}

/** Everything over one HTTP/2 connection; PING tells whether it still lives. */
class Http2Transport implements Transport {
  readonly #session: http2.ClientHttp2Session;
  readonly #events: TransportEvents;
  readonly #basePath: string;
  readonly #authority: string;
  #usable = true;
  #lastHeard: number;
  #cancelPing: () => void = () => {};
  #lost?: ConnectionError;
  /**
   * Resolves with the first that the server says in HTTP/2, its SETTINGS. Until then a connection may end without a word: Node 24 tells
   * neither an error nor a close of a session that is reset while it begins, so whoever waits for this sets a deadline.
   */
  readonly ready: Promise<void>;

  constructor(socket: tls.TLSSocket, url: URL, events: TransportEvents) {
    this.#events = events;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#authority = url.host;
    this.#lastHeard = events.clock.now();
    this.#session = http2.connect(url.origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    });
    const session = this.#session;
    session.once('connect', () => {
      if (!session.destroyed) session.setLocalWindowSize(SESSION_WINDOW);
    });
    const ended = () => {
      this.#usable = false;
      this.#cancelPing();
    };
    // The API server says GOAWAY when it wants connections spread anew: what runs goes on, what is new takes another connection.
    session.once('goaway', () => {
      this.#usable = false;
    });
    session.once('close', ended);
    session.once('error', ended);
    this.ready = new Promise((resolve, reject) => {
      session.once('remoteSettings', () => {
        this.#heard();
        resolve();
      });
      session.once('error', error =>
        reject(connectionTrouble(error, events.place)),
      );
      session.once('close', () =>
        reject(
          new ConnectionError(
            `${events.place} closed the connection as soon as it was made`,
          ),
        ),
      );
    });
    this.#ping();
  }

  get usable(): boolean {
    return this.#usable && !this.#session.destroyed && !this.#session.closed;
  }

  send(exchange: Exchange): Promise<Answer> {
    const { place, clock } = this.#events;
    return firstAnswer(exchange, clock, place, ({ resolve, reject }) => {
      const stream = this.#session.request(
        {
          ...exchange.headers,
          ':method': exchange.method,
          ':path': `${this.#basePath}${exchange.path}`,
          ':authority': this.#authority,
        },
        { endStream: exchange.body === undefined },
      );
      stream.once('response', headers => {
        this.#heard();
        endWith(exchange.signal, stream);
        resolve({
          status: headers[':status'] ?? 0,
          header: name => {
            const value = headers[name];
            return Array.isArray(value) ? value[0] : value;
          },
          body: hearing(
            stream,
            () => this.#heard(),
            () => this.#lost,
          ),
          discard: () => stream.destroy(),
        });
      });
      stream.on('error', error =>
        reject(this.#lost ?? connectionTrouble(error, place)),
      );
      stream.once('close', () =>
        reject(
          this.#lost ??
            new ConnectionError(
              `The connection to ${place} was closed before it answered`,
            ),
        ),
      );
      if (exchange.body !== undefined) stream.end(exchange.body);
      return stream;
    });
  }

  close(): void {
    this.#usable = false;
    this.#cancelPing();
    this.#session.destroy();
  }

  #heard(): void {
    this.#lastHeard = this.#events.clock.now();
    this.#events.heard();
  }

  #ping(): void {
    const { clock, place } = this.#events;
    this.#cancelPing = clock.after(PING_EVERY_MS, () => {
      if (this.#session.destroyed) return;
      if (clock.now() - this.#lastHeard > SILENT_AFTER_MS) {
        this.#lost = lostError(place, this.#lastHeard);
        this.#usable = false;
        this.#events.lost(this.#lost);
        this.#session.destroy(this.#lost);
        return;
      }
      this.#session.ping(error => {
        if (!error) this.#heard();
      });
      this.#ping();
    });
  }
}

/**
 * HTTP/1.1, where the API server, or what stands before it, has no HTTP/2. It has no PING, so one small request takes its place, and only
 * while nothing else is heard.
 */
class Http1Transport implements Transport {
  readonly #agent: http.Agent;
  readonly #url: URL;
  readonly #events: TransportEvents;
  readonly #basePath: string;
  #usable = true;
  #lastHeard: number;
  #lost?: ConnectionError;
  #cancelProbe: () => void = () => {};
  #probing = false;
  #headers: Record<string, string> = {};
  readonly #open = new Set<http.ClientRequest>();

  constructor(
    url: URL,
    tlsOptions: tls.ConnectionOptions,
    events: TransportEvents,
  ) {
    this.#url = url;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#events = events;
    this.#lastHeard = events.clock.now();
    const keep = { keepAlive: true, keepAliveMsecs: PING_EVERY_MS };
    this.#agent =
      url.protocol === 'https:'
        ? new https.Agent({
            ...keep,
            ...tlsOptions,
            ALPNProtocols: ['http/1.1'],
          })
        : new http.Agent(keep);
    this.#probe();
  }

  get usable(): boolean {
    return this.#usable;
  }

  send(exchange: Exchange): Promise<Answer> {
    const { place, clock } = this.#events;
    this.#headers = exchange.headers;
    return firstAnswer(exchange, clock, place, ({ resolve, reject }) => {
      const request = (this.#url.protocol === 'https:' ? https : http).request({
        agent: this.#agent,
        host: this.#url.hostname.replace(/^\[|\]$/g, ''),
        port: this.#url.port || undefined,
        method: exchange.method,
        path: `${this.#basePath}${exchange.path}`,
        headers: {
          ...exchange.headers,
          host: this.#url.host,
          ...(exchange.body === undefined
            ? {}
            : { 'content-length': `${Buffer.byteLength(exchange.body)}` }),
        },
      });
      this.#open.add(request);
      request.once('close', () => this.#open.delete(request));
      request.once('response', response => {
        this.#heard();
        endWith(exchange.signal, response);
        resolve({
          status: response.statusCode ?? 0,
          header: name => {
            const value = response.headers[name];
            return Array.isArray(value) ? value[0] : value;
          },
          body: hearing(
            response,
            () => this.#heard(),
            () => this.#lost,
          ),
          discard: () => response.destroy(),
        });
      });
      request.on('error', error =>
        reject(this.#lost ?? connectionTrouble(error, place)),
      );
      request.end(exchange.body);
      return request;
    });
  }

  close(): void {
    this.#usable = false;
    this.#cancelProbe();
    for (const request of this.#open) request.destroy();
    this.#agent.destroy();
  }

  #heard(): void {
    this.#lastHeard = this.#events.clock.now();
    this.#events.heard();
  }

  #probe(): void {
    const { clock, place } = this.#events;
    this.#cancelProbe = clock.after(PING_EVERY_MS, () => {
      const silent = clock.now() - this.#lastHeard;
      if (silent > SILENT_AFTER_MS) {
        this.#lost = lostError(place, this.#lastHeard);
        this.#events.lost(this.#lost);
        this.close();
        return;
      }
      if (silent >= PING_EVERY_MS && !this.#probing) {
        this.#probing = true;
        this.send({
          method: 'GET',
          path: '/version',
          headers: this.#headers,
          signal: new AbortController().signal,
          answerWithinMs: SILENT_AFTER_MS,
        })
          .then(answer => answer.discard())
          // What went wrong shows as silence.
          .catch(() => {})
          .finally(() => {
            this.#probing = false;
          });
      }
      this.#probe();
    });
  }
}

/**
 * The connection to one API server: opened when it is needed, HTTP/2 where the server has it, HTTP/1.1 where not, and watched for silence.
 * It never follows a redirect, and knows nothing of Kubernetes.
 */
export class Connection {
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #onLost: (error: ConnectionError) => void;
  readonly place: string;
  #transport?: Transport;
  #opening?: Promise<Transport>;
  #openingSocket?: net.Socket;
  #closed = false;
  #lastHeardAt?: number;

  constructor(options: {
    credentials: Credentials;
    clock: Clock;
    onLost?: (error: ConnectionError) => void;
  }) {
    this.#credentials = options.credentials;
    this.#clock = options.clock;
    this.#onLost = options.onLost ?? (() => {});
    this.place = options.credentials.url.origin;
  }

  /** When the API server was last heard, be it by an answer, an event or a PING's. */
  get lastHeardAt(): number | undefined {
    return this.#lastHeardAt;
  }

  /**
   * @throws ConnectionError if there is no connection, or it is lost before the answer's head.
   * @throws AnswerError if the answer's head doesn't come in time.
   */
  async request(exchange: Exchange): Promise<Answer> {
    const kept = this.#transport?.usable === true;
    const transport = await this.#open();
    try {
      return await transport.send(exchange);
    } catch (error) {
      // A kept connection may have been closed by the other side just now: that says nothing about the API server. All requests here may
      // be sent twice.
      const again =
        kept &&
        error instanceof ConnectionError &&
        error.options.silentSince === undefined &&
        !exchange.signal.aborted &&
        !this.#closed;
      if (!again) throw error;
      if (this.#transport === transport && !transport.usable) {
        this.#transport = undefined;
      }
      return (await this.#open()).send(exchange);
    }
  }

  close(): void {
    this.#closed = true;
    this.#openingSocket?.destroy();
    this.#transport?.close();
    this.#transport = undefined;
  }

  #open(): Promise<Transport> {
    if (this.#closed) {
      return Promise.reject(
        new ConnectionError(`The connection to ${this.place} was given up`),
      );
    }
    if (this.#transport?.usable) return Promise.resolve(this.#transport);
    this.#opening ??= this.#connect()
      .then(transport => {
        if (this.#closed) {
          transport.close();
          throw new ConnectionError(
            `The connection to ${this.place} was given up`,
          );
        }
        this.#transport = transport;
        return transport;
      })
      .finally(() => {
        this.#opening = undefined;
        this.#openingSocket = undefined;
      });
    return this.#opening;
  }

  #connect(): Promise<Transport> {
    const { url, ca, cert, key, servername, skipTlsVerify } = this.#credentials;
    const events: TransportEvents = {
      clock: this.#clock,
      place: this.place,
      heard: () => {
        this.#lastHeardAt = this.#clock.now();
      },
      lost: error => this.#onLost(error),
    };
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED can't switch it off from outside.
    const tlsOptions: tls.ConnectionOptions = {
      ca,
      cert,
      key,
      rejectUnauthorized: !skipTlsVerify,
      ...(servername ? { servername } : {}),
    };
    if (url.protocol !== 'https:') {
      return Promise.resolve(new Http1Transport(url, {}, events));
    }
    return new Promise((resolve, reject) => {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      let socket: tls.TLSSocket;
      try {
        socket = tls.connect({
          ...tlsOptions,
          host,
          port: Number(url.port || 443),
          servername: servername ?? (net.isIP(host) ? undefined : host),
          ALPNProtocols: ['h2', 'http/1.1'],
        });
      } catch (error) {
        reject(connectionTrouble(error, this.place));
        return;
      }
      this.#openingSocket = socket;
      let http2Transport: Http2Transport | undefined;
      const cancel = this.#clock.after(CONNECT_WITHIN_MS, () => {
        http2Transport?.close();
        socket.destroy();
        reject(
          new ConnectionError(
            `No answer from ${this.place} within ${CONNECT_WITHIN_MS / 1000} s`,
            { code: 'ETIMEDOUT' },
          ),
        );
      });
      socket.once('error', error => {
        cancel();
        reject(connectionTrouble(error, this.place));
      });
      socket.once('close', () => {
        cancel();
        reject(
          new ConnectionError(
            http2Transport
              ? `${this.place} closed the connection as soon as it was made`
              : `${this.place} closed the connection before it was secure: is it an https address?`,
          ),
        );
      });
      socket.once('secureConnect', () => {
        socket.setNoDelay(true);
        if (socket.alpnProtocol === 'h2') {
          const transport = new Http2Transport(socket, url, events);
          http2Transport = transport;
          transport.ready.then(
            () => {
              cancel();
              resolve(transport);
            },
            error => {
              cancel();
              transport.close();
              reject(error);
            },
          );
          return;
        }
        cancel();
        // An agent makes its own connections: this one has only told which protocol to speak.
        resolve(new Http1Transport(url, tlsOptions, events));
        socket.destroy();
      });
    });
  }
}
