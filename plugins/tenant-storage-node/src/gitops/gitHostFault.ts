import { ServiceUnavailableError } from '@backstage/errors';

/** What is read, for words about it. */
export interface ReadRepository {
  /** The Git host, such as `github.com`. */
  host: string;
  /** The repository for people, such as `acme/fleet`. */
  repository: string;
  branch: string | null;
  /** Whether it is read with somebody's own token rather than the portal's. */
  ownToken: boolean;
}

const SYSTEM_ERRORS: Record<string, string> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it broke the connection off',
  EPIPE: 'it broke the connection off',
  UND_ERR_SOCKET: 'it broke the connection off',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name can not be looked up now',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it takes too long',
  UND_ERR_CONNECT_TIMEOUT: 'it takes too long',
};

const LATER =
  'Try again in a few minutes; if it stays so, tell the platform team.';

/** The error, and what it was caused by, the outermost first. */
function* causes(error: unknown): Generator<object> {
  let at: unknown = error;
  for (let depth = 0; depth < 5; depth += 1) {
    if (typeof at !== 'object' || at === null) return;
    yield at;
    at = 'cause' in at ? at.cause : undefined;
  }
}

function textOf(error: object, key: 'code' | 'message' | 'name'): string {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : '';
}

/** The status that a URL reader's message ends with: `..., 502 Bad Gateway (rate limit exceeded)`. */
function statusOf(message: string): number | undefined {
  const match = /, (\d{3})(?: [^,]*)?$/.exec(message);
  return match ? Number(match[1]) : undefined;
}

function wordsOf(status: number, message: string, read: ReadRepository) {
  const { host, repository, branch, ownToken } = read;
  const whose = ownToken
    ? 'your sign-in'
    : `the portal's credentials, which are set under integrations`;
  if (status === 429 || message.includes('rate limit')) {
    return `The Git host ${host} limits how often it is asked (${status}). Try again in a few minutes.`;
  }
  if (status === 401) {
    return `The Git host ${host} does not accept ${whose} (401). ${
      ownToken ? 'Sign in to it again.' : 'Tell the platform team.'
    }`;
  }
  if (status === 403) {
    return `The Git host ${host} does not let ${
      ownToken ? 'you' : 'the portal'
    } read ${repository} (403). The platform team grants it, or try again later if the host limits how often it is asked.`;
  }
  if (status === 404 || status === 422) {
    return `The Git host ${host} has no repository ${repository}${
      branch === null ? '' : `, or no branch ${branch} in it`
    }, or does not show it to ${
      ownToken ? 'you' : 'the portal'
    }. The platform team corrects it in the settings of the under cluster, or grants it.`;
  }
  if (status === 409) {
    return `The repository ${repository} on ${host} is empty. The platform team puts the under cluster's manifests there.`;
  }
  return status >= 500
    ? `The Git host ${host} has a fault of its own (${status}). ${LATER}`
    : `The Git host ${host} refuses to hand out ${repository} (${status}). ${LATER}`;
}

/**
 * What a Git host, or the way to it, did wrong, in words that name the host and what to do. Nothing of the error itself is passed on: its
 * message and causes may hold addresses with credentials.
 */
export function gitHostFault(
  error: unknown,
  read: ReadRepository,
): ServiceUnavailableError {
  const { host, repository } = read;
  for (const each of causes(error)) {
    const name = textOf(each, 'name');
    const code = textOf(each, 'code');
    const message = textOf(each, 'message');
    if (name === 'NotAllowedError') {
      return new ServiceUnavailableError(
        `The portal does not know the Git host ${host}. The platform team adds it under integrations.`,
      );
    }
    if (name === 'NotFoundError') {
      return new ServiceUnavailableError(wordsOf(404, '', read));
    }
    const status = statusOf(message);
    if (status !== undefined) {
      return new ServiceUnavailableError(wordsOf(status, message, read));
    }
    if (name === 'AbortError' || name === 'TimeoutError') {
      return new ServiceUnavailableError(
        `The Git host ${host} takes too long. ${LATER}`,
      );
    }
    if (code in SYSTEM_ERRORS) {
      return new ServiceUnavailableError(
        `The Git host ${host} can not be reached: ${SYSTEM_ERRORS[code]}. ${LATER}`,
      );
    }
    if (/certificate/i.test(message) || /CERT|_ISSUER|_SIGNATURE/.test(code)) {
      return new ServiceUnavailableError(
        `The certificate of the Git host ${host} is not trusted. The platform team adds its CA to the portal (NODE_EXTRA_CA_CERTS).`,
      );
    }
    if (
      code === 'ERR_STREAM_PREMATURE_CLOSE' ||
      /premature close|terminated/i.test(message)
    ) {
      return new ServiceUnavailableError(
        `The Git host ${host} can not be reached: it broke the connection off. ${LATER}`,
      );
    }
    if (code.startsWith('TAR_') || code.startsWith('Z_')) {
      return new ServiceUnavailableError(
        `What the Git host ${host} sent of ${repository} is no whole archive (tar). ${LATER}`,
      );
    }
  }
  return new ServiceUnavailableError(
    `The Git host ${host} could not be read. ${LATER}`,
  );
}
