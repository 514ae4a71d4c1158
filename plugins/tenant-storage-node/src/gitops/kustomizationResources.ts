import { GitOpsError } from './gitOpsError';
import { nearestKustomization } from './kustomizationTree';
import type { RepositoryFiles } from './repositoryFiles';
import { folderOf, resolvedFrom } from './repositoryPath';
import { nodeAt } from './yamlPath';
import { isScalar, isSeq } from 'yaml';
import { appendToYamlList } from './yamlEdit';
import { yamlSourceOf } from './yamlSource';

/** A kustomization file that is to list a new file. */
export interface KustomizationEntry {
  path: string;
  before: string;
  text: string;
}

/**
 * Enters a new file in the resources of the nearest kustomization.yaml, without which kustomize would not see it.
 *
 * @returns undefined if no kustomization is near (Flux then takes whole folders), or if it is listed already.
 * @throws GitOpsError as {@link appendToYamlList}.
 */
export function kustomizationEntryFor(
  files: RepositoryFiles,
  newPath: string,
  root: string,
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
  const { text } = appendToYamlList(source, 0, 'resources', entry);
  return { path: file.path, before: file.text, text };
}
