export { branchName } from './branchName';
export {
  GitOpsError,
  refusalText,
  type GitOpsErrorCode,
  type GitOpsErrorParts,
} from './gitOpsError';
export { readRepository, targetBranchName } from './readRepository';
export {
  RepositoryFiles,
  type RepositoryEntry,
  type TextFile,
} from './repositoryFiles';
export { repositoryPath } from './repositoryPath';
export type { ValueLocator } from './valueLocator';
export type { YamlPath, YamlPathStep } from './yamlPath';
