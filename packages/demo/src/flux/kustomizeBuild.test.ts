import { buildManifests } from './kustomizeBuild';

const files = (given: Record<string, string>) => new Map(Object.entries(given));

const kustomization = (...resources: string[]) =>
  [
    'apiVersion: kustomize.config.k8s.io/v1beta1',
    'kind: Kustomization',
    'resources:',
    ...resources.map(each => `- ${each}`),
    '',
  ].join('\n');

const manifest = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: a}\n`;

const namesOf = (path: string, given: Record<string, string>) =>
  buildManifests(files(given), path).map(({ metadata }) => metadata.name);

describe('building a folder', () => {
  it('follows kustomization.yaml files, in their order, and leaves out what they do not name', () => {
    expect(
      namesOf('./tenants', {
        'tenants/kustomization.yaml': kustomization('b', './a/'),
        'tenants/a/kustomization.yml': kustomization('one.yaml'),
        'tenants/a/one.yaml': `${manifest('one')}---\n${manifest('two')}`,
        'tenants/a/other.yaml': manifest('other'),
        'tenants/b/Kustomization': kustomization('../shared/three.yaml'),
        'tenants/shared/three.yaml': manifest('three'),
      }),
    ).toEqual(['three', 'one', 'two']);
  });

  it('takes everything where there is no kustomization.yaml, and folders below by their own', () => {
    expect(
      namesOf('clusters/west', {
        'clusters/west/tenants.yaml': manifest('tenants'),
        'clusters/west/flux-system/kustomization.yaml':
          kustomization('sync.yaml'),
        'clusters/west/flux-system/sync.yaml': manifest('sync'),
        'clusters/west/flux-system/not-listed.yaml': manifest('no'),
        'clusters/west/README.md': '# no manifest',
        'clusters/western/other.yaml': manifest('no'),
      }),
    ).toEqual(['sync', 'tenants']);
  });

  it('reads lists and empty documents', () => {
    expect(
      namesOf('.', {
        'list.yaml': `---\n---\nkind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n`,
      }),
    ).toEqual(['x']);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a folder that is not there',
      { 'other/a.yaml': manifest('a') },
      'kustomization path not found: stat x: no such file or directory',
    ],
    [
      'what is more than resources',
      {
        'x/kustomization.yaml': `${kustomization(
          'a.yaml',
        )}patches:\n- path: p.yaml\n`,
        'x/a.yaml': manifest('a'),
      },
      "x/kustomization.yaml: the demo's Flux knows only 'resources' of kustomize, not 'patches'",
    ],
    [
      'a file that is not there',
      { 'x/kustomization.yaml': kustomization('a.yaml') },
      "accumulation err='accumulating resources from 'a.yaml': stat x/a.yaml: no such file or directory'",
    ],
    [
      'a folder without a kustomization.yaml',
      {
        'x/kustomization.yaml': kustomization('y'),
        'x/y/a.yaml': manifest('a'),
      },
      "unable to find one of 'kustomization.yaml', 'kustomization.yml', 'Kustomization' in directory 'x/y'",
    ],
    [
      'another repository',
      {
        'x/kustomization.yaml': kustomization(
          'https://example.com/other//base?ref=v1',
        ),
      },
      'is another repository',
    ],
    [
      'a way out of the repository',
      { 'x/kustomization.yaml': kustomization('../../y') },
      'is outside of the repository',
    ],
    [
      'a cycle',
      {
        'x/kustomization.yaml': kustomization('y'),
        'x/y/kustomization.yaml': kustomization('..'),
      },
      'cycle detected: x -> x/y -> x',
    ],
    [
      'an object twice',
      { 'x/a.yaml': `${manifest('a')}---\n${manifest('a')}` },
      'may not add resource with an already registered id: ConfigMap a/a',
    ],
    ['broken YAML', { 'x/a.yaml': 'a: [\n' }, 'x/a.yaml: MalformedYAMLError: '],
    [
      'what is no object',
      { 'x/a.yaml': 'hello\n' },
      "Object 'Kind' is missing",
    ],
    [
      'an object without a name',
      { 'x/a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' },
      'missing metadata.name in object ConfigMap',
    ],
  ])('refuses %s, and names it', (_, given, words) => {
    expect(() => buildManifests(files(given), './x')).toThrow(words);
  });
});
