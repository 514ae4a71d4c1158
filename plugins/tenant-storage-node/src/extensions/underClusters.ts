import { createExtensionPoint } from '@backstage/backend-plugin-api';
import type { ValueLocator } from '../gitops';

/**
 * How an under cluster's API server is reached.
 *
 * `address`: URL, CA and token, each as a value or as a file that is read again when it changes. `caData` is PEM, or base64 of it; without a
 * CA the system's are trusted. `kubeconfig`: a file and one of its contexts (its current one unless named). `inCluster`: the ServiceAccount of
 * the pod that the portal runs in.
 *
 * Holds secrets (`token`): never to be logged.
 *
 * @public
 */
export type UnderClusterConnection =
  | {
      type: 'address';
      /** `https://host:port`, with a path where a proxy wants one. */
      url: string;
      caData?: string;
      caFile?: string;
      token?: string;
      tokenFile?: string;
    }
  | { type: 'kubeconfig'; file: string; context?: string }
  | { type: 'inCluster' };

/**
 * What is refused unless it is set here.
 *
 * @public
 */
export interface UnderClusterDangers {
  /** A URL with `http://`: tokens travel in the clear. */
  dangerouslyAllowHttp?: boolean;
  /** A kubeconfig whose user runs a command (`exec`). */
  dangerouslyAllowExec?: boolean;
  /** A kubeconfig whose user has an `auth-provider`. */
  dangerouslyAllowAuthProvider?: boolean;
  /** A kubeconfig whose cluster sets `insecure-skip-tls-verify`. */
  dangerouslyAllowSkipTlsVerify?: boolean;
}

/**
 * A repository that manifests of an under cluster are in. `{underCluster}` is filled in everywhere, `{tenant}` and `{storageClass}` in
 * `locators` and `newFiles`, `{change}` and `{object}` in `newFiles.storage`.
 *
 * @public
 */
export interface GitOpsRepositoryDefinition {
  /** Such as `https://github.com/acme/fleet`, of a host under `integrations`; no credentials in it. */
  url: string;
  /** The branch that changes are proposed for; the repository's default branch unless told. */
  branch?: string;
  /** The folder in which manifests are looked for; everywhere unless told. */
  root?: string;
  /** Where values live that are not in the manifest of their object. */
  locators?: {
    /** A tenant's quota. */
    quota?: ValueLocator;
    /** The map `storageClassConfigs` of local-path's chart. */
    localPath?: ValueLocator;
    /** The list of nodes and paths of one class of local-path, `{storageClass}`. */
    nodePathMap?: ValueLocator;
    /** The values of a tenant's kmetal-webhook release. */
    webhook?: ValueLocator;
  };
  /** Paths of files for objects that are nowhere yet. */
  newFiles?: {
    /** Has `{tenant}` in it: each tenant has a file of its own. */
    quota?: string;
    /** Of every other object; has `{change}` and `{object}` in it. */
    storage?: string;
  };
}

/**
 * Where changes of an under cluster are proposed.
 *
 * @public
 */
export interface GitOpsDefinition {
  /** In the order in which they are looked through. */
  repositories: GitOpsRepositoryDefinition[];
  /** Who is asked to review, as the Git host calls them. */
  reviewers?: { users?: string[]; teams?: string[] };
}

/**
 * One under cluster: where it is, and by what its objects are told apart. What is absent takes the defaults of
 * `tenantStorage.defaults`.
 *
 * @public
 */
export interface UnderClusterDefinition {
  /** RFC 1123 label, unique among all under clusters: it is part of URLs, annotations and entity names. */
  name: string;
  /** Shown to people; the name if absent. */
  title?: string;
  connection: UnderClusterConnection;
  dangers?: UnderClusterDangers;
  /** The class that tenants' volumes are carved out of. */
  storageClass?: string;
  csiController?: {
    /** Label selector of the CSI controllers' Deployments and Pods. */
    labelSelector?: string;
    /** Prefix of the Deployments' names; what follows is the tenant cluster. */
    namePrefix?: string;
  };
  /** Label of DataVolumes and claims that names the tenant cluster. */
  tenantClusterLabel?: string;
  /** Annotation or label of a tenant's namespace that names its owner. */
  ownerKey?: string;
  /** Where local-path keeps its map: the one ConfigMap that is read. */
  localPath?: { namespace?: string; configMap?: string };
  /** Velero, as far as it runs in the under cluster. */
  velero?: { namespace?: string };
  /** Where benchmarks run: the one namespace whose Jobs are read. `image`: what they run, which has fio in its path, by its digest. */
  benchmark?: { namespace?: string; image?: string };
  /** What tenants' volumes have room in, as a Kubernetes quantity such as `20Ti`, where CSIStorageCapacity objects don't tell. */
  capacity?: string;
  /** Where changes are proposed; the whole of it replaces `tenantStorage.gitOps`. */
  gitOps?: GitOpsDefinition;
}

/**
 * Where under clusters come from. The configuration (`tenantStorage.underClusters`) is always the first supplier; where two supply the same name,
 * the one registered first is believed.
 *
 * @public
 */
export interface UnderClusterSupplier {
  /** Unique, for messages: such as `catalog`. `configuration` is taken. */
  id: string;
  /** All under clusters that the supplier knows now. If it throws, those of its last answer are kept and it is asked again. */
  list(): Promise<UnderClusterDefinition[]>;
  /** Calls back whenever `list` would answer otherwise; returns what ends it. */
  onChange?(listener: () => void): () => void;
}

/**
 * Adds suppliers of under clusters.
 *
 * @public
 */
export interface TenantStorageUnderClustersExtensionPoint {
  /** @throws ConflictError if a supplier of this id was added before. */
  addSupplier(supplier: UnderClusterSupplier): void;
}

/**
 * Modules of the `tenant-storage` plugin add suppliers of under clusters here.
 *
 * @public
 */
export const tenantStorageUnderClustersExtensionPoint =
  createExtensionPoint<TenantStorageUnderClustersExtensionPoint>({
    id: 'tenant-storage.under-clusters',
  });
