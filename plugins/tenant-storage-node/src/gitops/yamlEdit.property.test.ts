import fc from 'fast-check';
import { isMap, isScalar, parseAllDocuments } from 'yaml';
import { setYamlValue } from './yamlEdit';
import {
  awkward,
  files,
  placesOf,
  word,
  type Found,
} from './yamlFiles.test.arbitraries';
import { yamlSourceOf } from './yamlSource';

const newValue = fc.oneof(
  awkward,
  word,
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
);

/** Reads the value at a path with a given version of YAML, as its readers do. */
function read(text: string, at: Found, version: '1.1' | '1.2'): unknown {
  const document = parseAllDocuments(text, { version })[at.document];
  return document && 'getIn' in document ? document.getIn(at.path) : undefined;
}

const RUNS = 400;

describe('any scalar of any YAML', () => {
  it('is replaced without touching another byte, and read back by old and new readers', () => {
    let edits = 0;
    fc.assert(
      fc.property(files, newValue, fc.nat(), (text, value, pick) => {
        const places = placesOf(text, isScalar);
        if (places.length === 0) return;
        const at = places[pick % places.length];
        const source = yamlSourceOf({ path: 'a.yaml', text });
        const edit = setYamlValue(source, at.document, at.path, value);
        expect(edit.text.slice(0, at.start).trimEnd()).toBe(
          text.slice(0, at.start).trimEnd(),
        );
        const rest = text.slice(at.end);
        expect(edit.text.endsWith(rest)).toBe(true);
        expect(read(edit.text, at, '1.2')).toEqual(value);
        expect(read(edit.text, at, '1.1')).toEqual(value);
        edits += 1;
      }),
      { numRuns: RUNS },
    );
    expect(edits).toBeGreaterThan(RUNS / 2);
  });

  it('is added to any map by bytes put in, none taken away', () => {
    let edits = 0;
    fc.assert(
      fc.property(files, newValue, fc.nat(), (text, value, pick) => {
        const places = placesOf(text, isMap);
        if (places.length === 0) return;
        const at = places[pick % places.length];
        const source = yamlSourceOf({ path: 'a.yaml', text });
        const path = [...at.path, 'new-key', 'deeper'];
        const edit = setYamlValue(source, at.document, path, value);
        let same = 0;
        while (same < text.length && text[same] === edit.text[same]) same += 1;
        expect(edit.text.endsWith(text.slice(same))).toBe(true);
        expect(read(edit.text, { ...at, path }, '1.2')).toEqual(value);
        expect(read(edit.text, { ...at, path }, '1.1')).toEqual(value);
        const loneLineEnds = (each: string) =>
          each.replace(/\r\n/g, '').includes('\n');
        expect(text.includes('\r\n') && loneLineEnds(edit.text)).toBe(
          text.includes('\r\n') && loneLineEnds(text),
        );
        edits += 1;
      }),
      { numRuns: RUNS },
    );
    expect(edits).toBeGreaterThan(RUNS / 2);
  });
});
