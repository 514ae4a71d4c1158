import { isError, ServiceUnavailableError } from '@backstage/errors';

/** Why a Git host gave no answer. */
export type GitHostFault =
  /** Refused, reset, unknown name, or no answer in time. */
  | 'unreachable'
  | 'rateLimited'
  /** It does not know who the portal is. */
  | 'credentials'
  /** It does, and the portal may not do this. */
  | 'forbidden'
  /** There is no such thing, or the portal may not see it; hosts don't tell these apart. */
  | 'notFound'
  /** It answers with an error of its own. */
  | 'failing'
  /** It answers that the request makes no sense. */
  | 'refused';

/** A Git host that gave no answer: which one, what happened, and when to ask again if it said so. Has no credentials in it. */
export class GitHostError extends ServiceUnavailableError {
  readonly host: string;
  readonly fault: GitHostFault;
  /** Milliseconds since the epoch; absent if the host didn't say. */
  readonly retryAt?: number;

  constructor(options: {
    host: string;
    fault: GitHostFault;
    message: string;
    retryAt?: number;
  }) {
    super(options.message);
    this.host = options.host;
    this.fault = options.fault;
    this.retryAt = options.retryAt;
  }
}

/** What a host answers, or undefined if it has no such thing. */
export async function unlessNotFound<T>(
  answer: Promise<T>,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GitHostError && error.fault === 'notFound') {
      return undefined;
    }
    throw error;
  }
}

type HeaderReader = (name: string) => string | undefined;

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return text && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** The end of a window, where that is what is to be waited for: hosts tell of the window in every answer, faults of their own included. */
function windowEndOf(header: HeaderReader): number | undefined {
  // GitHub's names and GitLab's.
  for (const prefix of ['x-ratelimit', 'ratelimit']) {
    const end = positive(header(`${prefix}-reset`));
    const isUsedUp = (header(`${prefix}-remaining`) ?? '0') === '0';
    if (end !== undefined && isUsedUp) return end * 1000;
  }
  return undefined;
}

/** When the host says to come back: Retry-After in seconds or as a date, else the end of the window, in seconds since the epoch. */
function retryAtOf(header: HeaderReader, now: number): number | undefined {
  const after = header('retry-after');
  const seconds = positive(after);
  const at =
    seconds === undefined
      ? Date.parse(after ?? '') || windowEndOf(header)
      : now + seconds * 1000;
  // What is no date can't be told to anybody.
  return at !== undefined && Number.isFinite(new Date(at).getTime())
    ? at
    : undefined;
}

/** GitHub limits rates with 403 as well, and says so by one of these (docs.github.com, "Rate limits for the REST API"). */
function isRateLimit(status: number, header: HeaderReader, body: string) {
  return (
    status === 429 ||
    (status === 403 &&
      (header('x-ratelimit-remaining') === '0' ||
        header('retry-after') !== undefined ||
        /rate limit/i.test(body)))
  );
}

/** The error for an answer that is none. */
export function answeredWith(options: {
  host: string;
  status: number;
  header: HeaderReader;
  /** What the host says; only looked at, never told. */
  body: string;
  /** What was asked for, such as `the repository acme/fleet`. */
  subject: string;
  now: number;
}): GitHostError {
  const { host, status, header, subject, now } = options;
  const retryAt = retryAtOf(header, now);
  if (isRateLimit(status, header, options.body)) {
    return new GitHostError({
      host,
      fault: 'rateLimited',
      message: `${host} limits how often the portal may ask (${status})${
        retryAt === undefined ? '' : ` until ${new Date(retryAt).toISOString()}`
      }; it goes on by itself`,
      retryAt,
    });
  }
  if (status === 401) {
    return new GitHostError({
      host,
      fault: 'credentials',
      message: `${host} does not accept the portal's credentials (401): an administrator of the portal renews them under integrations`,
    });
  }
  if (status === 403) {
    return new GitHostError({
      host,
      fault: 'forbidden',
      message: `${host} does not permit this for ${subject} (403): an administrator gives the portal's credentials under integrations access to it`,
    });
  }
  if (status === 404 || status === 410) {
    return new GitHostError({
      host,
      fault: 'notFound',
      message: `${host} has no ${subject.replace(
        /^the /,
        '',
      )}, or the portal's credentials may not see it (${status})`,
    });
  }
  if (status >= 500) {
    return new GitHostError({
      host,
      fault: 'failing',
      message: `${host} is out of order (${status}); it is asked again`,
      retryAt,
    });
  }
  return new GitHostError({
    host,
    fault: 'refused',
    message: `${host} does not take the portal's question about ${subject} (${status})`,
  });
}

const CAUSES: Record<string, string> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it ends the connection',
  UND_ERR_SOCKET: 'it ends the connection',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name can’t be looked up',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer in time',
};

/** The code of what is behind an error of fetch, which hides it one or two causes deep. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) {
    return undefined;
  }
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && code in CAUSES) return code;
  return codeOf(cause, depth + 1);
}

/** The error for a question that got no answer at all. */
export function unreachable(host: string, error: unknown): GitHostError {
  const isTimeout =
    isError(error) && ['TimeoutError', 'AbortError'].includes(error.name);
  const code = codeOf(error);
  let why = 'the connection fails';
  if (isTimeout) why = 'it does not answer in time';
  else if (code) why = CAUSES[code];
  return new GitHostError({
    host,
    fault: 'unreachable',
    message: `${host} can't be reached: ${why}; it is asked again`,
  });
}
