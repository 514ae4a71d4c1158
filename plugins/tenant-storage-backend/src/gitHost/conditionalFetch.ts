import { unreachable } from './gitHostError';

/** Characters of all answers that are kept to ask conditionally; the one that was used longest ago goes first. */
const MOST_KEPT = 64 * 1024 * 1024;

/** An answer longer than this is not kept. GitHub tells a hundred pull requests in some 3 million characters. */
const LONGEST_ANSWER = 8 * 1024 * 1024;

interface KnownAnswer {
  etag: string;
  status: number;
  headers: Array<[string, string]>;
  body: string;
}

/**
 * A fetch for one Git host that gives up in time, and asks whether a known answer still holds (If-None-Match): GitHub counts "not modified"
 * against no rate limit. Answers are kept in memory: a start asks once in full.
 *
 * @throws GitHostError if there is no answer at all; whatever the host answers is returned.
 */
export function conditionalFetch(options: {
  host: string;
  timeoutMs: number;
  /** Characters that are kept; 64 million unless told. */
  mostKept?: number;
}): (url: string, init?: RequestInit) => Promise<Response> {
  const { host, timeoutMs, mostKept = MOST_KEPT } = options;
  const known = new Map<string, KnownAnswer>();
  let kept = 0;

  function forget(url: string): void {
    kept -= known.get(url)?.body.length ?? 0;
    known.delete(url);
  }

  function keep(url: string, answer: KnownAnswer): void {
    forget(url);
    known.set(url, answer);
    kept += answer.body.length;
    for (const oldest of known.keys()) {
      if (kept <= mostKept) break;
      forget(oldest);
    }
  }

  async function ask(url: string, init: RequestInit): Promise<Response> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = init.signal
      ? AbortSignal.any([init.signal, timeout])
      : timeout;
    try {
      const response = await fetch(url, { ...init, signal });
      // Within the time, too: a host that stops in the middle of an answer holds nobody up.
      const body = [204, 205, 304].includes(response.status)
        ? null
        : await response.text();
      return new Response(body, {
        status: response.status,
        headers: response.headers,
      });
    } catch (error) {
      throw unreachable(host, error);
    }
  }

  return async (url, init = {}) => {
    if ((init.method ?? 'GET').toUpperCase() !== 'GET') return ask(url, init);
    const headers = new Headers(init.headers);
    const answer = known.get(url);
    if (answer) headers.set('if-none-match', answer.etag);
    const response = await ask(url, { ...init, headers });
    if (response.status === 304 && answer) {
      keep(url, answer);
      return new Response(answer.body, {
        status: answer.status,
        headers: answer.headers,
      });
    }
    forget(url);
    const etag = response.headers.get('etag');
    if (response.status !== 200 || !etag) return response;
    const body = await response.text();
    const ofAnswer = [...response.headers].filter(
      // The body is read: it is neither compressed nor as long any more.
      ([name]) => !['content-encoding', 'content-length'].includes(name),
    );
    if (body.length <= LONGEST_ANSWER) {
      keep(url, { etag, status: 200, headers: ofAnswer, body });
    }
    return new Response(body, { status: 200, headers: ofAnswer });
  };
}
