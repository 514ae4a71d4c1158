import { promises as fs } from 'node:fs';
import type {
  UnderClusterConnection,
  UnderClusterDangers,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import type { Clock } from './clock';
import { CredentialsError, errorCode } from './errors';
import { readKubeconfig } from './kubeconfig';

/** Where an API server is and what to show it. Holds secrets: never to be logged. */
export interface Credentials {
  /** Without a trailing slash in its path. */
  url: URL;
  /** PEM; the system's CAs if absent. */
  ca?: string;
  cert?: string;
  key?: string;
  /** For SNI and the certificate's name, where it differs from the URL's host. */
  servername?: string;
  skipTlsVerify: boolean;
  /** What each request carries, `authorization` above all. */
  headers: Record<string, string>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Files are looked at again at most this often; a projected token is renewed long before it expires. */
const FRESH_MS = 5_000;

async function readFile(what: string, file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new CredentialsError(
      `The ${what} ${file} can't be read (${errorCode(error) ?? 'error'})`,
    );
  }
}

/** PEM, or base64 of it as kubeconfigs have it. @returns undefined if it holds no certificate. */
export function certificateFrom(data: string): string | undefined {
  const pem = data.includes('-----BEGIN')
    ? data
    : Buffer.from(data, 'base64').toString('utf8');
  return pem.includes('-----BEGIN CERTIFICATE-----') ? pem : undefined;
}

/** A token as it can stand in a header. @returns undefined if it can't. */
export function tokenFrom(data: string): string | undefined {
  const token = data.trim();
  return /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}

async function readAddress(
  connection: Extract<UnderClusterConnection, { type: 'address' }>,
): Promise<Credentials> {
  let ca: string | undefined;
  if (connection.caFile) {
    ca = certificateFrom(await readFile('CA file', connection.caFile));
    if (!ca) {
      throw new CredentialsError(
        `The CA file ${connection.caFile} holds no certificate in PEM form`,
      );
    }
  } else if (connection.caData) {
    ca = certificateFrom(connection.caData);
    if (!ca) throw new CredentialsError('caData holds no certificate');
  }
  const token = tokenFrom(
    connection.tokenFile
      ? await readFile('token file', connection.tokenFile)
      : connection.token ?? '',
  );
  if (!token) {
    throw new CredentialsError(
      connection.tokenFile
        ? `The token file ${connection.tokenFile} is empty or holds something else than one token`
        : 'The token is empty or something else than one token',
    );
  }
  return {
    url: new URL(connection.url),
    ca,
    skipTlsVerify: false,
    headers: { authorization: `Bearer ${token}` },
  };
}

async function readCredentials(
  connection: UnderClusterConnection,
  dangers: UnderClusterDangers,
): Promise<Credentials> {
  if (connection.type === 'address') {
    if (
      new URL(connection.url).protocol !== 'https:' &&
      dangers.dangerouslyAllowHttp !== true
    ) {
      throw new CredentialsError(
        'The URL is not https: use https, or set dangerouslyAllowHttp: true for this under cluster',
      );
    }
    return readAddress(connection);
  }
  if (connection.type === 'inCluster') {
    const host = process.env.KUBERNETES_SERVICE_HOST;
    const port = process.env.KUBERNETES_SERVICE_PORT;
    if (!host || !port) {
      throw new CredentialsError(
        'inCluster is set, but this is not a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set. Give url, caFile and tokenFile, or a kubeconfig',
      );
    }
    return readAddress({
      type: 'address',
      url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      caFile: `${SERVICE_ACCOUNT}/ca.crt`,
      tokenFile: `${SERVICE_ACCOUNT}/token`,
    });
  }
  const access = await readKubeconfig(
    connection.file,
    connection.context,
    dangers,
  );
  let url: URL;
  try {
    url = new URL(access.server);
  } catch {
    throw new CredentialsError(
      `The server of the kubeconfig ${connection.file} is not a URL`,
    );
  }
  return { ...access, url };
}

/** The credentials of one under cluster, read again from their files as these change. */
export class CredentialSource {
  readonly #connection: UnderClusterConnection;
  readonly #dangers: UnderClusterDangers;
  readonly #clock: Clock;
  #known?: Credentials;
  #readAt = 0;
  #reading?: Promise<Credentials>;

  constructor(options: {
    connection: UnderClusterConnection;
    dangers?: UnderClusterDangers;
    clock: Clock;
  }) {
    this.#connection = options.connection;
    this.#dangers = options.dangers ?? {};
    this.#clock = options.clock;
  }

  /**
   * What to use now. Files that can't be read for a moment, as while they are being replaced, don't take away what was read before.
   *
   * @throws CredentialsError if nothing was ever read.
   */
  async current(): Promise<Credentials> {
    if (this.#known && this.#clock.now() - this.#readAt < FRESH_MS) {
      return this.#known;
    }
    try {
      return await this.reload();
    } catch (error) {
      if (this.#known) return this.#known;
      throw error;
    }
  }

  /** Reads everything again. @throws CredentialsError */
  reload(): Promise<Credentials> {
    this.#reading ??= readCredentials(this.#connection, this.#dangers)
      .then(credentials => {
        this.#known = credentials;
        this.#readAt = this.#clock.now();
        return credentials;
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}
