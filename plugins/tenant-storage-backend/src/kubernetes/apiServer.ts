import { readLines, readText } from './answerBody';
import { Backoff } from './backoff';
import type { Clock } from './clock';
import { type Answer, Connection, type Exchange } from './connection';
import type { Credentials, CredentialSource } from './credentials';
import {
  AnswerError,
  ApiServerError,
  ConnectionError,
  CredentialsError,
  isCertificateTrouble,
} from './errors';

const ANSWER_WITHIN_MS = 60_000;
/** A page of 500 objects of 100 kB. */
const LONGEST_ANSWER = 64 * 1024 * 1024;
/** A whole list, asked for only after a page's token expired. */
const LONGEST_UNPAGED_ANSWER = 256 * 1024 * 1024;
/** etcd takes no object over 1.5 MB. */
const LONGEST_LINE = 8 * 1024 * 1024;
const LONGEST_ERROR = 64 * 1024;
const LONGEST_RETRY_AFTER_MS = 300_000;

/** What is wrong with an under cluster as a whole. */
export interface ClusterProblem {
  /** For people; no secrets. */
  message: string;
  since: number;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An error out of a Status object, as answers and the ERROR events of a watch carry it. */
function statusError(
  body: unknown,
  httpStatus?: number,
  retryAfterMs?: number,
): ApiServerError {
  const status = isObject(body) ? body : {};
  const code =
    httpStatus ?? (typeof status.code === 'number' ? status.code : 500);
  const reason = typeof status.reason === 'string' ? status.reason : undefined;
  const said =
    typeof status.message === 'string' && status.message
      ? status.message.slice(0, 1024)
      : reason ?? 'no reason given';
  const details = isObject(status.details) ? status.details : {};
  const seconds = details.retryAfterSeconds;
  return new ApiServerError(
    `The API server answered ${code}: ${said}`,
    code,
    reason,
    retryAfterMs ??
      (typeof seconds === 'number' && seconds > 0
        ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS)
        : undefined),
  );
}

function retryAfter(answer: Answer, now: number): number | undefined {
  const value = answer.header('retry-after');
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - now;
  return Number.isFinite(milliseconds)
    ? Math.min(Math.max(milliseconds, 0), LONGEST_RETRY_AFTER_MS)
    : undefined;
}

/** Whether two sets of credentials can share a connection: all but what each request carries. */
function sameConnection(a: Credentials, b: Credentials): boolean {
  return (
    a.url.href === b.url.href &&
    a.ca === b.ca &&
    a.cert === b.cert &&
    a.key === b.key &&
    a.servername === b.servername &&
    a.skipTlsVerify === b.skipTlsVerify
  );
}

/**
 * The API server of one under cluster: signs requests, reads credentials again when they are refused, and makes everybody wait together
 * while it can't be reached, so that sixteen watches are not sixteen knocks on the door.
 */
export class ApiServer {
  readonly #source: CredentialSource;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #onProblem: (problem: ClusterProblem | undefined) => void;
  #connection?: Connection;
  #connectedWith?: Credentials;
  #heldBack?: { until: number; error: Error };
  #problem?: ClusterProblem;
  #closed = false;

  constructor(options: {
    source: CredentialSource;
    clock: Clock;
    random: () => number;
    onProblem?: (problem: ClusterProblem | undefined) => void;
  }) {
    this.#source = options.source;
    this.#clock = options.clock;
    this.#backoff = new Backoff(options.clock, options.random);
    this.#onProblem = options.onProblem ?? (() => {});
  }

  get problem(): ClusterProblem | undefined {
    return this.#problem;
  }

  /** When anything was last heard of the API server. */
  get lastHeardAt(): number | undefined {
    return this.#connection?.lastHeardAt;
  }

  /** @throws ApiServerError | AnswerError | ConnectionError | CredentialsError */
  async get(
    path: string,
    options: { signal: AbortSignal; unpaged?: boolean },
  ): Promise<unknown> {
    return this.#json({ method: 'GET', path, ...options });
  }

  /** @throws ApiServerError | AnswerError | ConnectionError | CredentialsError */
  async post(
    path: string,
    body: unknown,
    options: { signal: AbortSignal },
  ): Promise<unknown> {
    return this.#json({
      method: 'POST',
      path,
      body: JSON.stringify(body),
      ...options,
    });
  }

  /**
   * Opens a watch. The lines are for the caller to parse; they end when the API server, the connection or the signal ends them.
   *
   * @throws ApiServerError | AnswerError | ConnectionError | CredentialsError
   */
  async watch(
    path: string,
    options: { signal: AbortSignal },
  ): Promise<AsyncIterable<string>> {
    const answer = await this.#send({ method: 'GET', path, ...options });
    return readLines(answer.body, LONGEST_LINE);
  }

  /** The error that an ERROR event of a watch carries. */
  watchError(status: unknown): unknown {
    return this.#redacted(statusError(status), this.#connectedWith);
  }

  /** Closes the sockets; nothing is sent from now on. */
  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #json(
    request: Pick<Exchange, 'method' | 'path' | 'body' | 'signal'> & {
      unpaged?: boolean;
    },
  ): Promise<unknown> {
    // One deadline for the head and the body together: an answer that trickles ends as well.
    const deadline = new AbortController();
    const late = this.#clock.after(ANSWER_WITHIN_MS * 2, () =>
      deadline.abort(),
    );
    try {
      const signal = AbortSignal.any([request.signal, deadline.signal]);
      const answer = await this.#send({ ...request, signal });
      const text = await readText(
        answer.body,
        request.unpaged ? LONGEST_UNPAGED_ANSWER : LONGEST_ANSWER,
      );
      try {
        return JSON.parse(text);
      } catch {
        throw new AnswerError("The API server's answer is not whole JSON");
      }
    } catch (error) {
      if (!deadline.signal.aborted) throw error;
      throw new AnswerError(
        `The API server's answer took longer than ${
          (ANSWER_WITHIN_MS * 2) / 1000
        } s`,
      );
    } finally {
      late();
    }
  }

  async #send(
    request: Pick<Exchange, 'method' | 'path' | 'body' | 'signal'>,
  ): Promise<Answer> {
    this.#throwIfHeldBack();
    let used: Credentials | undefined;
    try {
      used = await this.#source.current();
      let answer = await this.#exchange(used, request);
      if (answer.status === 401) {
        answer.discard();
        const refused = used;
        used = await this.#source.reload();
        if (
          used.headers.authorization !== refused.headers.authorization ||
          !sameConnection(used, refused)
        ) {
          answer = await this.#exchange(used, request);
          if (answer.status === 401) answer.discard();
        }
      }
      if (answer.status === 401) {
        throw new ApiServerError(
          'The API server does not accept the credentials (401): the token is wrong, expired or revoked. Give a valid one',
          401,
        );
      }
      this.#recovered();
      if (answer.status < 200 || answer.status > 299) {
        throw await this.#refusal(answer);
      }
      return answer;
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (
        error instanceof ConnectionError &&
        isCertificateTrouble(error.options.code)
      ) {
        // The CA may have been replaced: the next attempt is with what its file holds then.
        await this.#source.reload().catch(() => undefined);
      }
      throw this.#shared(this.#redacted(error, used));
    }
  }

  #exchange(
    credentials: Credentials,
    request: Pick<Exchange, 'method' | 'path' | 'body' | 'signal'>,
  ): Promise<Answer> {
    if (this.#closed || request.signal.aborted) {
      return Promise.reject(new AnswerError('The request was called off'));
    }
    if (
      !this.#connection ||
      !this.#connectedWith ||
      !sameConnection(this.#connectedWith, credentials)
    ) {
      this.#connection?.close();
      this.#connectedWith = credentials;
      this.#connection = new Connection({
        credentials,
        clock: this.#clock,
        onLost: error => this.#setProblem(error.message),
      });
    }
    return this.#connection.request({
      ...request,
      headers: {
        ...credentials.headers,
        accept: 'application/json',
        'user-agent': 'kmetal-tenant-storage',
        ...(request.body === undefined
          ? {}
          : { 'content-type': 'application/json' }),
      },
      answerWithinMs: ANSWER_WITHIN_MS,
    });
  }

  async #refusal(answer: Answer): Promise<Error> {
    if (answer.status >= 300 && answer.status < 400) {
      answer.discard();
      // Following it would carry the token to wherever it points.
      return new AnswerError(
        `The API server's address answered with a redirect (${answer.status}), which is not followed: give the address of the API server itself`,
      );
    }
    const wait = retryAfter(answer, this.#clock.now());
    let body: unknown;
    try {
      body = JSON.parse(await readText(answer.body, LONGEST_ERROR));
    } catch {
      answer.discard();
    }
    return statusError(body, answer.status, wait);
  }

  /** Trouble that concerns the whole under cluster holds everybody back for the same while. */
  #shared(error: unknown): unknown {
    const whole =
      error instanceof ConnectionError ||
      error instanceof CredentialsError ||
      (error instanceof ApiServerError && error.status === 401);
    if (!whole || this.#closed) return error;
    const now = this.#clock.now();
    if (!this.#heldBack || this.#heldBack.until <= now) {
      this.#heldBack = { until: now + this.#backoff.next(), error };
    }
    this.#setProblem(error.message);
    return this.#withRetryAt(error, this.#heldBack.until);
  }

  #throwIfHeldBack(): void {
    const held = this.#heldBack;
    if (held && this.#clock.now() < held.until) {
      throw this.#withRetryAt(held.error, held.until);
    }
  }

  #withRetryAt(error: Error, retryAt: number): Error {
    if (error instanceof ConnectionError)
      return new ConnectionError(error.message, { ...error.options, retryAt });
    if (error instanceof ApiServerError)
      return new ApiServerError(
        error.message,
        error.status,
        error.reason,
        error.retryAfterMs,
        retryAt,
      );
    return new CredentialsError(error.message, retryAt);
  }

  #recovered(): void {
    this.#heldBack = undefined;
    if (this.#problem) {
      this.#problem = undefined;
      this.#onProblem(undefined);
    }
  }

  #setProblem(message: string): void {
    if (this.#problem?.message === message) return;
    this.#problem = {
      message,
      since: this.#problem?.since ?? this.#clock.now(),
    };
    this.#onProblem(this.#problem);
  }

  /** A server that echoes what it was sent doesn't get the token into our messages. */
  #redacted(error: unknown, credentials: Credentials | undefined): unknown {
    const secret = credentials?.headers.authorization?.replace(/^\w+ /, '');
    if (!(error instanceof Error) || !secret) return error;
    if (!error.message.includes(secret)) return error;
    const message = error.message.split(secret).join('[token]');
    if (error instanceof ApiServerError) {
      return new ApiServerError(
        message,
        error.status,
        undefined,
        error.retryAfterMs,
      );
    }
    return error instanceof ConnectionError
      ? new ConnectionError(message, error.options)
      : new AnswerError(message);
  }
}
