import { isMap } from 'yaml';
import { GitOpsError } from './gitOpsError';
import {
  buildsOf,
  clusterOf,
  kustomizationIn,
  nameAfter,
  records,
  texts,
  yamlData,
  type Build,
  type BuildStep,
} from './kustomizationTree';
import type { ManifestPlace } from './manifestLocation';
import type { RepositoryFiles } from './repositoryFiles';
import { resolvedFrom } from './repositoryPath';
import { nodeAt, scalarAt, shownPath, type YamlPath } from './yamlPath';
import { helmTemplateError, lineOf } from './yamlSource';

/** An object as it is when a step looks at it. */
interface Seen {
  apiGroup: string;
  kind: string;
  names: readonly string[];
  namespaces: readonly string[];
}

type Data = Record<string, unknown>;

/** A pattern of kustomize is a regular expression; what is more than a literal counts as a match, to be on the safe side. */
function mayMatch(pattern: unknown, values: readonly string[]): boolean {
  if (typeof pattern !== 'string' || pattern === '') return true;
  return values.includes(pattern) || /[\\^$*+?()[\]{}|]/.test(pattern);
}

function isSelected(target: unknown, object: Seen): boolean {
  if (typeof target !== 'object' || target === null) return false;
  const selector = target as Data;
  return (
    mayMatch(selector.kind, [object.kind]) &&
    mayMatch(selector.group, [object.apiGroup]) &&
    mayMatch(selector.name, object.names) &&
    mayMatch(selector.namespace, object.namespaces)
  );
}

function isPatchOf(patch: Data, object: Seen): boolean {
  const metadata = (patch.metadata ?? {}) as Data;
  return (
    patch.kind === object.kind &&
    typeof metadata.name === 'string' &&
    object.names.includes(metadata.name)
  );
}

/** Whether a strategic merge patch says something about the path. */
function mergeTouches(patch: unknown, path: YamlPath): boolean {
  let node = patch;
  for (const step of path) {
    if (node === null) return true;
    if (Array.isArray(node)) return true;
    if (typeof node !== 'object') return true;
    const data = node as Data;
    if ('$patch' in data) return true;
    if (typeof step !== 'string' || !Object.hasOwn(data, step)) return false;
    node = data[step];
  }
  return true;
}

function overlaps(one: readonly string[], path: YamlPath): boolean {
  return one
    .slice(0, path.length)
    .every(
      (part, index) =>
        typeof path[index] !== 'string' || part === '*' || part === path[index],
    );
}

/** Whether a JSON patch changes the path. */
function operationTouches(operation: Data, path: YamlPath): boolean {
  if (operation.op === 'test') return false;
  return [operation.path, operation.op === 'move' ? operation.from : undefined]
    .filter((pointer): pointer is string => typeof pointer === 'string')
    .some(pointer =>
      overlaps(
        pointer
          .split('/')
          .slice(1)
          .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~')),
        path,
      ),
    );
}

/** The parts of a kustomize field path: `spec.hard.requests\.storage`, `metadata.annotations.[a.b/c]`. */
function fieldPath(text: string): string[] {
  return [...text.matchAll(/\[([^\]]*)\]|((?:\\.|[^.[\]])+)/g)].map(
    ([, bracketed, plain]) => bracketed ?? plain.replace(/\\(.)/g, '$1'),
  );
}

/** The documents that an entry of a kustomization stands for: written in it, or in a file that it names. */
function contentOf(
  files: RepositoryFiles,
  step: BuildStep,
  reference: unknown,
): { path: string; documents: unknown[] } | undefined {
  if (typeof reference !== 'string') return undefined;
  const path = resolvedFrom(step.folder, reference);
  const file =
    path === undefined || reference.includes('\n')
      ? undefined
      : files.text(path);
  if (file) return { path: file.path, documents: yamlData(file) };
  return {
    path: step.path,
    documents: yamlData({ path: step.path, text: reference }),
  };
}

function patchesTouch(
  documents: readonly unknown[],
  object: Seen,
  path: YamlPath,
  target: unknown,
): boolean {
  return documents.some(document => {
    if (Array.isArray(document)) {
      return (
        isSelected(target, object) &&
        records(document).some(operation => operationTouches(operation, path))
      );
    }
    const [patch] = records([document]);
    return (
      patch !== undefined &&
      (target ? isSelected(target, object) : isPatchOf(patch, object)) &&
      mergeTouches(patch, path)
    );
  });
}

/** The file in which a step sets the value itself. */
function patchOwner(
  files: RepositoryFiles,
  step: BuildStep,
  object: Seen,
  path: YamlPath,
): string | undefined {
  const { says } = step;
  const patches = [
    ...records(says.patches).map(each => ({
      target: each.target,
      content: each.path ?? each.patch,
    })),
    ...(Array.isArray(says.patchesStrategicMerge)
      ? says.patchesStrategicMerge
      : []
    ).map((content: unknown) => ({ target: undefined, content })),
    ...records(says.patchesJson6902).map(each => ({
      target: each.target,
      content: each.path ?? each.patch,
    })),
  ];
  for (const { target, content } of patches) {
    const found = contentOf(files, step, content);
    if (found && patchesTouch(found.documents, object, path, target)) {
      return found.path;
    }
  }
  for (const each of records(says.replacements)) {
    const found = contentOf(files, step, each.path);
    const replacements = found
      ? found.documents.flatMap(document =>
          Array.isArray(document) ? records(document) : records([document]),
        )
      : [each];
    const touches = replacements
      .flatMap(replacement => records(replacement.targets))
      .some(
        target =>
          isSelected(target.select, object) &&
          texts(target.fieldPaths).some(field =>
            overlaps(fieldPath(field), path),
          ),
      );
    if (touches) return found?.path ?? step.path;
  }
  for (const content of texts(says.transformers)) {
    const found = contentOf(files, step, content);
    const patch = records(found?.documents).find(
      each =>
        /^(Patch|Replacement)/.test(String(each.kind)) &&
        (each.target === undefined || isSelected(each.target, object)),
    );
    if (patch) return found?.path;
  }
  return undefined;
}

/** A step and the components that it takes in. */
function withComponents(
  files: RepositoryFiles,
  step: BuildStep,
  depth = 0,
): BuildStep[] {
  if (depth > 8) return [step];
  return [
    step,
    ...texts(step.says.components).flatMap(reference => {
      const folder = resolvedFrom(step.folder, reference);
      const component =
        folder === undefined ? undefined : kustomizationIn(files, folder);
      return component ? withComponents(files, component, depth + 1) : [];
    }),
  ];
}

function refuseBuildOwner(
  files: RepositoryFiles,
  manifest: ManifestPlace,
  build: Build,
  path: YamlPath,
): void {
  const shown = `${shownPath(path)} of the ${manifest.kind} ${
    manifest.name ?? ''
  }`;
  build.forEach((level, index) => {
    const before = nameAfter(build.slice(0, index), manifest);
    const after = nameAfter(build.slice(0, index + 1), manifest);
    const present = (values: Array<string | undefined>) =>
      values.filter(value => value !== undefined);
    const object: Seen = {
      apiGroup: manifest.apiGroup,
      kind: manifest.kind,
      names: present([manifest.name, before.name, after.name]),
      namespaces: present([
        manifest.namespace,
        before.namespace,
        after.namespace,
      ]),
    };
    for (const step of withComponents(files, level)) {
      const owner = patchOwner(files, step, object, path);
      if (owner !== undefined) {
        throw new GitOpsError({
          code: 'kustomizePatch',
          file: owner,
          problem: `${shown} is set here by kustomize (${step.path}), not in ${manifest.source.file.path}.`,
          remedy:
            'Change it here by hand, or set the locator of the under cluster to this place.',
        });
      }
      const generator = {
        ConfigMap: 'configMapGenerator',
        Secret: 'secretGenerator',
      }[manifest.kind];
      if (
        generator !== undefined &&
        records(step.says[generator]).some(each =>
          mayMatch(each.name, object.names),
        )
      ) {
        throw new GitOpsError({
          code: 'kustomizeGenerator',
          file: step.path,
          problem: `${shown} may be set by ${generator}.`,
          remedy:
            'Set the locator of the under cluster to the file that the generator reads.',
        });
      }
    }
  });
}

/**
 * Refuses a value that something else sets later or first, so that changing it here would do nothing, do more, or break it.
 *
 * @param path - the value's path in the object.
 * @throws GitOpsError `encryptedBySops`, `helmTemplate`, `fluxSubstitution`, `kustomizePatch`, `kustomizeGenerator` or
 * `manifestShared`, with the owner's file.
 */
export function refuseOwnedValue(
  files: RepositoryFiles,
  manifest: ManifestPlace,
  path: YamlPath,
): void {
  const { source } = manifest;
  const file = source.file.path;
  const root = source.documents[manifest.document].contents;
  const keys = path.filter(
    (step): step is string | number => typeof step !== 'object',
  );
  const target = [...manifest.base, ...keys];
  const node = keys.length === path.length ? nodeAt(root, target) : undefined;
  const value =
    keys.length === path.length ? scalarAt(root, target) : undefined;
  const line = lineOf(source, node);
  const sops = nodeAt(root, ['sops']);
  if (
    value?.startsWith('ENC[') ||
    (isMap(sops) && (sops.has('mac') || sops.has('lastmodified')))
  ) {
    throw new GitOpsError({
      code: 'encryptedBySops',
      file,
      line: line ?? lineOf(source, sops),
      problem:
        'The file is encrypted with SOPS, whose signature covers all of it.',
      remedy: 'Change it with sops by hand.',
    });
  }
  if (value?.includes('{{')) {
    throw helmTemplateError(file, line);
  }
  const variable = /\$\{[^}]*\}?/.exec(value ?? '')?.[0];
  if (variable !== undefined) {
    throw new GitOpsError({
      code: 'fluxSubstitution',
      file,
      line,
      problem: `The value is ${variable}, which Flux fills in.`,
      remedy:
        "Change the variable in the Flux Kustomization's spec.postBuild, or in the ConfigMap or Secret that it names.",
    });
  }
  const builds = buildsOf(files, file);
  for (const build of builds) {
    refuseBuildOwner(files, manifest, build, path);
  }
  const clusters = new Set(builds.map(build => clusterOf(files, build)));
  const objects = new Set(
    builds.map(build => JSON.stringify(nameAfter(build, manifest))),
  );
  if (clusters.size > 1 || objects.size > 1) {
    throw new GitOpsError({
      code: 'manifestShared',
      file,
      line: manifest.line,
      problem: `The file goes to more than one place, and a change of it would change all of them.`,
      remedy: 'Put the value into a file of its own for each place.',
      fleetDetail: `It is used by ${builds
        .map(build => build.at(-1)?.path ?? file)
        .join(', ')}.`,
    });
  }
}
