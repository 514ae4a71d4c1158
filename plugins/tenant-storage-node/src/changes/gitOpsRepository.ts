import type { RepositoryFiles, ValueLocator } from '../gitops';

/**
 * Where the manifests of an under cluster are kept. `{tenant}`, `{underCluster}` and `{storageClass}` are filled in.
 *
 * @public
 */
export interface GitOpsSettings {
  /** The Git host, such as `github.com`. */
  host: string;
  /** The repository for people, such as `acme/fleet`. */
  repository: string;
  /** The folder under which manifests are looked for; the whole repository unless told. */
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
    quota?: string;
    /** Of every other object, with `{change}` and `{object}` filled in. */
    storage?: string;
  };
}

/**
 * A repository and what is configured of it.
 *
 * @public
 */
export interface GitOpsRepository {
  settings: GitOpsSettings;
  files: RepositoryFiles;
}
