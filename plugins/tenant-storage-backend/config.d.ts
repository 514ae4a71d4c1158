import type { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';
import type { HumanDuration } from '@backstage/types';

/** Where a value lives. */
export interface ValueLocatorConfig {
  /**
   * A path or glob from the repository's root.
   *
   * @visibility backend
   */
  files: string;
  /**
   * The object in these files. Default: the file's only document.
   *
   * @visibility backend
   */
  object?: {
    /**
     * @visibility backend
     */
    apiGroup?: string;
    /**
     * @visibility backend
     */
    kind?: string;
    /**
     * @visibility backend
     */
    namespace?: string;
    /**
     * @visibility backend
     */
    name?: string;
  };
  /**
   * Keys, indexes, or `{where: {key: value}}` for the element of a list.
   *
   * @visibility backend
   */
  path: Array<string | number | { where: { [key: string]: string } }>;
}

/** Where changes are proposed. */
export interface GitOpsConfig {
  /**
   * Repositories that manifests of the under cluster are in, in the order in which they are looked through.
   *
   * @visibility backend
   */
  repositories: Array<{
    /**
     * Such as `https://github.com/acme/fleet`. Its host is under `integrations`; no credentials in it.
     *
     * @visibility backend
     */
    url: string;
    /**
     * The branch that changes are proposed for. Default: the repository's default branch.
     *
     * @visibility backend
     */
    branch?: string;
    /**
     * The folder in which manifests are looked for; `{underCluster}` is filled in. Default: everywhere.
     *
     * @visibility backend
     */
    root?: string;
    /**
     * Where values live that are not in the manifest of their object. `{underCluster}`, `{tenant}` and `{storageClass}` are filled in.
     *
     * @visibility backend
     */
    locators?: {
      /**
       * A tenant's quota.
       *
       * @visibility backend
       */
      quota?: ValueLocatorConfig;
      /**
       * The map `storageClassConfigs` of local-path's chart, such as a key of kMetal's values file.
       *
       * @visibility backend
       */
      localPath?: ValueLocatorConfig;
      /**
       * The list of nodes and paths of one class of local-path, `{storageClass}`.
       *
       * @visibility backend
       */
      nodePathMap?: ValueLocatorConfig;
      /**
       * The values of a tenant's kmetal-webhook release.
       *
       * @visibility backend
       */
      webhook?: ValueLocatorConfig;
    };
    /**
     * Files for objects that are nowhere yet.
     *
     * @visibility backend
     */
    newFiles?: {
      /**
       * Of a tenant's quota, such as `tenants/{underCluster}/{tenant}/quota.yaml`. `{underCluster}`, `{tenant}` and `{storageClass}` are filled in.
       *
       * @visibility backend
       */
      quota?: string;
      /**
       * Of every other object, such as `clusters/{underCluster}/storage/{change}-{object}.yaml`. `{change}` and `{object}` have to be in it;
       * `{underCluster}` and `{storageClass}` may be.
       *
       * @visibility backend
       */
      storage?: string;
    };
  }>;
  /**
   * Who is asked to review, as the Git host calls them.
   *
   * @visibility backend
   */
  reviewers?: {
    /**
     * @visibility backend
     */
    users?: string[];
    /**
     * @visibility backend
     */
    teams?: string[];
  };
}

/** Configuration of kMetal tenant storage. Every key stays in the backend. */
export interface Config {
  /**
   * @visibility backend
   */
  tenantStorage?: {
    /**
     * The under clusters to watch. None: a warning, and an answer that says so.
     *
     * @visibility backend
     */
    underClusters?: Array<{
      /**
       * RFC 1123 label of at most 63 characters, unique; part of URLs and annotations.
       *
       * @visibility backend
       */
      name: string;
      /**
       * Shown to people. Default: the name.
       *
       * @visibility backend
       */
      title?: string;

      /**
       * Address of the API server, `https://host:port`. Exactly one of `url`, `kubeconfig` and `inCluster` is given.
       *
       * @visibility backend
       */
      url?: string;
      /**
       * With `url`: the CA as PEM, or base64 of it. Without a CA the system's are trusted.
       *
       * @visibility backend
       */
      caData?: string;
      /**
       * With `url`: a file with the CA as PEM, read again when it changes.
       *
       * @visibility backend
       */
      caFile?: string;
      /**
       * With `url`: the bearer token.
       *
       * @visibility secret
       */
      token?: string;
      /**
       * With `url`: a file with the bearer token, read again when it changes.
       *
       * @visibility backend
       */
      tokenFile?: string;
      /**
       * A kubeconfig file and one of its contexts.
       *
       * @visibility backend
       */
      kubeconfig?: {
        /**
         * @visibility backend
         */
        file: string;
        /**
         * Default: the file's current-context.
         *
         * @visibility backend
         */
        context?: string;
      };
      /**
       * The portal runs in this under cluster: the ServiceAccount of its pod is used.
       *
       * @visibility backend
       */
      inCluster?: boolean;

      /**
       * Allows an address without TLS: the token travels in the clear.
       *
       * @visibility backend
       */
      dangerouslyAllowHttp?: boolean;
      /**
       * Allows a kubeconfig whose user runs a command (`exec`).
       *
       * @visibility backend
       */
      dangerouslyAllowExec?: boolean;
      /**
       * Allows a kubeconfig whose user has an `auth-provider`.
       *
       * @visibility backend
       */
      dangerouslyAllowAuthProvider?: boolean;
      /**
       * Allows a kubeconfig with `insecure-skip-tls-verify`: whoever is in between can read the token.
       *
       * @visibility backend
       */
      dangerouslyAllowSkipTlsVerify?: boolean;

      /**
       * The StorageClass that tenants' volumes are carved out of. Default: `tenant-storage-class`.
       *
       * @visibility backend
       */
      storageClass?: string;
      /**
       * @visibility backend
       */
      csiController?: {
        /**
         * Label selector of the CSI controllers' Deployments and Pods. Default: `app=kubevirt-csi-controller`.
         *
         * @visibility backend
         */
        labelSelector?: string;
        /**
         * Prefix of the Deployments' names; what follows is the tenant cluster. Default: `kubevirt-csi-controller-`.
         *
         * @visibility backend
         */
        namePrefix?: string;
      };
      /**
       * Label of DataVolumes and claims that names the tenant cluster. Default: `csi-driver/cluster`.
       *
       * @visibility backend
       */
      tenantClusterLabel?: string;
      /**
       * Annotation or label of a tenant's namespace that names its owner. Default: `kmetal.io/owner`.
       *
       * @visibility backend
       */
      ownerKey?: string;
      /**
       * Where local-path keeps its map: the one ConfigMap that is read.
       *
       * @visibility backend
       */
      localPath?: {
        /**
         * Default: `kmetal-local-path-storage`.
         *
         * @visibility backend
         */
        namespace?: string;
        /**
         * Default: `local-path-config`.
         *
         * @visibility backend
         */
        configMap?: string;
      };
      /**
       * Velero in the under cluster.
       *
       * @visibility backend
       */
      velero?: {
        /**
         * The one namespace whose backup locations, schedules, backups and restores are read. Default: `velero`.
         *
         * @visibility backend
         */
        namespace?: string;
      };
      /**
       * Benchmarks of the storage.
       *
       * @visibility backend
       */
      benchmark?: {
        /**
         * The one namespace whose Jobs are read. Default: `kmetal-storage-benchmark`.
         *
         * @visibility backend
         */
        namespace?: string;
        /**
         * What benchmarks run unless their form says otherwise: an image that has fio in its path, by its digest, such as
         * `registry.example.com/fio:3.38@sha256:…`. Without it each form has to give one.
         *
         * @visibility backend
         */
        image?: string;
      };
      /**
       * What tenants' volumes have room in, such as `20Ti`, where CSIStorageCapacity objects don't tell.
       *
       * @visibility backend
       */
      capacity?: string;
      /**
       * Replaces the general `gitOps`, the whole of it.
       *
       * @visibility backend
       */
      gitOps?: GitOpsConfig;
    }>;

    /**
     * For every under cluster that does not say otherwise.
     *
     * @visibility backend
     */
    defaults?: {
      /**
       * @visibility backend
       */
      storageClass?: string;
      /**
       * @visibility backend
       */
      csiController?: {
        /**
         * @visibility backend
         */
        labelSelector?: string;
        /**
         * @visibility backend
         */
        namePrefix?: string;
      };
      /**
       * @visibility backend
       */
      tenantClusterLabel?: string;
      /**
       * @visibility backend
       */
      ownerKey?: string;
      /**
       * @visibility backend
       */
      localPath?: {
        /**
         * @visibility backend
         */
        namespace?: string;
        /**
         * @visibility backend
         */
        configMap?: string;
      };
      /**
       * @visibility backend
       */
      velero?: {
        /**
         * @visibility backend
         */
        namespace?: string;
      };
      /**
       * @visibility backend
       */
      benchmark?: {
        /**
         * @visibility backend
         */
        namespace?: string;
        /**
         * @visibility backend
         */
        image?: string;
      };
    };

    /**
     * Where changes are proposed, for every under cluster that does not say otherwise. Without it nobody can ask for one.
     *
     * @visibility backend
     */
    gitOps?: GitOpsConfig;

    /**
     * How requests for changes are followed.
     *
     * @visibility backend
     */
    requests?: {
      /**
       * When Git hosts and under clusters are looked at. Default: every 30 seconds.
       *
       * @visibility backend
       */
      schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
      /**
       * A merged change that is not live after this long is shown as stuck. Default: 10 minutes.
       *
       * @visibility backend
       */
      stuckAfter?: HumanDuration | string;
    };

    /**
     * @visibility backend
     */
    access?: {
      /**
       * Entity references of groups that see everything while `permission.enabled` is false.
       *
       * @visibility backend
       */
      groups?: string[];
    };

    /**
     * Owners of tenants, for platforms that do not name them on the tenant's namespace. `owner` or `owners` is given.
     *
     * @visibility backend
     */
    owners?: Array<{
      /**
       * Default: every under cluster.
       *
       * @visibility backend
       */
      underCluster?: string;
      /**
       * The tenant's namespace.
       *
       * @visibility backend
       */
      tenant: string;
      /**
       * Entity reference, such as `group:default/team-alpha`.
       *
       * @visibility backend
       */
      owner?: string;
      /**
       * Entity references.
       *
       * @visibility backend
       */
      owners?: string[];
    }>;
  };
}
