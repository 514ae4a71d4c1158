import { isDeepStrictEqual } from 'node:util';
import type {
  GitOpsRepository,
  GitOpsSettings,
} from '../changes/gitOpsRepository';
import { GitOpsError } from './gitOpsError';
import { kustomizationEntryFor } from './kustomizationResources';
import {
  buildsOf,
  mayBePutInto,
  nameAfter,
  nearestKustomization,
} from './kustomizationTree';
import {
  ambiguous,
  isHelmTemplate,
  manifestsIn,
  type ManifestPlace,
} from './manifestLocation';
import { dataAt, isRecord } from './plainData';
import { manifestText, type NewManifest } from './newManifest';
import { fileTooLarge, type RepositoryFiles } from './repositoryFiles';
import {
  folderOf,
  isUnder,
  repositoryFolder,
  repositoryPath,
  resolvedFrom,
} from './repositoryPath';
import type { FileChange } from './unifiedDiff';
import { filledLocator, filledPath, locate } from './valueLocator';
import { refuseOwnedValue } from './valueOwner';
import type { YamlPath } from './yamlPath';
import { refuseFaults, yamlSourceOf, type YamlSource } from './yamlSource';
import {
  appendYamlData,
  documentData,
  isOnlyDocument,
  removeYamlData,
  removeYamlDocument,
  setYamlData,
  withYamlDocuments,
  yamlDocumentText,
  type YamlData,
} from './yamlStructure';

export type { YamlData } from './yamlStructure';

/** What an object is in the cluster. */
export interface ObjectReference {
  /** '' is the core group. */
  apiGroup: string;
  kind: string;
  /** Absent for objects of the whole cluster. */
  namespace?: string;
  name: string;
}

/** A place in one of the repositories: an object, or what a locator points at. */
export interface DraftPlace {
  repository: GitOpsRepository;
  place: ManifestPlace;
  /** From the object's root to what the place stands for; empty for a whole object. */
  path: YamlPath;
}

/** An object with what it is called in the cluster. */
export interface DraftObject extends DraftPlace {
  name?: string;
  namespace?: string;
}

/** Where a new file goes, if an object is in no repository yet. */
export interface NewFilePlace {
  /** The kind of the change, and what it is about: for `newFiles.storage`. */
  change: string;
  object: string;
  /** Of a tenant's quota, the tenant: for `newFiles.quota`, where that is set. */
  tenant?: string;
}

interface Drafted {
  repository: GitOpsRepository;
  /** As they were. */
  original: RepositoryFiles;
  /** As they are now. */
  files: RepositoryFiles;
  changed: Set<string>;
}

function rootOf({ settings }: GitOpsRepository): string {
  return settings.root === undefined
    ? ''
    : repositoryFolder(settings.root, 'root');
}

/** What the entries of a list are called; undefined if they can't be told apart by that. */
function namesOf(list: readonly unknown[]): string[] | undefined {
  const names = list.map(each =>
    isRecord(each) ? each.name ?? each.node : undefined,
  );
  return names.every(name => typeof name === 'string') &&
    new Set(names).size === names.length
    ? names
    : undefined;
}

/** Whether a kustomization has something to build besides its resources. */
function isBuilding(says: unknown): boolean {
  return [
    'bases',
    'components',
    'configMapGenerator',
    'secretGenerator',
    'generators',
    'helmCharts',
  ].some(key => {
    const list = dataAt(says, [key]);
    return Array.isArray(list) && list.length > 0;
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

function referenceTo({
  apiVersion,
  kind,
  metadata: { name, namespace },
}: NewManifest): ObjectReference {
  return {
    apiGroup: groupOf(apiVersion),
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
  };
}

/** Whether a file is in the folder of a new file, and in its kustomization. */
function isBuiltAs(
  { repository, files }: Drafted,
  path: string,
  newPath: string,
): boolean {
  if (folderOf(path) !== folderOf(newPath)) return false;
  const nearest = nearestKustomization(files, newPath, rootOf(repository));
  return (
    nearest === undefined ||
    buildsOf(files, path).some(([first]) => first?.path === nearest.path)
  );
}

/** Whether something else than its file has a say in an object. */
function isOwned(files: RepositoryFiles, place: ManifestPlace): boolean {
  try {
    refuseOwnedValue(files, place, []);
    return false;
  } catch (error) {
    if (error instanceof GitOpsError) return true;
    throw error;
  }
}

/**
 * Repositories in the course of being changed: each edit is made on the result of those before it, and all come out as one change of each file.
 * Edits are byte-exact: no byte changes but those of what is set or taken out, and that is proven by reading the result. What something else owns is
 * refused with the place to go to.
 */
export class RepositoryDraft {
  readonly #drafted: Drafted[];
  readonly #values: Record<string, string>;

  constructor(
    repositories: readonly GitOpsRepository[],
    values: { underCluster: string; storageClass: string },
  ) {
    this.#drafted = repositories.map(repository => ({
      repository,
      original: repository.files,
      files: repository.files,
      changed: new Set(),
    }));
    this.#values = { ...values };
  }

  /**
   * Finds an object as it is in the draft now, by the name that it has in the cluster, in any of the repositories.
   *
   * @returns undefined if it is in none.
   * @throws GitOpsError `manifestAmbiguous`, or what is wrong with the files.
   */
  find(object: ObjectReference): DraftPlace | undefined {
    const { name, namespace, kind } = object;
    const found = this.#search(object, name);
    if (found.length > 1) {
      throw ambiguous(
        `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
        found.map(({ place }) => place),
      );
    }
    return found.at(0);
  }

  /**
   * All objects of a kind, or those in a namespace, with what they are called in the cluster; with `about`, only of files that mention a namespace
   * or are put into it.
   */
  list(kind: {
    apiGroup: string;
    kind: string;
    namespace?: string;
    about?: string;
  }): DraftObject[] {
    return this.#search(kind);
  }

  #search(
    wanted: {
      apiGroup: string;
      kind: string;
      namespace?: string;
      about?: string;
    },
    name?: string,
  ): DraftObject[] {
    const { apiGroup, kind, namespace } = wanted;
    const about = wanted.about ?? namespace;
    return this.#drafted.flatMap(({ repository, files }) => {
      const root = rootOf(repository);
      const inNamespace =
        about === undefined
          ? undefined
          : new RegExp(`(?<![A-Za-z0-9-])${escaped(about)}(?![A-Za-z0-9-])`);
      const putIntoIt =
        about === undefined ? undefined : mayBePutInto(files, about);
      const saysKind = new RegExp(
        `(?<![A-Za-z])kind["']?\\s*:[^\\n]*${escaped(kind)}(?![A-Za-z])`,
      );
      const mayHold = (text: string) =>
        text.includes(kind) && saysKind.test(text);
      const found: DraftObject[] = [];
      for (const file of files.yamlFiles()) {
        if (
          !isUnder(file.path, root) ||
          !mayHold(file.text) ||
          (inNamespace &&
            !inNamespace.test(file.text) &&
            !putIntoIt?.(file.path)) ||
          isHelmTemplate(files, file.path)
        ) {
          continue;
        }
        const source = yamlSourceOf(file);
        source.documents.forEach((document, index) => {
          const [start, , end] = document.range;
          const text = file.text.slice(start, end);
          // A faulty document about something else is nobody's business here.
          if (
            document.errors.length > 0 &&
            mayHold(text) &&
            (name === undefined || text.includes(name))
          ) {
            refuseFaults(source, index);
          }
          for (const place of manifestsIn(source, index)) {
            if (place.apiGroup !== apiGroup || place.kind !== kind) continue;
            const called = buildsOf(files, file.path)
              .map(build => nameAfter(build, place))
              .find(
                each =>
                  (name === undefined || each.name === name) &&
                  (namespace === undefined || each.namespace === namespace),
              );
            if (called) found.push({ repository, place, path: [], ...called });
          }
        });
      }
      const large = files
        .oversized(
          text =>
            mayHold(text) &&
            (name === undefined || text.includes(name)) &&
            (!inNamespace || inNamespace.test(text)),
        )
        .find(path => isUnder(path, root));
      if (large !== undefined) throw fileTooLarge(large);
      return found;
    });
  }

  /**
   * What a configured locator points at.
   *
   * @returns undefined if none is configured.
   * @throws GitOpsError if it points at nothing, or at several.
   */
  located(
    locator: keyof NonNullable<GitOpsSettings['locators']>,
    values: Record<string, string> = {},
  ): DraftPlace | undefined {
    for (const { repository, files } of this.#drafted) {
      const configured = repository.settings.locators?.[locator];
      if (configured) {
        const filled = filledLocator(configured, {
          ...this.#values,
          ...values,
        });
        const place = locate(files, rootOf(repository), filled);
        return { repository, place, path: filled.path };
      }
    }
    return undefined;
  }

  /** What is below a path of a place, as plain data; undefined if there is nothing. */
  data(at: DraftPlace, path: YamlPath = []): unknown {
    const { place } = at;
    return dataAt(documentData(this.#sourceOf(at), place.document), [
      ...place.base,
      ...at.path,
      ...path,
    ]);
  }

  /** Where it is, for people: `clusters/muc-1/local-path.yaml:12`. */
  shown({ place }: DraftPlace): string {
    return `${place.source.file.path}:${place.line}`;
  }

  /**
   * Sets a value, a list or a map, new or instead of what is there; the same data is no edit.
   *
   * @throws GitOpsError with the owner of the value if it is not the file's own.
   */
  set(at: DraftPlace, path: YamlPath, value: YamlData): void {
    this.#edit(at, path, (source, index, whole) =>
      setYamlData(source, index, whole, value),
    );
  }

  /** Adds an entry at the end of a list, and the list if there is none yet. */
  append(at: DraftPlace, path: YamlPath, value: YamlData): void {
    this.#edit(at, path, (source, index, whole) =>
      appendYamlData(source, index, whole, value),
    );
  }

  /** Takes out a key with its value, or an entry of a list, with its comments; nothing if it is not there. */
  remove(at: DraftPlace, path: YamlPath): void {
    this.#edit(at, path, removeYamlData);
  }

  /**
   * Takes an object out: its document, the file with its last one, and then the file's entry in kustomizations. Places of other objects of the
   * same file have to be looked up again.
   */
  removeObject(at: DraftPlace): void {
    const { place } = at;
    const drafted = this.#draftedOf(at);
    const source = this.#sourceOf(at);
    refuseOwnedValue(drafted.files, { ...place, source }, []);
    const { path } = source.file;
    if (place.base.length > 0) {
      this.#write(
        drafted,
        path,
        removeYamlData(source, place.document, place.base),
      );
      return;
    }
    const rest = removeYamlDocument(source, place.document);
    this.#write(drafted, path, rest);
    if (rest === undefined) this.#unlist(drafted, path);
  }

  /**
   * Makes Git say of these objects what the manifests say. What is there already is edited where it differs in what a manifest names (keys that it
   * does not name are left alone); the rest becomes one new file with a document for each, entered in the nearest kustomization.yaml.
   *
   * @throws GitOpsError `notFound` with `newFiles.storage` if there is no path for a new file, and `pathTaken`.
   */
  put(manifests: readonly NewManifest[], place: NewFilePlace): void {
    const fresh: NewManifest[] = [];
    for (const manifest of manifests) {
      const there = this.find(referenceTo(manifest));
      if (there) {
        // What it is called is as Git writes it, before any kustomization.
        const {
          apiVersion: _,
          kind: __,
          metadata: { name: ___, namespace: ____, ...metadata },
          ...rest
        } = manifest;
        this.#merge(there, [], { metadata, ...rest });
      } else {
        fresh.push(manifest);
      }
    }
    if (fresh.length > 0) this.#create(fresh, place);
  }

  /**
   * Adds new objects to the file of one that is there, if that is the file's own, has nothing else in it, and is in the folder and the
   * kustomization of new files.
   *
   * @returns whether it did.
   * @throws GitOpsError as {@link RepositoryDraft.put}.
   */
  putInto(
    at: DraftPlace,
    manifests: readonly NewManifest[],
    place: NewFilePlace,
  ): boolean {
    const source = this.#sourceOf(at);
    const { path } = source.file;
    const made = this.#newFile(manifests, place);
    if (
      at.place.base.length > 0 ||
      !isOnlyDocument(source, at.place.document) ||
      made.drafted.repository !== at.repository ||
      !isBuiltAs(made.drafted, path, made.path) ||
      isOwned(made.drafted.files, { ...at.place, source })
    ) {
      return false;
    }
    const there = this.data(at) as NewManifest;
    this.#write(
      made.drafted,
      path,
      withYamlDocuments(source, manifests.map(manifestText)),
    );
    this.#refuseRenamed(made.drafted, path, manifests, made.field);
    this.#assertWritten(path, [there, ...manifests]);
    return true;
  }

  /**
   * As {@link RepositoryDraft.put} of objects that are new, with one that is there: it moves into their file as it is written, with its comments.
   *
   * @throws GitOpsError as {@link RepositoryDraft.put} and {@link RepositoryDraft.removeObject}.
   */
  putWith(
    at: DraftPlace,
    manifests: readonly NewManifest[],
    place: NewFilePlace,
  ): void {
    const source = this.#sourceOf(at);
    const moved = this.data(at) as NewManifest;
    const written =
      at.place.base.length === 0
        ? yamlDocumentText(source, at.place.document)
        : undefined;
    this.removeObject(at);
    this.#create([...manifests, moved], place, [
      ...manifests.map(manifestText),
      written ?? manifestText(moved),
    ]);
    this.#assertWritten(source.file.path, [...manifests, moved]);
  }

  /** That documents put together as text are read as what they were. */
  #assertWritten(path: string, manifests: readonly NewManifest[]): void {
    for (const manifest of manifests) {
      const there = this.find(referenceTo(manifest));
      if (there && isDeepStrictEqual(this.data(there), manifest)) continue;
      const { kind, metadata } = manifest;
      throw new GitOpsError({
        code: 'onlyIntendedPathMayDiffer',
        file: path,
        problem: `${kind} ${metadata.name} would be another one in one file with others.`,
        remedy: 'Write the file anew, without special YAML, and ask again.',
      });
    }
  }

  /** All that was changed, by repository; repositories without changes are absent. */
  changes(): Array<{ repository: GitOpsRepository; changes: FileChange[] }> {
    return this.#drafted.flatMap(({ repository, original, files, changed }) => {
      const changes = [...changed].sort().flatMap((path): FileChange[] => {
        const before = original.text(path)?.text;
        const after = files.text(path)?.text;
        if (before === after) return [];
        return [
          {
            path,
            ...(before !== undefined && { before }),
            ...(after !== undefined && { after }),
          },
        ];
      });
      return changes.length > 0 ? [{ repository, changes }] : [];
    });
  }

  #draftedOf({ repository }: DraftPlace): Drafted {
    const found = this.#drafted.find(each => each.repository === repository);
    if (!found) throw new Error('The place is of another draft');
    return found;
  }

  #sourceOf(at: DraftPlace): YamlSource {
    const { path } = at.place.source.file;
    return yamlSourceOf(this.#draftedOf(at).files.editable(path));
  }

  #edit(
    at: DraftPlace,
    path: YamlPath,
    edited: (source: YamlSource, index: number, path: YamlPath) => string,
  ): void {
    const { place } = at;
    const drafted = this.#draftedOf(at);
    const source = this.#sourceOf(at);
    const inObject = [...at.path, ...path];
    refuseOwnedValue(drafted.files, { ...place, source }, inObject);
    this.#write(
      drafted,
      source.file.path,
      edited(source, place.document, [...place.base, ...inObject]),
    );
  }

  #write(drafted: Drafted, path: string, text: string | undefined): void {
    if (text !== undefined && text === drafted.files.text(path)?.text) return;
    drafted.files = drafted.files.with(new Map([[path, text]]));
    drafted.changed.add(path);
  }

  #merge(at: DraftPlace, path: YamlPath, wanted: unknown): void {
    const now = this.data(at, path);
    if (isDeepStrictEqual(now, wanted)) return;
    if (isRecord(wanted) && (isRecord(now) || path.length === 0)) {
      for (const [key, value] of Object.entries(wanted)) {
        if (value !== undefined) this.#merge(at, [...path, key], value);
      }
    } else if (Array.isArray(now) && Array.isArray(wanted)) {
      this.#mergeList(at, path, now, wanted as YamlData[]);
    } else if (!(isRecord(wanted) && Object.keys(wanted).length === 0)) {
      this.set(at, path, wanted as YamlData);
    }
  }

  /**
   * Entries that have a name are edited where they differ, and those that the manifest does not name are left alone, as its keys are. Of other lists,
   * entries that stay keep how they are written, if none of them moves.
   */
  #mergeList(
    at: DraftPlace,
    path: YamlPath,
    now: readonly unknown[],
    wanted: readonly YamlData[],
  ): void {
    const names = namesOf(now);
    const wantedNames = namesOf(wanted);
    if (names && wantedNames) {
      wanted.forEach((each, index) => {
        const there = names.indexOf(wantedNames[index]);
        if (there < 0) this.append(at, path, each);
        else this.#merge(at, [...path, there], each);
      });
      return;
    }
    const stays = now.map(each =>
      wanted.some(other => isDeepStrictEqual(each, other)),
    );
    const kept = now.filter((_, index) => stays[index]);
    if (
      kept.length === 0 ||
      !isDeepStrictEqual(kept, wanted.slice(0, kept.length))
    ) {
      this.set(at, path, wanted);
      return;
    }
    for (let index = now.length - 1; index >= 0; index -= 1) {
      if (!stays[index]) this.remove(at, [...path, index]);
    }
    for (const each of wanted.slice(kept.length)) this.append(at, path, each);
  }

  /** Where a new file comes to. */
  #newFile(
    [{ kind, metadata }]: readonly NewManifest[],
    place: NewFilePlace,
  ): { drafted: Drafted; path: string; field: string } {
    const key = (settings: GitOpsSettings) =>
      place.tenant !== undefined && settings.newFiles?.quota !== undefined
        ? 'quota'
        : 'storage';
    const drafted = this.#drafted.find(
      ({ repository: { settings } }) =>
        settings.newFiles?.[key(settings)] !== undefined,
    );
    if (!drafted) {
      throw new GitOpsError({
        code: 'notFound',
        field: 'newFiles.storage',
        problem: `${kind} ${metadata.name} is in no repository, and there is no path for a new file.`,
        remedy:
          'Set newFiles.storage in the settings of the under cluster, such as clusters/{underCluster}/storage/{change}-{object}.yaml.',
      });
    }
    const { repository } = drafted;
    const field = `newFiles.${key(repository.settings)}`;
    const path = repositoryPath(
      filledPath(
        repository.settings.newFiles?.[key(repository.settings)] ?? '',
        {
          ...this.#values,
          ...place,
        },
      ),
      field,
    );
    return { drafted, path, field };
  }

  #create(
    manifests: readonly NewManifest[],
    place: NewFilePlace,
    written: readonly string[] = manifests.map(manifestText),
  ): void {
    const { drafted, path, field } = this.#newFile(manifests, place);
    const root = rootOf(drafted.repository);
    if (!isUnder(path, root)) {
      throw new GitOpsError({
        code: 'pathInvalid',
        field,
        file: path,
        problem: `The file would not be under the root ${root}, and never be found again.`,
        remedy: 'Correct the path in the settings of the under cluster.',
      });
    }
    drafted.files.refuseSymlinkedFolder(path);
    if (drafted.files.has(path)) {
      throw new GitOpsError({
        code: 'pathTaken',
        field,
        file: path,
        problem: `The file is there already, without ${manifests[0].kind} ${manifests[0].metadata.name} in it.`,
        remedy:
          'Move it away, or set another path in the settings of the under cluster.',
      });
    }
    const entry = kustomizationEntryFor(
      drafted.files,
      path,
      root,
      drafted.original,
    );
    this.#write(drafted, path, written.join('---\n'));
    if (entry) this.#write(drafted, entry.path, entry.text);
    this.#refuseRenamed(drafted, path, manifests, field);
  }

  /** A kustomization on the way to the cluster may give names and namespaces: then something else would come about than what is asked for. */
  #refuseRenamed(
    { files }: Drafted,
    path: string,
    manifests: readonly NewManifest[],
    field: string,
  ): void {
    for (const { kind, metadata } of manifests) {
      for (const build of buildsOf(files, path)) {
        const called = nameAfter(build, metadata);
        const isMoved =
          metadata.namespace !== undefined &&
          called.namespace !== metadata.namespace;
        if (!isMoved && called.name === metadata.name) continue;
        const owner = build.find(
          (_, at) =>
            !isDeepStrictEqual(
              nameAfter(build.slice(0, at), metadata),
              nameAfter(build.slice(0, at + 1), metadata),
            ),
        );
        throw new GitOpsError({
          code: 'pathInvalid',
          field,
          file: path,
          problem: `${owner?.path ?? 'A kustomization'} would make ${kind} ${
            isMoved ? `${called.namespace}/` : ''
          }${called.name} of ${kind} ${
            isMoved ? `${metadata.namespace}/` : ''
          }${metadata.name}.`,
          remedy:
            'Set a path in the settings of the under cluster that no kustomization renames or puts into a namespace.',
        });
      }
    }
  }

  /** Takes the entry of a file that is gone out of the kustomizations that list it. */
  #unlist(drafted: Drafted, path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (const { path: listing, text } of drafted.files.yamlFiles()) {
      if (
        !/(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(listing) ||
        !text.includes(name)
      ) {
        continue;
      }
      const source = yamlSourceOf(drafted.files.editable(listing));
      if (source.documents.length !== 1) continue;
      const says = documentData(source, 0);
      const listed = dataAt(says, ['resources']);
      const at = Array.isArray(listed)
        ? listed.findIndex(
            (each: unknown) =>
              typeof each === 'string' &&
              resolvedFrom(folderOf(listing), each) === path,
          )
        : -1;
      if (at >= 0) {
        if (Array.isArray(listed) && listed.length === 1 && !isBuilding(says)) {
          throw new GitOpsError({
            code: 'unsafe',
            file: listing,
            problem: `${path} is all that the kustomization has, and kustomize builds none that is empty: Flux would fail for everything beside it.`,
            remedy:
              'Take the folder out of what applies it, and remove it, by hand.',
          });
        }
        this.#write(
          drafted,
          listing,
          removeYamlData(source, 0, ['resources', at]),
        );
      }
    }
  }
}
