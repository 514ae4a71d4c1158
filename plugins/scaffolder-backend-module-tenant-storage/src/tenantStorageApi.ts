import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import {
  AuthenticationError,
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ResponseError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type {
  NewStorageChangeRequest,
  NewStorageRequest,
  QuotaChange,
  QuotaChangeFacts,
  StorageChangeFacts,
  StorageChangeKind,
  StorageChangeWish,
  StorageRequest,
} from '@kmetal/backstage-plugin-tenant-storage-common';

const PLUGIN = 'tenant-storage';

/** What the backend said, as an error of its kind: the words are for whoever reads the task's log. */
function saidBy({ response, cause }: ResponseError): Error {
  const said = cause.message;
  switch (response.status) {
    case 400:
      return new InputError(said);
    case 401:
      return new AuthenticationError(said);
    case 403:
      return new NotAllowedError(said);
    case 404:
      return new NotFoundError(said);
    case 409:
      return new ConflictError(said);
    case 503:
      return new ServiceUnavailableError(said);
    default:
      return new Error(
        `The tenant-storage backend failed (${response.status}): ${said}`,
      );
  }
}

/** The error, with the field that names what is not there. */
function notThere(field: string, error: unknown): unknown {
  if (!(error instanceof NotFoundError)) return error;
  const said = error.message.replace(/\.?$/, '.');
  return new NotFoundError(`${field}: ${said} Pick it from the list.`);
}

/** Asks the HTTP API of the tenant-storage plugin on behalf of a task's initiator, who needs the permission for what is asked. */
export class TenantStorageApi {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  constructor(options: { auth: AuthService; discovery: DiscoveryService }) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
  }

  /**
   * What the planner of a quota needs.
   *
   * @throws NotFoundError for a tenant that the initiator may not change, as for one that is not there.
   */
  async quotaFacts(
    change: QuotaChange,
    initiator: BackstageCredentials,
    signal: AbortSignal,
  ): Promise<QuotaChangeFacts> {
    try {
      return await this.#post<QuotaChangeFacts>(
        '/v1/changes/quota/facts',
        change,
        initiator,
        signal,
      );
    } catch (error) {
      throw notThere('tenant', error);
    }
  }

  /**
   * What the planner of a change of an under cluster's storage needs.
   *
   * @throws NotFoundError for an under cluster that the initiator may not change, as for one that is not there.
   */
  async storageChangeFacts(
    change: StorageChangeKind,
    wish: StorageChangeWish,
    initiator: BackstageCredentials,
    signal: AbortSignal,
  ): Promise<StorageChangeFacts> {
    try {
      return await this.#post<StorageChangeFacts>(
        `/v1/changes/${change}/facts`,
        wish,
        initiator,
        signal,
      );
    } catch (error) {
      throw notThere('underCluster', error);
    }
  }

  /** Records that a change of an under cluster's storage is about to be proposed; see {@link TenantStorageApi.record}. */
  async recordStorageChange(
    change: StorageChangeKind,
    request: NewStorageChangeRequest,
    initiator: BackstageCredentials,
    signal: AbortSignal,
  ): Promise<StorageRequest> {
    return this.#post(
      `/v1/changes/${change}/requests`,
      request,
      initiator,
      signal,
    );
  }

  /** Records that a change is about to be proposed. Recorded again it is the same request, with the latest wish. */
  async record(
    request: NewStorageRequest,
    initiator: BackstageCredentials,
    signal: AbortSignal,
  ): Promise<StorageRequest> {
    return this.#post('/v1/requests', request, initiator, signal);
  }

  async #post<T>(
    path: string,
    body: unknown,
    onBehalfOf: BackstageCredentials,
    signal: AbortSignal,
  ): Promise<T> {
    const { token } = await this.#auth.getPluginRequestToken({
      onBehalfOf,
      targetPluginId: PLUGIN,
    });
    const url = `${await this.#discovery.getBaseUrl(PLUGIN)}${path}`;
    let response: Response;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(body),
        signal,
      });
    } catch (error) {
      // The cause names addresses inside the portal; the log of a task is read by whoever started it.
      const why =
        error instanceof Error && error.name === 'TimeoutError'
          ? 'takes too long'
          : 'can not be reached';
      throw new ServiceUnavailableError(
        `The tenant-storage backend ${why}. Nothing was asked for. Try again in a few minutes.`,
      );
    }
    if (!response.ok) throw saidBy(await ResponseError.fromResponse(response));
    return (await response.json()) as T;
  }
}
