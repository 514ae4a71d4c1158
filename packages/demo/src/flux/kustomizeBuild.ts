import { posix } from 'node:path';
import { KubeObject } from '@kmetal/under-cluster';
import { parseAllDocuments } from 'yaml';

/** Text files of a repository by their path; what is no text or a symbolic link is not among them. */
export type ManifestFiles = ReadonlyMap<string, string>;

/** Why a folder's manifests can't be built, in words like those of kustomize. */
export class BuildError extends Error {}

const KUSTOMIZATION_FILES = [
  'kustomization.yaml',
  'kustomization.yml',
  'Kustomization',
];
const KNOWN_FIELDS = new Set(['apiVersion', 'kind', 'metadata', 'resources']);

/**
 * The manifests that Flux would apply from a folder: by its kustomization.yaml, or, where there is none, all that are in it and
 * below.
 *
 * Of kustomize there is `resources` and nothing else.
 */
export function buildManifests(
  files: ManifestFiles,
  path: string,
): KubeObject[] {
  const folder = folderOf(path);
  const paths = [...files.keys()].filter(each => isIn(each, folder));
  if (paths.length === 0) {
    throw new BuildError(
      `kustomization path not found: stat ${folder}: no such file or directory`,
    );
  }
  const manifests = kustomizationOf(files, folder)
    ? buildFolder(files, folder, [])
    : buildWithout(files, folder, paths);
  const seen = new Set<string>();
  for (const { apiVersion, kind, metadata } of manifests) {
    const id = `${apiVersion.replace(/\/[^/]*$/, '')} ${kind} ${
      metadata.namespace ?? ''
    }/${metadata.name}`;
    if (seen.has(id)) {
      throw new BuildError(
        `may not add resource with an already registered id: ${kind} ${
          metadata.namespace ?? ''
        }/${metadata.name}`,
      );
    }
    seen.add(id);
  }
  return manifests;
}

function buildFolder(
  files: ManifestFiles,
  folder: string,
  above: readonly string[],
): KubeObject[] {
  if (above.includes(folder)) {
    throw new BuildError(`cycle detected: ${[...above, folder].join(' -> ')}`);
  }
  const file = kustomizationOf(files, folder);
  if (!file) {
    throw new BuildError(
      `unable to find one of '${KUSTOMIZATION_FILES.join(
        "', '",
      )}' in directory '${folder}'`,
    );
  }
  return resourcesOf(files, file).flatMap(resource => {
    if (/:\/\/|\?ref=|^git@/.test(resource)) {
      throw new BuildError(
        `${file}: '${resource}' is another repository; the demo's Flux reads only this one`,
      );
    }
    const target = posix.normalize(posix.join(folder, resource));
    if (target.startsWith('..') || posix.isAbsolute(resource)) {
      throw new BuildError(
        `${file}: '${resource}' is outside of the repository`,
      );
    }
    const text = files.get(target);
    if (text !== undefined) {
      return manifestsOf(text, target);
    }
    const below = target.replace(/\/$/, '');
    if (![...files.keys()].some(each => isIn(each, below))) {
      throw new BuildError(
        `accumulating resources: accumulation err='accumulating resources from '${resource}': stat ${target}: no such file or directory'`,
      );
    }
    return buildFolder(files, below, [...above, folder]);
  });
}

/** Without a kustomization.yaml, Flux takes every manifest, and folders below by their own kustomization.yaml. */
function buildWithout(
  files: ManifestFiles,
  folder: string,
  paths: readonly string[],
): KubeObject[] {
  const own = new Set<string>();
  const manifests: KubeObject[] = [];
  for (const path of [...paths].sort()) {
    const ancestors = foldersOf(path).filter(
      each => each !== folder && isIn(each, folder),
    );
    const built = ancestors.find(each => kustomizationOf(files, each));
    if (built === undefined) {
      if (/\.ya?ml$/.test(path)) {
        manifests.push(...manifestsOf(files.get(path) ?? '', path));
      }
    } else if (!own.has(built)) {
      own.add(built);
      manifests.push(...buildFolder(files, built, []));
    }
  }
  return manifests;
}

function resourcesOf(files: ManifestFiles, file: string): string[] {
  const [kustomization, ...more] = documentsOf(files.get(file) ?? '', file);
  if (more.length > 0 || !isRecord(kustomization)) {
    throw new BuildError(`${file}: this is not one kustomization`);
  }
  const unknown = Object.keys(kustomization).filter(
    field => !KNOWN_FIELDS.has(field),
  );
  if (unknown.length > 0) {
    throw new BuildError(
      `${file}: the demo's Flux knows only 'resources' of kustomize, not '${unknown.join(
        "', '",
      )}'`,
    );
  }
  const { resources = [] } = kustomization;
  if (
    !Array.isArray(resources) ||
    resources.some(each => typeof each !== 'string')
  ) {
    throw new BuildError(`${file}: 'resources' is not a list of paths`);
  }
  return resources;
}

function manifestsOf(text: string, file: string): KubeObject[] {
  return documentsOf(text, file).flatMap(document => {
    const items =
      isRecord(document) && document.kind === 'List' ? document.items : null;
    return (Array.isArray(items) ? items : [document]).map(item =>
      asManifest(item, file),
    );
  });
}

function asManifest(item: unknown, file: string): KubeObject {
  const metadata = isRecord(item) ? item.metadata : undefined;
  if (
    !isRecord(item) ||
    typeof item.apiVersion !== 'string' ||
    typeof item.kind !== 'string'
  ) {
    throw new BuildError(
      `${file}: Object 'Kind' is missing in '${JSON.stringify(item).slice(
        0,
        120,
      )}'`,
    );
  }
  if (!isRecord(metadata) || typeof metadata.name !== 'string') {
    throw new BuildError(
      `${file}: missing metadata.name in object ${item.kind}`,
    );
  }
  return item as KubeObject;
}

/** The documents of a file that are not empty. */
function documentsOf(text: string, file: string): unknown[] {
  return parseAllDocuments(text, { merge: true }).flatMap(document => {
    if (document.errors.length > 0) {
      throw new BuildError(
        `${file}: MalformedYAMLError: ${document.errors[0].message}`,
      );
    }
    const value: unknown = document.toJS();
    return value === null || value === undefined ? [] : [value];
  });
}

function kustomizationOf(
  files: ManifestFiles,
  folder: string,
): string | undefined {
  return KUSTOMIZATION_FILES.map(name =>
    folder === '' ? name : `${folder}/${name}`,
  ).find(path => files.has(path));
}

function folderOf(path: string): string {
  const folder = posix.normalize(path || '.').replace(/\/$/, '');
  return folder === '.' ? '' : folder;
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function isIn(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
