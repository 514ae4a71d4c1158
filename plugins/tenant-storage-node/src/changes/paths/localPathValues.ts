import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../../gitops';
import { dataAt, isRecord } from '../../gitops/plainData';
import type { DraftPlace, RepositoryDraft } from '../../gitops/repositoryDraft';
import type { YamlPath } from '../../gitops/yamlPath';

/** The chart, as its HelmRelease names it: from a Helm repository by its name, from a Git repository by its folder. */
const CHART = 'local-path-provisioner';

/** The node that stands for all that are not listed, in local-path's map. */
export const OTHER_NODES = 'DEFAULT_PATH_FOR_NON_LISTED_NODES';

/** The nodes of a class and the folders that its volumes are made in. */
export interface NodePaths {
  node: string;
  paths: string[];
}

/** Where `storageClassConfigs` of local-path's chart is in Git. */
export interface LocalPathValues {
  at: DraftPlace;
  /** From `at` to the map. */
  path: YamlPath;
  /** Namespace of the HelmRelease, if the values are in one. */
  fluxNamespace?: string;
  /** Names of the classes in it. */
  classes: string[];
}

/** The chart that a HelmRelease in Git names, without the folder that it is in; undefined if it names none itself. */
export function chartOfRelease(release: unknown): string | undefined {
  const chart = dataAt(release, ['spec', 'chart', 'spec', 'chart']);
  return typeof chart === 'string'
    ? chart.replace(/\/+$/, '').split('/').at(-1)
    : undefined;
}

function classesOf(map: unknown): string[] {
  return isRecord(map) ? Object.keys(map) : [];
}

/**
 * Finds the classes of local-path in Git: by the locator `localPath`, or in the values of the HelmRelease of its chart.
 *
 * @returns undefined if no repository has either.
 * @throws GitOpsError `manifestAmbiguous` for two releases of it.
 */
export function localPathValues(
  draft: RepositoryDraft,
): LocalPathValues | undefined {
  const located = draft.located('localPath');
  if (located) {
    return { at: located, path: [], classes: classesOf(draft.data(located)) };
  }
  const releases = draft
    .list({ apiGroup: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' })
    .filter(each => chartOfRelease(draft.data(each)) === CHART);
  if (releases.length > 1) {
    throw new GitOpsError({
      code: 'manifestAmbiguous',
      problem: `Local-path is released ${releases.length} times: ${releases
        .map(each => draft.shown(each))
        .join(' and ')}.`,
      remedy:
        'Set locators.localPath of the under cluster to the values of the right one, or narrow its root.',
    });
  }
  const release = releases.at(0);
  if (!release) return undefined;
  const path = ['spec', 'values', 'storageClassConfigs'];
  return {
    at: release,
    path,
    fluxNamespace: release.namespace,
    classes: classesOf(draft.data(release, path)),
  };
}

/** The release to ask, for a refusal. */
function owner(facts: UnderClusterFacts): string {
  const map = facts.localPathMaps.items.at(0);
  const name =
    map?.labels['helm.toolkit.fluxcd.io/name'] ??
    map?.annotations['meta.helm.sh/release-name'];
  return name === undefined ? '' : ` It is rendered by the release ${name}.`;
}

/**
 * The same, where there is no going on without.
 *
 * @throws GitOpsError `notFound`, naming the setting.
 */
export function neededLocalPathValues(
  draft: RepositoryDraft,
  facts: UnderClusterFacts,
): LocalPathValues {
  const found = localPathValues(draft);
  if (!found) {
    throw new GitOpsError({
      code: 'notFound',
      field: 'locators.localPath',
      problem: `The classes of local-path are in no repository of ${
        facts.underCluster
      }: there is no HelmRelease of the chart ${CHART}.${owner(facts)}`,
      remedy:
        'Set locators.localPath of the under cluster to the map storageClassConfigs, in the values file that feeds the release.',
    });
  }
  return found;
}

/** Path of a class in the map. */
export function pathOfClass(
  values: LocalPathValues,
  storageClass: string,
): YamlPath {
  return [...values.path, storageClass];
}

/**
 * Whether the chart renders a class by what Git says. Anything but a plain false counts as yes: a chart's default is not Git's word.
 */
export function isRendered(
  draft: RepositoryDraft,
  values: LocalPathValues,
  storageClass: string,
): boolean {
  return (
    values.classes.includes(storageClass) &&
    draft.data(values.at, [
      ...pathOfClass(values, storageClass),
      'storageClass',
      'create',
    ]) !== false
  );
}

/** A list of nodes and paths as it stands in Git; null for what is none. */
export function nodePathsOf(data: unknown): NodePaths[] | null {
  if (data === undefined || data === null) return [];
  if (!Array.isArray(data)) return null;
  const entries: NodePaths[] = [];
  for (const each of data as unknown[]) {
    if (!isRecord(each) || typeof each.node !== 'string') return null;
    const paths = each.paths ?? [];
    if (!Array.isArray(paths)) return null;
    const texts = (paths as unknown[]).filter(
      (path): path is string => typeof path === 'string',
    );
    if (texts.length < paths.length) return null;
    entries.push({ node: each.node, paths: texts });
  }
  return entries;
}
