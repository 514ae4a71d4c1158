import fc from 'fast-check';
import { isMap, isSeq, parseAllDocuments } from 'yaml';
import { GitOpsError } from './gitOpsError';
import {
  awkward,
  files,
  placesOf,
  word,
  type Found,
} from './yamlFiles.test.arbitraries';
import { yamlSourceOf, type YamlSource } from './yamlSource';
import {
  appendYamlData,
  removeYamlData,
  setYamlData,
  type YamlData,
} from './yamlStructure';

const { data: newData } = fc.letrec<{ data: YamlData; leaf: YamlData }>(
  tie => ({
    leaf: fc.oneof(
      awkward,
      word,
      fc.string({ maxLength: 12 }),
      fc.integer(),
      fc.boolean(),
    ),
    data: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('data'), { maxLength: 3 }),
      fc.dictionary(
        fc.stringMatching(/^[a-z][a-zA-Z0-9./-]{1,8}$/),
        tie('data'),
        {
          maxKeys: 3,
          noNullPrototype: true,
        },
      ),
    ),
  }),
);

/** What is read from each document, as Flux (YAML 1.1) or this project (1.2) reads it. */
function read(text: string, version: '1.1' | '1.2'): unknown[] {
  return (parseAllDocuments(text, { version, logLevel: 'error' }) as []).map(
    (document: { toJS(): unknown }) => document.toJS(),
  );
}

function at(data: unknown, { path }: Found): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string, unknown>)[step as string],
    data,
  );
}

/** The result, or undefined for what is refused: never anything else. */
function edited(run: () => string): string | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

function sourceOf(text: string): YamlSource {
  return yamlSourceOf({ path: 'a.yaml', text });
}

/** How far two texts are the same from their starts. */
function sameStart(one: string, other: string): number {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  return same;
}

function hasLoneLineEnds(text: string): boolean {
  return text.replace(/\r\n/g, '').includes('\n');
}

const RUNS = 400;

describe('any data of any YAML', () => {
  it('is replaced by other data: what stands before its key and after its last line stays, byte for byte', () => {
    let edits = 0;
    fc.assert(
      fc.property(files, newData, fc.nat(), (text, value, pick) => {
        const places = placesOf(text, () => true).filter(
          ({ path }) => path.length > 0,
        );
        if (places.length === 0) return;
        const place = places[pick % places.length];
        const result = edited(() =>
          setYamlData(sourceOf(text), place.document, place.path, value),
        );
        if (result === undefined) return;
        expect(result.startsWith(text.slice(0, place.keyEnd))).toBe(true);
        const lineEnd = text.indexOf('\n', place.end - 1);
        expect(lineEnd < 0 || result.endsWith(text.slice(lineEnd + 1))).toBe(
          true,
        );
        for (const version of ['1.1', '1.2'] as const) {
          expect(at(read(result, version)[place.document], place)).toEqual(
            value,
          );
        }
        expect(text.includes('\r\n') && hasLoneLineEnds(result)).toBe(
          text.includes('\r\n') && hasLoneLineEnds(text),
        );
        edits += 1;
      }),
      { numRuns: RUNS },
    );
    expect(edits).toBeGreaterThan(RUNS * 0.7);
  });

  it('gets an entry at the end of any list by bytes put in, none taken away', () => {
    let edits = 0;
    fc.assert(
      fc.property(files, newData, fc.nat(), (text, value, pick) => {
        const places = placesOf(
          text,
          node => isSeq(node) && node.items.length > 0,
        );
        if (places.length === 0) return;
        const place = places[pick % places.length];
        const result = edited(() =>
          appendYamlData(sourceOf(text), place.document, place.path, value),
        );
        if (result === undefined) return;
        expect(result.endsWith(text.slice(sameStart(text, result)))).toBe(true);
        for (const version of ['1.1', '1.2'] as const) {
          const before = at(read(text, version)[place.document], place);
          expect(at(read(result, version)[place.document], place)).toEqual([
            ...(before as unknown[]),
            value,
          ]);
        }
        edits += 1;
      }),
      { numRuns: RUNS },
    );
    expect(edits).toBeGreaterThan(RUNS * 0.3);
  });

  it('loses a key or an entry by bytes taken away, none put in, unless it was the last', () => {
    let edits = 0;
    fc.assert(
      fc.property(files, fc.nat(), fc.nat(), (text, pick, which) => {
        const places = placesOf(
          text,
          node => (isMap(node) || isSeq(node)) && node.items.length > 1,
        );
        if (places.length === 0) return;
        const place = places[pick % places.length];
        const whole = at(read(text, '1.2')[place.document], place) as object;
        const keys = Object.keys(whole);
        const key = keys[which % keys.length];
        const step = Array.isArray(whole) ? Number(key) : key;
        const result = edited(() =>
          removeYamlData(sourceOf(text), place.document, [...place.path, step]),
        );
        if (result === undefined) return;
        const same = sameStart(result, text);
        expect(text.endsWith(result.slice(same))).toBe(true);
        expect(at(read(result, '1.2')[place.document], place)).toEqual(
          Array.isArray(whole)
            ? whole.filter((_, index) => index !== step)
            : Object.fromEntries(
                Object.entries(whole).filter(([each]) => each !== key),
              ),
        );
        edits += 1;
      }),
      { numRuns: RUNS },
    );
    expect(edits).toBeGreaterThan(RUNS * 0.4);
  });
});
