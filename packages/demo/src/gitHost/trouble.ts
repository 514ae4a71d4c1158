import { setTimeout as delay } from 'node:timers/promises';
import { Gate, Passage, sendJson } from './front';

/** What can be wrong with a Git host, as seen from outside. */
export type GitHostTrouble =
  /** Connections are reset. */
  | { kind: 'down' }
  /** Too many requests: 403 with `x-ratelimit-remaining: 0`, as github.com answers, or 429. */
  | {
      kind: 'rateLimited';
      status?: 403 | 429;
      /** Seconds in `Retry-After`; 60 if absent. */
      retryAfter?: number;
    }
  /** Every answer comes this many seconds late. */
  | { kind: 'slow'; seconds: number }
  /** The API answers a 5xx, once this many requests were answered well. */
  | { kind: 'failing'; status?: number; after?: number };

/** A request of the API that was let through to be answered, such as `GET /repos/kmetal/fleet`. */
export type ToldRequest = string;

const LOG_LIMIT = 2000;

/** Makes the Git host behave as badly as it is told to, and remembers what was asked of its API. */
export class Troubles {
  #trouble: GitHostTrouble | undefined;
  #sinceTrouble = 0;
  #log: ToldRequest[] = [];
  // Ends what is being slow when the Git host stops.
  readonly #stopping = new AbortController();

  /** None at all if undefined. */
  set(trouble: GitHostTrouble | undefined): void {
    this.#trouble = trouble;
    this.#sinceTrouble = 0;
  }

  get(): GitHostTrouble | undefined {
    return this.#trouble;
  }

  /** What was asked of the API since the last look, with method and path but without the query. */
  takeLog(): ToldRequest[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  stop(): void {
    this.#stopping.abort();
  }

  readonly gate: Gate = async passage => {
    const ofApi = isApi(passage);
    if (ofApi) {
      this.#log.push(`${passage.method} ${passage.pathname}`);
      this.#log.splice(0, this.#log.length - LOG_LIMIT);
    }
    const trouble = this.#trouble;
    switch (trouble?.kind) {
      case 'down':
        passage.incoming.socket.resetAndDestroy();
        return false;
      case 'slow':
        await delay(trouble.seconds * 1000, undefined, {
          signal: this.#stopping.signal,
        });
        return true;
      case 'rateLimited':
        if (!ofApi) {
          return true;
        }
        sendJson(
          passage,
          trouble.status ?? 403,
          {
            message: 'API rate limit exceeded for user ID 1.',
            documentation_url:
              'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
          },
          {
            'retry-after': `${trouble.retryAfter ?? 60}`,
            'x-ratelimit-limit': '5000',
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': `${
              Math.floor(Date.now() / 1000) + (trouble.retryAfter ?? 60)
            }`,
          },
        );
        return false;
      case 'failing':
        if (!ofApi) {
          return true;
        }
        this.#sinceTrouble += 1;
        if (this.#sinceTrouble <= (trouble.after ?? 0)) {
          return true;
        }
        sendJson(passage, trouble.status ?? 502, { message: 'Server Error' });
        return false;
      default:
        return true;
    }
  };
}

function isApi({ incoming }: Passage): boolean {
  return /^\/api(?:\/|$)/.test(incoming.url ?? '');
}
