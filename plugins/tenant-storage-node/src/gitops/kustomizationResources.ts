import { GitOpsError } from './gitOpsError';
import { nearestKustomization } from './kustomizationTree';
import { dataAt } from './plainData';
import type { RepositoryFiles, TextFile } from './repositoryFiles';
import { folderOf, resolvedFrom } from './repositoryPath';
import { nodeAt } from './yamlPath';
import { isScalar, isSeq } from 'yaml';
import { appendToYamlList } from './yamlEdit';
import { yamlSourceOf } from './yamlSource';
import { documentData, prependYamlData } from './yamlStructure';

/** A kustomization file that is to list a new file. */
export interface KustomizationEntry {
  path: string;
  before: string;
  text: string;
}

function resourcesIn(file: TextFile): unknown {
  return dataAt(documentData(yamlSourceOf(file), 0), ['resources']);
}

/** Whether the last entry of a list was taken out. */
function lostItsLast(before: unknown, now: unknown): boolean {
  const [last] = Array.isArray(before) ? before.slice(-1) : [];
  return last !== undefined && Array.isArray(now) && !now.includes(last);
}

/**
 * Enters a new file in the resources of the nearest kustomization.yaml, without which kustomize would not see it: at their end, or at their
 * beginning where the last entry is taken out, because Git takes what is added just there for a conflict with another change that takes it out.
 *
 * @param original - the files before they were changed.
 * @returns undefined if no kustomization is near (Flux then takes whole folders), or if it is listed already.
 * @throws GitOpsError as {@link appendToYamlList}.
 */
export function kustomizationEntryFor(
  files: RepositoryFiles,
  newPath: string,
  root: string,
  original: RepositoryFiles = files,
): KustomizationEntry | undefined {
  const nearest = nearestKustomization(files, newPath, root);
  if (!nearest) return undefined;
  const file = files.editable(nearest.path);
  const folder = folderOf(file.path);
  const entry = folder === '' ? newPath : newPath.slice(folder.length + 1);
  const source = yamlSourceOf(file);
  const [document] = source.documents;
  if (source.documents.length !== 1 || !document.contents) {
    throw new GitOpsError({
      code: 'notYaml',
      file: file.path,
      problem: 'The kustomization is not one YAML document.',
      remedy: `Correct it, or add ${entry} to its resources by hand.`,
    });
  }
  const listed = nodeAt(document.contents, ['resources']);
  const isListed =
    isSeq(listed) &&
    listed.items.some(
      item =>
        isScalar(item) &&
        typeof item.value === 'string' &&
        resolvedFrom(folder, item.value) === newPath,
    );
  if (isListed) return undefined;
  const before = original.text(file.path);
  const first =
    before && lostItsLast(resourcesIn(before), resourcesIn(file))
      ? prependYamlData(source, 0, ['resources'], entry)
      : undefined;
  const text = first ?? appendToYamlList(source, 0, 'resources', entry).text;
  return { path: file.path, before: file.text, text };
}
