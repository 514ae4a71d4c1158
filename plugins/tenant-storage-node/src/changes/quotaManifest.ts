import { GitOpsError, repositoryPath } from '../gitops';
import { kustomizationEntryFor } from '../gitops/kustomizationResources';
import {
  ambiguous,
  findManifests,
  type ManifestPlace,
} from '../gitops/manifestLocation';
import { manifestText } from '../gitops/newManifest';
import { isUnder, repositoryFolder } from '../gitops/repositoryPath';
import type { FileChange } from '../gitops/unifiedDiff';
import { filledLocator, filledPath, locate } from '../gitops/valueLocator';
import { refuseOwnedValue } from '../gitops/valueOwner';
import { setYamlValue } from '../gitops/yamlEdit';
import { scalarAt, type YamlPath, yamlPlaceOf } from '../gitops/yamlPath';
import { textOf } from '../gitops/yamlSource';
import type { GitOpsRepository } from './gitOpsRepository';
import { classLimitOf, classStorageKey, type QuotaFacts } from './quotaFacts';

/** A quota in Git. */
export interface QuotaInGit {
  repository: GitOpsRepository;
  /** What Git says now; undefined if nothing. */
  before?: string;
  /** Whether its object is in no repository yet. */
  isNew: boolean;
  /** The quota's name in the cluster, where the manifest tells. */
  quota?: string;
  /** Whether a quota that is there without Git is taken over. */
  takesOver: boolean;
  /** The files with another value in it. */
  changesTo(written: string): FileChange[];
}

interface Names {
  underCluster: string;
  tenant: string;
}

interface Match {
  repository: GitOpsRepository;
  place: ManifestPlace;
  name?: string;
}

function rootOf({ settings }: GitOpsRepository): string {
  return settings.root === undefined
    ? ''
    : repositoryFolder(settings.root, 'root');
}

function inPlace(
  repository: GitOpsRepository,
  place: ManifestPlace,
  path: YamlPath,
  quota?: string,
): QuotaInGit {
  const { files } = repository;
  const full = [...place.base, ...path];
  const file = files.editable(place.source.file.path);
  const there = yamlPlaceOf(place.source, place.document, full);
  refuseOwnedValue(files, place, path);
  return {
    repository,
    before: there.missing.length === 0 ? textOf(there.node) : undefined,
    isNew: false,
    takesOver: false,
    quota,
    changesTo: written => {
      const { text } = setYamlValue(
        place.source,
        place.document,
        full,
        written,
      );
      return text === file.text
        ? []
        : [{ path: file.path, before: file.text, after: text }];
    },
  };
}

function inNewFile(
  repository: GitOpsRepository,
  template: string,
  names: Names,
  facts: QuotaFacts,
  name: string,
): QuotaInGit {
  const { files } = repository;
  const field = 'newFiles.quota';
  const path = repositoryPath(
    filledPath(template, { ...names, storageClass: facts.storageClass }),
    field,
  );
  const root = rootOf(repository);
  if (!isUnder(path, root)) {
    throw new GitOpsError({
      code: 'pathInvalid',
      field,
      file: path,
      problem: `The file would not be under the root ${root}, and never be found again.`,
      remedy: 'Correct the path in the settings of the under cluster.',
    });
  }
  files.refuseSymlinkedFolder(path);
  if (files.has(path)) {
    throw new GitOpsError({
      code: 'pathTaken',
      field,
      file: path,
      problem: `The file is there already, without a storage quota of ${names.tenant} in it.`,
      remedy:
        'Move it away, or set another path in the settings of the under cluster.',
    });
  }
  return {
    repository,
    isNew: true,
    quota: name,
    takesOver: Object.hasOwn(facts.quotas, name),
    changesTo: written => {
      const entry = kustomizationEntryFor(files, path, root);
      const after = manifestText({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name, namespace: names.tenant },
        spec: { hard: { [classStorageKey(facts.storageClass)]: written } },
      });
      return [
        { path, after },
        ...(entry
          ? [{ path: entry.path, before: entry.before, after: entry.text }]
          : []),
      ];
    },
  };
}

function matchesIn(
  repository: GitOpsRepository,
  { tenant }: Names,
  facts: QuotaFacts,
): Match[] {
  const key = classStorageKey(facts.storageClass);
  const live = classLimitOf(facts)?.quota;
  const names = [live ?? `${tenant}-storage`];
  const inCluster = new Map<ManifestPlace, string | undefined>();
  const places = findManifests(repository.files, rootOf(repository), {
    apiGroup: '',
    kind: 'ResourceQuota',
    namespace: tenant,
    marks: [key, ...names],
    isWanted: (place, name) => {
      inCluster.set(place, name);
      const root = place.source.documents[place.document].contents;
      return (
        (name !== undefined && names.includes(name)) ||
        scalarAt(root, [...place.base, 'spec', 'hard', key]) !== undefined
      );
    },
  });
  return places.map(place => ({
    repository,
    place,
    name: inCluster.get(place),
  }));
}

/** The refusal of a quota that a Helm release renders; undefined if none does. */
function helmOwner(
  repositories: readonly GitOpsRepository[],
  quota: string,
  facts: QuotaFacts,
): GitOpsError | undefined {
  if (!Object.hasOwn(facts.quotas, quota)) return undefined;
  const { labels, annotations } = facts.quotas[quota];
  const release =
    labels['helm.toolkit.fluxcd.io/name'] ??
    annotations['meta.helm.sh/release-name'] ??
    (labels['app.kubernetes.io/managed-by'] === 'Helm'
      ? labels['app.kubernetes.io/instance'] ?? 'of unknown name'
      : undefined);
  if (release === undefined) return undefined;
  const namespace =
    labels['helm.toolkit.fluxcd.io/namespace'] ??
    annotations['meta.helm.sh/release-namespace'];
  const file = namespace
    ? repositories
        .map(repository => releaseFile(repository, release, namespace))
        .find(path => path !== undefined)
    : undefined;
  return new GitOpsError({
    code: 'ownedByHelmRelease',
    file,
    problem: `The quota ${quota} is rendered by the Helm release ${release}${
      namespace ? ` in ${namespace}` : ''
    }; a second owner of it in Git would fight with that.`,
    remedy:
      'Set locators.quota of the under cluster to the value in the values of this release.',
  });
}

function releaseFile(
  repository: GitOpsRepository,
  name: string,
  namespace: string,
): string | undefined {
  if (!/^[a-z0-9.-]+$/.test(namespace)) return undefined;
  try {
    return findManifests(repository.files, rootOf(repository), {
      apiGroup: 'helm.toolkit.fluxcd.io',
      kind: 'HelmRelease',
      namespace,
      marks: [name],
      isWanted: (_, found) => found === name,
    })[0]?.source.file.path;
  } catch (error) {
    // It is only to point at it; the refusal stands without.
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

/**
 * Finds where a tenant's storage quota is set in Git: by the configured locator, by what the manifest is, or, if it is nowhere, in a new
 * file at the configured path.
 *
 * @throws GitOpsError with the owner of the value, if it can't be set here.
 */
export function quotaInGit(
  repositories: readonly GitOpsRepository[],
  names: Names,
  facts: QuotaFacts,
): QuotaInGit {
  const values = { ...names, storageClass: facts.storageClass };
  for (const repository of repositories) {
    const locator = repository.settings.locators?.quota;
    if (locator) {
      const filled = filledLocator(locator, values);
      const place = locate(repository.files, rootOf(repository), filled);
      return inPlace(repository, place, filled.path);
    }
  }
  const path = ['spec', 'hard', classStorageKey(facts.storageClass)];
  const live = classLimitOf(facts)?.quota;
  const matches = repositories.flatMap(each => matchesIn(each, names, facts));
  const byName = matches.filter(match => match.name === live);
  const candidates = byName.length > 0 ? byName : matches;
  if (live !== undefined && byName.length === 0) {
    const owner = helmOwner(repositories, live, facts);
    if (owner) throw owner;
  }
  if (candidates.length > 1) {
    throw ambiguous(
      `The storage quota of ${names.tenant}`,
      candidates.map(({ place }) => place),
    );
  }
  if (candidates.length === 1) {
    const [{ repository, place, name }] = candidates;
    return inPlace(repository, place, path, name);
  }
  if (live !== undefined && Object.hasOwn(facts.quotas, live)) {
    const { labels } = facts.quotas[live];
    const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
    if (kustomization !== undefined) {
      throw new GitOpsError({
        code: 'notFound',
        field: 'repository',
        problem: `The quota ${live} is applied by the Flux Kustomization ${kustomization}, but is not in ${
          repositories
            .map(({ settings }) => settings.repository)
            .join(' or ') || 'any configured repository'
        }.`,
        remedy:
          'Add the repository that it comes from to the settings of the under cluster, or correct their root.',
      });
    }
  }
  for (const repository of repositories) {
    const template = repository.settings.newFiles?.quota;
    if (template !== undefined) {
      return inNewFile(
        repository,
        template,
        names,
        facts,
        live ?? `${names.tenant}-storage`,
      );
    }
  }
  throw new GitOpsError({
    code: 'notFound',
    field: 'newFiles.quota',
    problem: `The storage quota of ${names.tenant} is in no repository, and there is no path for a new file.`,
    remedy: 'Set newFiles.quota in the settings of the under cluster.',
  });
}
