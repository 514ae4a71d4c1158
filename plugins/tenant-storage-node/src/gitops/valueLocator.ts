import { minimatch } from 'minimatch';
import { GitOpsError } from './gitOpsError';
import { ambiguous, manifestsIn, type ManifestPlace } from './manifestLocation';
import type { RepositoryFiles } from './repositoryFiles';
import { isUnder } from './repositoryPath';
import { shownText } from './shownText';
import type { YamlPath, YamlPathStep } from './yamlPath';
import { lineOf, refuseFaults, yamlSourceOf } from './yamlSource';

/**
 * Where a value lives, if not in the manifest of its object: in a HelmRelease's `spec.values`, in a values file, in a file that a
 * generator reads. `{tenant}`, `{underCluster}` and `{storageClass}` are filled in, everywhere.
 *
 * @public
 */
export interface ValueLocator {
  /** Glob of files, from the repository's root, such as `clusters/test/kmetal-values.yaml`. */
  files: string;
  /** The object in these files; without it, the file's only document. */
  object?: {
    apiGroup?: string;
    kind?: string;
    namespace?: string;
    name?: string;
  };
  /** The path of the value in the document or object. */
  path: YamlPath;
}

function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? values[key] : whole,
  );
}

function filledStep(
  step: YamlPathStep,
  values: Record<string, string>,
): YamlPathStep {
  if (typeof step === 'number') return step;
  if (typeof step === 'string') return filled(step, values);
  return {
    where: Object.fromEntries(
      Object.entries(step.where).map(([key, value]) => [
        filled(key, values),
        filled(value, values),
      ]),
    ),
  };
}

/** A locator with its placeholders filled in. */
export function filledLocator(
  locator: ValueLocator,
  values: Record<string, string>,
): ValueLocator {
  const { object } = locator;
  return {
    files: filled(locator.files, values),
    object: object && {
      apiGroup: object.apiGroup,
      kind: object.kind,
      namespace: object.namespace && filled(object.namespace, values),
      name: object.name && filled(object.name, values),
    },
    path: locator.path.map(step => filledStep(step, values)),
  };
}

/** A path template with its placeholders filled in. */
export function filledPath(
  template: string,
  values: Record<string, string>,
): string {
  return filled(template, values);
}

/**
 * The one place that a locator points at.
 *
 * @throws GitOpsError `notFound` or `manifestAmbiguous`, or what is wrong with the files.
 */
export function locate(
  files: RepositoryFiles,
  root: string,
  locator: ValueLocator,
): ManifestPlace {
  const paths = [...files.paths()].filter(
    path =>
      isUnder(path, root) &&
      minimatch(path, locator.files, {
        dot: true,
        nocomment: true,
        nonegate: true,
      }),
  );
  const places = paths.sort().flatMap(path => placesIn(files, path, locator));
  if (places.length === 0) {
    throw new GitOpsError({
      code: 'notFound',
      field: 'locator',
      problem:
        paths.length === 0
          ? `No file of the repository matches ${shownText(locator.files)}.`
          : `No object in ${paths.join(', ')} matches the locator.`,
      remedy: 'Correct the locator in the settings of the under cluster.',
    });
  }
  if (places.length > 1) {
    throw ambiguous('What the locator points at', places);
  }
  return places[0];
}

function placesIn(
  files: RepositoryFiles,
  path: string,
  { object }: ValueLocator,
): ManifestPlace[] {
  const file = files.editable(path);
  if (object?.name !== undefined && !file.text.includes(object.name)) {
    return [];
  }
  const source = yamlSourceOf(file);
  return source.documents.flatMap((document, index): ManifestPlace[] => {
    refuseFaults(source, index);
    if (!object) {
      if (document.contents === null) return [];
      const whole = manifestsIn(source, index).find(
        manifest => manifest.base.length === 0,
      );
      return [
        whole ?? {
          source,
          document: index,
          base: [],
          apiGroup: '',
          kind: '',
          line: lineOf(source, document.contents) ?? 1,
        },
      ];
    }
    return manifestsIn(source, index).filter(
      manifest =>
        (object.apiGroup === undefined ||
          object.apiGroup === manifest.apiGroup) &&
        (object.kind === undefined || object.kind === manifest.kind) &&
        (object.name === undefined || object.name === manifest.name) &&
        (object.namespace === undefined ||
          object.namespace === manifest.namespace),
    );
  });
}
