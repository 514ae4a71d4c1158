import { setYamlValue, appendToYamlList } from './yamlEdit';
import { yamlSourceOf } from './yamlSource';
import type { YamlPath } from './yamlPath';

function set(text: string, path: YamlPath, value: string | number | boolean) {
  const source = yamlSourceOf({ path: 'quota.yaml', text });
  return setYamlValue(source, source.documents.length - 1, path, value).text;
}

function refusal(run: () => unknown) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It was not refused.');
}

describe('a value that is there', () => {
  it('is replaced and nothing else, through byte order mark, CRLF, comments and other documents', () => {
    const text =
      '\ufeff# head\r\na: 1\r\n---\r\nspec:\r\n    hard:   # limits\r\n        size:   10Gi   # as agreed\r\n        other: 0755\r\n# tail\r\n';
    expect(set(text, ['spec', 'hard', 'size'], '20Gi')).toBe(
      text.replace('10Gi', '20Gi'),
    );
  });

  it.each([
    ['a: 10Gi', 'a: 20Gi'],
    ['a: "10Gi" # c\n', 'a: "20Gi" # c\n'],
    ["a: '10Gi'\n", "a: '20Gi'\n"],
    ['a: 10\n', 'a: 20Gi\n'],
    ['{"a": "10Gi", "b": 1}', '{"a": "20Gi", "b": 1}'],
    ['a: |- # why\n  10Gi\nb: 1\n', 'a: 20Gi # why\nb: 1\n'],
    ['a: >-\r\n  10\r\n  Gi\r\n\r\nb: 1\r\n', 'a: 20Gi\r\n\r\nb: 1\r\n'],
    ['a: 10Gi\n  more\nb: 1\n', 'a: 20Gi\nb: 1\n'],
    ['a: !!str 10\n', 'a: !!str 20Gi\n'],
    ['a: &unused 10Gi\n', 'a: &unused 20Gi\n'],
    ['a:\nb: 1\n', 'a: 20Gi\nb: 1\n'],
    ['a: # c\nb: 1\n', 'a: 20Gi # c\nb: 1\n'],
    ['? a\n: 10Gi\n', '? a\n: 20Gi\n'],
    ['{a: , b: 1}\n', '{a: 20Gi, b: 1}\n'],
  ])('of %j gives %j', (text, expected) => {
    expect(set(text, ['a'], '20Gi')).toBe(expected);
  });

  it.each(['yes', 'on', 'N', '0755', '1e3', '12:30', '1_000', '~', '0x1f', ''])(
    'gets quotes where a YAML 1.1 reader would take %j for something else',
    value => {
      expect(set('a: x\n', ['a'], value)).toBe(`a: ${JSON.stringify(value)}\n`);
    },
  );

  it('is left as it is if it is the same', () => {
    expect(set('a:   "20Gi"\n', ['a'], '20Gi')).toBe('a:   "20Gi"\n');
  });

  it('is found in a list by what its element says', () => {
    const text =
      'tenants:\n- name: alpha\n  quota: 10Gi\n- { name: beta, quota: 10Gi }\n';
    expect(
      set(text, ['tenants', { where: { name: 'beta' } }, 'quota'], '20Gi'),
    ).toBe(text.replace('beta, quota: 10Gi', 'beta, quota: 20Gi'));
  });
});

describe('a value that is not there', () => {
  it.each([
    [
      'a:\n    b: 1 # c\n    # tail\nz: 1\n',
      'a:\n    b: 1 # c\n    k: 20Gi\n    # tail\nz: 1\n',
    ],
    ['a:\n  b: 1', 'a:\n  b: 1\n  k: 20Gi'],
    ['a:\r\n  b: 1\r\n', 'a:\r\n  b: 1\r\n  k: 20Gi\r\n'],
    ['a:\n  b: |\n    x\n\nz: 1\n', 'a:\n  b: |\n    x\n  k: 20Gi\n\nz: 1\n'],
    ['a: {}\n', 'a: { k: 20Gi }\n'],
    ['a: { b: 1 }\n', 'a: { b: 1, k: 20Gi }\n'],
    ['a: { b: 1, }\n', 'a: { b: 1, k: 20Gi }\n'],
    ['a: {\n  b: 1 # x, y\n}\n', 'a: {\n  b: 1, k: 20Gi # x, y\n}\n'],
    ['a:\nz: 1\n', 'a:\n  k: 20Gi\nz: 1\n'],
    ['a: # c\nz: 1\n', 'a: # c\n  k: 20Gi\nz: 1\n'],
    ['a: null\nz: 1\n', 'a: { k: 20Gi }\nz: 1\n'],
    ['z: 1\n', 'z: 1\na:\n  k: 20Gi\n'],
    ['a:\n  b:\n  - x: 1\nz: 1\n', 'a:\n  b:\n  - x: 1\n  k: 20Gi\nz: 1\n'],
    ['{"a": {"b": 1}}', '{"a": {"b": 1, k: 20Gi}}'],
  ])('is added below its siblings: %j gives %j', (text, expected) => {
    expect(set(text, ['a', 'k'], '20Gi')).toBe(expected);
  });

  it('is not made up in a list', () => {
    expect(
      refusal(() => set('a: []\n', ['a', { where: { name: 'x' } }, 'q'], '1')),
    ).toMatchObject({ code: 'notFound', line: 1 });
  });
});

describe('a JSON file', () => {
  it.each([
    ['{"a": {"k": 10}}', { a: { k: '20Gi' } }],
    ['{"a": {"b": "x"}}', { a: { b: 'x', k: '20Gi' } }],
    ['{"a": null}', { a: { k: '20Gi' } }],
    ['{\n  "z": 1\n}\n', { z: 1, a: { k: '20Gi' } }],
  ])('stays JSON: %j', (text, expected) => {
    const source = yamlSourceOf({ path: 'quota.json', text });
    const edit = setYamlValue(source, 0, ['a', 'k'], '20Gi');
    expect(JSON.parse(edit.text)).toEqual(expected);
  });
});

describe('a value that is somebody else’s', () => {
  it.each([
    ['alias', 'x: &x 10Gi\na: *x\n', 'aliasValue', 2],
    ['alias above it', 'x: &x { a: 1 }\nb: *x\n', 'aliasValue', 2],
    ['anchor that is repeated', 'a: &x 10Gi\nb: *x\n', 'anchoredValue', 1],
    ['merge key', 'x: &x\n  a: 1\nb:\n  <<: *x\n', 'mergeValue', 4],
    ['custom tag', 'a: !vault 10Gi\n', 'customTag', 1],
    ['duplicate keys', 'a: 1\na: 2\n', 'duplicateKey', 2],
    ['tab', 'b:\n\tc: 1\na: 1\n', 'tabIndentation', 2],
    [
      'Helm template',
      'b: {{ if }}\n{{ end }}\na: 1\n',
      'helmTemplate',
      undefined,
    ],
    ['broken YAML', 'a: "1\n', 'notYaml', undefined],
  ])('is refused: %s', (_, text, code, line) => {
    const path =
      text.includes('b: *x\n') && !text.startsWith('a') ? ['b', 'a'] : ['a'];
    const at = text.includes('<<') ? ['b', 'a'] : path;
    expect(refusal(() => set(text, at, '20Gi'))).toMatchObject({
      name: 'InputError',
      code,
      file: 'quota.yaml',
      ...(line ? { line } : {}),
    });
  });

  it('is refused in an alias bomb, without expanding it', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1) {
      const name = String.fromCharCode(97 + i);
      const last = String.fromCharCode(96 + i);
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${last}`).join(', ')}]`);
    }
    expect(
      refusal(() => set(`${bomb.join('\n')}\nq: 1\n`, ['q'], '2')),
    ).toMatchObject({ code: 'aliasBomb' });
  });

  it('is refused where brackets are nested without end', () => {
    const text = `a: ${'['.repeat(200_000)}`;
    expect(refusal(() => set(text, ['a'], '2'))).toMatchObject({
      code: 'notYaml',
    });
  });
});

describe('a list of texts', () => {
  const append = (text: string) =>
    appendToYamlList(
      yamlSourceOf({ path: 'kustomization.yaml', text }),
      0,
      'resources',
      'quota.yaml',
    ).text;

  it.each([
    [
      'resources:\n- a.yaml # x\n# y\n',
      'resources:\n- a.yaml # x\n- quota.yaml\n# y\n',
    ],
    [
      'resources:\r\n    - a.yaml',
      'resources:\r\n    - a.yaml\r\n    - quota.yaml',
    ],
    ['resources: [a.yaml]\n', 'resources: [a.yaml, quota.yaml]\n'],
    ['resources: []\n', 'resources: [quota.yaml]\n'],
    ['resources:\nkind: K\n', 'resources:\n  - quota.yaml\nkind: K\n'],
    [
      '# resources:\n# - a\nkind: K\n',
      '# resources:\n# - a\nkind: K\nresources:\n  - quota.yaml\n',
    ],
    [
      'kind: K # resources: []\n',
      'kind: K # resources: []\nresources:\n  - quota.yaml\n',
    ],
    ['resources:\n  - quota.yaml\n', 'resources:\n  - quota.yaml\n'],
  ])('grows by one: %j gives %j', (text, expected) => {
    expect(append(text)).toBe(expected);
  });
});
