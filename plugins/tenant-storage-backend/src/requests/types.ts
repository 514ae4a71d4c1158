import type { SchedulerServiceTaskScheduleDefinition } from '@backstage/backend-plugin-api';
import type { HumanDuration } from '@backstage/types';
import type {
  ManifestRepository,
  QuotaChangeFacts,
  RequestedChange,
  StorageChangeKind,
  StorageRequest,
  StorageRequestList,
  StorageRequestState,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';

/** What a request is about: with the under cluster and the change, the object tells it from others. */
export interface RequestedObject {
  underCluster: string;
  /** Null for a change of the under cluster's storage, which the platform team sees alone. */
  tenant: string | null;
  change: RequestedChange;
  /** What is changed, by name; of a quota, the tenant. */
  object: string;
}

/** What every request that is about to be proposed has; everything in it is checked. */
interface AskedFor extends RequestedObject {
  reason: string;
  /** Entity reference of who asks. */
  requester: string;
  /** As in the configuration of the under cluster. */
  repository: { url: string; host: string; repository: string };
  branch: string;
}

/** A wish for another storage quota of a tenant. */
export interface QuotaToRecord extends AskedFor {
  tenant: string;
  change: 'quota';
  /** As it was asked for, such as `60Gi`. */
  size: string;
  sizeBytes: bigint;
  /** The live quota when it was planned. */
  before: bigint | null;
  allowBelowUse: boolean;
}

/** A wish for a change of an under cluster's storage. */
export interface StorageChangeToRecord extends AskedFor {
  tenant: null;
  change: StorageChangeKind;
  /** What is asked for, in a line. */
  title: string;
  /** As the change's action takes it. */
  input: Record<string, unknown>;
  /** Of the input. */
  fingerprint: string;
  /** The files that it changes, by their paths in the repository; empty if they are not known. */
  files: readonly string[];
}

/** A request that is about to be proposed. */
export type RequestToRecord = QuotaToRecord | StorageChangeToRecord;

/**
 * Who reads a request. What Flux says of a change may name other tenants: the platform team gets its words, a tenant's people are told that
 * the platform team sees them.
 */
export type RequestAudience = 'tenant' | 'platform';

/** Whose storage requests are about; no tenant = the under cluster's own. */
export interface RequestSubject {
  underCluster: string;
  tenant: string | null;
}

/** Requests about several tenants and under clusters; an empty list of subjects finds nothing. */
export interface RequestQuery {
  /** `audience` is who asks, as far as this tenant is concerned: `tenant` unless told. */
  subjects: ReadonlyArray<{
    underCluster: string;
    tenant: string | null;
    audience?: RequestAudience;
  }>;
  states?: readonly StorageRequestState[];
  changes?: readonly RequestedChange[];
  open?: boolean;
  limit: number;
  offset: number;
}

/** Requests for changes, kept in the database and followed at their Git hosts and in their under clusters. */
export interface StorageRequests {
  /** The request that is open and not merged for the same object, with the latest wish; or a new one. */
  record(request: RequestToRecord): Promise<StorageRequest>;
  /** Everything that there are requests about. */
  subjects(): Promise<RequestSubject[]>;
  /** Requests of an under cluster that are not at their end; a quota's input is its tenant and its size. */
  openChanges(underCluster: string): Promise<UnderClusterFacts['openChanges']>;
  /** The latest first. */
  list(
    query: RequestQuery,
  ): Promise<{ items: StorageRequest[]; total: number }>;
  /** The one that is open and not merged yet, from the database; for a tenant's people unless told. Without a tenant, for the platform's. */
  openRequest(
    object: RequestedObject,
    audience?: RequestAudience,
  ): Promise<StorageRequest | undefined>;
  /**
   * The open one, with what its Git host says of it now; of a tenant's storage, as the tenant's people may see it. Null if there is none.
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
  /** Calls back when a request about a tenant goes on; returns what ends it. */
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
