import { refusalOf } from './refusal.testing';
import { yamlSourceOf } from './yamlSource';
import {
  appendYamlData,
  removeYamlData,
  removeYamlDocument,
  setYamlData,
} from './yamlStructure';

function sourceOf(text: string, path = 'a.yaml') {
  return yamlSourceOf({ path, text });
}

describe('data that is set', () => {
  it.each([
    ['an empty map in flow style', 'a: {} # none yet\nb: 1\n'],
    ['an empty list in flow style', 'a: [] # none yet\nb: 1\n'],
    ['nothing at all', 'a: # none yet\nb: 1\n'],
  ])(
    'takes the place of %s as lines, with the comment beside the key',
    (_, text) => {
      expect(setYamlData(sourceOf(text), 0, ['a'], { c: ['d'] })).toBe(
        'a: # none yet\n  c:\n    - d\nb: 1\n',
      );
    },
  );

  it('is put below keys that are not there yet', () => {
    expect(
      setYamlData(sourceOf('a:\n  b: 1\nz: 2\n'), 0, ['a', 'c', 'd'], [1]),
    ).toBe('a:\n  b: 1\n  c:\n    d:\n      - 1\nz: 2\n');
  });

  it('keeps the comment beside the key of what it takes the place of', () => {
    expect(
      setYamlData(
        sourceOf('list: # agreed in May\n  - 1\n  - 2\nz: 2\n'),
        0,
        ['list'],
        [3],
      ),
    ).toBe('list: # agreed in May\n  - 3\nz: 2\n');
  });

  it('is indented as the lists of the file are', () => {
    expect(
      setYamlData(sourceOf('x:\n- 1\ny: {}\n'), 0, ['y'], { l: [1] }),
    ).toBe('x:\n- 1\ny:\n  l:\n  - 1\n');
  });

  it('stays on the line inside flow style', () => {
    expect(
      setYamlData(sourceOf('a: { b: { c: 1 } } # x\n'), 0, ['a', 'b'], {
        d: [1, 'no'],
      }),
    ).toBe('a: { b: { d: [ 1, "no" ] } } # x\n');
  });

  it('is JSON in a JSON file', () => {
    expect(
      setYamlData(sourceOf('{\n  "a": { "b": 1 }\n}\n', 'a.json'), 0, ['a'], {
        c: ['d'],
      }),
    ).toBe('{\n  "a": {"c":["d"]}\n}\n');
  });

  it('is no edit where it is there already, however it is written', () => {
    const text = 'a: {c: [1,   2]} # x\n';
    expect(setYamlData(sourceOf(text), 0, ['a'], { c: [1, 2] })).toBe(text);
  });

  it('keeps the other documents, line ends, and byte order mark of a file', () => {
    expect(
      setYamlData(
        sourceOf('\ufeffa: 1\r\n---\r\nb: [] \r\nc: 3'),
        1,
        ['b'],
        [{ d: '0755' }],
      ),
    ).toBe('\ufeffa: 1\r\n---\r\nb:\r\n  - d: "0755"\r\nc: 3');
  });

  it.each([
    ['an alias', 'a: &x {b: 1}\nc: *x\n', ['c'], 'aliasValue'],
    ['what an alias repeats', 'a: &x {b: 1}\nc: *x\n', ['a'], 'anchoredValue'],
    ['a key twice', 'a: {}\na: {}\n', ['a'], 'duplicateKey'],
    ['a tab', 'a:\n\tb: 1\n', ['a'], 'tabIndentation'],
  ])('is refused for %s', (_, text, path, code) => {
    expect(
      refusalOf(() => setYamlData(sourceOf(text), 0, path, { y: 1 })),
    ).toMatchObject({ code, file: 'a.yaml' });
  });
});

describe('an entry that is added', () => {
  it('has the dash where the others have it, and its keys below each other', () => {
    expect(
      appendYamlData(
        sourceOf('l:\n- node: a # x\n  paths: [1]\n\n# end\nz: 1\n'),
        0,
        ['l'],
        { node: 'b', paths: ['/x'] },
      ),
    ).toBe(
      'l:\n- node: a # x\n  paths: [1]\n- node: b\n  paths:\n  - /x\n\n# end\nz: 1\n',
    );
  });

  it('makes the list where there is none', () => {
    expect(appendYamlData(sourceOf('a:\n  b: 1\n'), 0, ['a', 'l'], 'x')).toBe(
      'a:\n  b: 1\n  l:\n    - x\n',
    );
  });
});

describe('what is taken out', () => {
  it('goes with the comments above and beside it, and leaves those about others', () => {
    expect(
      removeYamlData(
        sourceOf(
          '# about all\na: 1\n\n# about b\n# still\nb: # beside\n  c: 2\n# about d\nd: 3\n',
        ),
        0,
        ['b'],
      ),
    ).toBe('# about all\na: 1\n\n# about d\nd: 3\n');
  });

  it('lets the next key move up to the dash, with the comment above that', () => {
    expect(
      removeYamlData(sourceOf('- a: 1 # x\n  # about b\n  b: 2\n'), 0, [
        0,
        'a',
      ]),
    ).toBe('- # about b\n  b: 2\n');
    expect(
      removeYamlData(sourceOf('- a: 1\n  b: 2\n- c: 3\n'), 0, [0, 'a']),
    ).toBe('- b: 2\n- c: 3\n');
  });

  it.each([
    ['map', 'a:\n  b: 1 # x\nz: 2\n', ['a', 'b'], 'a: {}'],
    ['list', 'a: # y\n  - 1\nz: 2\n', ['a', 0], 'a: [] # y'],
    ['map beside a dash', 'l:\n  - b: 1\nz: 2\n', ['l', 0, 'b'], '- {}'],
  ])('leaves an empty %s behind its last', (_, text, path, left) => {
    const result = removeYamlData(sourceOf(text), 0, path);
    expect(result).toContain(left);
    expect(result.endsWith('z: 2\n')).toBe(true);
  });

  it('may be a negative number of a list', () => {
    expect(removeYamlData(sourceOf('l:\n  - -1\n  - -2\n'), 0, ['l', 1])).toBe(
      'l:\n  - -1\n',
    );
  });

  it('is nothing where it is not there', () => {
    expect(removeYamlData(sourceOf('a: 1\n'), 0, ['b'])).toBe('a: 1\n');
  });
});

describe('a document that is taken out', () => {
  const three = '# ours\n---\na: 1\n---\n# second\nb: 2\n---\nc: 3\n';

  it.each([
    [0, '# ours\n---\n# second\nb: 2\n---\nc: 3\n'],
    [1, '# ours\n---\na: 1\n---\nc: 3\n'],
    [2, '# ours\n---\na: 1\n---\n# second\nb: 2\n'],
  ])('leaves the others as they are (%d)', (index, left) => {
    expect(removeYamlDocument(sourceOf(three), index)).toBe(left);
  });

  it('leaves the byte order mark and line ends', () => {
    expect(
      removeYamlDocument(sourceOf('\ufeffa: 1\r\n---\r\nb: 2\r\n'), 0),
    ).toBe('\ufeffb: 2\r\n');
  });

  it('takes the file with it if it was the only one with anything in it', () => {
    expect(removeYamlDocument(sourceOf('---\na: 1\n---\n# end\n'), 0)).toBe(
      undefined,
    );
  });

  it('is not taken for one by a line of a text in it', () => {
    expect(
      removeYamlDocument(sourceOf('a: |\n  x\n  ---\n  y\n---\nb: 2\n'), 1),
    ).toBe('a: |\n  x\n  ---\n  y\n');
  });
});
