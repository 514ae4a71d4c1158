import { manifestsIn } from './manifestLocation';
import { refusalOf } from './refusal.testing';
import { RepositoryFiles } from './repositoryFiles';
import { refuseOwnedValue } from './valueOwner';
import type { YamlPath } from './yamlPath';
import { yamlSourceOf } from './yamlSource';

const KEY = 'gold.storageclass.storage.k8s.io/requests.storage';
const PATH = ['spec', 'hard', KEY];
const quota = (value: string) =>
  `apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: q\nspec:\n  hard:\n    ${KEY}: ${value}\n    pods: "5"\n`;

function judge(
  texts: Record<string, string>,
  path: YamlPath = PATH,
  file = 'base/q.yaml',
) {
  const files = RepositoryFiles.from(
    Object.entries({ 'base/q.yaml': quota('10Gi'), ...texts }).map(
      ([each, content]) => ({ type: 'file', path: each, content }),
    ),
  );
  const text = files.text(file);
  if (!text) throw new Error(`There is no ${file}.`);
  const [manifest] = manifestsIn(yamlSourceOf(text), 0);
  refuseOwnedValue(files, manifest, path);
}

const inBase = (rest: string, more: Record<string, string> = {}) => ({
  'base/kustomization.yaml': `namespace: alpha\nresources:\n- q.yaml\n${rest}`,
  ...more,
});
const merge = `apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: q\nspec:\n  hard:\n    ${KEY}: 5Gi\n`;
const indented = merge.replace(/^/gm, '    ').trim();

describe('a value', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['a kustomization that only includes it', inBase('')],
    [
      'a patch of another key',
      inBase(
        'patches:\n- path: p.yaml\n- target: {kind: ResourceQuota}\n  patch: |-\n    - {op: replace, path: /spec/hard/pods, value: "6"}\n',
        { 'base/p.yaml': merge.replace(`${KEY}: 5Gi`, 'pods: "6"') },
      ),
    ],
    [
      'a patch of another object',
      inBase('patches:\n- path: p.yaml\n', {
        'base/p.yaml': merge.replace('name: q', 'name: r'),
      }),
    ],
  ])('is not owned by %s', (_, texts) => {
    expect(() => judge(texts)).not.toThrow();
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a strategic merge patch in a file',
      inBase('patches:\n- path: p.yaml\n', { 'base/p.yaml': merge }),
      'base/p.yaml',
    ],
    [
      'a strategic merge patch in the kustomization',
      inBase(`patches:\n- patch: |-\n    ${indented}\n`),
      'base/kustomization.yaml',
    ],
    [
      'a patch that replaces what holds it',
      inBase('patchesStrategicMerge:\n- p.yaml\n', {
        'base/p.yaml': merge.replace(`${KEY}: 5Gi`, '$patch: replace'),
      }),
      'base/p.yaml',
    ],
    [
      'a JSON patch',
      inBase(
        `patches:\n- target: {kind: ResourceQuota, name: q}\n  patch: |-\n    - op: replace\n      path: /spec/hard/${KEY.replace(
          '/',
          '~1',
        )}\n      value: 5Gi\n`,
      ),
      'base/kustomization.yaml',
    ],
    [
      'a JSON patch of all objects of a pattern',
      inBase(
        'patchesJson6902:\n- target: {version: v1, kind: ResourceQuota, name: ".*"}\n  path: p.yaml\n',
        { 'base/p.yaml': '- {op: remove, path: /spec/hard}\n' },
      ),
      'base/p.yaml',
    ],
    [
      'a replacement',
      inBase(
        `replacements:\n- source: {kind: ConfigMap, name: c, fieldPath: data.x}\n  targets:\n  - select: {kind: ResourceQuota}\n    fieldPaths: ["spec.hard.[${KEY}]"]\n`,
      ),
      'base/kustomization.yaml',
    ],
    [
      'an overlay',
      inBase('', {
        'prod/kustomization.yaml':
          'namePrefix: x-\nresources: [../base]\npatches: [{path: p.yaml}]\n',
        'prod/p.yaml': merge,
      }),
      'prod/p.yaml',
    ],
    [
      'a component',
      inBase('components: [../limits]\n', {
        'limits/kustomization.yaml':
          'kind: Component\npatches:\n- path: p.yaml\n',
        'limits/p.yaml': merge,
      }),
      'limits/p.yaml',
    ],
    [
      'a transformer',
      inBase('transformers: [t.yaml]\n', {
        'base/t.yaml':
          'apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\ntarget: {kind: ResourceQuota}\npatch: "[]"\n',
      }),
      'base/t.yaml',
    ],
    [
      'a Flux Kustomization',
      {
        'flux/k.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: ./base\n  patches:\n  - patch: |-\n      ${indented.replace(
          /^ {4}/gm,
          '      ',
        )}\n`,
      },
      'flux/k.yaml',
    ],
  ])('is owned by %s', (_, texts, owner) => {
    const error = refusalOf(() => judge(texts));
    expect(error).toMatchObject({ code: 'kustomizePatch', file: owner });
    expect(error.message).toContain(owner);
  });

  it('is owned by a generator that merges into it', () => {
    const texts = {
      'base/kustomization.yaml':
        'resources: [c.yaml]\nconfigMapGenerator:\n- name: c\n  behavior: merge\n  literals: [a=1]\n',
      'base/c.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "0"}\n',
    };
    expect(
      refusalOf(() => judge(texts, ['data', 'a'], 'base/c.yaml')),
    ).toMatchObject({
      code: 'kustomizeGenerator',
      file: 'base/kustomization.yaml',
    });
  });

  it('is shared where two overlays build it, and the tenant is not told with whom', () => {
    const error = refusalOf(() =>
      judge(
        inBase('', {
          'alpha/kustomization.yaml': 'resources: [../base]\n',
          'beta/kustomization.yaml': 'resources: [../base]\n',
        }),
      ),
    );
    expect(error.code).toBe('manifestShared');
    expect(error.message).not.toContain('beta');
    expect(JSON.stringify(error)).not.toContain('beta');
    expect(error.fleetDetail).toContain('beta/kustomization.yaml');
  });

  const flux = (name: string, path: string, rest = '') =>
    `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}}\nspec:\n  path: ${path}\n${rest}`;

  it('is shared where two clusters apply it', () => {
    const texts = {
      'clusters/a/base.yaml': flux('base', './base'),
      'clusters/b/base.yaml': flux('base', './base'),
      'clusters/a/flux-system/sync.yaml': flux('flux-system', './clusters/a'),
      'clusters/b/flux-system/sync.yaml': flux('flux-system', './clusters/b'),
    };
    expect(refusalOf(() => judge(texts)).code).toBe('manifestShared');
  });

  it('is not shared where Flux Kustomizations of one cluster are inside each other', () => {
    const texts = {
      'flux-system/sync.yaml': flux('flux-system', './'),
      'apps/base.yaml': flux('base', './base'),
    };
    expect(() => judge(texts)).not.toThrow();
  });

  it('is judged without a Flux Kustomization that is an alias bomb', () => {
    const bomb = `  a: &a [x]\n  b: [${'*a, '.repeat(500)}*a]\n`;
    expect(() =>
      judge({ 'flux/k.yaml': flux('k', './base', bomb) }),
    ).not.toThrow();
  });

  it.each([
    ['helmTemplate', quota('"{{ .Values.size }}"')],
    ['fluxSubstitution', quota('${alpha_quota:=10Gi}')],
    ['encryptedBySops', quota('ENC[AES256_GCM,data:x,type:str]')],
    [
      'encryptedBySops',
      `${quota('10Gi')}sops:\n  mac: ENC[x]\n  version: 3.8.1\n`,
    ],
  ])('is somebody else’s: %s', (code, text) => {
    expect(refusalOf(() => judge({ 'base/q.yaml': text }))).toMatchObject({
      code,
      file: 'base/q.yaml',
      line: 7,
    });
  });
});
