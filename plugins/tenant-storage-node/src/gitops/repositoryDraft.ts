import type { GitOpsRepository } from '../changes/gitOpsRepository';
import type { GitOpsSettings } from '../changes/gitOpsRepository';
import { GitOpsError } from './gitOpsError';
import type { ManifestPlace } from './manifestLocation';
import type { NewManifest } from './newManifest';
import type { FileChange } from './unifiedDiff';
import type { YamlPath } from './yamlPath';

/** What an object is in the cluster. */
export interface ObjectReference {
  /** '' is the core group. */
  apiGroup: string;
  kind: string;
  /** Absent for objects of the whole cluster. */
  namespace?: string;
  name: string;
}

/** Plain YAML data: what a value of a manifest may be. */
export type YamlData =
  | string
  | number
  | boolean
  | null
  | readonly YamlData[]
  | { readonly [key: string]: YamlData };

/** A place in one of the repositories: an object, or what a locator points at. */
export interface DraftPlace {
  repository: GitOpsRepository;
  place: ManifestPlace;
  /** From the document's or the List item's root, what the place itself stands for; empty for a whole object. */
  path: YamlPath;
}

/** Where a new file goes, if an object is in no repository yet. */
export interface NewFilePlace {
  /** The kind of the change, and what it is about: for `newFiles.storage`. */
  change: string;
  object: string;
}

/**
 * Repositories in the course of being changed: each edit is made on the result of those before it, and all come out as one change of each file.
 * Edits are byte-exact, as {@link setYamlValue} makes them; what something else owns is refused with the place to go to.
 */
export class RepositoryDraft {
  constructor(
    repositories: readonly GitOpsRepository[],
    values: { underCluster: string; storageClass: string },
  ) {
    throw new GitOpsError({
      code: 'notConfigured',
      problem: `${repositories.length} ${values.underCluster}`,
      remedy: '',
    });
  }

  /** Finds an object as it is in the draft now, in any of the repositories; undefined if it is in none. @throws GitOpsError `manifestAmbiguous`, or what is wrong with the files. */
  find(_object: ObjectReference): DraftPlace | undefined {
    throw new Error();
  }

  /** All objects of a kind, with the names and namespaces that they have in the cluster. */
  list(_kind: {
    apiGroup: string;
    kind: string;
  }): Array<DraftPlace & { name?: string; namespace?: string }> {
    throw new Error();
  }

  /** What a configured locator points at; undefined if none is configured. @throws GitOpsError if it points at nothing or at several. */
  located(
    _locator: keyof NonNullable<GitOpsSettings['locators']>,
    _values?: Record<string, string>,
  ): DraftPlace | undefined {
    throw new Error();
  }

  /** What is below a path of a place, as plain data; undefined if there is nothing. */
  data(_at: DraftPlace, _path?: YamlPath): unknown {
    throw new Error();
  }

  /** Where it is, for people: `clusters/muc-1/local-path.yaml:12`. */
  shown(_at: DraftPlace): string {
    throw new Error();
  }

  /** Sets a value, a list or a map, new or instead of what is there; the same value is no edit. @throws GitOpsError with the owner of the value if it is not the file's own. */
  set(_at: DraftPlace, _path: YamlPath, _value: YamlData): void {
    throw new Error();
  }

  /** Adds an entry at the end of a list, and the list if there is none yet. */
  append(_at: DraftPlace, _path: YamlPath, _value: YamlData): void {
    throw new Error();
  }

  /** Takes out a key with its value, or an entry of a list, with the comments that belong to it; nothing if it is not there. */
  remove(_at: DraftPlace, _path: YamlPath): void {
    throw new Error();
  }

  /** Takes an object out: its document, the file with its last one, and then the file's entry in its kustomization.yaml. */
  removeObject(_at: DraftPlace): void {
    throw new Error();
  }

  /**
   * Makes Git say of these objects what the manifests say. What is there already is edited where it differs in what a manifest names (keys that it does
   * not name are left alone); the rest becomes one new file with a document for each, entered in the nearest kustomization.yaml.
   *
   * @throws GitOpsError `notFound` with `newFiles.storage`, if there is no path for a new file, and `pathTaken`.
   */
  put(_manifests: readonly NewManifest[], _place: NewFilePlace): void {
    throw new Error();
  }

  /** All that was changed, by repository; repositories without changes are absent. */
  changes(): Array<{ repository: GitOpsRepository; changes: FileChange[] }> {
    throw new Error();
  }
}
