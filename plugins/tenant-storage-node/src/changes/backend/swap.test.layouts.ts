import { RepositoryFiles } from '../../gitops';
import type { GitOpsRepository } from '../gitOpsRepository';
import { layouts, type Layout } from '../layouts.testing';

/** A way to keep the manifests of an under cluster, on local-path. */
export interface SwapLayout {
  name: Layout;
  settings: GitOpsRepository['settings'];
  /** Texts of files by their paths. */
  files: Record<string, string>;
  /** The file with local-path's classes. */
  values: string;
}

const VALUES: Record<Layout, string> = {
  folders: 'clusters/muc-1/storage/local-path.yaml',
  overlays: 'base/storage/local-path.yaml',
  flat: 'muc-1/storage.yaml',
  umbrella: 'muc-1/kmetal-values.yaml',
};

export const SWAP_LAYOUTS = (Object.keys(VALUES) as Layout[]).map(
  (name): SwapLayout => {
    const [{ settings, files }] = layouts[name]();
    return {
      name,
      settings,
      values: VALUES[name],
      files: Object.fromEntries(
        [...files.paths()].flatMap(path => {
          const text = files.text(path)?.text;
          return text === undefined ? [] : [[path, text]];
        }),
      ),
    };
  },
);

/** The repository of a layout, with files as they are after earlier stages. */
export function repositoryOf(
  { settings, files: first }: SwapLayout,
  files: Record<string, string> = first,
): GitOpsRepository {
  return {
    settings,
    files: RepositoryFiles.from(
      Object.entries(files).map(([path, content]) => ({
        type: 'file' as const,
        path,
        content,
      })),
    ),
  };
}
