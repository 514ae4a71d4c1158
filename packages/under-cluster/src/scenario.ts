import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isRecord, Json, KubeObject } from './object';

const UNITS: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const TIME_FIELD = /(Timestamp|Time)$/;
const AGE = /^-(\d+)([smhd])$/;

/**
 * Reads objects from a YAML file, or from every .yaml and .yml file of a folder in the order of their names.
 * A file may hold several documents and `List` objects. In any field whose name ends in `Timestamp` or `Time`, an age
 * such as `-3d`, `-2h`, `-5m` or `-30s` is turned into that moment before `now`.
 */
export async function loadScenario(
  fileOrFolder: string,
  now: Date = new Date(),
): Promise<KubeObject[]> {
  const files = (await stat(fileOrFolder)).isDirectory()
    ? (await readdir(fileOrFolder, { recursive: true }))
        .filter(name => /\.ya?ml$/.test(name))
        .sort()
        .map(name => join(fileOrFolder, name))
    : [fileOrFolder];
  const objects: KubeObject[] = [];
  for (const file of files) {
    objects.push(...parseScenario(await readFile(file, 'utf8'), file, now));
  }
  return objects;
}

/** The objects of one YAML text; `source` is named in errors. */
export function parseScenario(
  text: string,
  source: string,
  now: Date,
): KubeObject[] {
  const objects: KubeObject[] = [];
  for (const document of parseAllDocuments(text, { version: '1.2' })) {
    if (document.errors.length > 0) {
      throw new Error(`${source}: ${document.errors[0].message}`);
    }
    const value: Json = document.toJS();
    if (value === null || value === undefined) {
      continue;
    }
    const items: Json[] =
      isRecord(value) && value.kind === 'List' ? value.items ?? [] : [value];
    for (const item of items) {
      objects.push(asKubeObject(item, source, now));
    }
  }
  return objects;
}

function asKubeObject(value: Json, source: string, now: Date): KubeObject {
  if (
    !isRecord(value) ||
    typeof value.apiVersion !== 'string' ||
    typeof value.kind !== 'string' ||
    typeof value.metadata?.name !== 'string'
  ) {
    throw new Error(
      `${source}: every document needs apiVersion, kind and metadata.name; one is ${JSON.stringify(
        value,
      ).slice(0, 120)}`,
    );
  }
  return withMoments(value, now) as KubeObject;
}

function withMoments(value: Json, now: Date): Json {
  if (Array.isArray(value)) {
    return value.map(item => withMoments(item, now));
  }
  if (!isRecord(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([field, content]) => {
      const age =
        TIME_FIELD.test(field) && typeof content === 'string'
          ? AGE.exec(content)
          : null;
      return [
        field,
        age
          ? moment(now.getTime() - Number(age[1]) * UNITS[age[2]])
          : withMoments(content, now),
      ];
    }),
  );
}

/** A time as Kubernetes writes it: RFC 3339 in UTC, whole seconds. */
export function moment(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
