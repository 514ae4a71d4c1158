import { refusalOf } from './refusal.testing';
import { RepositoryFiles } from './repositoryFiles';
import { filledLocator, locate, type ValueLocator } from './valueLocator';
import { shownPlace } from './manifestLocation';
import { setYamlValue } from './yamlEdit';

const RELEASE =
  'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: kmetal\n  namespace: kmetal-system\nspec:\n  values:\n    tenants:\n      - name: alpha\n        quota: 10Gi # agreed\n      - name: beta\n        quota: 5Gi\n';
const files = RepositoryFiles.from([
  { type: 'file', path: 'apps/kmetal.yaml', content: `a: 1\n---\n${RELEASE}` },
  { type: 'file', path: 'values/a.yaml', content: 'alpha: { quota: 10Gi }\n' },
  { type: 'file', path: 'values/b.yaml', content: 'alpha: { quota: 10Gi }\n' },
  { type: 'symlink', path: 'values/link.yml', target: 'a.yaml' },
]);

function set(locator: ValueLocator, root = ''): string {
  const filled = filledLocator(locator, { tenant: 'alpha' });
  const place = locate(files, root, filled);
  return setYamlValue(
    place.source,
    place.document,
    [...place.base, ...filled.path],
    '20Gi',
  ).text;
}

describe('a locator', () => {
  it('leads into the values of a HelmRelease', () => {
    expect(
      set({
        files: 'apps/**/*.yaml',
        object: { kind: 'HelmRelease', name: 'kmetal' },
        path: [
          'spec',
          'values',
          'tenants',
          { where: { name: '{tenant}' } },
          'quota',
        ],
      }),
    ).toBe(`a: 1\n---\n${RELEASE.replace('10Gi', '20Gi')}`);
  });

  it('leads into a values file', () => {
    expect(set({ files: 'values/a.yaml', path: ['{tenant}', 'quota'] })).toBe(
      'alpha: { quota: 20Gi }\n',
    );
  });

  it('names all places where there are several', () => {
    const error = refusalOf(() =>
      set({ files: 'values/*.yaml', path: ['{tenant}', 'quota'] }),
    );
    expect(error.code).toBe('manifestAmbiguous');
    expect(error.message).toContain('values/a.yaml:1 and values/b.yaml:1');
  });

  it.each([
    ['no file', { files: 'nowhere/*.yaml', path: ['a'] }, '', 'notFound'],
    [
      'a file outside the root',
      { files: 'values/a.yaml', path: ['a'] },
      'apps',
      'notFound',
    ],
    [
      'no object',
      { files: 'apps/*', object: { kind: 'Secret' }, path: ['a'] },
      '',
      'notFound',
    ],
    [
      'a symbolic link',
      { files: 'values/link.yml', path: ['a'] },
      '',
      'symlink',
    ],
  ])('that leads to %s is refused', (_, locator, root, code) => {
    expect(refusalOf(() => set(locator, root)).code).toBe(code);
  });

  it('does not take keys of all objects for placeholders', () => {
    expect(
      filledLocator(
        { files: '{constructor}/{tenant}', path: [] },
        { tenant: 'a' },
      ).files,
    ).toBe('{constructor}/a');
    expect(
      shownPlace(locate(files, '', { files: 'values/a.yaml', path: [] })),
    ).toBe('values/a.yaml:1');
  });
});
