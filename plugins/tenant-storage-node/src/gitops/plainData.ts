import type { YamlPath } from './yamlPath';

/** Whether it is a map of plain data. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is below a path of plain data; own keys only. */
export function dataAt(data: unknown, path: YamlPath): unknown {
  let value = data;
  for (const step of path) {
    if (typeof step === 'object') {
      value = Array.isArray(value)
        ? value.find(
            (each: unknown) =>
              isRecord(each) &&
              Object.entries(step.where).every(
                ([key, wanted]) => each[key] === wanted,
              ),
          )
        : undefined;
    } else if (Array.isArray(value) || isRecord(value)) {
      value = Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined;
    } else {
      return undefined;
    }
  }
  return value;
}

/** A map as it is, and an empty one for what is none. */
export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : {};
}
