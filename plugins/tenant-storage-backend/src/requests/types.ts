import type { SchedulerServiceTaskScheduleDefinition } from '@backstage/backend-plugin-api';
import type { HumanDuration } from '@backstage/types';
import type {
  ManifestRepository,
  QuotaChangeFacts,
  StorageRequest,
  StorageRequestList,
  StorageRequestState,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** Whose storage a request is about, and which of it. */
export interface RequestedObject {
  underCluster: string;
  tenant: string;
  change: 'quota';
}

/** A request that is about to be proposed; everything in it is checked. */
export interface RequestToRecord extends RequestedObject {
  /** As it was asked for, such as `60Gi`. */
  size: string;
  sizeBytes: bigint;
  /** The live quota when it was planned. */
  before: bigint | null;
  allowBelowUse: boolean;
  reason: string;
  /** Entity reference of who asks. */
  requester: string;
  /** As in the configuration of the under cluster. */
  repository: { url: string; host: string; repository: string };
  branch: string;
}

/**
 * Who reads a request. What Flux says of a change may name other tenants: the platform team gets its words, a tenant's people are told that
 * the platform team sees them.
 */
export type RequestAudience = 'tenant' | 'platform';

/** Requests of several tenants; an empty list of tenants finds nothing. */
export interface RequestQuery {
  /** `audience` is who asks, as far as this tenant is concerned: `tenant` unless told. */
  tenants: ReadonlyArray<{
    underCluster: string;
    tenant: string;
    audience?: RequestAudience;
  }>;
  states?: readonly StorageRequestState[];
  open?: boolean;
  limit: number;
  offset: number;
}

/** Requests for changes, kept in the database and followed at their Git hosts and in their under clusters. */
export interface StorageRequests {
  /** The request that is open and not merged for the same object, with the latest wish; or a new one. */
  record(request: RequestToRecord): Promise<StorageRequest>;
  /** Every tenant that there are requests of. */
  tenants(): Promise<Array<{ underCluster: string; tenant: string }>>;
  /** The latest first. */
  list(
    query: RequestQuery,
  ): Promise<{ items: StorageRequest[]; total: number }>;
  /** The one that is open and not merged yet, from the database; for a tenant's people unless told. */
  openRequest(
    object: RequestedObject,
    audience?: RequestAudience,
  ): Promise<StorageRequest | undefined>;
  /**
   * The open one, with what its Git host says of it now; as a tenant's people may see it. Null if there is none.
   *
   * @throws ServiceUnavailableError if the Git host does not answer.
   */
  proposed(object: RequestedObject): Promise<QuotaChangeFacts['openRequest']>;
  /**
   * The object's branch in each of these repositories, with the commits that publishing would throw away; whether there is an open request
   * or not.
   *
   * @throws ServiceUnavailableError if a Git host does not answer.
   */
  branches(
    object: RequestedObject,
    repositories: readonly ManifestRepository[],
  ): Promise<QuotaChangeFacts['branches']>;
  /** Git hosts that don't answer, from the database: whichever replica asked them. */
  problems(): Promise<StorageRequestList['errors']>;
  /** Calls back when a request goes on; returns what ends it. */
  onChange(
    listener: (request: { underCluster: string; tenant: string }) => void,
  ): () => void;
}

/** `tenantStorage.requests` of the configuration. */
export interface RequestsSettings {
  /** How often requests are looked after; once, however many replicas there are. */
  schedule: SchedulerServiceTaskScheduleDefinition;
  /** After how long a request that does not go on is stuck. */
  stuckAfter: HumanDuration;
}
