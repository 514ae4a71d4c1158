import { CustomErrorBase } from '@backstage/errors';

/** The API server answered, and the answer is no. */
export class ApiServerError extends CustomErrorBase {
  name = 'ApiServerError' as const;

  constructor(
    message: string,
    /** HTTP status, or the code of a Status object inside a watch. */
    readonly status: number,
    /** Kubernetes' word for it, e.g. `Expired`. */
    readonly reason?: string,
    /** What Retry-After asked for. */
    readonly retryAfterMs?: number,
    /** Not to be tried before; set where the whole under cluster has to wait. */
    readonly retryAt?: number,
  ) {
    super(message);
  }
}

/** The API server can't be reached, or was lost. */
export class ConnectionError extends CustomErrorBase {
  name = 'ConnectionError' as const;

  constructor(
    message: string,
    readonly options: {
      /** The code of the underlying error, e.g. `CERT_HAS_EXPIRED`. */
      code?: string;
      /** For a connection that was open and fell silent: the last time it was heard. */
      silentSince?: number;
      retryAt?: number;
    } = {},
  ) {
    super(message);
  }
}

/** What to sign in with can't be read, or is refused because it is unsafe. */
export class CredentialsError extends CustomErrorBase {
  name = 'CredentialsError' as const;

  constructor(message: string, readonly retryAt?: number) {
    super(message);
  }
}

/** There was an answer, or the beginning of one, and it is of no use: too late, too long, cut off, redirected, not JSON. */
export class AnswerError extends CustomErrorBase {
  name = 'AnswerError' as const;
}

const TRUST = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/** The `code` of a Node error. */
export function errorCode(error: unknown): string | undefined {
  const code =
    typeof error === 'object' && error !== null && 'code' in error
      ? error.code
      : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Whether the trouble is about certificates, so that reading the CA again may end it. */
export function isCertificateTrouble(code: string | undefined): boolean {
  return (
    code !== undefined &&
    (TRUST.has(code) ||
      code.startsWith('CERT_') ||
      code.startsWith('ERR_TLS_') ||
      code.startsWith('ERR_SSL_'))
  );
}

/** Puts a failure to connect into words that name the place and the remedy. `place` is scheme, host and port. */
export function connectionTrouble(
  error: unknown,
  place: string,
): ConnectionError {
  const code = errorCode(error);
  const said = error instanceof Error ? error.message : String(error);
  const words = () => {
    if (code === 'ECONNREFUSED')
      return `Nothing answers at ${place} (connection refused)`;
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
      return `The host name of ${place} can't be resolved (${code})`;
    if (code === 'ETIMEDOUT' || code === 'ERR_SOCKET_CONNECTION_TIMEOUT')
      return `No answer from ${place} in time`;
    if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
      return `There is no way to ${place} (${code})`;
    if (code === 'CERT_HAS_EXPIRED')
      return `The certificate of ${place} has expired: renew it`;
    if (code === 'CERT_NOT_YET_VALID')
      return `The certificate of ${place} is not valid yet: check the clocks`;
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
      return `The certificate of ${place} is for another name: use an address that the certificate lists`;
    if (code !== undefined && TRUST.has(code))
      return `The certificate of ${place} is not signed by the CA it is checked against (${code}): give the under cluster's CA as caData or caFile`;
    if (code === 'ECONNRESET' || code === 'EPIPE')
      return `The connection to ${place} was reset`;
    return `The connection to ${place} failed: ${said}`;
  };
  return new ConnectionError(words(), { code });
}
